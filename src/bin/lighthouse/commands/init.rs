//! `init`: writes a starter manifest, and lines for locks and states in .gitignore and .gitattributes.
//!
//! Nothing is overwritten: an existing manifest stays as it is, and a file for Git gains only the line that it lacks.

use std::path::{Path, PathBuf};

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::store::{self, Input};
use lighthouse::text::escape::quoted;

use crate::args::Global;
use crate::failure::Failure;
use crate::inputs::named_manifest;

const NAME: &str = "lighthouse.toml";
const STARTER: &str = include_str!("starter.toml");

/// A line that belongs in a file for Git.
struct GitLine {
    file: &'static str,
    comment: &'static str,
    line: &'static str,
}

const GIT_LINES: [GitLine; 2] = [
    GitLine { file: ".gitignore", comment: "# Locks of `lighthouse apply`.", line: ".*.lock" },
    GitLine {
        file: ".gitattributes",
        comment: "# Never merge a placement state line by line: take the side that your machines follow.",
        line: "*.state.toml -text -merge",
    },
];

/// Maximum size of a file for Git, in bytes.
const MAX_GIT_FILE: u64 = 1 << 20;

/// Writes what is missing, and returns one line per file.
pub(crate) fn run(global: &Global) -> Result<String, Failure> {
    let path = named_manifest(global).unwrap_or_else(|| PathBuf::from(NAME));
    if Input::of(&path) == Input::Stdin {
        return Err(Failure::usage("`init` cannot write to standard output").help("`-f FILE` names the file to write"));
    }
    let mut text = write_manifest(&path)?;
    for line in &GIT_LINES {
        text += &add_line(&path.with_file_name(line.file), line)?;
    }
    Ok(text)
}

fn write_manifest(path: &Path) -> Result<String, Failure> {
    let name = quoted_path(path);
    if store::create_new(path, STARTER.as_bytes())? {
        return Ok(format!("wrote {name}: edit it, then run `lighthouse plan`\n"));
    }
    match store::read(path, MAX_TEXT_BYTES)? {
        Some(_) => Ok(format!("kept {name}, which exists already\n")),
        None => Err(Failure::error(format!("{name} is a symbolic link to a file that does not exist"))),
    }
}

fn add_line(path: &Path, wanted: &GitLine) -> Result<String, Failure> {
    let (name, line) = (quoted_path(path), wanted.line);
    let before = store::read(path, MAX_GIT_FILE)?;
    if before.as_deref().is_some_and(|text| has_line(text, line)) {
        return Ok(format!("kept {name}, which already has `{line}`\n"));
    }
    let done =
        if before.is_some() { format!("added `{line}` to {name}\n") } else { format!("wrote {name} with `{line}`\n") };
    store::write_output(path, &with_line(before.unwrap_or_default(), wanted), &[])?;
    Ok(done)
}

fn has_line(text: &[u8], line: &str) -> bool {
    text.split(|&byte| byte == b'\n').any(|each| each.trim_ascii() == line.as_bytes())
}

/// Appends the line, after a line break if the text ends without one.
fn with_line(mut text: Vec<u8>, wanted: &GitLine) -> Vec<u8> {
    if text.last().is_some_and(|&last| last != b'\n') {
        text.push(b'\n');
    }
    text.extend_from_slice(format!("{}\n{}\n", wanted.comment, wanted.line).as_bytes());
    text
}

fn quoted_path(path: &Path) -> String {
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
    fn a_line_is_appended_after_a_line_break() {
        assert_eq!(with_line(b"target".to_vec(), &GIT_LINES[0]), b"target\n# Locks of `lighthouse apply`.\n.*.lock\n");
    }

    #[test]
    fn a_line_with_a_windows_line_break_counts() {
        assert!(has_line(b"a\r\n.*.lock\r\n", ".*.lock"));
        assert!(!has_line(b"#.*.lock\n", ".*.lock"));
    }
}
