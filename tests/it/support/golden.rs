//! Golden files: expected output that is committed and compared byte for byte.

use std::fs;
use std::path::Path;

/// Returns whether golden files are to be written instead of compared: `UPDATE=1`.
fn is_updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// Compares a page with its golden file, or writes the file with `UPDATE=1`.
#[track_caller]
pub(crate) fn compare(golden: &Path, page: &str) {
    if is_updating() {
        fs::write(golden, page).expect("written");
        return;
    }
    let expected = fs::read_to_string(golden).unwrap_or_default();
    let different = expected.lines().zip(page.lines()).find(|(expected, actual)| expected != actual);
    assert!(
        expected == page,
        "{} differs (`UPDATE=1` writes it again); first (expected, actual): {different:#?}",
        golden.display()
    );
}
