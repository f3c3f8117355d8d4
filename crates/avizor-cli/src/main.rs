//! The command `avizor`: files and pipes in front of the library. Must not hold any logic that a library user would miss.
fn main() {}
