//! Suggests the existing name that is most similar to an unknown one.

use crate::text::escape::quoted;

/// Maximum length of a compared name, in bytes: the cost is quadratic.
const MAX_COMPARED_BYTES: usize = 64;

/// Maximum number of compared names.
const MAX_COMPARED: usize = 10_000;

/// Returns the candidate that is most similar to `name`, if any is similar; of equals, the first by bytes.
pub fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > MAX_COMPARED_BYTES {
        return None;
    }
    let candidates = candidates.into_iter().take(MAX_COMPARED);
    let near = candidates.filter_map(|candidate| Some((distance(name, candidate)?, candidate)));
    near.min().map(|(_, candidate)| candidate)
}

/// Returns "did you mean ...?" if a candidate is similar.
pub fn did_you_mean<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean {}?", quoted(candidate)))
}

/// Message and help for an unknown name.
#[derive(Debug)]
pub struct UnknownName {
    /// The message: "there is no workload `web`".
    pub message: String,
    /// A suggestion, if there is one.
    pub help: Option<String>,
}

/// Describes an unknown name of a `what`, such as "node". If it is the name of a table with a count, the help names the
/// expanded names.
pub fn unknown<'n>(what: &str, name: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> UnknownName {
    let number = |each: &'n str| each.strip_prefix(name)?.strip_prefix('-')?.parse::<u32>().ok();
    let several = || names.clone().into_iter().filter_map(|each| Some((number(each)?, each)));
    let help = match (several().min(), several().max()) {
        (Some((_, first)), Some((_, last))) if first != last => {
            Some(format!("name one of {} to {}", quoted(first), quoted(last)))
        }
        (Some((_, only)), _) => Some(format!("did you mean {}?", quoted(only))),
        _ => did_you_mean(name, names),
    };
    UnknownName { message: format!("there is no {what} {}", quoted(name)), help }
}

/// Returns the edit distance of two names if it is small enough for a typing mistake. Case is ignored.
fn distance(name: &str, candidate: &str) -> Option<usize> {
    if candidate.len() > MAX_COMPARED_BYTES || candidate == name {
        return None;
    }
    // At most a third of the characters may differ, so names of one or two characters must match.
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
    fn the_most_similar_name_is_found() {
        assert_eq!(nearest("cuont", ["name", "count"]), Some("count"));
        assert_eq!(nearest("CPU", ["gpu", "cpu"]), Some("cpu"));
        assert_eq!(nearest("gpus", ["cpus", "gpu"]), Some("cpus"));
        assert_eq!(nearest("disk", ["memory", "cpu"]), None);
        assert_eq!(nearest("a", ["a", "b"]), None);
    }
}
