//! The last day, bucket by bucket.

use serde::{Deserialize, Serialize};

/// Counts and expectations of the last day, oldest overwritten first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ring {
    cells: Vec<(f64, f64)>,
    next: usize,
}

impl Ring {
    pub(super) fn new(len: usize) -> Self {
        Self {
            cells: vec![(0.0, 0.0); len],
            next: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether a round has just been completed.
    pub(super) fn at_start(&self) -> bool {
        self.next == 0
    }

    #[inline]
    pub(super) fn push(&mut self, cell: (f64, f64)) {
        if let Some(slot) = self.cells.get_mut(self.next) {
            *slot = cell;
        }
        self.next = self.place(self.next.saturating_add(1));
    }

    /// Sum of the `gone` oldest of the last `window` cells.
    #[inline]
    pub(super) fn oldest(&self, window: usize, gone: usize) -> (f64, f64) {
        if gone == 1 {
            return self.back(window);
        }
        let gone = gone.min(window);
        sum((window - gone + 1..=window).map(|age| self.back(age)))
    }

    /// Sum of the last `window` cells.
    pub(super) fn latest(&self, window: usize) -> (f64, f64) {
        let (after, before) = self.cells.split_at(self.place(self.next));
        let backwards = after.iter().rev().chain(before.iter().rev());
        sum(backwards.take(window).copied())
    }

    /// The cell pushed `age` pushes ago, counted from 1.
    #[inline]
    fn back(&self, age: usize) -> (f64, f64) {
        let age = age.min(self.len());
        let next = self.place(self.next);
        let at = if next >= age {
            next - age
        } else {
            next + self.len() - age
        };
        self.cells.get(at).copied().unwrap_or_default()
    }

    /// The place itself, or the first where it is past the last.
    #[inline]
    fn place(&self, place: usize) -> usize {
        if place < self.len() { place } else { 0 }
    }
}

fn sum(cells: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    cells.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
}
