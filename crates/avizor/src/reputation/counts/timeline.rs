//! Cells of event time that grow coarser as they age: any window is a sum over them.
//!
//! How coarse a moment is kept depends on the newest moment alone, so a timeline is a commutative
//! monoid: however a stream is split and in whatever order its parts are merged, the cells are the same.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::super::period::Period;
use crate::time::Timestamp;

/// What a timeline keeps of one stretch of time.
pub(crate) trait Cell: Default {
    /// What the cells of a timeline share.
    type Shared;

    /// Adds another stretch; commutative and associative, with the default as its neutral element.
    fn absorb(&mut self, shared: &mut Self::Shared, other: Self);

    /// Its time has passed out of what is kept.
    fn forget(self, _shared: &mut Self::Shared) {}
}

/// Cells of `unit` for moments at most `keep` old; both in [`TICK`]s, each unit a multiple of the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub unit: i32,
    pub keep: i32,
}

/// The finest unit: five minutes.
const TICK_MS: i64 = 300_000;
pub(crate) const HOUR: i32 = 12;
pub(crate) const DAY: i32 = 24 * HOUR;
pub(crate) const WEEK: i32 = 7 * DAY;
/// Never older than this: what comes after the last level's `keep` is forgotten otherwise.
pub(crate) const FOR_EVER: i32 = i32::MAX;

/// Cells in order of time. The levels are always the same for one timeline, so they are not stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timeline<C> {
    /// The newest moment, at the resolution of the second level; `None` when nothing was added.
    clock: Option<i32>,
    cells: Vec<(i32, C)>,
}

/// A moment in ticks since 1970.
pub(crate) fn tick(at: Timestamp) -> i32 {
    at.millis().div_euclid(TICK_MS) as i32
}

/// The first moment of a tick.
fn moment(tick: i32) -> Timestamp {
    Timestamp::from_millis(i64::from(tick) * TICK_MS)
}

/// The first tick at or after a moment.
fn tick_after(at: Timestamp) -> i32 {
    let ms = at.millis();
    (ms.div_euclid(TICK_MS) + i64::from(ms.rem_euclid(TICK_MS) > 0)) as i32
}

fn floor(tick: i32, unit: i32) -> i32 {
    tick.div_euclid(unit) * unit
}

/// The moment from which level `i` is kept: always the start of a cell of the next level.
fn cutoff(levels: &[Level], i: usize, clock: i32) -> i32 {
    let Level { unit, keep } = levels[i];
    if keep == FOR_EVER {
        return i32::MIN;
    }
    let coarser = levels.get(i + 1).map_or(unit, |l| l.unit);
    floor(clock.saturating_sub(keep), coarser)
}

impl<C: Cell> Timeline<C> {
    /// The cell that a moment falls in; `None` where it is older than what is kept.
    ///
    /// O(1) for the newest cell, O(log cells) for others.
    pub(crate) fn at(
        &mut self,
        levels: &[Level],
        shared: &mut C::Shared,
        at: Timestamp,
    ) -> Option<&mut C> {
        let t = tick(at);
        let unit = levels.get(1).map_or(1, |l| l.unit);
        let clock = match self.clock {
            Some(clock) if t < clock.saturating_add(unit) => clock,
            _ => {
                let now = floor(t, unit);
                self.advance(levels, shared, now);
                now
            }
        };
        let start = start_of(levels, clock, t)?;
        if self.cells.len() == self.cells.capacity() {
            // A quarter at a time: there are many timelines, and doubling would leave them half empty.
            self.cells.reserve_exact(self.cells.len() / 4 + 4);
        }
        let place = match self.cells.last() {
            Some(last) if last.0 == start => self.cells.len() - 1,
            Some(last) if last.0 > start => {
                match self.cells.binary_search_by_key(&start, |c| c.0) {
                    Ok(found) => found,
                    Err(gap) => {
                        self.cells.insert(gap, (start, C::default()));
                        gap
                    }
                }
            }
            _ => {
                self.cells.push((start, C::default()));
                self.cells.len() - 1
            }
        };
        self.cells.get_mut(place).map(|c| &mut c.1)
    }

    /// Lets the clock move on and folds what has become old. O(levels x log cells) when nothing has.
    fn advance(&mut self, levels: &[Level], shared: &mut C::Shared, clock: i32) {
        if let Some(old) = self.clock.filter(|old| *old < clock) {
            for i in (0..levels.len()).rev() {
                let before = cutoff(levels, i, old);
                let after = cutoff(levels, i, clock);
                let from = self.cells.partition_point(|c| c.0 < before);
                let to = self.cells.partition_point(|c| c.0 < after);
                if from < to {
                    self.fold(levels, shared, clock, from..to);
                }
            }
        }
        self.clock = Some(clock);
    }

    fn fold(&mut self, levels: &[Level], shared: &mut C::Shared, clock: i32, range: Range<usize>) {
        let (from, to) = (range.start, range.end);
        let mut end = from;
        for i in range {
            let (start, cell) = std::mem::take(&mut self.cells[i]);
            let Some(start) = start_of(levels, clock, start) else {
                cell.forget(shared);
                continue;
            };
            match self.cells[from..end].last_mut() {
                Some(last) if last.0 == start => last.1.absorb(shared, cell),
                _ => {
                    self.cells[end] = (start, cell);
                    end += 1;
                }
            }
        }
        self.cells.drain(end..to);
    }

    /// Adds another timeline of the same levels. O(cells of both).
    pub(crate) fn merge(&mut self, levels: &[Level], shared: &mut C::Shared, mut other: Self) {
        let Some(clock) = self.clock.max(other.clock) else {
            return;
        };
        self.advance(levels, shared, clock);
        other.advance(levels, shared, clock);
        let begins = |cells: &[(i32, C)]| cells.first().map_or(i32::MAX, |c| c.0);
        if begins(&self.cells) > begins(&other.cells) {
            std::mem::swap(&mut self.cells, &mut other.cells);
        }
        let first = begins(&other.cells);
        if self.cells.last().is_none_or(|c| c.0 < first) {
            self.cells.reserve_exact(other.cells.len());
            self.cells.append(&mut other.cells);
            return;
        }
        let mut fresh = other.cells.len();
        let mut mine = self.cells.iter().map(|c| c.0).peekable();
        for &(start, _) in &other.cells {
            while mine.next_if(|m| *m < start).is_some() {}
            fresh -= usize::from(mine.peek() == Some(&start));
        }
        // From the end, each cell to its last place: `from` are left of mine, and `to` places.
        let mut from = self.cells.len();
        let mut to = from + fresh;
        self.cells.reserve_exact(fresh);
        self.cells.resize_with(to, Default::default);
        for (start, cell) in other.cells.into_iter().rev() {
            while from > 0 && self.cells[from - 1].0 > start {
                (from, to) = (from - 1, to - 1);
                self.cells.swap(from, to);
            }
            if from > 0 && self.cells[from - 1].0 == start {
                (from, to) = (from - 1, to - 1);
                self.cells[from].1.absorb(shared, cell);
                self.cells.swap(from, to);
            } else {
                to -= 1;
                self.cells[to] = (start, cell);
            }
        }
    }

    /// The cells that begin in a period, in order of time.
    pub(crate) fn within(&self, period: Period) -> impl Iterator<Item = &C> {
        let (first, last) = (tick_after(period.start), tick_after(period.end));
        let from = self.cells.partition_point(|c| c.0 < first);
        let to = self.cells.partition_point(|c| c.0 < last).max(from);
        self.cells[from..to].iter().map(|c| &c.1)
    }

    /// The cells that may hold something of a period: those that begin in it and the one before.
    pub(crate) fn touching(&self, period: Period) -> impl Iterator<Item = &C> {
        let (first, last) = (tick(period.start), tick_after(period.end));
        let from = self
            .cells
            .partition_point(|c| c.0 <= first)
            .saturating_sub(1);
        let to = self.cells.partition_point(|c| c.0 < last).max(from);
        self.cells[from..to].iter().map(|c| &c.1)
    }

    /// The start of the first cell and the end of the last; `None` when there is none.
    pub(crate) fn extent(&self, levels: &[Level]) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.cells.first()?.0, self.cells.last()?.0);
        let unit = level_of(levels, self.clock?, last).map_or(1, |l| l.unit);
        Some((moment(first), moment(last.saturating_add(unit))))
    }

    /// Where each cell begins, oldest first.
    pub(crate) fn starts(&self) -> impl Iterator<Item = Timestamp> {
        self.cells.iter().map(|c| moment(c.0))
    }
}

fn level_of(levels: &[Level], clock: i32, t: i32) -> Option<&Level> {
    // Most moments are new: the first level reaches back at least so far.
    let finest = levels.first()?;
    if t >= clock.saturating_sub(finest.keep) {
        return Some(finest);
    }
    (0..levels.len())
        .find(|&i| t >= cutoff(levels, i, clock))
        .map(|i| &levels[i])
}

/// The start of the cell that holds `t` when the newest moment is `clock`.
fn start_of(levels: &[Level], clock: i32, t: i32) -> Option<i32> {
    level_of(levels, clock, t).map(|level| floor(t, level.unit))
}

/// The most cells that a timeline can hold short of its last level, if that one is for ever.
pub(crate) const fn most_cells(levels: &[Level]) -> usize {
    let mut sum = 0;
    let mut i = 0;
    while i < levels.len() && levels[i].keep != FOR_EVER {
        let coarser = if i + 1 < levels.len() {
            levels[i + 1].unit
        } else {
            levels[i].unit
        };
        // The clock lags behind the newest moment by at most a unit of the second level.
        sum += ((levels[i].keep + coarser + levels[1].unit) / levels[i].unit) as usize;
        i += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const LEVELS: [Level; 3] = [
        Level { unit: 1, keep: DAY },
        Level {
            unit: HOUR,
            keep: WEEK,
        },
        Level {
            unit: DAY,
            keep: 5 * WEEK,
        },
    ];

    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    struct Count(u32);

    impl Cell for Count {
        type Shared = ();

        fn absorb(&mut self, (): &mut (), other: Self) {
            self.0 += other.0;
        }
    }

    fn of(ticks: &[i32]) -> Timeline<Count> {
        let mut line = Timeline::<Count>::default();
        for &t in ticks {
            if let Some(cell) = line.at(&LEVELS, &mut (), moment(t)) {
                cell.0 += 1;
            }
        }
        line
    }

    proptest! {
        #[test]
        fn any_split_in_any_order_is_one_pass(
            ticks in vec(prop_oneof![-3 * DAY..3 * DAY, -9 * WEEK..9 * WEEK], 0..80),
            shards in vec(0_usize..4, 80),
        ) {
            let mut parts = vec![Vec::new(); 4];
            for (&t, &shard) in ticks.iter().zip(&shards) {
                parts[shard].push(t);
            }
            let mut merged = Timeline::default();
            for part in parts.iter().rev() {
                merged.merge(&LEVELS, &mut (), of(part));
            }
            let one = of(&ticks);
            prop_assert_eq!(&merged, &one);
            prop_assert!(one.cells.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(one.cells.len() <= most_cells(&LEVELS));
        }
    }

    #[test]
    fn old_detail_folds_and_nothing_is_lost_within_what_is_kept() {
        let line = of(&[0, 1, 2, HOUR, 2 * DAY, 4 * WEEK]);
        let counts: Vec<u32> = line.cells.iter().map(|c| c.1.0).collect();
        assert_eq!(counts, [4, 1, 1]);
        let all = line
            .within(Period::new(moment(0), moment(9 * WEEK)))
            .map(|c| c.0);
        assert_eq!(all.sum::<u32>(), 6);
        let forgotten = of(&[0, 9 * WEEK]);
        assert_eq!(forgotten.starts().count(), 1);
    }
}
