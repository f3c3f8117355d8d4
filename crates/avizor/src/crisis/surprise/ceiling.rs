//! What a negative binomial's upper tail cannot exceed, from a table: most buckets are nothing special, and knowing
//! that much is enough to learn from them.

use std::array::from_fn;
use std::sync::LazyLock;

use super::scales::Lanes;
use super::tail::upper_tail;
use super::{greater, lesser};

/// Standard deviations from the mean squared, with their sign: the lowest, and how many columns to one. Squared, no root is
/// taken.
const LOWEST: f64 = -2.0;
const FINE: f64 = 28.0;
/// Powers of two, so that a place is one by its last bits. What is too far out to tell, or parts of one, of which
/// nothing is known, stand at one column, and none, which is at most none for certain, at the last.
const COLUMNS: usize = 256;
const FAR: usize = COLUMNS - 2;
const NONE: usize = COLUMNS - 1;
/// Quarters of an octave of the dispersion: from 2^-10, the least that a series may have, to past 2^4, its most.
const FIRST_OCTAVE: i32 = -10;
const OCTAVES: usize = 16;
const ROWS: usize = 4 * OCTAVES;
/// What is less or more stands in the first row or the last.
const LEAST: f64 = 1.0 / (1_u32 << -FIRST_OCTAVE) as f64;
const MOST: f64 = 63.0;
/// Values are those of a mean so large that counts are as good as continuous.
const MEAN: f64 = 1e6;
/// Room for what lies between the dispersions that are computed, and for the approximation to smaller means.
const ROOM: f64 = 0.03;

/// ln(1 + s) by dispersion and distance: the higher of a quarter's two ends, at the end of a column's reach, for it rises
/// all along.
static TABLE: LazyLock<[[f64; COLUMNS]; ROWS]> = LazyLock::new(|| {
    let ends: [[f64; COLUMNS]; ROWS + 1] = from_fn(|row| {
        from_fn(|column| odds_at(dispersion_of(row), LOWEST + (column as f64 + 0.5) / FINE))
    });
    from_fn(|row| {
        from_fn(|column| {
            if column >= FAR {
                return if column == NONE { 0.0 } else { f64::INFINITY };
            }
            ends[row][column].max(ends[row + 1][column]) + ROOM * dispersion_of(row).max(1.0)
        })
    })
});

fn dispersion_of(row: usize) -> f64 {
    let octave = f64::from(FIRST_OCTAVE) + (row / 4) as f64;
    libm::exp2(octave) * (1.0 + (row % 4) as f64 / 4.0)
}

fn odds_at(dispersion: f64, q: f64) -> f64 {
    let deviation = libm::sqrt(MEAN + dispersion * MEAN * MEAN);
    let count = MEAN + libm::copysign(libm::sqrt(q.abs()), q) * deviation;
    libm::log1p(upper_tail(count, MEAN, dispersion))
}

/// At least ln(1 + s), s being -log10 of the upper tail at `count`; infinite where it is too far out to tell.
#[inline]
pub(super) fn odds_ceilings(
    count: &Lanes,
    mean: &Lanes,
    variance: &Lanes,
    dispersion: &Lanes,
) -> Lanes {
    let inverse: Lanes = variance.map(|variance| 1.0 / variance);
    // Half a count less: each stands for what lies around it. The skewness is that of a gamma with this dispersion.
    let off: Lanes = from_fn(|i| count[i] - 0.5 - mean[i]);
    let column: Lanes = from_fn(|i| {
        let squared = greater(off[i] * off[i].abs() * inverse[i], LOWEST);
        let column = lesser((squared - LOWEST) * FINE, FAR as f64);
        let column = if count[i] < 1.0 { FAR as f64 } else { column };
        if count[i] < 1e-9 { NONE as f64 } else { column }
    });
    let skewed: Lanes = from_fn(|i| dispersion[i] + 0.25 * inverse[i]);
    let skewed = skewed.map(|skewed| lesser(greater(skewed, LEAST), MOST));
    let table = &*TABLE;
    from_fn(|i| look_up(table, column[i], skewed[i]))
}

#[inline]
fn look_up(table: &[[f64; COLUMNS]; ROWS], column: f64, dispersion: f64) -> f64 {
    /// Two bits of the mantissa are the quarter, what is before them the octave.
    const QUARTER_BITS: u32 = 50;
    const FIRST: u64 = ((FIRST_OCTAVE + 1023) as u64) << 2;
    /// Added to it, a number is rounded to the nearest whole one, which its last bits are then.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let row = (dispersion.to_bits() >> QUARTER_BITS).wrapping_sub(FIRST) as usize;
    let column = (column + WHOLE).to_bits() as usize;
    table[row % ROWS][column % COLUMNS]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_exceeds_it() {
        let (mut checked, mut slack) = (0, Vec::new());
        for r in 0..60 {
            let dispersion = libm::exp2(4.45 - f64::from(r) * 0.24);
            for m in 0..60 {
                let mean = libm::exp(f64::from(m) * 0.3 - 5.0);
                let variance = mean + dispersion * mean * mean;
                for k in 0..50 {
                    let z = -3.5 + f64::from(k) * 0.119;
                    let count = mean + z * libm::sqrt(variance);
                    if count < 0.5 {
                        continue;
                    }
                    for count in [count, count.round()] {
                        let truth = libm::log1p(upper_tail(count, mean, dispersion));
                        let bound = odds_ceilings(
                            &[count; 4],
                            &[mean; 4],
                            &[variance; 4],
                            &[dispersion; 4],
                        )[0];
                        assert!(
                            truth <= bound,
                            "{count} of {mean}, {dispersion}: {truth} > {bound}"
                        );
                        slack.extend(bound.is_finite().then_some(bound - truth));
                        checked += 1;
                    }
                }
            }
        }
        assert!(checked > 100_000);
        // Near enough to be of use: half of them within 0.05, and the typical tail begins at 1.
        slack.sort_by(f64::total_cmp);
        let median = slack[slack.len() / 2];
        assert!(median < 0.05, "{median}");
    }
}
