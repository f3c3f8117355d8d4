//! Thresholds, windows and waits chosen under a budget of false alarms, on a recorded history.
//!
//! 1. Each rule is varied: every number it compares an indicator with, its window and its `for`, alone and together.
//! 2. All variants of all rules are replayed over the recorded analyses, many in one pass. No text is read again.
//! 3. A set of rules raises what its rules raise, so sets are scored by adding up, and thousands can be looked at.
//!    A fire that an inhibition would take up counts as one of its own here: the search errs towards fewer alarms.
//! 4. The history is cut in time. The search sees only the first part; the chosen protocol is then judged, by a
//!    replay of its own, on the last part, which nothing was chosen on. Within the first part the whole search is
//!    repeated with each third left out, and judged on that third (nested cross-validation: Varma and Simon 2006,
//!    *BMC Bioinformatics* 7:91): what tuning of this kind is worth on days it has not seen.
//!
//! The same history, protocol, options and seed give the same answer on any number of threads.

mod knobs;
mod replay;
mod score;
mod search;

use avizor::Protocol;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::backtest::{self, alarms};
use crate::error::{Error, Result};
use crate::recording::Recording;
use crate::simulate::Incident;
use knobs::{Variant, variants};
use score::Truth;
use search::{RuleSet, Space};

pub use replay::{Done, Fire};
pub use score::{Part, Score};

/// What to choose by.
#[derive(Clone, Debug)]
pub struct Options {
    /// False alarms a month that are accepted, of all rules and entities together.
    pub budget: f64,
    /// Rules that may be changed; none: all.
    pub rules: Vec<String>,
    /// Whether a rule may be left out, where others raise its level and no test names it. A rule against what has not
    /// happened in the days searched finds nothing there, so this is not the default.
    pub may_drop: bool,
    /// Variants of each rule at most.
    pub per_rule: usize,
    /// Random sets of rules looked at, beside those of the search.
    pub draws: usize,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// Share of the history, its end, that nothing is chosen on; in (0, 1).
    pub held_out: f64,
    /// Parts of the rest for the nested estimate.
    pub folds: usize,
    /// What counts as an alarm.
    pub counting: backtest::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budget: 1.0,
            rules: Vec::new(),
            may_drop: false,
            per_rule: 48,
            draws: 1000,
            seed: 1,
            held_out: 0.3,
            folds: 3,
            counting: backtest::Options::default(),
        }
    }
}

/// A value that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Whose.
    pub trigger: String,
    /// The indicator, `window` or `for`.
    pub what: String,
    /// As it was.
    pub from: String,
    /// As it is.
    pub to: String,
}

/// A set of rules and how it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// On the days that the search saw.
    pub searched: Score,
    /// On the days that it did not see.
    pub held_out: Score,
    /// Values that differ from the protocol's.
    pub edits: Vec<Edit>,
    /// Rules that are left out.
    pub dropped: Vec<String>,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// Variants of single rules that were replayed.
    pub variants: usize,
    /// Sets of rules that were looked at.
    pub rule_sets: usize,
    /// The days that the search saw.
    pub searched: Part,
    /// The days that it did not see.
    pub held_out: Part,
    /// The protocol as it is.
    pub present: Candidate,
    /// What was chosen under the budget.
    pub chosen: Candidate,
    /// Choosing on all thirds but one and judging on that one, summed up.
    pub nested: Score,
    /// The set that changes least (fewest rules, then fewest changed values) among those that dominate the present
    /// one on the days searched; none where none does.
    pub cheapest: Option<Candidate>,
    /// Sets that no other dominates on the days searched, by rising false alarms.
    pub front: Vec<Candidate>,
    /// The chosen protocol file, comments and all.
    pub protocol: String,
    /// The difference to the present one, as `diff -u` writes it.
    pub diff: String,
}

/// Searches. `text` is the protocol file; `done` holds what an earlier run replayed, and `told` hears of what is new,
/// from any thread.
///
/// O(rules x variants x five-minute steps) for the replays, one pass over the mentions for each 32 variants.
///
/// # Errors
/// [`Error::Tuning`] where there is nothing to choose by or to change, and those of [`backtest::backtest`].
pub fn tune(
    text: &str,
    recording: &Recording,
    incidents: &[Incident],
    options: &Options,
    done: &Done,
    told: &(dyn Fn(&Done) + Sync),
) -> Result<Tuned> {
    let protocol = Protocol::parse(text)?;
    let parts = parts(recording, options)?;
    check(&protocol, incidents, &parts, options)?;
    let varied = vary(&protocol, options);
    let jobs: Vec<(usize, &Variant)> = varied
        .iter()
        .enumerate()
        .flat_map(|(rule, variants)| variants.iter().map(move |v| (rule, v)))
        .collect();
    let fires = replay::replay(text, recording, &jobs, done, told)?;
    let truth = Truth {
        incidents,
        parts: &parts,
        options: &options.counting,
    };
    let mut fires = fires.iter();
    let space = Space {
        effects: varied
            .iter()
            .zip(&protocol.triggers)
            .map(|(variants, trigger)| {
                let counts = protocol.levels[trigger.level].severity >= options.counting.severity;
                let effect = |f: &Vec<Fire>| truth.effect(if counts { f } else { &[] });
                fires.by_ref().take(variants.len()).map(effect).collect()
            })
            .collect(),
        costs: varied
            .iter()
            .map(|variants| {
                let cost = |v: &Variant| [usize::from(!v.off), v.edits.len()];
                variants.iter().map(cost).collect()
            })
            .collect(),
        truth,
    };
    choose(text, &protocol, recording, &varied, &space, options)
}

/// The thirds that are searched, and the part held out, in order.
fn parts(recording: &Recording, options: &Options) -> Result<Vec<Part>> {
    let Some((first, last)) = recording.extent() else {
        return Err(Error::Tuning(
            "there is not one mention in the history: give one to replay".into(),
        ));
    };
    if !(options.held_out > 0.0 && options.held_out < 1.0) {
        return Err(Error::Tuning(format!(
            "{} is no share to hold out: give a number between 0 and 1",
            options.held_out
        )));
    }
    let whole = (last.millis() - first.millis()) as f64;
    let seen = whole * (1.0 - options.held_out);
    let folds = options.folds.max(2);
    let cut = |length: f64| avizor::Timestamp::from_millis(first.millis() + length as i64);
    let mut parts: Vec<Part> = (0..folds)
        .map(|i| Part {
            from: cut(seen * i as f64 / folds as f64),
            to: cut(seen * (i + 1) as f64 / folds as f64),
        })
        .collect();
    parts.push(Part {
        from: cut(seen),
        // What closes the last windows is still of the history.
        to: last.plus(avizor::Span::days(1)),
    });
    Ok(parts)
}

fn check(
    protocol: &Protocol,
    incidents: &[Incident],
    parts: &[Part],
    options: &Options,
) -> Result<()> {
    let names: Vec<&str> = protocol.triggers.iter().map(|t| t.name.as_str()).collect();
    if let Some(unknown) = options.rules.iter().find(|r| !names.contains(&r.as_str())) {
        return Err(Error::Tuning(format!(
            "the protocol has no rule called `{unknown}`: its rules are {}",
            names.join(", ")
        )));
    }
    if !(options.budget >= 0.0 && options.budget.is_finite()) {
        return Err(Error::Tuning(format!(
            "{} false alarms a month is no budget: give 0 or more",
            options.budget
        )));
    }
    let end = parts.last().map_or_else(Default::default, |p| p.from);
    if !incidents.iter().any(|i| i.start < end) {
        return Err(Error::Tuning(
            "no incident begins in the days that are searched: without one every alarm is false and the best rule is none; give a longer history or hold less of it out".into(),
        ));
    }
    Ok(())
}

/// Variants of each rule, the present one first.
fn vary(protocol: &Protocol, options: &Options) -> Vec<Vec<Variant>> {
    let tested = |name: &str| {
        let expected = protocol.tests.iter().flat_map(|t| &t.expect);
        expected
            .into_iter()
            .any(|e| e.trigger.as_deref() == Some(name))
    };
    (0..protocol.triggers.len())
        .map(|rule| {
            let trigger = &protocol.triggers[rule];
            let open = options.rules.is_empty() || options.rules.contains(&trigger.name);
            // The first rule of each level stays, so that every level can be reached.
            let first = protocol
                .triggers
                .iter()
                .position(|t| t.level == trigger.level);
            let may_drop = options.may_drop && first != Some(rule) && !tested(&trigger.name);
            let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
            rng.set_stream(rule as u64);
            let most = if open { options.per_rule } else { 1 };
            variants(protocol, rule, may_drop, most, &mut rng)
        })
        .collect()
}

fn choose(
    text: &str,
    protocol: &Protocol,
    recording: &Recording,
    varied: &[Vec<Variant>],
    space: &Space<'_>,
    options: &Options,
) -> Result<Tuned> {
    let last = space.truth.parts.len() - 1;
    let searched: Vec<usize> = (0..last).collect();
    let seen = space.search(&searched, options.budget, options.draws, options.seed);
    let present: RuleSet = vec![0; varied.len()];
    let best = space
        .best(&seen, options.budget)
        .unwrap_or_else(|| present.clone());
    let mut nested = Score::default();
    for left_out in 0..last {
        let rest: Vec<usize> = (0..last).filter(|&p| p != left_out).collect();
        let seen = space.search(&rest, options.budget, options.draws, options.seed);
        let best = space
            .best(&seen, options.budget)
            .unwrap_or_else(|| present.clone());
        nested = nested.and(&space.score(&best, &[left_out]));
    }
    let candidate = |set: &RuleSet| Candidate {
        searched: space.score(set, &searched).with_interval(),
        held_out: space.score(set, &[last]).with_interval(),
        edits: chosen(varied, set).flat_map(|v| v.edits.clone()).collect(),
        dropped: protocol
            .triggers
            .iter()
            .zip(chosen(varied, set))
            .filter(|(_, v)| v.off)
            .map(|(t, _)| t.name.clone())
            .collect(),
    };
    let present_score = space.score(&present, &searched);
    let written = rewrite(text, varied, &best)?;
    // The chosen one by a replay of its own: what is reported is what the file does.
    let exact = exactly(&written, recording, space, &searched, last)?;
    Ok(Tuned {
        variants: varied.iter().map(Vec::len).sum(),
        rule_sets: seen.len(),
        searched: Part {
            from: space.truth.parts[0].from,
            to: space.truth.parts[last].from,
        },
        held_out: space.truth.parts[last],
        chosen: Candidate {
            searched: exact.0,
            held_out: exact.1,
            ..candidate(&best)
        },
        present: candidate(&present),
        nested: nested.with_interval(),
        cheapest: space.cheapest(&seen, &present_score).map(|s| candidate(&s)),
        front: space.front(&seen).iter().map(candidate).collect(),
        diff: difference(text, &written),
        protocol: written,
    })
}

fn chosen<'a>(varied: &'a [Vec<Variant>], set: &'a [usize]) -> impl Iterator<Item = &'a Variant> {
    varied.iter().zip(set).map(|(variants, &v)| &variants[v])
}

/// The file with the chosen variants in it.
fn rewrite(text: &str, varied: &[Vec<Variant>], set: &[usize]) -> Result<String> {
    let mut document = replay::document(text)?;
    let rules = replay::rules(&mut document)?;
    for (i, variant) in chosen(varied, set).enumerate() {
        if let Some(table) = rules.get_mut(i)
            && !variant.off
            && !variant.edits.is_empty()
        {
            replay::write(table, variant);
        }
    }
    let off: Vec<usize> = chosen(varied, set)
        .enumerate()
        .filter(|(_, variant)| variant.off)
        .map(|(i, _)| i)
        .collect();
    let names: Vec<String> = off
        .iter()
        .filter_map(|&i| rules.get(i)?.get("name")?.as_str().map(str::to_owned))
        .collect();
    for &i in off.iter().rev() {
        rules.remove(i);
    }
    replay::forget(&mut document, &names);
    Ok(document.to_string())
}

/// The scores of a protocol file on the days searched and on those held out.
fn exactly(
    text: &str,
    recording: &Recording,
    space: &Space<'_>,
    searched: &[usize],
    last: usize,
) -> Result<(Score, Score)> {
    let protocol = Protocol::parse(text)?;
    let signals = recording.replay(&protocol);
    let fires: Vec<Fire> = alarms(&protocol, &signals, space.truth.options)
        .into_iter()
        .map(|a| Fire {
            at: a.at,
            entity: a.entity,
        })
        .collect();
    let effect = [space.truth.effect(&fires)];
    Ok((
        space.truth.score(effect.iter(), searched).with_interval(),
        space.truth.score(effect.iter(), &[last]).with_interval(),
    ))
}

fn difference(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header("present", "chosen")
        .to_string()
}

#[cfg(test)]
mod tests;
