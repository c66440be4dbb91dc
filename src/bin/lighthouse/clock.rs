//! Wall clock, for locks and for the lines of `watch`. No plan depends on it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Last second of the year 9999.
const MAX_TIME: Duration = Duration::from_secs(253_402_300_799);

/// Returns the time in UTC, such as `2026-11-24T10:42:07Z`.
pub(crate) fn now() -> String {
    rfc3339(SystemTime::now())
}

/// Formats a time. A clock that is wrong by decades gives the nearest time from 1970 to 9999 instead of an error.
fn rfc3339(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().min(MAX_TIME);
    humantime::format_rfc3339_seconds(UNIX_EPOCH + since).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_out_of_range_becomes_the_nearest_in_range() {
        for (seconds, text) in [
            (-17_280_000, "1970-01-01T00:00:00Z"),
            (0, "1970-01-01T00:00:00Z"),
            (2_147_483_648, "2038-01-19T03:14:08Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "9999-12-31T23:59:59Z"),
        ] {
            let since = Duration::from_secs(i64::unsigned_abs(seconds));
            assert_eq!(rfc3339(if seconds < 0 { UNIX_EPOCH - since } else { UNIX_EPOCH + since }), text);
        }
    }
}
