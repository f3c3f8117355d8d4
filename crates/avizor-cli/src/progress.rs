//! How far a run has come, on standard error and only for somebody who looks.

use std::io::{IsTerminal, stderr, stdout};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar where the length is known, else a spinner; nothing at all where standard error is no terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    rows: u64,
}

impl Progress {
    /// `length` in bytes.
    pub(crate) fn new(length: Option<u64>) -> Self {
        // Lines on a terminal that stdout shares would tear the bar to pieces.
        if !stderr().is_terminal() || stdout().is_terminal() {
            return Self {
                bar: ProgressBar::hidden(),
                rows: 0,
            };
        }
        let bar = match length {
            Some(length) => ProgressBar::new(length).with_style(style(
                "{bar:30} {percent:>3} %  {msg}  {elapsed} (left {eta})",
            )),
            None => ProgressBar::new_spinner().with_style(style("{spinner} {msg}  {elapsed}")),
        };
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, rows: 0 }
    }

    /// A spinner with a message, for work of unknown length.
    pub(crate) fn busy(message: &'static str) -> Self {
        let progress = Self::new(None);
        progress.bar.set_message(message);
        progress
    }

    /// A bar over `length` things of one kind, which [`Progress::more`] moves.
    pub(crate) fn counting(length: u64, what: &'static str) -> Self {
        let progress = Self::new(Some(length));
        progress.bar.set_message(what);
        progress
    }

    /// So many more are done.
    pub(crate) fn more(&self, count: u64) {
        self.bar.inc(count);
    }

    /// `rows` more were read, and `bytes` in all.
    pub(crate) fn advance(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        let rate = self.rows as f64 / seconds;
        self.bar
            .set_message(format!("{} mentions, {rate:.0}/s", self.rows));
        if self.bar.length().is_some() {
            self.bar.set_position(bytes);
        }
    }

    /// A message above the bar.
    pub(crate) fn say(&self, message: &str) {
        self.bar.suspend(|| crate::output::say(message));
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are literals of this file; a plain bar is better than none.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
