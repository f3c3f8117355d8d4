//! What a negative binomial's upper tail cannot exceed, from a table: most buckets are nothing special, and knowing
//! that much is enough to learn from them.

use std::sync::LazyLock;

use super::tail::negative_binomial;

/// Standard deviations from the mean, lowest, highest and step.
const LOWEST: f64 = -3.0;
const HIGHEST: f64 = 2.5;
const STEP: f64 = 0.125;
const COLUMNS: usize = ((HIGHEST - LOWEST) / STEP) as usize + 1;
/// Octaves of the shape r = 1 / dispersion: from 2^-5, below the least that a series may have, to 2^10, its most.
const FIRST_OCTAVE: i32 = -5;
const ROWS: usize = 16;
/// The tail rises with the mean, towards that of a gamma: this mean stands for all.
const MEAN: f64 = 1e6;
/// Room for what lies between the points that are computed.
const ROOM: f64 = 0.02;

static TABLE: LazyLock<[[f64; COLUMNS]; ROWS]> = LazyLock::new(|| {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            // The upper end of the column, at either end of the row and between.
            let z = LOWEST + (column + 1) as f64 * STEP;
            let highest = [0.0, 0.5, 1.0]
                .map(|part| {
                    let dispersion = libm::exp2(-(f64::from(FIRST_OCTAVE) + row as f64 + part));
                    let deviation = libm::sqrt(MEAN + dispersion * MEAN * MEAN);
                    negative_binomial(MEAN + z * deviation, MEAN, dispersion).upper
                })
                .into_iter()
                .fold(0.0, f64::max);
            libm::log1p(highest + ROOM)
        })
    })
});

/// At least ln(1 + s), s being -log10 of the upper tail at `count`; infinite where it is too far out to tell.
pub(super) fn odds_ceiling(count: f64, mean: f64, deviation: f64, dispersion: f64) -> f64 {
    if count < 1e-9 {
        return 0.0;
    }
    let z = (count - mean) / deviation;
    if z.is_nan() || z >= HIGHEST {
        return f64::INFINITY;
    }
    let column = ((z - LOWEST).max(0.0) / STEP) as usize;
    // The exponent of the number is its octave.
    let octave = (((1.0 / dispersion).to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let row = (octave - FIRST_OCTAVE).clamp(0, ROWS as i32 - 1) as usize;
    TABLE
        .get(row)
        .and_then(|r| r.get(column))
        .copied()
        .unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_exceeds_it() {
        let mut checked = 0;
        for r in 0..60 {
            let dispersion = libm::exp2(4.45 - f64::from(r) * 0.24);
            for m in 0..60 {
                let mean = libm::exp(f64::from(m) * 0.3 - 5.0);
                let deviation = libm::sqrt(mean + dispersion * mean * mean);
                for k in 0..50 {
                    let z = -3.5 + f64::from(k) * 0.119;
                    let count = mean + z * deviation;
                    if count < 0.5 {
                        continue;
                    }
                    for count in [count, count.round()] {
                        let truth = libm::log1p(negative_binomial(count, mean, dispersion).upper);
                        let bound = odds_ceiling(count, mean, deviation, dispersion);
                        assert!(
                            truth <= bound,
                            "{count} of {mean}, {dispersion}: {truth} > {bound}"
                        );
                        checked += 1;
                    }
                }
            }
        }
        assert!(checked > 100_000);
    }
}
