//! Did you mean: the name that exists and is most like one that does not.

use crate::text::escape::quoted;

/// Names longer than this are not compared: the cost grows with the square.
const LONGEST_COMPARED: usize = 64;

/// So many names are compared at most.
const MOST_COMPARED: usize = 10_000;

/// The candidate that is nearest to `name`, if one is near; equal ones by bytes.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST_COMPARED {
        return None;
    }
    let candidates = candidates.into_iter().take(MOST_COMPARED);
    let near = candidates.filter_map(|candidate| Some((distance(name, candidate)?, candidate)));
    near.min().map(|(_, candidate)| candidate)
}

/// `did you mean ...?`, or nothing.
pub fn did_you_mean<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean {}?", quoted(candidate)))
}

/// What to say of a name of `what` that there is not, and what helps: where it is that of a table, there are those that
/// are made of it.
pub fn unknown<'n>(
    what: &str,
    name: &str,
    names: impl IntoIterator<Item = &'n str> + Clone,
) -> (String, Option<String>) {
    let number = |each: &'n str| each.strip_prefix(name)?.strip_prefix('-')?.parse::<u32>().ok();
    let several = || names.clone().into_iter().filter_map(|each| Some((number(each)?, each)));
    let help = match (several().min(), several().max()) {
        (Some((_, first)), Some((_, last))) if first != last => {
            Some(format!("name one of {} to {}", quoted(first), quoted(last)))
        }
        (Some((_, only)), _) => Some(format!("did you mean {}?", quoted(only))),
        _ => did_you_mean(name, names),
    };
    (format!("there is no {what} {}", quoted(name)), help)
}

/// How far apart two names are, when a slip could lead from one to the other. Upper or lower case is no distance.
fn distance(name: &str, candidate: &str) -> Option<usize> {
    if candidate.len() > LONGEST_COMPARED || candidate == name {
        return None;
    }
    // A third of the letters: of a name of one or two, none.
    let (length, other) = (name.chars().count(), candidate.chars().count());
    let most = length.max(other) / 3;
    if length.abs_diff(other) > most {
        return None;
    }
    Some(strsim::osa_distance(&name.to_lowercase(), &candidate.to_lowercase())).filter(|&slips| slips <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_found() {
        assert_eq!(nearest("cuont", ["name", "count"]), Some("count"));
        assert_eq!(nearest("CPU", ["gpu", "cpu"]), Some("cpu"));
        assert_eq!(nearest("gpus", ["cpus", "gpu"]), Some("cpus"));
        assert_eq!(nearest("disk", ["memory", "cpu"]), None);
        assert_eq!(nearest("a", ["a", "b"]), None);
    }
}
