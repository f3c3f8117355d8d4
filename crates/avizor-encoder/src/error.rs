//! What can be wrong with a model's folder or a label map; every message says what to do next.

use std::path::{Path, PathBuf};

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file of the folder is not there or cannot be read.
    #[error("cannot read `{path}`: {remedy}")]
    File {
        /// The file.
        path: PathBuf,
        /// What to do.
        remedy: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the folder is there and is not what it should be.
    #[error("`{path}`: {message}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong and how to put it right.
        message: String,
    },
    /// Files that are right, each by itself, do not fit each other or what is asked of them.
    #[error("{0}")]
    Unfit(String),
    /// The arithmetic failed, which checked weights rule out: a lack of memory, or a flaw.
    #[error("the model could not be run: use a smaller batch, or report this")]
    Compute(#[from] candle_core::Error),
    /// The core refused something.
    #[error(transparent)]
    Core(#[from] avizor::Error),
    /// The lab refused something.
    #[error(transparent)]
    Lab(#[from] avizor_lab::Error),
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn content(path: &Path, message: impl Into<String>) -> Self {
        Self::Content {
            path: path.to_owned(),
            message: message.into(),
        }
    }
}
