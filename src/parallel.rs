//! Several things at once, where threads are to be had.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, available_parallelism, scope};

/// How much may be done that is not taken yet: by the taker, and by all others.
const AHEAD: usize = 2;

/// How many threads the machine runs at once. It is asked once, as it reads files to answer.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| available_parallelism().map_or(1, NonZero::get))
}

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

/// Works on all items, on at most so many threads, and takes what comes of them in their order, until taking fails.
///
/// The thread that calls this takes. While what is to be taken next is not there it works, too, on what comes soon
/// after.
///
/// ```
/// let mut squares = Vec::new();
/// let take = |_: &u32, square| Ok::<_, ()>(squares.push(square));
/// lighthouse::parallel::in_order(&[1, 2, 3], 2, |number| number * number, take).unwrap();
/// assert_eq!(squares, [1, 4, 9]);
/// ```
///
/// # Panics
/// Where the work does.
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
        // When nobody receives, nobody wants more.
        while begin().is_some_and(|(at, item)| sender.send((at, work(item))).is_ok()) {}
    };
    scope(|scope| {
        // It goes with this scope, so that no helper waits for a taker who has given up.
        let receiver = receiver;
        for _ in 1..threads.min(items.len()) {
            let (help, sender) = (&help, sender.clone());
            // Where there is no thread to be had, there is one that works.
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
                    // Whoever began with it has panicked, and so does this scope at its end.
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
        fn any_number_of_threads_gives_the_same(
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
