//! How often the 90 % interval holds the truth.

use avizor::reputation::{Confusion, Dimension};

use super::stream::{Days, net, truth};
use super::{Figure, share};
use crate::simulate::random::Dice;

/// How an entity's truth goes from day to day.
#[derive(Clone, Copy, Debug)]
enum Past {
    /// There is none: the first day is judged.
    None,
    /// The truth stays as it was.
    Same,
    /// It wanders by a standard deviation of 0.2 of log odds a day.
    Wanders,
}

const DAYS: u32 = 8;

/// Coverage at four sizes of window under three pasts, then with a classifier's errors undone.
pub(super) fn figures(rounds: u32) -> Vec<Figure> {
    let sizes = [10, 30, 100, 1_000];
    let mut all = Vec::new();
    for (past, name) in [
        (Past::None, "no past"),
        (Past::Same, "steady past"),
        (Past::Wanders, "wandering past"),
    ] {
        for n in sizes {
            let mut dice = Dice::new(11, name, u64::from(n));
            let rounds = (rounds * 40 / (n + 30)).max(60);
            let inside = (0..rounds)
                .flat_map(|_| covered(&mut dice, past, n))
                .collect::<Vec<_>>();
            all.push(Figure::within(
                format!("coverage of the 90 % interval, {n} mentions, {name}"),
                (0.88, 0.93),
                share(&inside),
            ));
        }
    }
    for n in sizes {
        let mut dice = Dice::new(12, "confusion", u64::from(n));
        let inside: Vec<bool> = (0..rounds * 40 / (n + 30))
            .filter_map(|_| corrected(&mut dice, n))
            .collect();
        all.push(Figure::within(
            format!("coverage with the classifier's errors undone, {n} mentions"),
            (0.88, 0.93),
            share(&inside),
        ));
    }
    all
}

/// Of the judged days of one entity, whether the interval held the truth.
fn covered(dice: &mut Dice, past: Past, n: u32) -> Vec<bool> {
    let mut shares = truth(dice);
    let mut days = Days::new();
    let mut truths = Vec::new();
    let count = if matches!(past, Past::None) { 1 } else { DAYS };
    for day in 0..count {
        days.draw(dice, day, &shares, n);
        truths.push(net(&shares));
        if matches!(past, Past::Wanders) {
            let moved = shares.map(|s| s * libm::exp(0.2 * dice.normal()));
            let total: f64 = moved.iter().sum();
            shares = moved.map(|s| s / total);
        }
    }
    let judged = days.rows(count).into_iter().zip(truths);
    let first = usize::from(!matches!(past, Past::None));
    judged
        .skip(first)
        .filter_map(|(row, truth)| row.score.map(|s| (s.low..=s.high).contains(&truth)))
        .collect()
}

/// A classifier that is right seven times of ten, known by three hundred labelled mentions of each kind.
const RATES: [[f64; 3]; 3] = [[0.70, 0.24, 0.06], [0.12, 0.76, 0.12], [0.06, 0.20, 0.74]];
const LABELLED: u32 = 300;

fn corrected(dice: &mut Dice, n: u32) -> Option<bool> {
    let mut seen = [[0.0; 3]; 3];
    for (row, rates) in seen.iter_mut().zip(&RATES) {
        for _ in 0..LABELLED {
            row[dice.weighted(rates)] += 1.0;
        }
    }
    let confusion = Confusion::new(seen).ok()?;
    let shares = truth(dice);
    let read: [f64; 3] = std::array::from_fn(|j| (0..3).map(|k| shares[k] * RATES[k][j]).sum());
    let mut days = Days::new();
    days.draw(dice, 0, &read, n);
    let window = [Days::window(0)];
    let rows = days
        .reputation
        .rows(0, (Dimension::All, ""), &window, Some(&confusion));
    let score = rows.first()?.score?;
    Some((score.low..=score.high).contains(&net(&shares)))
}
