//! What a run needs before the first mention: protocol, models, threads.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use avizor::{Analysis, Classifier, Error, Mention, Model, Protocol, Scratch};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Reads a protocol file; what is wrong in it is said as `FILE:LINE:COLUMN: message`, which editors can follow.
pub(crate) fn protocol(path: &Path) -> Result<Protocol> {
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| {
        format!("cannot read `{file}`: check that it exists and is text in UTF-8")
    })?;
    Protocol::parse(&text).map_err(|error| match error {
        Error::Protocol {
            line,
            column,
            message,
        } => anyhow!("{file}:{line}:{column}: {message}"),
        other => anyhow!("{file}: {other}"),
    })
}

pub(crate) fn model(path: &Path) -> Result<Model> {
    let file = path.display();
    let bytes = fs::read(path).with_context(|| {
        format!("cannot read `{file}`: check that it exists and that you may read it")
    })?;
    Model::from_bytes(&bytes).map_err(|error| anyhow!("`{file}`: {error}"))
}

/// The shipped models, a protocol's topics and entities, and the models given, each in the place of its task.
pub(crate) fn classifier(protocol: Option<&Protocol>, models: &[PathBuf]) -> Result<Classifier> {
    let mut classifier = protocol.map_or_else(Classifier::new, Classifier::for_protocol);
    for path in models {
        classifier = classifier
            .with_model(model(path)?)
            .map_err(|error| anyhow!("`{}`: {error}", path.display()))?;
    }
    Ok(classifier)
}

/// A pool of `threads`, or of as many as there are cores.
pub(crate) fn pool(threads: Option<usize>) -> Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .context("cannot start the threads: ask for fewer with --threads")
}

/// Analyses in the order of the mentions, each finished by `then` on the thread that made it.
pub(crate) fn analyse<T: Send>(
    pool: &ThreadPool,
    classifier: &Classifier,
    mentions: &[Mention],
    then: impl Fn(&Mention, Analysis) -> T + Sync,
) -> Vec<T> {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::default();
    }
    pool.install(|| {
        mentions
            .par_iter()
            .with_min_len(64)
            .map(|mention| {
                let analysis =
                    SCRATCH.with_borrow_mut(|scratch| classifier.analyse(scratch, mention));
                then(mention, analysis)
            })
            .collect()
    })
}
