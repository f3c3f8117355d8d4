//! Benchmarks live in this package's `benches` folder; it must not hold code that ships.
