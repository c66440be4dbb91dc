//! Reading manifests of extreme size or depth, and where tables are. The messages of each mistake are sessions of
//! `tests/cases/invalid-manifest` and `tests/cases/valid-manifest`.

use lighthouse::manifest::{self, Manifest};
use lighthouse::text::diagnostic::{Findings, MAX_MESSAGE_BYTES, MAX_MESSAGES, Paint, draw, draw_all};
use lighthouse::text::escape::is_hidden;
use lighthouse::text::source::Source;

fn read(text: impl Into<Vec<u8>>) -> Result<Manifest, String> {
    let sources = [Source::new("lighthouse.toml", text)];
    manifest::read(&sources).map_err(|findings| {
        check_bounds(&findings, &sources);
        draw_all(&findings, &sources, Paint::Plain)
    })
}

fn check_bounds(findings: &Findings, sources: &[Source]) {
    for diagnostic in findings.iter().take(MAX_MESSAGES) {
        let text = draw(diagnostic, sources, Paint::Plain);
        assert!(text.len() <= MAX_MESSAGE_BYTES, "too long: {text}");
        let hidden = text.chars().find(|&c| c != '\n' && is_hidden(c));
        assert_eq!(hidden, None, "in {text:?}");
    }
    let all = draw_all(findings, sources, Paint::Coloured);
    assert!(all.len() <= MAX_MESSAGES * (MAX_MESSAGE_BYTES + 1) + 200);
}

#[test]
fn positions_of_tables_are_known() {
    let text =
        "strategy = \"prioritized\"\n\n[[nodes]]\nname = \"a\"\ncount = 2\n\n[[nodes]]\nresources = {}\nname = \"b\"\n";
    let manifest = read(text).expect("it is valid");
    let source = Source::new("", text);
    let node = manifest.model.node_named("b").expect("it is there");
    let places = manifest.node_spans(node);
    assert_eq!(source.line(places.header.start), 7);
    assert_eq!(source.line(places.name.start), 9);
    assert_eq!(places.amounts.map(|place| source.line(place.start)), Some(8));
    let first = manifest.model.node_named("a-1").expect("it is there");
    assert_eq!(source.line(manifest.node_spans(first).header.start), 3);
}

#[test]
fn a_hundred_thousand_nested_arrays_do_not_overflow_the_stack() {
    let strategy = "strategy = \"prioritized\"\n";
    let deep = [
        format!("{strategy}nodes = {}", "[".repeat(100_000)),
        format!("{strategy}nodes = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{strategy}nodes = {}", "{a=".repeat(100_000)),
        format!("{strategy}{}b = 1", "a.".repeat(100_000)),
        format!("{strategy}[{}b]", "a.".repeat(100_000)),
        format!("{strategy}[[{}b]]", "a.".repeat(100_000)),
        format!("{strategy}nodes = {}1{}", format!("{{{}b=", "a.".repeat(70)).repeat(70), "}".repeat(70)),
    ];
    for text in deep {
        let shown = read(text).expect_err("it is too deep");
        assert!(shown.contains("error: tables and arrays are nested too deep; the limit is 16\n"), "{shown}");
    }
}

#[test]
fn a_thousand_tables_of_a_million_are_refused_at_once() {
    let table = |number: usize| format!("[[workloads]]\nname = \"w{number}\"\nreplicas = 1000000\n");
    let text = format!("strategy = \"prioritized\"\n{}", (0..1_000).map(table).collect::<String>());
    let shown = read(text).expect_err("it is too much");
    assert_eq!(
        shown,
        "\
error: the manifest has more than 10000000 workloads, which is the limit
  --> lighthouse.toml:33:8
   |
33 | name = \"w10\"
   |        ^^^^^ exceeded here

"
    );
}

#[test]
fn a_hundred_messages_are_drawn_and_the_rest_are_counted() {
    let text = format!("strategy = \"prioritized\"\n{}", "[[nodes]]\n".repeat(137));
    let shown = read(text).expect_err("no node has a name");
    assert_eq!(shown.matches("error: a node has no name\n").count(), 100);
    assert!(shown.ends_with("\nand 37 more errors\n\n"));
}

#[test]
fn many_syntax_errors_take_little_time() {
    for piece in ["]", "= ", "[[", "a = \n", "\"", "a.", "{", ",", "\u{202e}", "'''"] {
        read(piece.repeat(300_000)).expect_err("it is no manifest");
    }
}
