//! Mentions a second on one thread, from mentions as JSON Lines: `throughput
//! sentiment|classify|loaded|explain|watch|rules FILE`.
//!
//! `loaded` is `classify` with 2,000 topic phrases and 500 aliases; beside it, taking turns so that both meet the same
//! machine, the same with 4,000 phrases, whose cost above the first is `extra_percent`.
//!
//! Reading the file is not timed. The first round only warms; the fastest of the rest is reported, as JSON: whatever
//! else a machine does only ever slows. What is timed is the processor's time where the system tells it (Linux), so
//! that a busy machine does not pass for a slow program; elsewhere it is the clock's.

use std::hint::black_box;

use avizor::{Classifier, Mention, Monitor, Protocol, Scratch};
use avizor_benches::{AIRLINE, Clock, Result, airline_without_rules, protocol};

/// Rounds, the first not counted.
const ROUNDS: usize = 8;
/// A round goes over the whole file until this long has passed.
const ROUND_SECONDS: f64 = 0.5;
/// The large protocol: topic phrases and aliases.
const PHRASES: usize = 2000;
const ALIASES: usize = 500;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, file] = args.as_slice() else {
        return Err("usage: throughput sentiment|classify|loaded|explain|watch|rules FILE".into());
    };
    let mentions = read(file)?;
    if what == "loaded" {
        return loaded(&mentions);
    }
    if what == "rules" {
        return rules(&mentions);
    }
    let mut scratch = Scratch::default();
    let plain = Classifier::new().with_evidence(false);
    let explaining = Classifier::new();
    let start = Monitor::new(Protocol::parse(AIRLINE)?);
    let mut round = || -> Result<()> {
        match what.as_str() {
            "sentiment" => {
                for m in &mentions {
                    black_box(plain.sentiment(&mut scratch, &m.text));
                }
            }
            "classify" => {
                for m in &mentions {
                    black_box(plain.analyse(&mut scratch, m));
                }
            }
            "explain" => {
                for m in &mentions {
                    black_box(explaining.analyse(&mut scratch, m));
                }
            }
            "watch" => {
                watch(&start, &mentions);
            }
            other => return Err(format!("`{other}` is not a thing to measure").into()),
        }
        Ok(())
    };
    let clock = Clock::new();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let begun = clock.seconds();
        let mut times = 0;
        while times == 0 || clock.seconds() - begun < ROUND_SECONDS {
            round()?;
            times += 1;
        }
        rates.push((times * mentions.len()) as f64 / (clock.seconds() - begun));
    }
    rates.remove(0);
    println!(
        r#"{{"mentions":{},"per_second":{:.0}}}"#,
        mentions.len(),
        rates.into_iter().fold(0.0, f64::max)
    );
    Ok(())
}

/// A whole analysis with a large protocol, and with one of twice the phrases.
fn loaded(mentions: &[Mention]) -> Result<()> {
    let reader = |phrases| -> Result<_> {
        let classifier = Classifier::for_protocol(&protocol(phrases, ALIASES)?);
        Ok((classifier.with_evidence(false), Scratch::default()))
    };
    let readers = [reader(PHRASES)?, reader(2 * PHRASES)?];
    let [once, twice] = in_turns(readers, |(classifier, scratch)| {
        for m in mentions {
            black_box(classifier.analyse(scratch, m));
        }
    });
    tell(mentions, once, ("per_second_twice", twice), twice / once);
    Ok(())
}

/// Watching with the rules of a protocol, and with rules that never hold.
fn rules(mentions: &[Mention]) -> Result<()> {
    let monitor = |protocol: &str| -> Result<_> { Ok(Monitor::new(Protocol::parse(protocol)?)) };
    let both = [monitor(AIRLINE)?, monitor(&airline_without_rules())?];
    let [with, without] = in_turns(both, |start| watch(start, mentions));
    tell(
        mentions,
        with,
        ("per_second_without", without),
        with / without,
    );
    Ok(())
}

fn watch(start: &Monitor, mentions: &[Mention]) {
    let mut monitor = start.clone();
    for m in mentions {
        black_box(monitor.observe(m));
    }
    black_box(monitor.finish());
}

/// The median seconds of each of two, taking turns so that both meet the same machine; the first round only warms.
fn in_turns<T>(mut both: [T; 2], mut round: impl FnMut(&mut T)) -> [f64; 2] {
    let clock = Clock::new();
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS * 2 {
        for (one, seconds) in both.iter_mut().zip(&mut seconds) {
            let begun = clock.seconds();
            let mut times = 0;
            while times == 0 || clock.seconds() - begun < ROUND_SECONDS / 2.0 {
                round(one);
                times += 1;
            }
            seconds.push((clock.seconds() - begun) / f64::from(times));
        }
    }
    seconds.map(|seconds| seconds.into_iter().skip(1).fold(f64::INFINITY, f64::min))
}

/// Prints the rate of the one that is measured, that of the other, and what the dearer costs more.
fn tell(mentions: &[Mention], seconds: f64, (name, other): (&str, f64), ratio: f64) {
    let count = mentions.len();
    println!(
        r#"{{"mentions":{count},"per_second":{:.0},"{name}":{:.0},"extra_percent":{:.1}}}"#,
        count as f64 / seconds,
        count as f64 / other,
        100.0 * (ratio - 1.0)
    );
}

/// All mentions of the file; their language is left to be detected.
fn read(file: &str) -> Result<Vec<Mention>> {
    let mut mentions = Vec::new();
    for line in std::fs::read_to_string(file)?.lines() {
        mentions.push(Mention {
            language: None,
            ..serde_json::from_str(line)?
        });
    }
    if mentions.is_empty() {
        return Err(format!("{file} holds no mention").into());
    }
    Ok(mentions)
}
