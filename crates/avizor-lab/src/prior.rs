//! Where the sentiment model starts from: the lexicon and its rules believed as they stand.
//!
//! A corpus written for training avoids plain words of praise and blame, so weights learnt on it alone
//! distrust the lexicon. These weights are set by hand, the same for every language; training moves the
//! hashed part beside them. On public data that nobody here wrote, this order is worth 5 to 10 points
//! of macro-F1 over learning everything (BENCHMARKS.md).

use avizor::Language;
use avizor::classify::{Card, Classifier, Model, Task, Weights};

use crate::error::Result;

/// Logit that a hit of weight 1 adds to its own polarity, and takes from both others.
const FOR: f32 = 1.6;
const AGAINST: f32 = -0.8;
/// The same for the last hit of a text: what comes last is what is meant.
const LAST_FOR: f32 = 0.6;
const LAST_AGAINST: f32 = -0.3;
/// Head start of neutral: a weak hit is no opinion.
const NEUTRAL: f32 = 1.2;
/// And of negative: blame is told in bare facts more often than praise, most of all where a company is meant.
const NEGATIVE: f32 = 0.3;
/// Groups of hits, each with a negative and a positive feature (see the core's sentiment features).
const GROUPS: usize = 5;

/// A mark of style and what it adds to negative, neutral, positive.
const MARKS: [(usize, [f32; 3]); 8] = [
    (2, [-0.3, 0.5, -0.2]), // an address: news and announcements
    (8, [0.0, -0.3, 0.4]),  // exclamation marks
    (9, [0.2, 0.4, -0.6]),  // a question
    (11, [0.2, 0.0, -0.2]), // a trailing ellipsis
    (13, [0.8, 0.0, -0.8]), // negators that have not denied blame
    (14, [0.0, 0.1, -0.1]), // wishes and conditions
    (15, [0.0, 0.3, -0.3]), // asking
    (16, [0.2, 0.0, -0.1]), // contrast
];

/// The model of the lexicon and rules alone; its hashed table is empty.
///
/// # Errors
/// Never in practice: the parts fit by construction.
pub fn lexicon_model(bits: u8) -> Result<Model> {
    let sets = Language::SUPPORTED.len() + 1;
    let features = Classifier::dense_features(Task::Sentiment);
    let each = features / sets;
    let mut dense = vec![0.0; features * 3];
    for set in 0..sets {
        let mut put = |feature: usize, weights: [f32; 3]| {
            let at = (set * each + feature) * 3;
            dense[at..at + 3].copy_from_slice(&weights);
        };
        for group in 0..GROUPS {
            put(group * 2, [FOR, AGAINST, AGAINST]);
            put(group * 2 + 1, [AGAINST, AGAINST, FOR]);
        }
        put(GROUPS * 2, [LAST_FOR, LAST_AGAINST, LAST_AGAINST]);
        put(GROUPS * 2 + 1, [LAST_AGAINST, LAST_AGAINST, LAST_FOR]);
        for (mark, weights) in MARKS {
            put(GROUPS * 2 + 2 + mark, weights);
        }
    }
    let weights = Weights {
        table: vec![0.0; 3 << bits],
        dense,
        bias: vec![NEGATIVE, NEUTRAL, 0.0],
        temperature: 1.0,
    };
    let labels = ["negative", "neutral", "positive"]
        .map(str::to_owned)
        .to_vec();
    let card = Card {
        data: "lexicons and rules, weights set by hand".into(),
        licence: "MIT OR Apache-2.0".into(),
        ..Card::default()
    };
    Ok(Model::pack(Task::Sentiment, labels, bits, &weights, card)?)
}
