//! One command each.

pub(crate) mod backtest;
pub(crate) mod classify;
pub(crate) mod diff;
pub(crate) mod eval;
pub(crate) mod eval_table;
pub(crate) mod history;
pub(crate) mod labelled;
pub(crate) mod model;
pub(crate) mod protocol;
pub(crate) mod protocol_test;
pub(crate) mod simulate;
pub(crate) mod slices;
pub(crate) mod surprise;
pub(crate) mod train;
pub(crate) mod tune;
pub(crate) mod watch;
pub(crate) mod watch_table;
