//! How long each level was in force.

use std::collections::BTreeMap;

use avizor::crisis::SignalState;
use avizor::{Protocol, Signal, Timestamp};

/// By entity and level, the minutes in which that level was the gravest of those that burnt; what still burns ends
/// with `last`, the history's last moment.
pub fn time_in_levels(
    protocol: &Protocol,
    signals: &[Signal],
    last: Timestamp,
) -> BTreeMap<String, BTreeMap<String, f64>> {
    let mut entities: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for (entity, fires) in fires(protocol, signals, last) {
        let minutes = entities.entry(entity.to_owned()).or_default();
        let mut cuts: Vec<Timestamp> = fires.iter().flat_map(|f| [f.from, f.to]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        for cut in cuts.windows(2) {
            let burning = fires.iter().filter(|f| f.from <= cut[0] && f.to >= cut[1]);
            if let Some(gravest) = burning.map(|f| f.level).max() {
                let length = (cut[1].millis() - cut[0].millis()) as f64 / 60_000.0;
                *minutes
                    .entry(protocol.levels[gravest].name.clone())
                    .or_default() += length;
            }
        }
    }
    entities
}

struct Fire {
    from: Timestamp,
    to: Timestamp,
    /// Position in the protocol's levels, which rise.
    level: usize,
}

fn fires<'a>(
    protocol: &Protocol,
    signals: &'a [Signal],
    last: Timestamp,
) -> BTreeMap<&'a str, Vec<Fire>> {
    let mut ends: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let resolved = |s: &&Signal| s.state == SignalState::Resolved;
    for signal in signals.iter().filter(resolved) {
        ends.insert(&signal.id, signal.at);
    }
    let mut fires: BTreeMap<&str, Vec<Fire>> = BTreeMap::new();
    for signal in signals.iter().filter(|s| s.state == SignalState::Firing) {
        let Some(level) = protocol.levels.iter().position(|l| l.name == signal.level) else {
            continue;
        };
        let to = ends.get(signal.id.as_str()).copied().unwrap_or(last);
        fires.entry(&signal.entity).or_default().push(Fire {
            from: signal.at,
            to: to.max(signal.at),
            level,
        });
    }
    fires
}
