//! The comment as bytes, and as what a reader of Markdown makes of it.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::*;
use crate::model::{Model, Record};
use crate::render::fixture::{HOSTILE, cluster, every_character, names};
use crate::text::escape::is_hidden;
use crate::text::source::Span;

fn origin() -> Origin {
    Origin { manifest: "cluster.toml".to_owned(), state: Some("cluster.state.toml".to_owned()), serial: Some(7) }
}

fn comment(model: &Model, record: &Record, most: usize) -> String {
    let plan = Plan::new(model, record, &[]).expect("a plan");
    page(&plan, &origin(), &|_| None, (&Findings::default(), &[]), most)
}

/// The texts of the fences, in order. Anything that is neither frame nor text fails.
fn fences(page: &str) -> Vec<String> {
    let mut fences = Vec::new();
    let mut inside = false;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                assert!(["diff", "text"].contains(&&*info), "{info}");
                fences.push(String::new());
                inside = true;
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => inside = false,
            Event::Text(text) if inside => fences.last_mut().expect("a fence").push_str(&text),
            Event::Html(html) => assert!(is_frame(&html), "{html}"),
            Event::Start(Tag::Paragraph | Tag::Strong | Tag::HtmlBlock)
            | Event::End(_)
            | Event::Code(_)
            | Event::SoftBreak => {}
            Event::Text(text) => assert!(text.is_ascii() && !text.contains(['<', '@']), "{text}"),
            other => panic!("{other:?} in {page}"),
        }
    }
    fences
}

fn is_frame(html: &str) -> bool {
    let fold = html.strip_prefix("<summary>").and_then(|rest| rest.strip_suffix("</summary>\n"));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" ,".contains(&byte));
    ["<!-- lighthouse plan -->\n", "<details>\n", "</details>\n"].contains(&html) || fold.is_some_and(plain)
}

#[test]
fn a_plan_is_a_comment() {
    let (model, record) = cluster();
    let expected = "\
<!-- lighthouse plan: prod -->

**Plan: 1 to place, 1 to move, 1 to update, 1 to remove; 1 unplaced, 0 stay. 1 of 2 nodes in use.**

`cluster.toml (2 nodes, 4 workloads, prioritized) against cluster.state.toml (serial 7)`

<details>
<summary>4 changes, 1 unplaced</summary>

```diff
! train is unplaced: needs gpu 1
  2 of 2 nodes lack `gpu`; the whole cluster is short of gpu: 1 needed, 0 free on all nodes together
  `lighthouse explain train` says what would help
+ web-2  -> nas       new
> web-1  gone -> nas  gone is gone
~ web-0  nas          cpu none -> 0.5
- old    gone         no longer in the manifest
```

</details>
";
    assert_eq!(comment(&model, &record, MOST), expected);
}

#[test]
fn nothing_to_do_has_no_fold() {
    let model = names(["a"]);
    let record = Plan::new(&model, &Record::default(), &[]).expect("a plan").record();
    let page = comment(&model, &record, MOST);
    assert!(page.starts_with("<!-- lighthouse plan: a -->\n\n**Nothing changes; 1 stay."), "{page}");
    assert!(!page.contains("details"), "{page}");
}

#[test]
fn the_marker_has_plain_names_only() {
    assert_eq!(marker(Some("prod-1.eu_x")), "<!-- lighthouse plan: prod-1.eu_x -->");
    for name in ["a--b", "-->", "a b", "\u{e4}", &"x".repeat(101)] {
        assert_eq!(marker(Some(name)), "<!-- lighthouse plan -->");
    }
}

#[test]
fn names_are_text_whatever_they_contain() {
    let model = names(HOSTILE);
    let page = comment(&model, &Record::default(), MOST);
    let fences = fences(&page);
    assert_eq!(fences.len(), 1);
    let mut sorted = HOSTILE;
    sorted.sort_unstable();
    for (name, line) in sorted.iter().zip(fences[0].lines()) {
        assert!(line.starts_with(&format!("+ {}", visible(name))), "{line}");
    }
    assert_eq!(fences[0].lines().count(), HOSTILE.len());
}

#[test]
fn files_and_warnings_are_text_too() {
    let model = names(["a"]);
    let plan = Plan::new(&model, &Record::default(), &[]).expect("a plan");
    for name in HOSTILE {
        let sources = [Source::new(name, "x")];
        let mut warnings = Findings::default();
        warnings.push(Diagnostic::warning(name).at(Span { file: 0, start: 0, end: 1 }, ""));
        let origin = Origin { manifest: name.to_owned(), state: Some(name.to_owned()), serial: None };
        let page = super::plan(&plan, &origin, &|_| None, (&warnings, &sources)).replace("plan: a -->", "plan -->");
        assert_eq!(fences(&page)[1], format!("{}\n", visible(&format!("{name}:1:1: {name}"))));
        let code = Parser::new(&page).find_map(|event| match event {
            Event::Code(text) => Some(text.into_string()),
            _ => None,
        });
        assert_eq!(code.as_deref(), Some(phrase::heading(&model, &origin).as_str()));
    }
}

#[test]
fn warnings_are_listed_and_then_counted() {
    let mut warnings = Findings::default();
    warnings.extend((10..33).map(|number| Diagnostic::warning(format!("number {number}"))));
    let text = warned(&warnings, &[]);
    assert!(text.starts_with("\n23 warnings:\n\n```text\nnumber 10\n"), "{text}");
    assert!(text.ends_with("number 29\nand 3 more\n```\n"), "{text}");
}

#[test]
fn a_long_comment_ends_with_what_is_left_out() {
    let many =
        (0..5_000).map(|number| format!("{}-\u{1f980}{}-{number}", "`".repeat(90), "x".repeat(90))).collect::<Vec<_>>();
    let model = names(many.iter().map(String::as_str));
    let page = comment(&model, &Record::default(), MOST);
    let shown = fences(&page)[0].lines().count();
    let left = format!("\n**{} of 5000 lines are left out here**; `lighthouse plan` shows them all.\n", 5_000 - shown);
    assert!(page.ends_with(&left), "{}", &page[page.len() - 200..]);
    assert!(page.len() > MOST && length(&page) <= MOST && length(&page) > MOST - 500, "{}", length(&page));
    assert_eq!(page, comment(&model, &Record::default(), MOST));
}

#[test]
fn no_single_text_fills_the_comment() {
    let long = ["`".repeat(70_000), "x".repeat(70_000)];
    let model = names(long.iter().map(String::as_str));
    let plan = Plan::new(&model, &Record::default(), &[]).expect("a plan");
    let mut warnings = Findings::default();
    warnings.extend((0..100).map(|number| Diagnostic::warning(format!("{number}{}", long[0]))));
    let origin = Origin { manifest: long[0].clone(), ..Origin::default() };
    let page = super::plan(&plan, &origin, &|_| None, (&warnings, &[]));
    assert!(length(&page) <= MOST);
    assert_eq!(fences(&page)[0].lines().count(), 2);
}

#[test]
fn every_character_is_text_or_spelled_out() {
    let all = every_character();
    let page = comment(&names(all.iter().map(String::as_str)), &Record::default(), usize::MAX);
    assert!(!page.chars().any(|c| c != '\n' && is_hidden(c)));
    let fences = fences(&page);
    for (name, line) in all.iter().zip(fences[0].lines()) {
        assert!(line.starts_with(&cut(&format!("+ {}", visible(name))).replace("...", "")), "{line}");
    }
    assert_eq!(fences[0].lines().count(), all.len());
}
