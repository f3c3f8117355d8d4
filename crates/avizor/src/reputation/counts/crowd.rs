//! Who and what repeats itself, when there are too many mentions to remember each.
//!
//! Authors fall into 64 groups by hash, and so do texts. Groups of different people are alike in size; one that
//! stands far above the rest holds somebody who repeats himself, or a copied text, and is cut down.

use serde::{Deserialize, Serialize};

use super::sample::Entry;

const GROUPS: usize = 64;

/// Weight by polarity of each group of authors, and of each group of texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Crowd {
    authors: Vec<[u32; 3]>,
    texts: Vec<[u32; 3]>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            authors: vec![[0; 3]; GROUPS],
            texts: vec![[0; 3]; GROUPS],
        }
    }
}

impl Crowd {
    pub(crate) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut crowd = Self::default();
        for e in entries {
            crowd.add(e.author, e.voice(), e.judged(), e.weight);
        }
        crowd
    }

    /// One mention: its author, its text or itself, what it says and what it weighs.
    pub(crate) fn add(&mut self, author: u64, text: u64, polarity: Option<usize>, weight: u8) {
        let Some(k) = polarity else { return };
        for (groups, key) in [(&mut self.authors, author), (&mut self.texts, text)] {
            if let Some(group) = groups.get_mut(group_of(key)) {
                group[k] = group[k].saturating_add(u32::from(weight));
            }
        }
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        let pairs = self.authors.iter_mut().zip(&other.authors);
        for (mine, theirs) in pairs.chain(self.texts.iter_mut().zip(&other.texts)) {
            for (a, b) in mine.iter_mut().zip(theirs) {
                *a = a.saturating_add(*b);
            }
        }
    }

    /// By how much cutting down moves the shares of negative, neutral and positive.
    pub(crate) fn moves(&self) -> [f64; 3] {
        let mut moved = [0.0; 3];
        for groups in [&self.authors, &self.texts] {
            let cuts = cuts(groups);
            let (mut plain, mut cut) = ([0.0; 3], [0.0; 3]);
            for (group, factor) in groups.iter().zip(cuts) {
                for k in 0..3 {
                    plain[k] += f64::from(group[k]);
                    cut[k] += f64::from(group[k]) * factor;
                }
            }
            let (all, left) = (sum(&plain), sum(&cut));
            if all > 0.0 && left > 0.0 {
                for k in 0..3 {
                    moved[k] += cut[k] / left - plain[k] / all;
                }
            }
        }
        moved
    }
}

fn group_of(key: u64) -> usize {
    (key >> 32) as usize % GROUPS
}

/// What is left of each group: twice the median is as much as any may weigh, and four standard deviations of
/// chance above the median, in which a mention weighs about [`super::weight::UNIT`].
fn cuts(groups: &[[u32; 3]]) -> Vec<f64> {
    let totals: Vec<f64> = groups.iter().map(|g| sum(&g.map(f64::from))).collect();
    let mut sorted = totals.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let unit = f64::from(super::weight::UNIT);
    let most = (2.0 * median).max(median + 4.0 * ((median + unit) * unit).sqrt());
    totals
        .iter()
        .map(|t| if *t > most { most / t } else { 1.0 })
        .collect()
}

fn sum(shares: &[f64; 3]) -> f64 {
    shares.iter().sum()
}
