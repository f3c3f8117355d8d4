//! How right a classifier is: accuracy, F1, confusion, calibration.

mod bootstrap;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::{McNemar, mcnemar};

pub use bootstrap::{Intervals, intervals};

/// Precision, recall and F1 of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PerClass {
    /// Right among those predicted, in [0, 1].
    pub precision: f64,
    /// Found among those that are, in [0, 1].
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// How many there are.
    pub support: usize,
}

/// What `avizor eval` reports. Undefined ratios (0/0) are 0, as in scikit-learn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Name of the task.
    pub task: String,
    /// Labelled rows.
    pub n: usize,
    /// Share of rows that are right.
    pub accuracy: f64,
    /// Mean F1 over the labels that occur in the truth.
    pub macro_f1: f64,
    /// Mean recall over the labels that occur in the truth.
    pub macro_recall: f64,
    /// By label.
    pub per_class: BTreeMap<String, PerClass>,
    /// truth -> prediction -> rows.
    pub confusion: BTreeMap<String, BTreeMap<String, usize>>,
    /// Expected calibration error, 15 bins of equal width (Guo et al. 2017); none where there are no probabilities.
    pub ece: Option<f64>,
    /// The `ece` that a perfectly calibrated model, as sure of each row as this one, is expected to get on as many
    /// rows: what lies below it is chance. Nears 0 with the root of the number of rows; within 3 % where they fill
    /// their bins, too high where a bin holds a row or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece_by_chance: Option<f64>,
    /// The points of the reliability plot, by rising confidence; bins without a row are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Reliability>,
    /// F1 of the one label asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
}

/// Rows whose predictions were about as sure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// How many.
    pub n: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right; that of a calibrated model is its confidence.
    pub accuracy: f64,
}

/// One row: the truth, what was said, and how sure.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The label in the data.
    pub truth: String,
    /// The label that was predicted.
    pub predicted: String,
    /// Probability given to each label; empty where there are none.
    pub probabilities: Vec<(String, f64)>,
}

impl Judged {
    /// Probability given to the prediction, if any.
    pub fn confidence(&self) -> Option<f64> {
        let found = self
            .probabilities
            .iter()
            .find(|(l, _)| *l == self.predicted);
        found.map(|(_, p)| *p)
    }

    /// Whether it is right.
    pub fn is_right(&self) -> bool {
        self.truth == self.predicted
    }
}

/// Scores predictions against the truth.
///
/// ```
/// use avizor_lab::metrics::{Judged, evaluate};
/// let row = |t: &str, p: &str| Judged { truth: t.into(), predicted: p.into(), probabilities: vec![] };
/// let e = evaluate("sentiment", &[row("a", "a"), row("a", "b"), row("b", "b")]);
/// assert_eq!(e.n, 3);
/// assert!((e.macro_f1 - 2.0 / 3.0).abs() < 1e-12);
/// ```
pub fn evaluate(task: &str, rows: &[Judged]) -> Evaluation {
    let mut confusion: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for row in rows {
        *confusion
            .entry(row.truth.clone())
            .or_default()
            .entry(row.predicted.clone())
            .or_default() += 1;
    }
    let per_class: BTreeMap<String, PerClass> = confusion
        .keys()
        .map(|label| (label.clone(), class(&confusion, label)))
        .collect();
    let mean = |f: fn(&PerClass) -> f64| {
        per_class.values().map(f).sum::<f64>() / per_class.len().max(1) as f64
    };
    let bins = bins(rows);
    let reliability = bins.as_deref().map(reliability);
    let right = rows.iter().filter(|r| r.is_right()).count();
    Evaluation {
        task: task.to_owned(),
        n: rows.len(),
        accuracy: ratio(right, rows.len()),
        macro_f1: mean(|c| c.f1),
        macro_recall: mean(|c| c.recall),
        ece: reliability.as_deref().map(ece),
        ece_by_chance: bins.as_deref().map(ece_by_chance),
        reliability: reliability.unwrap_or_default(),
        f1: None,
        per_class,
        confusion,
    }
}

/// Reads every label but `positive` as `rest`, which takes all the probability that `positive` leaves.
pub fn one_against_rest(rows: &[Judged], positive: &str) -> Vec<Judged> {
    let fold = |label: &str| if label == positive { positive } else { "rest" }.to_owned();
    rows.iter()
        .map(|r| Judged {
            truth: fold(&r.truth),
            predicted: fold(&r.predicted),
            probabilities: halves(&r.probabilities, positive),
        })
        .collect()
}

fn halves(probabilities: &[(String, f64)], positive: &str) -> Vec<(String, f64)> {
    let of = probabilities.iter().find(|(l, _)| l == positive);
    of.map_or_else(Vec::new, |(_, p)| {
        vec![(positive.to_owned(), *p), ("rest".to_owned(), 1.0 - p)]
    })
}

/// Where exactly one of two runs over the same rows is right, and how likely so uneven a split is by chance.
pub fn compare(first: &[Judged], second: &[Judged]) -> McNemar {
    let pairs = || first.iter().zip(second);
    mcnemar(
        pairs()
            .filter(|(a, b)| a.is_right() && !b.is_right())
            .count(),
        pairs()
            .filter(|(a, b)| !a.is_right() && b.is_right())
            .count(),
    )
}

fn class(confusion: &BTreeMap<String, BTreeMap<String, usize>>, label: &str) -> PerClass {
    let support = confusion[label].values().sum();
    let hits = confusion[label].get(label).copied().unwrap_or(0);
    let predicted: usize = confusion.values().filter_map(|row| row.get(label)).sum();
    PerClass {
        precision: ratio(hits, predicted),
        recall: ratio(hits, support),
        f1: ratio(2 * hits, predicted + support),
        support,
    }
}

fn ratio(a: usize, b: usize) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// Bins of the calibration error, as in Guo et al. 2017.
const BINS: usize = 15;

/// Rows of about one confidence.
#[derive(Clone, Copy, Default)]
struct Bin {
    n: usize,
    /// The sum of their confidences.
    sure: f64,
    right: usize,
    /// Of how many are right, where they are right as often as they are sure.
    variance: f64,
}

/// The bins that hold a row; none where a row has no confidence, or where there are no rows.
fn bins(rows: &[Judged]) -> Option<Vec<Bin>> {
    let mut bins = [Bin::default(); BINS];
    for row in rows {
        let sure = row.confidence()?;
        let bin = &mut bins[((sure * BINS as f64) as usize).min(BINS - 1)];
        bin.n += 1;
        bin.sure += sure;
        bin.right += usize::from(row.is_right());
        bin.variance += sure * (1.0 - sure);
    }
    let filled: Vec<Bin> = bins.into_iter().filter(|b| b.n > 0).collect();
    (!filled.is_empty()).then_some(filled)
}

fn reliability(bins: &[Bin]) -> Vec<Reliability> {
    bins.iter()
        .map(|b| Reliability {
            n: b.n,
            confidence: b.sure / b.n as f64,
            accuracy: ratio(b.right, b.n),
        })
        .collect()
}

fn ece(points: &[Reliability]) -> f64 {
    let n: usize = points.iter().map(|p| p.n).sum();
    let gap = |p: &Reliability| p.n as f64 * (p.confidence - p.accuracy).abs();
    points.iter().map(gap).sum::<f64>() / n as f64
}

/// Of a calibrated model a bin's gap is the distance of a sum of independent draws from its mean; that of a normal
/// one of variance v is sqrt(2 v / pi) on average.
fn ece_by_chance(bins: &[Bin]) -> f64 {
    let n: usize = bins.iter().map(|b| b.n).sum();
    let gap = |b: &Bin| (b.variance * std::f64::consts::FRAC_2_PI).sqrt();
    bins.iter().map(gap).sum::<f64>() / n as f64
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn row(truth: &str, predicted: &str, probabilities: [f64; 3]) -> Judged {
        let labels = ["negative", "neutral", "positive"].map(str::to_owned);
        Judged {
            truth: truth.into(),
            predicted: predicted.into(),
            probabilities: labels.into_iter().zip(probabilities).collect(),
        }
    }

    #[test]
    fn the_rest_is_as_sure_as_its_labels_together() {
        let rows = [
            row("positive", "neutral", [0.35, 0.4, 0.25]),
            row("negative", "negative", [0.7, 0.2, 0.1]),
        ];
        let folded = one_against_rest(&rows, "negative");
        assert_eq!(folded[0].predicted, "rest");
        assert!((folded[0].confidence().unwrap() - 0.65).abs() < 1e-12);
        assert_eq!(folded[1].confidence(), Some(0.7));
        let e = evaluate("sentiment", &folded);
        // One bin each: |0.65 - 1| and |0.7 - 1|, half of the rows each.
        assert!((e.ece.unwrap() - 0.325).abs() < 1e-12);
        assert_eq!(e.reliability.len(), 2);
    }

    #[test]
    fn what_a_calibrated_model_gets_by_chance_is_foretold() {
        // As sure of a row in every run, and right as often as that.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sure: Vec<f64> = (0..300).map(|_| rng.random_range(0.4..0.9)).collect();
        let mut run = || -> Vec<Judged> {
            sure.iter()
                .map(|&sure| {
                    let truth = if rng.random_bool(sure) {
                        "negative"
                    } else {
                        "neutral"
                    };
                    let rest = (1.0 - sure) / 2.0;
                    row(truth, "negative", [sure, rest, rest])
                })
                .collect()
        };
        let runs: Vec<Evaluation> = (0..200).map(|_| evaluate("sentiment", &run())).collect();
        let got = runs.iter().filter_map(|e| e.ece).sum::<f64>() / runs.len() as f64;
        let told = runs[0].ece_by_chance.unwrap();
        assert!((got / told - 1.0).abs() < 0.1, "{got} is not {told}");
        assert_eq!(evaluate("sentiment", &[]).ece_by_chance, None);
    }

    #[test]
    fn runs_are_compared_row_by_row() {
        let right = row("neutral", "neutral", [0.0, 1.0, 0.0]);
        let wrong = row("neutral", "positive", [0.0, 0.0, 1.0]);
        let (a, b) = (
            [right.clone(), wrong.clone(), right.clone()],
            [right, wrong.clone(), wrong],
        );
        let test = compare(&a, &b);
        assert_eq!((test.only_first, test.only_second), (1, 0));
        assert!((test.p_value - 1.0).abs() < 1e-12);
    }
}
