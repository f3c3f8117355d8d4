//! A folder and what goes with it, as people name them, to a reviewer.

use std::path::{Path, PathBuf};

use avizor::Classifier;

use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::head::Head;
use crate::judge::Judge;
use crate::review::Reviewer;

/// What to open.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder with `config.json`, `tokenizer.json` and `model.safetensors`.
    pub folder: PathBuf,
    /// Files of heads that read it; none: the folder is a sequence classifier, and brings its own.
    pub heads: Vec<PathBuf>,
    /// What a classifier's labels stand for; none: its folder's `avizor.toml`, or plain names.
    pub labels: Option<PathBuf>,
    /// The share of the mentions in [0, 1] that it judges at most; none: all.
    pub budget: Option<f64>,
    /// Threads of the network; 0 is one a core.
    pub threads: usize,
}

impl Encoder {
    /// [`Encoder::load`] on so many threads (0: one a core), where there may be no such folder.
    ///
    /// # Errors
    /// Where there is none, and as [`Encoder::load`].
    pub fn open(folder: &Path, threads: usize) -> Result<Self> {
        if !folder.is_dir() {
            return Err(Error::Unfit(format!(
                "there is no folder `{}`: name the one that holds config.json",
                folder.display()
            )));
        }
        Self::load(folder)?.with_threads(threads)
    }
}

impl Reviewer {
    /// Opens a transformer beside a classifier; `evidence` as for [`Reviewer::new`].
    ///
    /// # Errors
    /// Where a file is missing, damaged, or does not fit the others; and as [`Reviewer::with_budget`].
    pub fn open(options: &Options, classifier: Classifier, evidence: bool) -> Result<Self> {
        let encoder = Encoder::open(&options.folder, options.threads)?;
        let heads: Vec<Head> = if options.heads.is_empty() {
            let labels = options.labels.as_deref();
            vec![Head::of_classifier(&encoder, &options.folder, labels)?]
        } else {
            let files = options.heads.iter();
            files.map(|path| Head::load(path)).collect::<Result<_>>()?
        };
        let encoder = Head::fit_for(encoder, &heads)?;
        let judge = Judge::new(encoder, heads, &classifier)?;
        let reviewer = Self::new(judge, classifier, evidence);
        match options.budget {
            Some(share) => reviewer.with_budget(share),
            None => Ok(reviewer),
        }
    }
}
