//! Long lists of a document, of which little is there at once: they are made in parts, by several threads.
//!
//! The document without them is the frame. Where a list or a map is empty there, its entries are put.

use std::io::{self, Write};

use crate::parallel::{in_order, threads};

/// How many entries a part has.
const PART: usize = 512;

/// Writes a frame as far as into the list or map of a field, then its entries, and gives the rest of the frame. `text`
/// is a list or a map of some of them on a line.
///
/// # Panics
/// Where the frame has no such field.
pub(crate) fn fill<'f, T: Sync>(
    out: &mut impl Write,
    frame: &'f str,
    field: &str,
    entries: &[T],
    text: impl Fn(&[T]) -> String + Sync,
) -> io::Result<&'f str> {
    // Within a text a quotation mark would have a backslash before it.
    let name = format!("\"{field}\":");
    let inside = frame.find(&name).expect("a field of the frame") + name.len() + 1;
    let (before, rest) = frame.split_at(inside);
    out.write_all(before.as_bytes())?;
    let parts = entries.chunks(PART).collect::<Vec<_>>();
    let mut between = "";
    in_order(
        &parts,
        threads(),
        |part| text(part),
        |_, text| {
            out.write_all(between.as_bytes())?;
            between = ",";
            // Without its brackets and the end of the line.
            out.write_all(&text.as_bytes()[1..text.len() - 2])
        },
    )?;
    Ok(rest)
}
