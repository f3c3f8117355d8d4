//! Texts of like length together, and batches to workers: all cores busy, memory bounded.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

/// A batch holds at most so many tokens, what fills up included. A judgement: larger ones were not faster on a
/// core, and this many keep the working memory of a base model under 200 MB a thread.
const TOKENS: usize = 2048;

/// Groups numbers of texts by length, longest first, each group within the bound of tokens. O(n log n).
///
/// Depends on the lengths alone, not on the threads, so that results do not either.
pub(crate) fn plan(lengths: &[usize]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(lengths[i]), i));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for i in order {
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * longest <= TOKENS => batch.push(i),
            _ => {
                longest = lengths[i].max(1);
                batches.push(vec![i]);
            }
        }
    }
    batches
}

/// Threads that take one batch after the other.
///
/// Each has a pool of its own with a single thread: what candle would spread over all cores stays on the one that has
/// the batch, and no thread begins a second batch while it waits within the first.
pub(crate) struct Workers(Vec<ThreadPool>);

impl Workers {
    /// `threads`: 0 is one a core.
    pub(crate) fn new(threads: usize) -> Result<Self> {
        let threads = match threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let pool = |_| ThreadPoolBuilder::new().num_threads(1).build();
        let pools = (0..threads)
            .map(pool)
            .collect::<std::result::Result<_, _>>();
        Ok(Self(pools.map_err(|_| {
            Error::Unfit("cannot start the threads: ask for fewer".to_owned())
        })?))
    }

    /// Applies `work` to every batch; results in the order of the batches. Ends at the first error.
    pub(crate) fn run<T: Send>(
        &self,
        batches: &[Vec<usize>],
        work: impl Fn(&[usize]) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Result<T>)>> = Mutex::default();
        let serve = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(batch) = batches.get(at) else { return };
                let result = work(batch);
                if result.is_err() {
                    next.store(batches.len(), Ordering::Relaxed);
                }
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((at, result));
            }
        };
        thread::scope(|scope| {
            for pool in self.0.iter().take(batches.len()) {
                scope.spawn(move || pool.install(serve));
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_in_one_batch_and_no_batch_is_too_large() {
        let lengths: Vec<usize> = (0..500).map(|i| 2 + i * 7919 % 300).collect();
        let batches = plan(&lengths);
        let mut seen: Vec<usize> = batches.concat();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
        for batch in &batches {
            let longest = batch.iter().map(|&i| lengths[i]).max().unwrap_or(0);
            assert!(batch.len() == 1 || batch.len() * longest <= TOKENS);
        }
        assert!(batches.len() < 60, "{}", batches.len());
    }

    #[test]
    fn a_text_beyond_the_bound_is_alone_and_no_text_is_no_batch() {
        assert_eq!(plan(&[9, TOKENS + 1, 0]), vec![vec![1], vec![0, 2]]);
        assert!(plan(&[]).is_empty());
    }

    #[test]
    fn workers_keep_the_order_and_pass_an_error_on() {
        let batches: Vec<Vec<usize>> = (0..50).map(|i| vec![i]).collect();
        let workers = Workers::new(3).expect("threads");
        let out = workers.run(&batches, |b| Ok(b[0] * 2)).expect("no error");
        assert_eq!(out, (0..50).map(|i| i * 2).collect::<Vec<_>>());
        let fails = workers.run(&batches, |b| match b[0] {
            20 => Err(Error::Unfit("twenty".into())),
            n => Ok(n),
        });
        assert!(fails.is_err());
    }
}
