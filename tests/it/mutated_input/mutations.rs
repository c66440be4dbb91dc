//! Mutations of bytes, drawn from a generator that gives the same numbers in every run.

use std::ops::Range;

use crate::support::library_run::resealed;

/// Pieces that are inserted into manifests, states and plans.
const TOKENS: [&str; 64] = [
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "[[",
    "]]",
    "[",
    "]",
    "{",
    "}",
    "= ",
    ".",
    ",",
    "#",
    "\\",
    "\\u0000",
    "\\e[2K",
    "true",
    "nan",
    "inf",
    "-inf",
    "-0.0",
    "1e-400",
    "1e400",
    "0x7f",
    "1979-05-27",
    "\"64 GiB\"",
    "\"1e3GiB\"",
    "\"1n\"",
    "\"9E\"",
    "\"٣\"",
    "name",
    "name = \"web\"\n",
    "count = 3\n",
    "replicas = 0\n",
    "stay = true\n",
    "was = \"web\"\n",
    "priority = -9223372036854775808\n",
    "[[nodes]]\n",
    "[[workloads]]\nname = \"web-0\"\n",
    "[drain]\n",
    "[cordon]\nn-1 = \"\"\n",
    "[aversion_groups.web]\nmax = 0\n",
    "[affinity_groups.\"\"]\n",
    "aversion_groups = [\"web\"]\n",
    "only_on = { name = [] }\n",
    "[rubric]\n",
    "[guards]\nmax_moves = 0\n",
    "[placements]\n",
    "[evicted]\n",
    "[cursor]\nafter = \"n\"\n",
    "w = { node = \"n\", requirements = {} }\n",
    "digest = \"sha256:\"\n",
    "format = 2\n",
    "serial = 9223372036854775807\n",
    "<<<<<<< ours\n",
    "=======\n",
    "kind = \"evict\"",
    "fresh = true\n",
];

/// Numbers at limits, without those that are legal but slow.
const NUMBERS: [&str; 24] = [
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "3",
    "7",
    "255",
    "999",
    "10000",
    "10000001",
    "2147483648",
    "4294967296",
    "1000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "0.000000000000000001",
    "999999999999999999",
    "1000000000000000000",
    "1e29",
    "1e30",
    "0.1",
];

/// Characters that must never be printed unescaped.
const HIDDEN: [&str; 12] = [
    "\0",
    "\u{1b}[2K\r",
    "\u{1b}]0;x\u{7}",
    "\u{7f}",
    "\u{9b}",
    "\u{ad}",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{e0041}",
    "\u{301}",
];

/// Openings that are repeated to nest deeply.
const NESTS: [&str; 6] = ["[", "{a=", "a.", "[[a.", "((", "{a=["];

/// The generator `SplitMix64`: small, and good enough to draw from.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below `end`, which is more than zero.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below")
    }

    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }
}

/// Applies one to five mutations, mostly few: each makes it less likely that the text gets past the first check.
pub(super) fn mutated(text: &[u8], other: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut text = text.to_vec();
    let most = 1 + draw.below(5);
    for _ in 0..=draw.below(most) {
        mutate(&mut text, other, draw);
    }
    text
}

/// Applies mutations and mostly makes the digest fit, so that code behind the check of the digest is reached.
pub(super) fn mutated_and_sealed(text: &[u8], other: &[u8], draw: &mut Draw) -> Vec<u8> {
    let bytes = mutated(text, other, draw);
    match str::from_utf8(&bytes) {
        Ok(text) if !draw.one_in(4) => resealed(text).into_bytes(),
        _ => bytes,
    }
}

fn mutate(text: &mut Vec<u8>, other: &[u8], draw: &mut Draw) {
    let at = draw.below(text.len() + 1);
    match draw.below(16) {
        0 => flip(text, at, draw),
        1 => insert(text, at, &[draw.below(256).to_le_bytes()[0]]),
        2 | 3 => insert(text, at, draw.of(&TOKENS).as_bytes()),
        4 => insert(text, at, draw.of(&HIDDEN).as_bytes()),
        5 => insert(text, at, draw.of(&NESTS).repeat(1 + draw.below(200)).as_bytes()),
        6 => drop(text.drain(at..(at + draw.below(12)).min(text.len()))),
        7 => replace_number(text, at, draw),
        8 => replace_value(text, at, draw),
        9 => splice(text, at, other, draw),
        10..=13 => copy_value(text, at, draw),
        _ => move_lines(text, draw),
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}

fn flip(text: &mut [u8], at: usize, draw: &mut Draw) {
    if let Some(byte) = text.get_mut(at) {
        *byte ^= 1 << draw.below(8);
    }
}

/// Replaces the first number after a position by one at a limit.
fn replace_number(text: &mut Vec<u8>, at: usize, draw: &mut Draw) {
    let Some(start) = text[at..].iter().position(u8::is_ascii_digit).map(|start| at + start) else { return };
    let length = text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.splice(start..start + length, draw.of(&NUMBERS).bytes());
}

/// Replaces the first value after a position by a piece.
fn replace_value(text: &mut Vec<u8>, at: usize, draw: &mut Draw) {
    if let Some(value) = value_after(text, at) {
        text.splice(value, draw.of(&TOKENS).bytes());
    }
}

/// Replaces the first value after a position by a value from elsewhere in the text, which is often meaningful.
fn copy_value(text: &mut Vec<u8>, at: usize, draw: &mut Draw) {
    let from = draw.below(text.len() + 1);
    if let (Some(to), Some(from)) = (value_after(text, at), value_after(text, from)) {
        let value = text[from].to_vec();
        text.splice(to, value);
    }
}

/// Returns the range of the first value after a position.
fn value_after(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + text[at..].windows(2).position(|two| two == b"= ")? + 2;
    let length = text[start..].iter().take_while(|&&byte| !matches!(byte, b'\n' | b',' | b'}')).count();
    Some(start..start + length)
}

/// Inserts some bytes of another text.
fn splice(text: &mut Vec<u8>, at: usize, other: &[u8], draw: &mut Draw) {
    let start = draw.below(other.len() + 1);
    let end = (start + draw.below(120)).min(other.len());
    insert(text, at, &other[start..end]);
}

/// Repeats a line, removes it, or swaps it with another one.
fn move_lines(text: &mut Vec<u8>, draw: &mut Draw) {
    let mut lines: Vec<_> = text.split_inclusive(|&byte| byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let (one, two) = (draw.below(lines.len()), draw.below(lines.len()));
    match draw.below(3) {
        0 => lines.insert(two, lines[one]),
        1 => drop(lines.remove(one)),
        _ => lines.swap(one, two),
    }
    *text = lines.concat();
}
