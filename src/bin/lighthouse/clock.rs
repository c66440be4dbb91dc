//! What time it is, for locks and for lines of `watch`. No plan depends on it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second that has four digits for its year.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// The time, in UTC wherever this runs, such as `2026-11-24T10:42:07Z`.
pub(crate) fn now() -> String {
    written(SystemTime::now())
}

/// A clock that is wrong by decades is no reason to end: what cannot be written is the nearest time that can.
fn written(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().min(LAST);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clock_has_a_time() {
        for (seconds, text) in [
            (-17_280_000, "1970-01-01T00:00:00Z"),
            (0, "1970-01-01T00:00:00Z"),
            (2_147_483_648, "2038-01-19T03:14:08Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "9999-12-31T23:59:59Z"),
        ] {
            let since = Duration::from_secs(i64::unsigned_abs(seconds));
            assert_eq!(written(if seconds < 0 { UNIX_EPOCH - since } else { UNIX_EPOCH + since }), text);
        }
    }
}
