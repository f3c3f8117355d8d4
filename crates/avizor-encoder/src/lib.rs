//! A local transformer beside the fast models: a folder as Hugging Face's libraries save it, read with `tokenizers` and
//! run with `candle` on the processor. It opens no connection.
//!
//! An [`Encoder`] turns texts into embeddings, and into logits where the folder is a sequence classifier. [`Head`]s turn
//! those into probabilities of our labels, a [`Judge`] joins the two, and a [`Reviewer`] lets the fast models and the
//! judge work on the same mentions.

mod batch;
mod budget;
mod cache;
mod encoder;
mod error;
mod folder;
mod head;
mod judge;
mod labels;
mod model;
mod occlude;
mod open;
mod review;
mod tokens;
mod weights;

pub use budget::{Budget, doubt};
pub use cache::Cache;
pub use encoder::{Encoder, Read};
pub use error::{Error, Result};
pub use folder::Family;
pub use head::{Head, Source};
pub use judge::{Judge, Opinions};
pub use labels::LabelMap;
pub use open::Options;
pub use review::{Account, Reviewer};
pub use tokens::Tokens;
