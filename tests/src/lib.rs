//! Tests that cross crates live in this package's `tests` folder; it must not hold code that ships.
