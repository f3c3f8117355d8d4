//! Who and what repeats itself, when there are too many mentions to remember each.
//!
//! Authors fall into 64 groups by hash, and so do texts. Groups of different people are alike in size; one that
//! stands far above the rest holds somebody who repeats himself, or a copied text, and is cut down.

use serde::{Deserialize, Serialize};

use super::sample::Entry;

const GROUPS: usize = 64;
/// Places of a crowd: of authors and then of texts, by group, and in each by polarity.
const PLACES: usize = 2 * GROUPS * 3;
/// Up to so many places in use are listed: longer lists take as much as all of them.
const FEW: usize = 256;

/// Weight by polarity of each group of authors, and of each group of texts.
///
/// A list of the places in use while these are few and light, all of them from then on: which of the two depends on
/// what was added, not on the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Crowd {
    Few(Vec<(u16, u16)>),
    Many(Vec<u32>),
}

impl Default for Crowd {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Crowd {
    pub(crate) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let judged = entries.filter_map(|e| Some((e, e.judged()?)));
        let weighed = judged.filter(|(e, _)| e.weight > 0).flat_map(|(e, k)| {
            places(e.author, e.voice(), k).map(|place| (place as u16, u32::from(e.weight)))
        });
        let mut all: Vec<(u16, u32)> = weighed.collect();
        all.sort_unstable();
        Self::of_places(all.into_iter())
    }

    /// From places in order, each as often as it was met.
    fn of_places(places: impl Iterator<Item = (u16, u32)>) -> Self {
        let mut sums: Vec<(u16, u32)> = Vec::with_capacity(places.size_hint().0.min(PLACES));
        for (place, weight) in places {
            match sums.last_mut() {
                Some(last) if last.0 == place => last.1 = last.1.saturating_add(weight),
                _ => sums.push((place, weight)),
            }
        }
        let few = sums
            .iter()
            .map(|&(place, sum)| Some((place, u16::try_from(sum).ok()?)));
        if sums.len() <= FEW
            && let Some(few) = few.collect()
        {
            return Self::Few(few);
        }
        let mut weights = vec![0; PLACES];
        for (place, sum) in sums {
            if let Some(weight) = weights.get_mut(usize::from(place)) {
                *weight = sum;
            }
        }
        Self::Many(weights)
    }

    /// One mention: its author, its text or itself, what it says and what it weighs.
    pub(crate) fn add(&mut self, author: u64, text: u64, polarity: Option<usize>, weight: u8) {
        let Some(k) = polarity else { return };
        for place in places(author, text, k) {
            self.put(place, u32::from(weight));
        }
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Few(mine), Self::Few(theirs)) => {
                let mut both: Vec<(u16, u16)> = [&mine[..], theirs].concat();
                // Two runs in order: stable sorting merges them.
                both.sort_by_key(|p| p.0);
                *self = Self::of_places(both.into_iter().map(|(place, sum)| (place, sum.into())));
            }
            (Self::Many(_), Self::Few(places)) => {
                for &(place, weight) in places {
                    self.put(usize::from(place), u32::from(weight));
                }
            }
            (_, Self::Many(weights)) => {
                for (mine, weight) in self.all().iter_mut().zip(weights) {
                    *mine = mine.saturating_add(*weight);
                }
            }
        }
    }

    fn put(&mut self, place: usize, weight: u32) {
        if weight == 0 {
            return;
        }
        if let Self::Few(places) = self
            && let Ok(key) = u16::try_from(place)
        {
            let found = places.binary_search_by_key(&key, |p| p.0);
            let before = found.ok().and_then(|i| places.get(i)).map_or(0, |p| p.1);
            if let Ok(sum) = u16::try_from(u32::from(before) + weight) {
                match found {
                    Ok(i) => {
                        places[i].1 = sum;
                        return;
                    }
                    Err(i) if places.len() < FEW => {
                        if places.len() == places.capacity() {
                            places.reserve_exact(places.len() / 4 + 8);
                        }
                        places.insert(i, (key, sum));
                        return;
                    }
                    Err(_) => {}
                }
            }
        }
        if let Some(sum) = self.all().get_mut(place) {
            *sum = sum.saturating_add(weight);
        }
    }

    /// All places, listed ones spread out.
    fn all(&mut self) -> &mut [u32] {
        if let Self::Few(places) = self {
            let mut weights = vec![0; PLACES];
            for &(place, weight) in &*places {
                if let Some(sum) = weights.get_mut(usize::from(place)) {
                    *sum = u32::from(weight);
                }
            }
            *self = Self::Many(weights);
        }
        match self {
            Self::Many(weights) => weights,
            Self::Few(_) => &mut [],
        }
    }

    /// By how much cutting down moves the shares of negative, neutral and positive.
    pub(crate) fn moves(mut self) -> [f64; 3] {
        let mut moved = [0.0; 3];
        let (groups, _) = self.all().as_chunks::<3>();
        for groups in groups.chunks(GROUPS) {
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

/// The places of an author and of a text in a crowd.
fn places(author: u64, text: u64, polarity: usize) -> [usize; 2] {
    [group_of(author), GROUPS + group_of(text)].map(|group| group * 3 + polarity)
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
