//! How many threads work, and the buffers that each of them keeps.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use avizor::{Mention, Scratch};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::errors;

/// Rows of one share of the work: about 3 ms, so handing it over costs nothing.
const SHARE_ROWS: usize = 1_024;
/// Bytes of text of one share; rows are counted as [`ROW_BYTES`] more.
const SHARE_BYTES: usize = 256 * 1_024;
/// What a row costs beside its text, in bytes of text.
const ROW_BYTES: usize = 64;
/// Shares that a thread works on between two looks at Ctrl-C: at 30 ns a byte, a tenth of a second.
const SHARES_A_TURN: usize = 16;
/// More threads than this are a mistake.
const MOST: usize = 1024;

/// Buffers that a thread reuses, row after row.
#[derive(Default)]
pub(crate) struct Worker {
    pub scratch: Scratch,
    pub mention: Mention,
}

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::default();
}

/// The threads of one call.
#[derive(Clone)]
pub(crate) enum Threads {
    /// The caller's own.
    One,
    Many(Arc<rayon::ThreadPool>),
}

struct Pool {
    process: u32,
    threads: usize,
    workers: Arc<rayon::ThreadPool>,
}

/// The last pool used. Not rayon's global one: after a fork its threads are gone in the child, which
/// would wait for them for ever.
static LAST: Mutex<Option<Pool>> = Mutex::new(None);

impl Threads {
    /// `wanted` threads, or one for each core.
    pub(crate) fn new(py: Python<'_>, wanted: Option<usize>) -> PyResult<Self> {
        let threads = match wanted {
            Some(n) if (1..=MOST).contains(&n) => n,
            Some(n) => {
                return Err(errors::input(
                    py,
                    format!("threads is {n}: pass 1 to {MOST}, or None for one a core"),
                ));
            }
            None => std::thread::available_parallelism()
                .map_or(1, usize::from)
                .min(MOST),
        };
        if threads == 1 {
            return Ok(Self::One);
        }
        let process = std::process::id();
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = last
            .as_ref()
            .filter(|p| p.process == process && p.threads == threads)
        {
            return Ok(Self::Many(Arc::clone(&found.workers)));
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("avizor-{i}"))
            .build()
            .map_err(errors::internal)?;
        let pool = Arc::new(pool);
        let next = Pool {
            process,
            threads,
            workers: Arc::clone(&pool),
        };
        if let Some(old) = last.replace(next)
            && old.process != process
        {
            // A parent's pool: its threads do not exist here, so nothing may be said to them.
            std::mem::forget(old);
        }
        Ok(Self::Many(pool))
    }

    /// How many work at once.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::One => 1,
            Self::Many(pool) => pool.current_num_threads(),
        }
    }

    /// Work that finds its own parallel parts.
    #[cfg(feature = "encoder")]
    pub(crate) fn install<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        match self {
            Self::One => f(),
            Self::Many(pool) => pool.install(f),
        }
    }

    /// A pool of its own of that many threads: work that nobody waits for any more must not hold up the next call.
    pub(crate) fn own_pool(&self) -> PyResult<rayon::ThreadPool> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.count());
        pool.build().map_err(errors::internal)
    }

    /// `f` of every share of the items, in their order, whatever the number of threads; `size` is an item's
    /// text in bytes. To be called with the GIL released: it looks at Ctrl-C in between.
    pub(crate) fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        size: impl Fn(&T) -> usize,
        f: impl Fn(&mut Worker, &[T]) -> R + Sync,
    ) -> PyResult<Vec<R>> {
        let shares = shares(items, size);
        let one = |share: &&[T]| WORKER.with_borrow_mut(|worker| f(worker, share));
        let mut done = Vec::with_capacity(shares.len());
        for turn in shares.chunks(SHARES_A_TURN * self.count()) {
            // The method itself is not general enough in its lifetime.
            #[allow(clippy::redundant_closure_for_method_calls)]
            Python::attach(|py| py.check_signals())?;
            match self {
                Self::Many(pool) if turn.len() > 1 => {
                    let part: Vec<R> = pool.install(|| turn.par_iter().map(one).collect());
                    done.extend(part);
                }
                _ => done.extend(turn.iter().map(one)),
            }
        }
        Ok(done)
    }
}

/// The items cut into shares of about the same work.
fn shares<T>(items: &[T], size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut shares = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (i, item) in items.iter().enumerate() {
        bytes += size(item) + ROW_BYTES;
        if i + 1 - start >= SHARE_ROWS || bytes >= SHARE_BYTES {
            shares.push(&items[start..=i]);
            (start, bytes) = (i + 1, 0);
        }
    }
    if start < items.len() {
        shares.push(&items[start..]);
    }
    shares
}
