//! Two months of two invented airlines and their rivals, with a crisis in the middle.

mod standing;
mod talk;

use avizor::reputation::{Attribution, Cause, Drift, Facet, Grown, Period, Score};
use avizor::{Counts, Protocol, ReputationRow, Result, Signal, Span, Timestamp};
use avizor_report::{Moved, Report, TopicCount};

pub(crate) use talk::signals;

const DAYS: u32 = 61;
/// 20 January 2026, midnight in Madrid.
const START: i64 = 1_768_863_600_000;

pub(crate) fn protocol(language: &str) -> Result<Protocol> {
    let head = format!("version = 1\nlanguage = \"{language}\"\n");
    Protocol::parse(&(head + include_str!("protocol.toml")))
}

pub(crate) fn report<'a>(protocol: &'a Protocol, signals: &'a [Signal]) -> Report<'a> {
    Report {
        protocol,
        title: None,
        source: "menciones inventadas, semilla 7".to_owned(),
        reputation: reputation(protocol),
        signals,
        counts: Counts {
            observed: 61_204,
            counted: 52_871,
            duplicates: 1_342,
            late: 87,
            from_brand: 911,
            unmatched: 5_993,
            unsupported_language: 1_204,
            ahead: 0,
        },
        quotes: talk::quotes(),
        topics: topics(),
        moved: moved(protocol),
        until: Some(day(DAYS)),
        goals: standing::goals(protocol),
        standing: standing::standing(),
    }
}

fn day(n: u32) -> Timestamp {
    Timestamp::from_millis(START).plus(Span::days(n))
}

fn at(n: u32, hour: u32, minute: u32) -> Timestamp {
    day(n).plus(Span::minutes(hour * 60 + minute))
}

/// Mean volume, usual share of negative and of positive mentions, day of a crisis.
const PROFILES: [(f64, f64, f64, Option<u32>); 5] = [
    (420.0, 0.27, 0.33, Some(40)),
    (64.0, 0.22, 0.41, None),
    (250.0, 0.30, 0.28, Some(15)),
    (120.0, 0.24, 0.30, None),
    (7.0, 0.25, 0.35, None),
];

fn reputation(protocol: &Protocol) -> Vec<(String, Vec<ReputationRow>)> {
    let mut noise = Noise(7);
    let mut all: Vec<(String, Vec<ReputationRow>)> = protocol
        .everyone()
        .zip(PROFILES)
        .map(|(entity, profile)| {
            let rows = (0..DAYS).map(|d| row(&entity.name, d, profile, &mut noise));
            (entity.name.clone(), rows.collect())
        })
        .collect();
    for d in 0..DAYS as usize {
        let total: u32 = all.iter().map(|(_, rows)| rows[d].volume).sum();
        for (_, rows) in &mut all {
            rows[d].share_of_voice = f64::from(rows[d].volume) / f64::from(total.max(1));
        }
    }
    all
}

fn row(
    name: &str,
    d: u32,
    (mean, negative, positive, crisis): (f64, f64, f64, Option<u32>),
    noise: &mut Noise,
) -> ReputationRow {
    let heat = crisis.map_or(0.0, |c| match d.checked_sub(c) {
        Some(days @ 0..=9) => (-f64::from(days) / 2.5).exp(),
        _ => 0.0,
    });
    let week = if d % 7 < 2 { 0.7 } else { 1.0 };
    let volume = (mean * week * (1.0 + 3.4 * heat) * noise.around(0.22)).round() as u32;
    let n = f64::from(volume);
    let bad = (negative + 0.45 * heat) * noise.around(0.12);
    let good = (positive - 0.24 * heat) * noise.around(0.12);
    let (negative, positive) = ((bad * n).round() as u32, (good * n).round() as u32);
    let value = 100.0 * (good - bad) * n / (n + 10.0);
    let half = 164.5 / (n + 10.0).sqrt() * (bad + good).sqrt();
    let change = 100.0 * ((good - bad) - (0.33 - 0.27));
    let surprise = (change / half.max(1.0)).powi(2) * 1.35;
    ReputationRow {
        entity: name.to_owned(),
        start: day(d),
        end: day(d + 1),
        volume,
        negative,
        neutral: volume.saturating_sub(negative + positive),
        positive,
        score: (volume >= 5).then_some(Score {
            value,
            low: (value - half).max(-100.0),
            high: (value + half).min(100.0),
            effective_n: n + 10.0,
        }),
        drift: (volume >= 5 && d > 0).then(|| Drift {
            distance: (change.abs() / 200.0).min(1.0),
            p_value: (-surprise).exp(),
            change,
        }),
        share_of_voice: 0.0,
    }
}

/// A small generator (Lehmer), so that the sample is the same everywhere.
struct Noise(u64);

impl Noise {
    /// About 1, give or take `spread`.
    fn around(&mut self, spread: f64) -> f64 {
        let mut sum = 0.0;
        for _ in 0..3 {
            self.0 = self.0 * 48_271 % 2_147_483_647;
            sum += self.0 as f64 / 2_147_483_647.0;
        }
        1.0 + spread * (2.0 * sum / 3.0 - 1.0) * 1.7
    }
}

fn topics() -> Vec<TopicCount> {
    [
        ("Aurora Air", "seguridad", 6_210, 4_120, 310),
        ("Aurora Air", "retrasos", 5_480, 3_310, 420),
        ("Aurora Air", "equipaje", 3_105, 1_904, 512),
        ("Aurora Air", "atención", 2_870, 820, 1_460),
        ("Aurora Air", "precio", 1_240, 410, 390),
        ("Aurora Carga", "puntualidad", 910, 160, 480),
        ("Aurora Carga", "precio", 402, 190, 88),
    ]
    .map(|(entity, name, volume, negative, positive)| TopicCount {
        entity: entity.into(),
        name: name.into(),
        volume,
        negative,
        positive,
    })
    .to_vec()
}

/// What moved the first airline in its crisis: a topic, an author, a term.
fn moved(protocol: &Protocol) -> Vec<Moved> {
    let cause = |facet, name: &str, by_volume: f64, by_tone: f64| Cause {
        facet,
        name: name.to_owned(),
        contribution: by_volume + by_tone,
        by_volume,
        by_tone,
        beyond_share: by_volume + by_tone,
        error: 1.5,
        now: 640.0,
        before: 90.0,
    };
    let grown = Grown {
        term: "maletas rotas".to_owned(),
        mentions: 310.0,
        expected: 4.0,
        likelihood: 900.0,
        q_value: 1e-9,
    };
    let first = protocol.entities.first();
    first
        .map(|entity| Moved {
            entity: entity.name.clone(),
            period: Period::new(at(40, 9, 0), at(41, 18, 0)),
            attribution: Attribution {
                change: -41.0,
                leading: vec![
                    cause(Facet::Topic, "equipaje", -18.5, -6.0),
                    cause(Facet::Author, "cronista_de_aeropuerto", -3.0, -1.0),
                    cause(Facet::Term, "maletas rotas", -12.0, -2.0),
                ],
                facets: Vec::new(),
            },
            grown: vec![grown],
        })
        .into_iter()
        .collect()
}
