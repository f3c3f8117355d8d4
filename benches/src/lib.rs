//! What every benchmark here reads: fixed texts, a fixed stream, protocols of any size.
//!
//! Everything comes from the project's own corpora and simulator, so it is the same on every machine.
//! Must not hold code that ships.

pub mod counting;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

use avizor::{Mention, Protocol};
use avizor_lab::corpus;
use avizor_lab::simulate::{Options, simulate};

/// Anything that ends a benchmark.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The protocol of the examples: five organisations, twelve topics or so, real triggers.
pub const AIRLINE: &str = include_str!("../../examples/airline.toml");

/// [`AIRLINE`] with one rule for each level that never holds, instead of its own.
pub fn airline_without_rules() -> String {
    let rules = ["trigger", "inhibition", "silence", "test"];
    let mut toml: String = AIRLINE
        .split("\n[[")
        .filter(|block| {
            !rules
                .iter()
                .any(|rule| block.starts_with(&format!("{rule}]]")))
        })
        .collect::<Vec<_>>()
        .join("\n[[");
    for level in ["aviso", "alerta", "crisis"] {
        let _ = write!(
            toml,
            "\n[[trigger]]\nname = \"never {level}\"\nlevel = \"{level}\"\n\
             when = \"volume > 900000000\"\nwindow = \"1h\"\n"
        );
    }
    toml
}

/// `n` texts in Spanish, English and Portuguese, spread over the corpora.
pub fn texts(n: usize) -> Vec<&'static str> {
    let all: Vec<&str> = corpus::mentions().iter().map(|w| w.text).collect();
    // Even places only: the odd ones lend their words to the protocols.
    let every = (all.len() / n.max(1)).max(2) / 2 * 2;
    all.into_iter().step_by(every).take(n).collect()
}

/// The texts as mentions of nobody in particular.
pub fn mentions(n: usize) -> Vec<Mention> {
    texts(n)
        .into_iter()
        .map(|text| Mention {
            text: text.to_owned(),
            ..Mention::default()
        })
        .collect()
}

/// Some days of mentions of the airline of [`AIRLINE`], a crisis among them.
///
/// # Errors
/// Where the simulator does not know the scenario, which a run of the benchmarks rules out.
pub fn stream() -> Result<Vec<Mention>> {
    let options = Options {
        seed: 7,
        ..Options::default()
    };
    Ok(simulate("flash-burst", &options)?.mentions)
}

/// A protocol with so many topic phrases and aliases, both of words that people write.
///
/// # Errors
/// Where the corpora hold too few different phrases.
pub fn protocol(phrases: usize, aliases: usize) -> Result<Protocol> {
    let mut toml = String::from("version = 1\nlanguage = \"es\"\n");
    for (i, group) in pairs(phrases)?.chunks(20).enumerate() {
        write!(
            toml,
            "[[topic]]\nname = \"topic {i}\"\nphrases = {group:?}\n"
        )?;
    }
    let names: Vec<String> = (0..aliases).map(alias).collect();
    for (i, group) in names.chunks(20).enumerate() {
        write!(
            toml,
            "[[entity]]\nname = \"brand {i}\"\naliases = {group:?}\n"
        )?;
    }
    Ok(Protocol::parse(&toml)?)
}

/// Handles and invented names by turns, no two alike below 800.
fn alias(i: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "mo", "ra", "be", "li", "su", "ta", "ne", "cor", "vi", "dan", "per", "zo", "mar", "lu",
        "fen", "gal", "tri", "sol", "bru", "ka",
    ];
    let at = |n: usize| SYLLABLES[n % SYLLABLES.len()];
    match i % 2 {
        0 => format!("@brand{i}"),
        _ => format!("{}{}tania", at(i / 2 / SYLLABLES.len()), at(i / 2)),
    }
}

/// `n` pairs of neighbouring words from the texts that [`texts`] leaves out, spread over the languages whatever their
/// number, so that a larger protocol meets a text more often only by its size.
fn pairs(n: usize) -> Result<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for written in corpus::mentions().iter().skip(1).step_by(2) {
        let words: Vec<&str> = written
            .text
            .split_whitespace()
            .filter(|w| w.len() > 2 && w.chars().all(char::is_alphabetic))
            .collect();
        for pair in words.chunks_exact(2).take(1) {
            let pair = pair.join(" ").to_lowercase();
            if seen.insert(pair.clone()) {
                found.push(pair);
            }
        }
    }
    if found.len() < n {
        return Err(format!("{} phrases where {n} are needed", found.len()).into());
    }
    Ok((0..n).map(|i| found[i * found.len() / n].clone()).collect())
}

/// Middle of several measurements; 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Tells how long this thread has run, so that a busy machine does not pass for a slow program.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// From now on.
    pub fn new() -> Self {
        Self(Instant::now())
    }

    /// Seconds on the processor where the system tells it (Linux), since any moment; elsewhere since it was made.
    pub fn seconds(&self) -> f64 {
        // The first number is the time on the processor, in nanoseconds (proc(5)).
        std::fs::read_to_string("/proc/thread-self/schedstat")
            .ok()
            .and_then(|s| s.split(' ').next()?.parse::<f64>().ok())
            .map_or_else(|| self.0.elapsed().as_secs_f64(), |nanos| nanos * 1e-9)
    }
}
