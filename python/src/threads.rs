//! How many threads work, and the buffers that each of them keeps.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use avizor::{Mention, Scratch};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::errors;

/// Rows that one thread takes at a time: about 0.2 ms of work, so handing them over costs nothing.
const SHARE: usize = 64;
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

    /// `f` of every item, in their order, whatever the number of threads.
    pub(crate) fn map<T: Sync, R: Send>(
        &self,
        items: &[T],
        f: impl Fn(&mut Worker, &T) -> R + Sync,
    ) -> Vec<R> {
        let one = |item: &T| WORKER.with_borrow_mut(|worker| f(worker, item));
        match self {
            Self::Many(pool) if items.len() > SHARE => {
                pool.install(|| items.par_iter().with_min_len(SHARE).map(one).collect())
            }
            _ => items.iter().map(one).collect(),
        }
    }
}
