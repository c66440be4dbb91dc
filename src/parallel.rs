//! Two things at once, where a thread is to be had.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// What both give: the first on a thread of its own, or after the second where there is none.
///
/// ```
/// assert_eq!(lighthouse::parallel::both(|| 1 + 1, || "two"), (2, "two"));
/// ```
///
/// # Panics
/// Where one of them does.
pub fn both<A: Send, B>(first: impl Fn() -> A + Sync, second: impl FnOnce() -> B) -> (A, B) {
    scope(|scope| {
        let helper = Builder::new().spawn_scoped(scope, &first);
        let second = second();
        let first = match helper {
            Ok(helper) => helper.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => first(),
        };
        (first, second)
    })
}
