//! Scores from what the classifier says, held against scores from what people say of the same mentions.

use std::collections::{BTreeMap, BTreeSet};

use avizor::reputation::{Confusion, Dimension, Period, Reputation};
use avizor::{Classifier, Mention, Polarity, Result, Scratch, Span, Timestamp};

use super::{Figure, share};

const NO_TERMS: &[&str] = &[];

/// A mention, whom it is about, and what somebody judged of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// The mention; `entity` says whom it is about.
    pub mention: Mention,
    /// Somebody's judgement.
    pub truth: Polarity,
}

/// One mention with both judgements.
struct Judged<'a> {
    entity: usize,
    day: Timestamp,
    mention: &'a Mention,
    analysis: avizor::Analysis,
    truth: Polarity,
}

/// Whether people's value is inside the corrected interval, day by day, and whether the order of the entities is
/// theirs. The confusion matrix of a day comes from the mentions of all other days.
///
/// # Errors
/// Where labels or predictions lack a kind, so that nothing can be corrected.
pub fn against_labels(all: &[Labelled]) -> Result<Vec<Figure>> {
    let names: Vec<&str> = all
        .iter()
        .filter_map(|l| l.mention.entity.as_deref())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let judged = judge(all, &names);
    let read = counted(&names, &judged, |j| j.analysis.sentiment.label);
    let told = counted(&names, &judged, |j| j.truth);
    let days: BTreeSet<Timestamp> = judged.iter().map(|j| j.day).collect();
    let (mut plain, mut corrected) = (Vec::new(), Vec::new());
    for &day in &days {
        let confusion = Confusion::new(confusion(judged.iter().filter(|j| j.day != day)))?;
        let window = Period::new(day, day.plus(Span::days(1)));
        for i in 0..names.len() {
            let score = |of: &Reputation, with: Option<&Confusion>| {
                let rows = of.rows(i, (Dimension::All, ""), &[window], with);
                rows.first().and_then(|row| row.score)
            };
            let Some(truth) = score(&told, None).map(|s| s.value) else {
                continue;
            };
            let inside =
                |with| score(&read, with).is_some_and(|s| (s.low..=s.high).contains(&truth));
            plain.push(inside(None));
            corrected.push(inside(Some(&confusion)));
        }
    }
    let all_days = match (days.first(), days.last()) {
        (Some(first), Some(last)) => Period::new(*first, last.plus(Span::days(1))),
        _ => Period::new(Timestamp::default(), Timestamp::default()),
    };
    let confusion = Confusion::new(confusion(judged.iter()))?;
    let order = |of: &Reputation, with: Option<&Confusion>| -> Vec<usize> {
        let value = |i: usize| {
            let rows = of.rows(i, (Dimension::All, ""), &[all_days], with);
            rows.first().and_then(|r| r.score).map_or(0.0, |s| s.value)
        };
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
        order
    };
    let same = order(&read, Some(&confusion)) == order(&told, None);
    let count = corrected.len();
    Ok(vec![
        Figure::at_least(
            format!("people's value in the corrected interval, {count} days of an entity"),
            0.8,
            share(&corrected),
        ),
        Figure::at_least(
            "the same without correction, for comparison",
            0.0,
            share(&plain),
        ),
        Figure::at_least(
            "the order of the entities is that of the labels (1: yes)",
            1.0,
            f64::from(u8::from(same)),
        ),
    ])
}

fn judge<'a>(all: &'a [Labelled], names: &[&str]) -> Vec<Judged<'a>> {
    let classifier = Classifier::new().with_evidence(false);
    let mut scratch = Scratch::default();
    let place: BTreeMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (*n, i)).collect();
    all.iter()
        .filter_map(|l| {
            Some(Judged {
                entity: *place.get(l.mention.entity.as_deref()?)?,
                day: l.mention.timestamp.floor(Span::days(1)),
                analysis: classifier.analyse(&mut scratch, &l.mention),
                mention: &l.mention,
                truth: l.truth,
            })
        })
        .collect()
}

fn counted(
    names: &[&str],
    judged: &[Judged],
    polarity: impl Fn(&Judged) -> Polarity,
) -> Reputation {
    // Big enough to hold every mention of a day.
    let mut reputation = Reputation::with_sample(names.iter().copied(), 4_096);
    for j in judged {
        reputation.observe(
            j.entity,
            j.mention,
            &j.analysis,
            Some(polarity(j)),
            NO_TERMS,
        );
    }
    reputation
}

/// Rows are people's labels, columns the classifier's.
fn confusion<'a>(judged: impl Iterator<Item = &'a Judged<'a>>) -> [[f64; 3]; 3] {
    let mut counts = [[0.0; 3]; 3];
    for j in judged {
        counts[j.truth as usize][j.analysis.sentiment.label as usize] += 1.0;
    }
    counts
}
