//! Studies: whether what the library promises holds, over many seeds.

pub mod crisis;
pub mod reputation;
