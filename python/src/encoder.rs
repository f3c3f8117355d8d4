//! A transformer beside the fast models, where the package was built with the feature `encoder`.

use std::path::PathBuf;

use avizor::{Analysis, Mention};
use pyo3::prelude::*;

use crate::errors::Stop;
use crate::threads::Threads;

/// Folder, heads, label map, budget.
pub(crate) type Given = (PathBuf, Vec<PathBuf>, Option<PathBuf>, Option<f64>);

#[cfg(feature = "encoder")]
pub(crate) use built::Transformer;

#[cfg(feature = "encoder")]
mod built {
    use std::sync::{Mutex, PoisonError};

    use avizor_encoder::{Options, Reviewer};

    use super::{Analysis, Given, Mention, PyResult, Python, Stop, Threads};
    use crate::errors;

    /// Mentions that are judged between two looks at Ctrl-C.
    const TOGETHER: usize = 256;

    /// A reviewer behind a lock: its budget is that of the stream of all calls.
    pub(crate) struct Transformer(Mutex<Reviewer>);

    impl Transformer {
        pub(crate) fn open(
            py: Python<'_>,
            (folder, heads, labels, budget): Given,
            classifier: avizor::Classifier,
            evidence: bool,
        ) -> PyResult<Self> {
            let options = Options {
                folder,
                heads,
                labels,
                budget,
                threads: 0,
            };
            py.detach(|| Reviewer::open(&options, classifier, evidence))
                .map(|reviewer| Self(Mutex::new(reviewer)))
                .map_err(|e| errors::encoder(py, &e))
        }

        /// To be called with the GIL released.
        pub(crate) fn analyse(
            &self,
            threads: &Threads,
            mentions: &[Mention],
        ) -> Result<Vec<Analysis>, Stop> {
            let mut lock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let reviewer: &mut Reviewer = &mut lock;
            let mut analyses = Vec::with_capacity(mentions.len());
            for part in mentions.chunks(TOGETHER) {
                #[allow(clippy::redundant_closure_for_method_calls)]
                Python::attach(|py| py.check_signals())?;
                let done = threads.install(|| reviewer.review(part));
                analyses.extend(done.map_err(|e| Python::attach(|py| errors::encoder(py, &e)))?);
            }
            Ok(analyses)
        }

        /// One mention with its reasons.
        pub(crate) fn explain(&self, mention: &Mention) -> PyResult<Analysis> {
            let reviewer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let done = reviewer.explain(mention);
            done.map_err(|e| Python::attach(|py| errors::encoder(py, &e)))
        }
    }
}

/// What nobody can have in a package without transformers.
#[cfg(not(feature = "encoder"))]
pub(crate) enum Transformer {}

#[cfg(not(feature = "encoder"))]
impl Transformer {
    pub(crate) fn open(py: Python<'_>, _: Given, _: avizor::Classifier, _: bool) -> PyResult<Self> {
        Err(crate::errors::input(
            py,
            "this avizor was built without transformers: build the package with `make wheel-encoder`, or with \
             `maturin build --release --features encoder --manifest-path python/Cargo.toml`",
        ))
    }

    pub(crate) fn analyse(&self, _: &Threads, _: &[Mention]) -> Result<Vec<Analysis>, Stop> {
        match *self {}
    }

    pub(crate) fn explain(&self, _: &Mention) -> PyResult<Analysis> {
        match *self {}
    }
}
