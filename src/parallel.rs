//! Runs work on several threads, and on the calling thread alone if no other can be started.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, available_parallelism, scope};

/// Maximum number of results that wait: in the channel from the helpers, and in the calling thread.
const AHEAD: usize = 2;

/// Returns the number of threads that the machine runs at once.
///
/// Cached, because the operating system reads files to answer.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| available_parallelism().map_or(1, NonZero::get))
}

/// Runs both functions at once and returns both results.
///
/// The first runs on a thread of its own or, if none can be started, after the second.
///
/// ```
/// assert_eq!(lighthouse::parallel::both(|| 1 + 1, || "two"), (2, "two"));
/// ```
///
/// # Panics
/// If one of them does.
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

/// Processes items on at most `threads` threads, and passes the results to `take` in the order of the items, until
/// `take` fails.
///
/// The calling thread runs `take`. While the next result is missing, it processes items as well.
///
/// ```
/// let mut squares = Vec::new();
/// let take = |_: &u32, square| Ok::<_, ()>(squares.push(square));
/// lighthouse::parallel::in_order(&[1, 2, 3], 2, |number| number * number, take).unwrap();
/// assert_eq!(squares, [1, 4, 9]);
/// ```
///
/// # Panics
/// If `work` does.
pub fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let begin = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        Some((at, items.get(at)?))
    };
    let (sender, receiver) = sync_channel(AHEAD);
    let help = |sender: SyncSender<(usize, R)>| {
        // Sending fails once the receiver is gone: `take` has failed, and no result is wanted any more.
        while begin().is_some_and(|(at, item)| sender.send((at, work(item))).is_ok()) {}
    };
    scope(|scope| {
        // Moved into this scope so that it is dropped on an early return; a helper blocked on sending then ends.
        let receiver = receiver;
        for _ in 1..threads.min(items.len()) {
            let (help, sender) = (&help, sender.clone());
            // If no thread can be started, the calling thread does the work.
            let _ = Builder::new().spawn_scoped(scope, move || help(sender));
        }
        drop(sender);
        let mut done = BTreeMap::new();
        for (at, item) in items.iter().enumerate() {
            let result = loop {
                if let Some(result) = done.remove(&at) {
                    break result;
                }
                if let Ok((at, result)) = receiver.try_recv() {
                    done.insert(at, result);
                } else if let Some((at, item)) = (done.len() < AHEAD).then(begin).flatten() {
                    done.insert(at, work(item));
                } else if let Ok((at, result)) = receiver.recv() {
                    done.insert(at, result);
                } else {
                    // The helper with this item has panicked, and the scope passes that panic on at its end.
                    return Ok(());
                }
            };
            take(item, result)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn results_do_not_depend_on_the_number_of_threads(
            items in vec(0..100_u32, 0..50), threads in 0..6_usize, end in 0..60_usize,
        ) {
            let (mut taken, work) = (Vec::new(), |item: &u32| item * 2);
            let ended = in_order(&items, threads, work, |&item, result| {
                assert_eq!(result, work(&item));
                taken.push(item);
                if taken.len() == end { Err(item) } else { Ok(()) }
            });
            let expected = if end == 0 { &items[..] } else { &items[..end.min(items.len())] };
            prop_assert_eq!(&taken[..], expected);
            prop_assert_eq!(ended.is_err(), (1..=items.len()).contains(&end));
        }
    }
}
