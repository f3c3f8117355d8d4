//! Every variant of every rule over the recorded history, many at once: rules do not know of each other, so one
//! replay serves them all, and what a set of rules raises is what its rules raise.

use std::collections::BTreeMap;

use avizor::crisis::SignalState;
use avizor::{Protocol, Timestamp};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use super::knobs::Variant;
use crate::error::{Error, Result};
use crate::hash::Fnv;
use crate::recording::Recording;

/// Rules that share a replay.
const AT_ONCE: usize = 32;

/// When a rule fired, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fire {
    /// When.
    pub at: Timestamp,
    /// For whom.
    pub entity: String,
}

/// What was replayed before: the fires of each variant, by its key.
pub type Done = BTreeMap<String, Vec<Fire>>;

/// A rule of the protocol and a variant of it.
pub(super) type Job<'a> = (usize, &'a Variant);

/// A variant's name in a file that is resumed: its rule as it would be written, under this history and protocol.
pub(super) fn key(base: &str, (trigger, variant): Job<'_>) -> String {
    let mut hash = Fnv::default();
    hash.write(
        format!(
            "{base}\u{1f}{trigger}\u{1f}{}\u{1f}{}\u{1f}{}",
            variant.when, variant.window, variant.hold
        )
        .as_bytes(),
    );
    hash.hex()
}

/// Fingerprint of a history and a protocol.
pub(super) fn base(text: &str, recording: &Recording) -> String {
    let mut hash = Fnv::default();
    hash.write(text.as_bytes());
    for (mention, analysis) in recording.mentions.iter().zip(&recording.analyses) {
        hash.write(mention.id.as_bytes());
        hash.write(&mention.timestamp.millis().to_le_bytes());
        for entity in &analysis.entities {
            hash.write(&entity.sentiment.score.to_bits().to_le_bytes());
        }
    }
    hash.hex()
}

/// The fires of each job, in the jobs' order; `told` is called from any thread with what is new, so that it can be kept.
pub(super) fn replay(
    text: &str,
    recording: &Recording,
    jobs: &[Job<'_>],
    done: &Done,
    told: &(dyn Fn(&Done) + Sync),
) -> Result<Vec<Vec<Fire>>> {
    let base = base(text, recording);
    let keys: Vec<String> = jobs.iter().map(|job| key(&base, *job)).collect();
    let open: Vec<usize> = (0..jobs.len())
        .filter(|&i| !jobs[i].1.off && !done.contains_key(&keys[i]))
        .collect();
    let document = document(text)?;
    let fresh: Vec<Done> = open
        .par_chunks(AT_ONCE)
        .map(|chunk| {
            let variants: Vec<Job<'_>> = chunk.iter().map(|&i| jobs[i]).collect();
            let fires = replay_together(&document, recording, &variants)?;
            let fresh: Done = chunk.iter().map(|&i| keys[i].clone()).zip(fires).collect();
            told(&fresh);
            Ok(fresh)
        })
        .collect::<Result<_>>()?;
    let fresh: Done = fresh.into_iter().flatten().collect();
    Ok(jobs
        .iter()
        .zip(&keys)
        .map(|((_, variant), key)| {
            let fires = done.get(key).or_else(|| fresh.get(key));
            fires.filter(|_| !variant.off).cloned().unwrap_or_default()
        })
        .collect())
}

fn replay_together(
    document: &DocumentMut,
    recording: &Recording,
    variants: &[Job<'_>],
) -> Result<Vec<Vec<Fire>>> {
    let mut document = document.clone();
    // The rules themselves stay: they keep every level reachable and the longest window as it is.
    let rules = rules(&mut document)?;
    for (i, (trigger, variant)) in variants.iter().enumerate() {
        let mut table = rules
            .get(*trigger)
            .cloned()
            .ok_or_else(|| unreadable("a rule is missing"))?;
        set(&mut table, "name", &name(i));
        write(&mut table, variant);
        rules.push(table);
    }
    let protocol = Protocol::parse(&document.to_string())?;
    let mut fires = vec![Vec::new(); variants.len()];
    let numbers: BTreeMap<String, usize> = (0..variants.len()).map(|i| (name(i), i)).collect();
    for signal in recording.replay(&protocol) {
        if signal.state == SignalState::Firing
            && signal.life.escalated_from.is_none()
            && let Some(&i) = numbers.get(&signal.trigger)
        {
            fires[i].push(Fire {
                at: signal.at,
                entity: signal.entity,
            });
        }
    }
    Ok(fires)
}

/// No rule of a person is called so.
fn name(variant: usize) -> String {
    format!("avizor-tune/{variant}")
}

/// The file as a document whose comments stay.
pub(super) fn document(text: &str) -> Result<DocumentMut> {
    text.parse().map_err(unreadable)
}

pub(super) fn rules(document: &mut DocumentMut) -> Result<&mut ArrayOfTables> {
    document
        .get_mut("trigger")
        .and_then(Item::as_array_of_tables_mut)
        .ok_or_else(|| unreadable("its rules are not written as [[trigger]]"))
}

/// Takes rules that are gone out of what names them; what would be left with none goes too, for an empty list
/// would stand for every rule.
pub(super) fn forget(document: &mut DocumentMut, gone: &[String]) {
    for (heading, lists) in [
        ("inhibition", &["while", "mutes"][..]),
        ("silence", &["triggers"]),
    ] {
        let tables = document
            .get_mut(heading)
            .and_then(Item::as_array_of_tables_mut);
        let Some(tables) = tables else { continue };
        for i in (0..tables.len()).rev() {
            let emptied = tables
                .get_mut(i)
                .is_some_and(|table| lists.iter().any(|list| emptied(table, list, gone)));
            if emptied {
                tables.remove(i);
            }
        }
        if tables.is_empty() {
            document.remove(heading);
        }
    }
}

/// Takes `gone` out of a list of names; whether that left nothing of it.
fn emptied(table: &mut Table, list: &str, gone: &[String]) -> bool {
    let Some(names) = table.get_mut(list).and_then(Item::as_array_mut) else {
        return false;
    };
    let before = names.len();
    names.retain(|name| !name.as_str().is_some_and(|n| gone.iter().any(|g| g == n)));
    names.is_empty() && before > 0
}

fn unreadable(why: impl std::fmt::Display) -> Error {
    Error::Tuning(format!("the protocol file cannot be edited: {why}"))
}

/// Writes a variant over a rule.
pub(super) fn write(table: &mut Table, variant: &Variant) {
    set(table, "when", &variant.when);
    set(table, "window", &variant.window.to_string());
    if variant.hold.millis() > 0 || table.contains_key("for") {
        set(table, "for", &variant.hold.to_string());
    }
}

/// Sets a text, leaving what is as it should be, and the comments beside it, alone.
fn set(table: &mut Table, key: &str, text: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(value) if value.as_str() == Some(text) => {}
        Some(value) => {
            let decor = value.decor().clone();
            *value = Value::from(text);
            *value.decor_mut() = decor;
        }
        None => {
            table.insert(key, toml_edit::value(text));
        }
    }
}
