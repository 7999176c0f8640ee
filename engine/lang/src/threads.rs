//! Work on several threads: the caller's, and others that join it for as long as there is any.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Most threads that load a pack.
const LOADING: usize = 8;

/// How many threads some loading is worth, with so much of it worth one.
pub(crate) fn worth(work: usize, one: usize) -> usize {
    // Asking the system takes a dozen reads of its files.
    static AVAILABLE: OnceLock<usize> = OnceLock::new();
    let available =
        || *AVAILABLE.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from));
    match work / one.max(1) {
        0 | 1 => 1,
        some => some.min(available()).min(LOADING),
    }
}

/// Runs the same on several threads; what each gave, the caller's first.
pub(crate) fn together<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(&work)).collect();
        let mut all = vec![work()];
        for other in others {
            match other.join() {
                Ok(more) => all.push(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// Does numbered steps; what they gave, in the order of their numbers. Each thread has a state of
/// its own.
pub(crate) fn side_by_side<S, T: Send>(
    threads: usize,
    steps: usize,
    state: impl Fn() -> S + Sync,
    step: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        let mut own = None;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= steps {
                return done;
            }
            done.push((number, step(own.get_or_insert_with(&state), number)));
        }
    };
    let mut all: Vec<(usize, T)> = together(threads, worker).into_iter().flatten().collect();
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_keep_their_order() {
        for threads in [1, 3] {
            let done = side_by_side(
                threads,
                100,
                || 0,
                |own, number| {
                    *own += 1;
                    number * 2
                },
            );
            assert_eq!(done, (0..100).map(|n| n * 2).collect::<Vec<_>>());
        }
        assert!(side_by_side(2, 0, || (), |(), number| number).is_empty());
    }
}
