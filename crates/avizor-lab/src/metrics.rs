//! How right a classifier is: accuracy, F1, confusion, calibration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    /// F1 of the one label asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f1: Option<f64>,
}

/// One row: the truth, what was said, and how sure.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The label in the data.
    pub truth: String,
    /// The label that was predicted.
    pub predicted: String,
    /// Probability given to the prediction, if any.
    pub confidence: Option<f64>,
}

/// Scores predictions against the truth.
///
/// ```
/// use avizor_lab::metrics::{Judged, evaluate};
/// let row = |t: &str, p: &str| Judged { truth: t.into(), predicted: p.into(), confidence: None };
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
    let right = rows.iter().filter(|r| r.truth == r.predicted).count();
    Evaluation {
        task: task.to_owned(),
        n: rows.len(),
        accuracy: ratio(right, rows.len()),
        macro_f1: mean(|c| c.f1),
        macro_recall: mean(|c| c.recall),
        ece: ece(rows),
        f1: None,
        per_class,
        confusion,
    }
}

/// Reads every label but `positive` as `rest`.
pub fn one_against_rest(rows: &[Judged], positive: &str) -> Vec<Judged> {
    let fold = |label: &str| if label == positive { positive } else { "rest" }.to_owned();
    rows.iter()
        .map(|r| Judged {
            truth: fold(&r.truth),
            predicted: fold(&r.predicted),
            confidence: r.confidence,
        })
        .collect()
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

fn ece(rows: &[Judged]) -> Option<f64> {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); BINS];
    let mut n = 0;
    for row in rows {
        let confidence = row.confidence?;
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += 1;
        bins[bin].1 += confidence;
        bins[bin].2 += usize::from(row.truth == row.predicted);
        n += 1;
    }
    (n > 0).then(|| {
        bins.iter()
            .map(|(_, sure, right)| (sure - *right as f64).abs())
            .sum::<f64>()
            / f64::from(n)
    })
}
