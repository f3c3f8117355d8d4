//! What a reader of opinions must do, told as families of generated texts rather than as one number.
//!
//! After CheckList (Ribeiro et al. 2020, doi:10.18653/v1/2020.acl-main.442): minimum functions (a text
//! has a label), invariances (a change that must not matter), directions (a change that must matter one
//! way). Texts come from templates in `behaviour/*.toml`, the same ones on every machine.

mod cases;
mod change;

use std::sync::LazyLock;

use avizor::classify::{Classifier, Scratch};
use avizor::{Language, Mention, Polarity, Protocol, analysis::Sentiment};
use serde::{Deserialize, Serialize};

pub use cases::{Case, Family, families};

/// A change that must not matter moves the score no further than this, or keeps the label.
pub const STEADY: f64 = 0.15;
/// A score that must not move one way may do so by this much.
pub const SLACK: f64 = 0.02;
/// A change that turns a text round moves its score at least this far.
pub const TURN: f64 = 0.1;
/// Failing texts that an outcome shows.
const EXAMPLES: usize = 3;

/// The three kinds of CheckList.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One text has, or has not, a label.
    Minimum,
    /// A change that must not matter.
    Invariance,
    /// A change that must matter one way.
    Direction,
}

/// What is asked of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Must {
    /// The text is negative.
    BeNegative,
    /// The text is positive.
    BePositive,
    /// The text is neutral, or its score is within [`STEADY`] of zero.
    BeNeutral,
    /// The text is not negative.
    NotBeNegative,
    /// The text is not positive.
    NotBePositive,
    /// The same label, or a score within [`STEADY`].
    Stay,
    /// Negative does not become positive, nor the reverse.
    NotFlip,
    /// The score of the second text is lower by [`TURN`], and the text is not positive.
    TurnDown,
    /// The score of the second text is higher by [`TURN`], and the text is not negative.
    TurnUp,
    /// The score of the second text is lower by [`TURN`].
    Fall,
    /// The score of the second text is lower, however little.
    Lower,
    /// The score of the second text is higher, however little.
    Higher,
    /// The score of the second text is not higher by more than [`SLACK`].
    NotRise,
    /// The score of the second text is not lower by more than [`SLACK`].
    NotFall,
    /// The score of the second text is no nearer to zero by more than [`SLACK`], on the side of the first.
    NotWeaken,
    /// The score of the second text is no further from zero by more than [`SLACK`], on the side of the first.
    NotStrengthen,
    /// The first brand of [`PROTOCOL`] is judged above the second in either order; neither is taken for the other's.
    KeepApart,
}

/// Two brands that do not exist: the first is praised, the second blamed.
pub const PROTOCOL: &str = r#"
version = 1
language = "es"

[[entity]]
name = "Nubalia"
aliases = ["Nubalia", "@nubalia"]

[[competitor]]
name = "Torvex"
aliases = ["Torvex", "@torvex"]
"#;

/// A text or a pair that failed, and its scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// The text, or the first of the pair.
    pub first: String,
    /// The second of the pair.
    pub second: Option<String>,
    /// Score of each.
    pub scores: [f64; 2],
    /// Label of each.
    pub labels: [Polarity; 2],
}

/// How a family fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Its name, the same in every language.
    pub family: String,
    /// The language of its texts.
    pub language: Language,
    /// Its kind.
    pub kind: Kind,
    /// How many cases.
    pub cases: usize,
    /// How many of them failed.
    pub failures: usize,
    /// Failures over cases.
    pub rate: f64,
    /// The first few failures.
    pub examples: Vec<Example>,
}

/// Runs every family through a classifier. Its protocol does not matter; only the entity families
/// use one, [`PROTOCOL`], with the shipped models.
pub fn run(classifier: &Classifier) -> Vec<Outcome> {
    let mut scratch = Scratch::default();
    families()
        .iter()
        .map(|family| outcome(classifier, &mut scratch, family))
        .collect()
}

fn outcome(classifier: &Classifier, scratch: &mut Scratch, family: &Family) -> Outcome {
    let mut failures = 0;
    let mut examples = Vec::new();
    for case in &family.cases {
        if let Some(example) = failure(classifier, scratch, family.must, case) {
            failures += 1;
            if examples.len() < EXAMPLES {
                examples.push(example);
            }
        }
    }
    Outcome {
        family: family.name.clone(),
        language: family.language,
        kind: family.kind,
        cases: family.cases.len(),
        failures,
        rate: failures as f64 / family.cases.len().max(1) as f64,
        examples,
    }
}

/// The case as an example, where it fails.
fn failure(
    classifier: &Classifier,
    scratch: &mut Scratch,
    must: Must,
    case: &Case,
) -> Option<Example> {
    let second = case.second.as_deref();
    if must == Must::KeepApart {
        let texts = [Some(case.first.as_str()), second];
        return texts
            .into_iter()
            .flatten()
            .find_map(|text| mixed_up(scratch, text));
    }
    let (_, a) = classifier.sentiment(scratch, &case.first);
    let b = second.map_or(a, |text| classifier.sentiment(scratch, text).1);
    (!holds(must, &a, &b)).then(|| Example {
        first: case.first.clone(),
        second: case.second.clone(),
        scores: [a.score, b.score],
        labels: [a.label, b.label],
    })
}

fn holds(must: Must, a: &Sentiment, b: &Sentiment) -> bool {
    use Polarity::{Negative, Neutral, Positive};
    let moved = b.score - a.score;
    // Positive where the second is further out on the side of the first.
    let outward = if a.score < 0.0 { -moved } else { moved };
    match must {
        Must::BeNegative => a.label == Negative,
        Must::BePositive => a.label == Positive,
        Must::BeNeutral => a.label == Neutral || a.score.abs() <= STEADY,
        Must::NotBeNegative => a.label != Negative,
        Must::NotBePositive => a.label != Positive,
        Must::Stay => a.label == b.label || moved.abs() <= STEADY,
        Must::NotFlip => a.label == b.label || a.label == Neutral || b.label == Neutral,
        Must::TurnDown => moved <= -TURN && b.label != Positive,
        Must::TurnUp => moved >= TURN && b.label != Negative,
        Must::Fall => moved <= -TURN,
        Must::Lower => moved < 0.0,
        Must::Higher => moved > 0.0,
        Must::NotRise => moved <= SLACK,
        Must::NotFall => moved >= -SLACK,
        Must::NotWeaken => outward >= -SLACK,
        Must::NotStrengthen => outward <= SLACK,
        Must::KeepApart => true,
    }
}

/// The praised and the blamed brand of one text, where they are not told apart.
fn mixed_up(scratch: &mut Scratch, text: &str) -> Option<Example> {
    static READER: LazyLock<Classifier> = LazyLock::new(|| {
        Protocol::parse(PROTOCOL).map_or_else(
            |_| Classifier::new(),
            |p| Classifier::for_protocol(&p).with_evidence(false),
        )
    });
    let mention = Mention {
        text: text.to_owned(),
        ..Mention::default()
    };
    let analysis = READER.analyse(scratch, &mention);
    let of = |competitor: bool| {
        analysis
            .entities
            .iter()
            .find(|e| e.competitor == competitor)
            .map_or_else(Sentiment::default, |e| e.sentiment)
    };
    let (praised, blamed) = (of(false), of(true));
    let apart = praised.score >= blamed.score + TURN
        && praised.label != Polarity::Negative
        && blamed.label != Polarity::Positive;
    (!apart).then(|| Example {
        first: text.to_owned(),
        second: None,
        scores: [praised.score, blamed.score],
        labels: [praised.label, blamed.label],
    })
}

/// One line a family: name, language, kind, cases, failures, rate; failing texts below it.
pub fn table(outcomes: &[Outcome]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for o in outcomes {
        let _ = writeln!(
            out,
            "{:24} {} {:10} {:5} {:5} {:6.1} %",
            o.family,
            o.language.code(),
            format!("{:?}", o.kind).to_lowercase(),
            o.cases,
            o.failures,
            100.0 * o.rate
        );
        for e in &o.examples {
            let _ = writeln!(
                out,
                "    {:+.2} {:+.2}  {}  =>  {}",
                e.scores[0],
                e.scores[1],
                e.first,
                e.second.as_deref().unwrap_or("-")
            );
        }
    }
    out
}
