//! The harness: measure, simulate, replay, tune, train. Must not print, and must not tune on what it is judged on.
