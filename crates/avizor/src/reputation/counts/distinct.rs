//! How many different authors there were, in a kilobyte.

use std::hash::BuildHasherDefault;

use hyperloglockless::HyperLogLog;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::names::AsItIs;

/// 2^10 registers: a standard error of 3.3 %.
const BITS: u8 = 10;
const REGISTERS: usize = 1 << BITS;
/// Up to this many are remembered one by one.
const FEW: usize = 96;
/// The greatest register that 64 bits can give.
const GREATEST: u8 = 65;

type Sketch = HyperLogLog<BuildHasherDefault<AsItIs>>;

/// The exact set, in order, while it is small, then HyperLogLog (Flajolet et al. 2007) with the bias correction of
/// LogLog-Beta (Qin et al. 2016). Which of the two depends on who was seen, not on the order.
#[derive(Clone, Debug)]
pub(crate) enum Distinct {
    Few(Vec<u64>),
    Many(Box<Sketch>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Distinct {
    /// Sees somebody, by a well-mixed hash of who it is.
    pub(crate) fn insert(&mut self, hash: u64) {
        match self {
            Self::Many(sketch) => sketch.insert_hash(hash),
            Self::Few(set) => {
                if let Err(gap) = set.binary_search(&hash) {
                    set.insert(gap, hash);
                    self.sketch_if_many();
                }
            }
        }
    }

    fn sketch_if_many(&mut self) {
        if let Self::Few(set) = self
            && set.len() > FEW
        {
            let mut sketch = Sketch::with_hasher(BITS, BuildHasherDefault::default());
            for &hash in &*set {
                sketch.insert_hash(hash);
            }
            *self = Self::Many(Box::new(sketch));
        }
    }

    /// Sees everybody that the other has seen.
    pub(crate) fn absorb(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Few(mine), Self::Few(theirs)) => {
                mine.extend_from_slice(theirs);
                mine.sort_unstable();
                mine.dedup();
                self.sketch_if_many();
            }
            (Self::Many(mine), Self::Few(theirs)) => {
                for &hash in theirs {
                    mine.insert_hash(hash);
                }
            }
            (Self::Many(mine), Self::Many(theirs)) => {
                // Sketches of one size always unite.
                let _ = mine.union(theirs);
            }
            (Self::Few(set), Self::Many(theirs)) => {
                let mut sketch = theirs.clone();
                for &hash in &*set {
                    sketch.insert_hash(hash);
                }
                *self = Self::Many(sketch);
            }
        }
    }

    /// How many different ones were seen.
    pub(crate) fn estimate(&self) -> f64 {
        match self {
            Self::Few(set) => set.len() as f64,
            // Summed anew: the sketch's running sum may differ in its last bit with the order of arrival.
            Self::Many(sketch) => sketch_of(sketch.iter().collect()).raw_count(),
        }
    }
}

fn sketch_of(registers: Box<[u8]>) -> Sketch {
    let (mut zeros, mut sum) = (0, 0.0);
    for &register in &registers {
        zeros += usize::from(register == 0);
        sum += libm::exp2(-f64::from(register));
    }
    Sketch::from_parts(registers, BuildHasherDefault::default(), zeros, sum)
}

impl PartialEq for Distinct {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(a), Self::Few(b)) => a == b,
            (Self::Many(a), Self::Many(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Distinct {}

#[derive(Serialize, Deserialize)]
enum Written {
    Few(Vec<u64>),
    Many(Vec<u8>),
}

impl Serialize for Distinct {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Few(set) => Written::Few(set.clone()),
            Self::Many(sketch) => Written::Many(sketch.iter().collect()),
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Written::deserialize(d)? {
            Written::Few(set) if set.len() <= FEW && set.is_sorted_by(|a, b| a < b) => {
                Ok(Self::Few(set))
            }
            Written::Many(r) if r.len() == REGISTERS && r.iter().all(|r| *r <= GREATEST) => {
                Ok(Self::Many(Box::new(sketch_of(r.into()))))
            }
            _ => Err(D::Error::custom("registers that no count can have")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text;

    fn of(range: std::ops::Range<u32>) -> Distinct {
        let mut d = Distinct::default();
        range.for_each(|i| d.insert(text::hash(&i.to_le_bytes())));
        d
    }

    #[test]
    fn counts_few_exactly_and_many_within_four_standard_errors() {
        for n in [0, 1, 10, 96] {
            assert_eq!(of(0..n).estimate(), f64::from(n));
        }
        for n in [97, 200, 1_000, 3_000, 20_000, 500_000] {
            let estimate = of(0..n).estimate();
            assert!(
                (estimate - f64::from(n)).abs() <= 0.13 * f64::from(n),
                "{n}: {estimate}"
            );
        }
    }

    #[test]
    fn a_union_is_what_one_would_have_seen() {
        for (a, b, all) in [
            (0..10, 5..40, 0..40),
            (0..60, 50..120, 0..120),
            (0..900, 800..910, 0..910),
            (0..9, 0..5_000, 0..5_000),
        ] {
            let (mut left, mut right) = (of(a.clone()), of(b.clone()));
            left.absorb(&of(b));
            right.absorb(&of(a));
            assert_eq!(left, of(all.clone()));
            assert_eq!(left, right);
            assert_eq!(left.estimate(), of(all).estimate());
        }
    }

    #[test]
    fn registers_that_cannot_be_are_refused() {
        for registers in [vec![0; 3], vec![0; 1_000], vec![200; REGISTERS]] {
            let bytes = postcard::to_stdvec(&Written::Many(registers)).expect("there is memory");
            assert!(postcard::from_bytes::<Distinct>(&bytes).is_err());
        }
    }
}
