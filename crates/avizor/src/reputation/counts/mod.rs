//! What is kept of mentions: whole numbers by time, and samples by hash. All of it adds up in any order.

pub(super) mod crowd;
pub(super) mod digest;
pub(super) mod distinct;
pub(super) mod names;
pub(super) mod sample;
pub(super) mod tally;
pub(super) mod timeline;
pub(super) mod weight;
