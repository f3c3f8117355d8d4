//! How often drift is called when there is none, and how often when there is; the same for change points.

use avizor::Span;
use avizor::reputation::{Dimension, Drift, Period, change_p_value, homogeneity_p_value};

use super::stream::{Days, Said, net, truth};
use super::{Figure, share};
use crate::simulate::random::Dice;

/// The nominal rate of false drift, and what is near enough.
const LEVEL: f64 = 0.05;
const NEAR: (f64, f64) = (0.03, 0.07);
/// A reference is so many times the window.
const REFERENCE: u32 = 28;
/// A fall of ten points of net sentiment: five per cent of the talk turn from praise to complaint.
const TURNED: f64 = 0.05;

pub(super) fn figures(rounds: u32) -> Vec<Figure> {
    let mut all = Vec::new();
    for n in [10, 30, 100, 500] {
        let mut dice = Dice::new(21, "false drift", u64::from(n));
        let called = repeat(rounds, || {
            let shares = truth(&mut dice);
            let (now, before) = (
                counts(&mut dice, &shares, n),
                counts(&mut dice, &shares, REFERENCE * n),
            );
            change_p_value(&now, &before) < LEVEL
        });
        all.push(Figure::within(
            format!("false drift of sentiment at 5 %, {n} mentions"),
            NEAR,
            called,
        ));
    }
    for (what, labels, n) in [
        ("channels", 5, 30),
        ("channels", 5, 500),
        ("topics", 25, 100),
        ("topics", 25, 500),
    ] {
        let mut dice = Dice::new(22, what, u64::from(n));
        // Shuffles are dear.
        let called = repeat(rounds / 2, || {
            let weights: Vec<f64> = (0..labels).map(|_| dice.gamma(1.0)).collect();
            let now = divided(&mut dice, &weights, n);
            let before = divided(&mut dice, &weights, 4 * n);
            homogeneity_p_value(&now, &before) < LEVEL
        });
        all.push(Figure::within(
            format!("false drift of {labels} {what} at 5 %, {n} mentions"),
            NEAR,
            called,
        ));
    }
    all.push(weighted(rounds / 2));
    let mut dice = Dice::new(23, "power", 0);
    let found = repeat(rounds, || {
        let shares = fallible(&mut dice);
        let fallen = [shares[0] + TURNED, shares[1], shares[2] - TURNED];
        let (now, before) = (
            counts(&mut dice, &fallen, 500),
            counts(&mut dice, &shares, REFERENCE * 500),
        );
        Drift::between(&now, &before).is_some_and(|d| d.p_value < LEVEL && d.change < 0.0)
    });
    all.push(Figure::at_least(
        "a fall of 10 points is called, 500 mentions",
        0.8,
        found,
    ));
    all.extend(points(rounds / 20));
    all
}

/// The whole way, with authors of every reach: evidence that is weighed must not call more either.
fn weighted(rounds: u32) -> Figure {
    let mut dice = Dice::new(24, "weighted drift", 0);
    let called = repeat(rounds, || {
        let shares = truth(&mut dice);
        let mut days = Days::new();
        for day in 0..5 {
            for _ in 0..100 {
                let followers = dice.log_normal(300.0, 2.0) as u64;
                let polarity = dice.weighted(&shares);
                days.add(
                    day,
                    polarity,
                    Said {
                        followers: Some(followers),
                        ..Said::default()
                    },
                );
            }
        }
        let (now, before) = (
            Days::window(4),
            Period::new(Days::window(0).start, Days::window(3).end),
        );
        let shift = days.reputation.drift(0, now, before);
        shift
            .and_then(|s| s.sentiment)
            .is_some_and(|d| d.p_value < LEVEL)
    });
    Figure::within(
        "false drift of weighed sentiment at 5 %, 100 mentions",
        NEAR,
        called,
    )
}

/// Change points in a hundred quiet days, and around a turn of fifteen points.
fn points(rounds: u32) -> Vec<Figure> {
    let mut dice = Dice::new(25, "change points", 0);
    let mut search = |turned: f64| {
        let shares = fallible(&mut dice);
        let fallen = [shares[0] + turned, shares[1], shares[2] - turned];
        let mut days = Days::new();
        for day in 0..100 {
            days.draw(
                &mut dice,
                day,
                if day < 60 { &shares } else { &fallen },
                200,
            );
        }
        let windows: Vec<Period> = (0..100).map(Days::window).collect();
        days.reputation
            .change_points(0, (Dimension::All, ""), &windows)
    };
    let rounds = rounds.max(20);
    let quiet: usize = (0..rounds).map(|_| search(0.0).len()).sum();
    let turn = Days::window(60).start;
    let near = Span::days(3);
    let found = repeat(rounds, || {
        let found = search(0.075);
        found
            .iter()
            .any(|c| (turn.minus(near)..=turn.plus(near)).contains(&c.at))
    });
    vec![
        Figure::at_most(
            "false change points in 100 quiet days, 200 mentions a day",
            0.5,
            quiet as f64 / f64::from(rounds),
        ),
        Figure::at_least(
            "a lasting fall of 15 points has its change point within 3 days",
            0.8,
            found,
        ),
    ]
}

/// A truth with enough praise to lose.
fn fallible(dice: &mut Dice) -> [f64; 3] {
    loop {
        let shares = truth(dice);
        if shares[2] > 2.0 * TURNED && net(&shares).abs() < 80.0 {
            return shares;
        }
    }
}

fn counts(dice: &mut Dice, shares: &[f64; 3], n: u32) -> [u32; 3] {
    let drawn = divided(dice, shares, n);
    [drawn[0], drawn[1], drawn[2]]
}

fn divided(dice: &mut Dice, weights: &[f64], n: u32) -> Vec<u32> {
    let mut counts = vec![0; weights.len()];
    for _ in 0..n {
        counts[dice.weighted(weights)] += 1;
    }
    counts
}

/// The share of rounds in which it happens.
fn repeat(rounds: u32, mut happens: impl FnMut() -> bool) -> f64 {
    let seen: Vec<bool> = (0..rounds.max(1)).map(|_| happens()).collect();
    share(&seen)
}
