//! Closed windows in, surprise and signals out.

mod surprise;

pub use surprise::{Reading, Surprise};
