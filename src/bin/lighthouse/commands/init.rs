//! `init`: a starter manifest, and what Git should know about locks and states.
//!
//! Nothing is overwritten: a manifest that is there stays, and of the files for Git only a missing line is added.

use std::path::{Path, PathBuf};

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::store::{self, Input};
use lighthouse::text::escape::quoted;

use crate::args::Global;
use crate::failure::Failure;
use crate::inputs::named_manifest;

const NAME: &str = "lighthouse.toml";
const STARTER: &str = include_str!("starter.toml");

/// A line that a file for Git should have.
struct GitLine {
    file: &'static str,
    comment: &'static str,
    line: &'static str,
}

const GIT_LINES: [GitLine; 2] = [
    GitLine { file: ".gitignore", comment: "# Locks of `lighthouse apply`.", line: ".*.lock" },
    GitLine {
        file: ".gitattributes",
        comment: "# A placement state is never merged line by line: take the side that the machines follow.",
        line: "*.state.toml -text -merge",
    },
];

/// No file for Git is larger.
const BUDGET: u64 = 1 << 20;

/// Writes what is missing, and says of each file what was done.
pub(crate) fn run(global: &Global) -> Result<String, Failure> {
    let path = named_manifest(global).unwrap_or_else(|| PathBuf::from(NAME));
    if Input::of(&path) == Input::Stdin {
        return Err(Failure::usage("`init` writes a file, and `-` is none"));
    }
    let mut said = vec![write_manifest(&path)?];
    for line in &GIT_LINES {
        said.push(add_line(&path.with_file_name(line.file), line)?);
    }
    Ok(said.concat())
}

fn write_manifest(path: &Path) -> Result<String, Failure> {
    let name = shown(path);
    if store::create_new(path, STARTER.as_bytes())? {
        return Ok(format!("wrote {name}: edit it, then `lighthouse plan`\n"));
    }
    match store::read(path, MAX_TEXT_BYTES)? {
        Some(_) => Ok(format!("kept {name}, which is there already\n")),
        None => Err(Failure::error(format!("{name} is a link that leads nowhere"))),
    }
}

fn add_line(path: &Path, wanted: &GitLine) -> Result<String, Failure> {
    let (name, line) = (shown(path), wanted.line);
    let before = store::read(path, BUDGET)?;
    if before.as_deref().is_some_and(|text| has_line(text, line)) {
        return Ok(format!("kept {name}, which has `{line}` already\n"));
    }
    let done = if before.is_some() { "added" } else { "wrote" };
    let text = with_line(before.unwrap_or_default(), wanted);
    store::write_output(path, &text, &[])?;
    Ok(match done {
        "added" => format!("added `{line}` to {name}\n"),
        _ => format!("wrote {name} with `{line}`\n"),
    })
}

fn has_line(text: &[u8], line: &str) -> bool {
    text.split(|&byte| byte == b'\n').any(|each| each.trim_ascii() == line.as_bytes())
}

/// The text with the line at its end, whether or not its own last line was ended.
fn with_line(mut text: Vec<u8>, wanted: &GitLine) -> Vec<u8> {
    if text.last().is_some_and(|&last| last != b'\n') {
        text.push(b'\n');
    }
    text.extend_from_slice(format!("{}\n{}\n", wanted.comment, wanted.line).as_bytes());
    text
}

fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use lighthouse::manifest;
    use lighthouse::text::source::Source;

    use super::*;

    #[test]
    fn the_starter_is_a_manifest_without_mistakes_or_warnings() {
        let manifest = manifest::read(&[Source::new(NAME, STARTER)]).expect("valid");
        assert!(manifest.warnings.is_empty());
        assert_eq!((manifest.model.nodes().len(), manifest.model.workloads().len()), (4, 4));
    }

    #[test]
    fn a_last_line_without_an_end_is_ended() {
        assert_eq!(with_line(b"target".to_vec(), &GIT_LINES[0]), b"target\n# Locks of `lighthouse apply`.\n.*.lock\n");
    }

    #[test]
    fn a_line_counts_with_windows_ends_too() {
        assert!(has_line(b"a\r\n.*.lock\r\n", ".*.lock"));
        assert!(!has_line(b"#.*.lock\n", ".*.lock"));
    }
}
