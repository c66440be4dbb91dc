//! Several things at once, where threads are to be had.

use std::collections::BTreeMap;
use std::iter;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, available_parallelism, scope};

/// How much may be done that is not taken yet.
const AHEAD: usize = 2;

/// How many threads the machine runs at once.
pub fn threads() -> usize {
    available_parallelism().map_or(1, NonZero::get)
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
/// The thread that calls this takes. It works, too, on what is to be taken next when nobody has begun with it.
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
    let (sender, receiver) = sync_channel(AHEAD);
    let help = |sender: SyncSender<(usize, R)>| {
        let begun = iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let mut begun = begun.map_while(|at| Some((at, items.get(at)?)));
        // When nobody receives, nobody wants more.
        while begun.next().is_some_and(|(at, item)| sender.send((at, work(item))).is_ok()) {}
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
            let is_begun = next.compare_exchange(at, at + 1, Ordering::Relaxed, Ordering::Relaxed).is_err();
            while is_begun && !done.contains_key(&at) {
                match receiver.recv() {
                    Ok((number, result)) => done.insert(number, result),
                    // Whoever began with it has panicked, and so does this scope at its end.
                    Err(_) => return Ok(()),
                };
            }
            take(item, done.remove(&at).unwrap_or_else(|| work(item)))?;
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
