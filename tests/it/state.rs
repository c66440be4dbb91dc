//! States and saved plans are read back as they were written, and every damage is detected.

use std::collections::{BTreeMap, BTreeSet};

use lighthouse::manifest;
use lighthouse::model::{Record, Recorded};
use lighthouse::quantity::{Family, Quantity};
use lighthouse::state::{
    Digest, Error, Flags, Lineage, Location, SavedChange, SavedPlan, State, manifest_digest, parse, parse_unverified,
    record_digest,
};
use lighthouse::text::source::Source;
use proptest::prelude::*;

use crate::support::library_run::resealed;

const SAMPLE: &str = "\
# Written by `lighthouse apply`. On a merge conflict take the side that your machines follow, then apply.
format = 1
cluster = \"prod\"
lineage = \"000102030405060708090a0b0c0d0e0f\"
serial = 7
digest = \"sha256:5b7f0b8d7d0a\"

[cursor]
after = \"rack-a-1\"

[placements]
\"a b\" = { node = \"rack-a-1\", requirements = {} }
web-0 = { node = \"rack-a-0\", requirements = { cpu = \"500m\", mem = \"1.5Gi\", ssd = \"0\" } }

[evicted]
postgres = \"nas\"
";

fn amount(text: &str) -> (Quantity, Family) {
    Quantity::parse(text).expect("a quantity")
}

fn recorded(workload: &str, node: &str, requirements: &[(&str, &str)]) -> Recorded {
    let requirements = requirements.iter().map(|(resource, text)| {
        let (quantity, family) = amount(text);
        ((*resource).into(), quantity, family)
    });
    Recorded { workload: workload.into(), node: node.into(), requirements: requirements.collect() }
}

fn sample() -> State {
    let bytes: Vec<u8> = (0..16).collect();
    State {
        cluster: Some("prod".to_owned()),
        lineage: Lineage::from_bytes(bytes.try_into().expect("16 bytes")),
        serial: 7,
        record: Record {
            placements: vec![
                recorded("a b", "rack-a-1", &[]),
                recorded("web-0", "rack-a-0", &[("cpu", "0.5m"), ("mem", "1536Mi"), ("ssd", "0")]),
            ],
            evicted: vec![("postgres".into(), "nas".into())],
            cursor: Some("rack-a-1".into()),
        },
    }
}

/// Manifest with every key that affects placement.
const EVERYTHING: &str = r#"
cluster = "prod"
strategy = "bin-pack"
replan = "keep"
rubric = { cpu = 1, mem = "0.25 per Gi" }
guards = { max_moves = 1, max_removes = 2 }
[[nodes]]
name = "rack"
count = 2
was = "shelf"
resources = { cpu = 4, mem = "8Gi" }
labels = { row = "r1" }
wards = ["night"]
[[workloads]]
name = "web"
replicas = 2
was = "www"
priority = 3
stay = true
requirements = { cpu = 1 }
immunities = ["night"]
aversion_groups = ["apart"]
affinity_groups = ["close"]
labels = { team = "t1" }
only_on = { row = ["r1", "r2"] }
never_on = { name = "x" }
[aversion_groups.apart]
over = "row"
max = 2
hard = true
[affinity_groups.close]
over = "row"
hard = true
[drain]
rack-0 = "old"
[cordon]
rack-1 = "full"
"#;

#[test]
fn manifests_of_different_meaning_have_different_digests() {
    let digest = |text: String| {
        let manifest = manifest::read(&[Source::new("x.toml", text.as_str())]);
        manifest_digest(&manifest.unwrap_or_else(|found| panic!("{text}: {found:?}")).model, &Flags::default())
    };
    let others = [
        ("\"prod\"", "\"test\""),
        ("\"bin-pack\"", "\"prioritized\""),
        ("\"keep\"", "\"fresh\""),
        ("cpu = 1, mem", "cpu = 2, mem"),
        ("0.25", "0.5"),
        ("max_moves = 1", "max_moves = 2"),
        ("max_removes = 2", "max_removes = 3"),
        ("count = 2", "count = 3"),
        ("\"shelf\"", "\"board\""),
        ("cpu = 4", "cpu = 5"),
        ("mem = \"8Gi\"", "disk = \"8Gi\""),
        ("row = \"r1\"", "row = \"r2\""),
        ("row = \"r1\"", "line = \"r1\""),
        ("wards = [\"night\"]", "wards = [\"day\"]"),
        ("replicas = 2", "replicas = 3"),
        ("\"www\"", "\"page\""),
        ("priority = 3", "priority = 4"),
        ("stay = true", "stay = false"),
        ("{ cpu = 1 }", "{ cpu = 2 }"),
        ("{ cpu = 1 }", "{ mem = 1 }"),
        ("immunities = [\"night\"]", "immunities = [\"day\"]"),
        ("aversion_groups = [\"apart\"]", "aversion_groups = [\"other\"]"),
        ("affinity_groups = [\"close\"]", "affinity_groups = [\"other\"]"),
        ("\"t1\"", "\"t2\""),
        ("team =", "crew ="),
        ("[\"r1\", \"r2\"]", "[\"r1\"]"),
        ("only_on = { row", "only_on = { name"),
        ("never_on = { name = \"x\" }", "never_on = { name = \"y\" }"),
        ("over = \"row\"\nmax = 2", "max = 2"),
        ("max = 2\nhard", "max = 3\nhard"),
        ("max = 2\nhard = true", "max = 2\nhard = false"),
        ("[affinity_groups.close]\nover = \"row\"", "[affinity_groups.close]"),
        ("[affinity_groups.close]\nover = \"row\"\nhard = true", "[affinity_groups.close]\nover = \"row\""),
        ("rack-0 = \"old\"", "rack-1 = \"old\""),
        ("\"old\"", "\"older\""),
        ("\"full\"", "\"fuller\""),
    ];
    let mut digests = vec![digest(EVERYTHING.to_owned())];
    for (from, to) in others {
        assert!(EVERYTHING.contains(from), "{from}");
        digests.push(digest(EVERYTHING.replacen(from, to, 1)));
    }
    let different: BTreeSet<String> = digests.iter().map(ToString::to_string).collect();
    assert_eq!(different.len(), digests.len());
    let same_meaning = EVERYTHING.replace("cpu = 4, mem = \"8Gi\"", "mem = \"8192Mi\", cpu = \"4000m\"");
    assert_eq!(digest(same_meaning), digests[0]);
}

/// Returns a state of about 2 KB.
fn two_kilobytes() -> String {
    let mut state = sample();
    state.record.placements.extend((0..18).map(|number| {
        recorded(&format!("worker-{number:02}"), "rack-b-3", &[("cpu", "2"), ("mem", "4Gi"), ("a \"tag\"", "0")])
    }));
    state.text()
}

#[test]
fn a_state_is_laid_out_as_documented() {
    let mut state = sample();
    state.record.placements[1] = recorded("web-0", "rack-a-0", &[("cpu", "500m"), ("mem", "1.5Gi"), ("ssd", "0")]);
    assert_eq!(state.text(), resealed(SAMPLE));
    assert_eq!(parse(state.text().as_bytes()), Ok(state));
}

#[test]
fn an_empty_record_is_a_valid_state() {
    let state = State { cluster: None, serial: 0, record: Record::default(), ..sample() };
    assert!(state.text().ends_with("\n\n[placements]\n"), "{}", state.text());
    assert_eq!(parse(state.text().as_bytes()), Ok(state));
}

#[test]
fn the_largest_serial_is_the_largest_toml_integer() {
    let state = State { serial: i64::MAX.cast_unsigned(), ..sample() };
    assert_eq!(parse(state.text().as_bytes()), Ok(state.clone()));
    assert_eq!(state.next(None, Record::default()), None);
    let beyond = resealed(&SAMPLE.replace("serial = 7", "serial = 18446744073709551615"));
    assert!(parse(beyond.as_bytes()).is_err());
}

#[test]
fn each_kind_of_damage_has_its_own_error() {
    let good = resealed(SAMPLE);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    let name = |error: &Error| format!("{error:?}").split([' ', '{']).next().map(str::to_owned).unwrap_or_default();
    for (text, expected) in [
        (String::new(), "Empty"),
        (with("web-0", "<<<<<<< ours\nweb-0"), "ConflictMarkers"),
        (with("web-0", "=======\nweb-0"), "ConflictMarkers"),
        (with("format = 1", "format = 2"), "NewerFormat"),
        (with("format = 1", "format = 2\nfuture = true"), "NewerFormat"),
        (resealed(&with("format = 1", "format = 0")), "Invalid"),
        (with("serial = 7", "serial 7"), "Syntax"),
        (with("serial = 7", "serial = 7\nserial = 7"), "Syntax"),
        (with("web-0", "\"a b\""), "Syntax"),
        (with("serial = 7", "serial = 7\nsize = 1"), "UnknownField"),
        (with("{ node", "{ colour = 1, node"), "UnknownField"),
        (resealed(&with("serial = 7\n", "")), "Invalid"),
        (resealed(&with("serial = 7", "serial = -1")), "Invalid"),
        (resealed(&with("500m", "500 m")), "Invalid"),
        (resealed(&with("500m", "inf")), "Invalid"),
        (resealed(&with("0001020304", "")), "WrongDigest"),
        (resealed(&with("postgres", "web-0")), "PlacedAndEvicted"),
        (good.split_once("digest").expect("two parts").0.to_owned(), "NoDigest"),
        (good.trim_end().to_owned(), "CutOff"),
        (good.replace('\n', "\r\n"), "LineEndings"),
        (with("rack-a-0", "rack-a-1"), "WrongDigest"),
        (format!("{good}\n"), "WrongDigest"),
    ] {
        // The lineage is the only part here that may be replaced if the digest fits.
        if text.contains("lineage = \"05") {
            assert!(parse(text.as_bytes()).is_ok());
            continue;
        }
        let error = parse(text.as_bytes()).expect_err(&text);
        assert_eq!(name(&error), expected, "{error}");
        assert!(!error.way_out().contains("delete"));
    }
    assert_eq!(parse(b"format = 1\n\xff"), Err(Error::NotUtf8 { at: Location::of(b"format = 1\n\xff", 11..12) }));
    let marked = with("web-0", "<<<<<<< ours\nweb-0");
    let start = marked.find("<<<<<<<").expect("a marker");
    let at = Location::of(marked.as_bytes(), start..start + "<<<<<<< ours".len());
    assert_eq!(parse(marked.as_bytes()), Err(Error::ConflictMarkers { at }));
}

#[test]
fn a_lineage_has_up_to_64_letters_digits_and_hyphens() {
    let lineage = |text: &str| {
        parse(resealed(&SAMPLE.replace("000102030405060708090a0b0c0d0e0f", text)).as_bytes()).map(|state| state.lineage)
    };
    for good in ["a", "A-9", &"x".repeat(64)] {
        let lineage = lineage(good).expect("a lineage");
        assert_eq!((lineage.as_str(), lineage.to_string().as_str()), (good, good));
    }
    let wrong =
        Error::Invalid { at: None, message: "`lineage` must have 1 to 64 letters, digits and hyphens".to_owned() };
    for bad in ["", "a b", "a_b", "\u{e9}", &"x".repeat(65)] {
        assert_eq!(lineage(bad), Err(wrong.clone()), "{bad}");
    }
}

#[test]
fn a_line_that_only_begins_like_a_conflict_marker_is_accepted() {
    let text = SAMPLE.replace("\"prod\"", "\"\"\"\n<<prod\n== >>\"\"\"");
    assert_eq!(parse_unverified(text.as_bytes()).expect("a state").cluster.as_deref(), Some("<<prod\n== >>"));
}

#[test]
fn errors_show_input_escaped() {
    let text = resealed(&resealed(SAMPLE).replace("serial = 7", "serial = 7\n\"a\u{202e}\\u001b[2K\" = 1"));
    let shown = parse(text.as_bytes()).expect_err("an unknown field").to_string();
    assert!(shown.chars().all(|c| (' '..='~').contains(&c)), "{shown}");
}

#[test]
fn an_unverified_state_may_have_any_digest() {
    let expected = parse(resealed(SAMPLE).as_bytes());
    assert_eq!(parse_unverified(SAMPLE.as_bytes()), expected);
    let without = resealed(SAMPLE).lines().filter(|line| !line.starts_with("digest")).collect::<Vec<_>>().join("\n");
    assert_eq!(parse_unverified(without.as_bytes()), expected);
    assert!(matches!(parse_unverified(SAMPLE.replace("serial", "cereal").as_bytes()), Err(Error::UnknownField { .. })));
}

/// Returns a copy of the state for each bit, with that bit flipped.
fn flipped(good: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..good.len() * 8).map(|at| {
        let mut bad = good.to_vec();
        bad[at / 8] ^= 1 << (at % 8);
        bad
    })
}

/// Returns a copy of the state for each byte, cut off there.
fn cut_off(good: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..good.len()).map(|length| good[..length].to_vec())
}

/// Returns the number, from 0, of the first damage that is not detected.
fn overlooked(mut damages: impl Iterator<Item = Vec<u8>>, is_read: fn(&[u8]) -> bool) -> Option<usize> {
    damages.position(|bad| is_read(&bad))
}

#[test]
fn every_flipped_bit_is_detected() {
    let good = two_kilobytes().into_bytes();
    assert!(parse(&good).is_ok() && (1800..3000).contains(&good.len()), "{}", good.len());
    assert_eq!(overlooked(flipped(&good), |bytes| parse(bytes).is_ok()), None);
}

#[test]
fn every_truncation_is_detected() {
    let good = two_kilobytes().into_bytes();
    assert_eq!(overlooked(cut_off(&good), |bytes| parse(bytes).is_ok()), None);
}

/// `parse_unverified` reads a state without checking the digest.
#[test]
fn control_a_reader_without_the_digest_overlooks_damage() {
    let good = two_kilobytes().into_bytes();
    assert!(overlooked(flipped(&good), |bytes| parse_unverified(bytes).is_ok()).is_some());
    assert!(overlooked(cut_off(&good), |bytes| parse_unverified(bytes).is_ok()).is_some());
}

#[test]
fn equal_amounts_are_equal_records_whatever_their_units() {
    let one = Record { placements: vec![recorded("a", "n", &[("mem", "1Gi")])], ..Record::default() };
    let same = Record { placements: vec![recorded("a", "n", &[("mem", "1024Mi")])], ..Record::default() };
    let plain = Record { placements: vec![recorded("a", "n", &[("mem", "1073741824")])], ..Record::default() };
    let other = Record { placements: vec![recorded("a", "n", &[("mem", "1G")])], ..Record::default() };
    assert_eq!(record_digest(&one), record_digest(&same));
    assert_eq!(record_digest(&one), record_digest(&plain));
    assert_ne!(record_digest(&one), record_digest(&other));
}

/// Draws names of every kind, including those that TOML must quote.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z0-9-]{1,12}", 1 => "\\PC{1,8}"]
}

fn quantity() -> impl Strategy<Value = (Quantity, Family)> {
    let unit = prop::sample::select(&["", "m", "k", "G", "Ki", "Gi", "Ei"][..]);
    (-9_999_i64..1_000_000, unit).prop_map(|(whole, unit)| amount(&format!("{whole}{unit}")))
}

fn record() -> impl Strategy<Value = Record> {
    let requirements = prop::collection::btree_map(name(), quantity(), 0..4);
    let placements = prop::collection::btree_map(name(), (name(), requirements), 0..20);
    let evicted = prop::collection::btree_map(name(), name(), 0..4);
    (placements, evicted, prop::option::of(name())).prop_map(|(placements, mut evicted, cursor)| {
        evicted.retain(|workload, _| !placements.contains_key(workload));
        Record {
            placements: placements
                .into_iter()
                .map(|(workload, (node, amounts))| lower(&workload, &node, amounts))
                .collect(),
            evicted: evicted.into_iter().map(|(workload, node)| (workload.into(), node.into())).collect(),
            cursor: cursor.map(Into::into),
        }
    })
}

fn lower(workload: &str, node: &str, amounts: BTreeMap<String, (Quantity, Family)>) -> Recorded {
    let requirements = amounts.into_iter().map(|(resource, (amount, family))| (resource.into(), amount, family));
    Recorded { workload: workload.into(), node: node.into(), requirements: requirements.collect() }
}

fn state() -> impl Strategy<Value = State> {
    (prop::option::of(name()), any::<[u8; 16]>(), 0..=i64::MAX.cast_unsigned(), record()).prop_map(
        |(cluster, bytes, serial, record)| State { cluster, lineage: Lineage::from_bytes(bytes), serial, record },
    )
}

fn saved_plan() -> impl Strategy<Value = SavedPlan> {
    let kind = prop::sample::select(&["place", "move", "rename", "update", "evict", "remove"][..]);
    let node = || prop::option::of(name());
    let change = (kind, node(), node(), prop::collection::vec("\\PC{0,20}", 0..3));
    let changes = prop::collection::btree_map(name(), change, 0..9);
    let pairs = || prop::collection::btree_map(name(), "\\PC{0,20}", 0..4);
    (state(), any::<bool>(), any::<bool>(), changes, pairs(), pairs()).prop_map(
        |(state, first, fresh, changes, moves, unplaced)| SavedPlan {
            serial: (!first).then_some(state.serial),
            manifest: Digest::of(b"manifest"),
            state: (!first).then(|| Digest::of(state.text().as_bytes())),
            result: record_digest(&state.record),
            cluster: state.cluster,
            lineage: state.lineage,
            flags: Flags { fresh, moves: moves.into_iter().collect() },
            changes: changes
                .into_iter()
                .map(|(workload, (kind, from, to, reasons))| SavedChange {
                    workload,
                    kind: kind.to_owned(),
                    from,
                    to,
                    reasons,
                })
                .collect(),
            unplaced: unplaced.into_iter().collect(),
        },
    )
}

proptest! {
    #[test]
    fn a_state_is_read_back_as_it_was_written(state in state()) {
        let text = state.text();
        let read = parse(text.as_bytes()).expect("a state");
        prop_assert_eq!(read.text(), text);
        prop_assert_eq!(record_digest(&read.record), record_digest(&state.record));
        prop_assert_eq!((read.cluster, read.lineage, read.serial), (state.cluster, state.lineage, state.serial));
    }

    #[test]
    fn a_saved_plan_is_read_back_as_it_was_written(plan in saved_plan()) {
        prop_assert_eq!(SavedPlan::parse(plan.text().as_bytes()), Ok(plan));
    }

    #[test]
    fn plans_that_differ_only_in_reasons_show_the_same_changes(plan in saved_plan(), reason in "\\PC{0,20}") {
        let mut other = plan.clone();
        other.changes.iter_mut().for_each(|change| change.reasons = vec![reason.clone()]);
        other.unplaced.iter_mut().for_each(|(_, why)| why.clone_from(&reason));
        prop_assert!(plan.shows_same_changes(&other));
        if let Some((workload, _)) = other.unplaced.last_mut() {
            workload.push('x');
            prop_assert!(!plan.shows_same_changes(&other));
        }
    }

    #[test]
    fn a_state_has_one_sorted_line_per_workload(state in state()) {
        let text = state.text();
        let tables = text.split_once("[placements]\n").expect("placements").1;
        let lines: Vec<_> = tables.lines().take(state.record.placements.len()).collect();
        let all_placements = lines.iter().all(|line| line.contains(" = { node = "));
        prop_assert!(all_placements);
        let names: BTreeSet<_> = state.record.placements.iter().map(|each| &each.workload).collect();
        prop_assert_eq!(names.len(), lines.len());
    }

    #[test]
    fn spliced_bytes_are_detected(from in 0_usize..2000, length in 1_usize..400, to in 0_usize..2000) {
        let good = two_kilobytes().into_bytes();
        let (end, to) = ((from + length).min(good.len()), to.min(good.len()));
        let piece = good[from.min(end)..end].to_vec();
        let mut bad = good.clone();
        bad.splice(to..to, piece);
        prop_assert!(bad == good || parse(&bad).is_err());
        let mut bad = good.clone();
        bad.drain(from.min(end)..end);
        prop_assert!(bad == good || parse(&bad).is_err());
    }

    #[test]
    fn appended_bytes_are_detected(more in prop::collection::vec(any::<u8>(), 1..40)) {
        let mut bad = two_kilobytes().into_bytes();
        bad.extend(more);
        prop_assert!(parse(&bad).is_err());
    }

    #[test]
    fn no_input_makes_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        let _ = (parse(&bytes), parse_unverified(text.as_bytes()), SavedPlan::parse(&bytes));
    }
}
