//! What may be turned in a rule, and the variants that turning it gives.

use avizor::protocol::{INDICATORS, IndicatorType};
use avizor::{Protocol, Span};
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::Edit;

/// Factors by which a threshold is tried; the present value is always among them.
const FACTORS: [f64; 9] = [0.4, 0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.6];
/// Windows that people write.
const WINDOWS: [Span; 9] = [
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(3),
    Span::hours(6),
    Span::hours(12),
    Span::days(1),
    Span::days(3),
];
/// Waits before a signal fires.
const HOLDS: [Span; 7] = [
    Span::minutes(0),
    Span::minutes(5),
    Span::minutes(10),
    Span::minutes(20),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
];
/// How far along a ladder from the present value.
const STEPS: usize = 2;

/// One rule as it might be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Variant {
    pub when: String,
    pub window: Span,
    pub hold: Span,
    /// Values that differ from the protocol's.
    pub edits: Vec<Edit>,
    /// The rule is left out.
    pub off: bool,
}

/// A number that a condition compares an indicator with.
#[derive(Clone, Debug, PartialEq)]
struct Threshold {
    indicator: &'static str,
    kind: IndicatorType,
    value: f64,
    /// Where its digits stand.
    place: std::ops::Range<usize>,
}

/// One thing to turn, with the values to try, written as the file writes them.
struct Knob {
    key: &'static str,
    what: String,
    present: String,
    values: Vec<String>,
    place: Option<std::ops::Range<usize>>,
}

/// The rule as it is, each knob turned alone, then combinations drawn at random, at most `most` in all.
pub(super) fn variants(
    protocol: &Protocol,
    trigger: usize,
    may_drop: bool,
    most: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<Variant> {
    let knobs = knobs(protocol, trigger);
    let mut found = vec![turned(protocol, trigger, &knobs, &[])];
    if may_drop {
        found.push(Variant {
            off: true,
            ..found[0].clone()
        });
    }
    for (k, knob) in knobs.iter().enumerate() {
        for value in knob.values.iter().filter(|v| **v != knob.present) {
            found.push(turned(protocol, trigger, &knobs, &[(k, value)]));
        }
    }
    // A drawn one may be there already; so many draws find what there is.
    for _ in 0..4 * most {
        let choice: Vec<(usize, &String)> = knobs
            .iter()
            .enumerate()
            .filter_map(|(k, knob)| Some((k, knob.values.choose(rng)?)))
            .filter(|(k, v)| **v != knobs[*k].present)
            .collect();
        let variant = turned(protocol, trigger, &knobs, &choice);
        if found.len() >= most {
            break;
        }
        if !found.contains(&variant) {
            found.push(variant);
        }
    }
    found.truncate(most.max(1));
    found
}

fn turned(
    protocol: &Protocol,
    trigger: usize,
    knobs: &[Knob],
    choice: &[(usize, &String)],
) -> Variant {
    let rule = &protocol.triggers[trigger];
    let mut variant = Variant {
        when: rule.when.source().to_owned(),
        window: rule.window,
        hold: rule.hold,
        edits: Vec::new(),
        off: false,
    };
    // From the back, so that places before stay where they are.
    let mut choice = choice.to_vec();
    choice.sort_by_key(|(k, _)| std::cmp::Reverse(knobs[*k].place.as_ref().map(|p| p.start)));
    for (k, value) in choice {
        let knob = &knobs[k];
        match (&knob.place, knob.key) {
            (Some(place), _) => variant.when.replace_range(place.clone(), value),
            (None, "window") => variant.window = value.parse().unwrap_or(variant.window),
            (None, _) => variant.hold = value.parse().unwrap_or(variant.hold),
        }
        variant.edits.push(Edit {
            trigger: rule.name.clone(),
            what: knob.what.clone(),
            from: knob.present.clone(),
            to: value.clone(),
        });
    }
    variant.edits.reverse();
    variant
}

fn knobs(protocol: &Protocol, trigger: usize) -> Vec<Knob> {
    let rule = &protocol.triggers[trigger];
    let mut knobs: Vec<Knob> = thresholds(rule.when.source())
        .into_iter()
        .map(|t| Knob {
            key: "when",
            what: t.indicator.to_owned(),
            present: rule.when.source()[t.place.clone()].to_owned(),
            values: ladder(&t),
            place: Some(t.place),
        })
        .collect();
    // The longest window decides what is past for `negative_drift`: no rule may outgrow it.
    let longest = protocol.triggers.iter().map(|t| t.window).max();
    let windows: Vec<Span> = WINDOWS
        .into_iter()
        .filter(|w| Some(*w) <= longest)
        .collect();
    let spans = [
        ("window", rule.window, near(&windows, rule.window)),
        ("for", rule.hold, near(&HOLDS, rule.hold)),
    ];
    knobs.extend(spans.into_iter().map(|(key, present, values)| Knob {
        key,
        what: key.to_owned(),
        present: present.to_string(),
        values: values.iter().map(Span::to_string).collect(),
        place: None,
    }));
    knobs
}

/// The rungs within reach of the present value.
fn near(rungs: &[Span], present: Span) -> Vec<Span> {
    let place = rungs.partition_point(|r| *r < present);
    let mut reach: Vec<Span> =
        rungs[place.saturating_sub(STEPS)..(place + STEPS + 1).min(rungs.len())].to_vec();
    if !reach.contains(&present) {
        reach.push(present);
        reach.sort_unstable();
    }
    reach
}

/// Values to try for a threshold, two figures long, within the indicator's range.
fn ladder(threshold: &Threshold) -> Vec<String> {
    let range = INDICATORS
        .iter()
        .find(|i| i.name == threshold.indicator)
        .map_or((f64::NEG_INFINITY, f64::INFINITY), |i| i.range);
    let mut values: Vec<String> = FACTORS
        .iter()
        .filter_map(|factor| {
            // What an indicator cannot pass is no threshold.
            let x = two_figures(threshold.value * factor);
            let x = match threshold.kind {
                IndicatorType::Int => libm::rint(x),
                IndicatorType::Double => x,
            };
            let reachable = *factor == 1.0 || (x > range.0 && x < range.1);
            reachable.then(|| match threshold.kind {
                IndicatorType::Int => format!("{x:.0}"),
                IndicatorType::Double if x.fract() == 0.0 => format!("{x:.1}"),
                IndicatorType::Double => format!("{x}"),
            })
        })
        .collect();
    values.dedup();
    values
}

fn two_figures(x: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(x.abs())) - 1.0);
    // Through text, so that 0.1 + 0.2 does not show.
    format!("{:.6}", libm::round(x / unit) * unit)
        .parse()
        .unwrap_or(x)
}

/// The thresholds of a condition: an indicator, an order, a number. Equalities are meant as they are.
fn thresholds(when: &str) -> Vec<Threshold> {
    let mut found = Vec::new();
    for indicator in INDICATORS {
        for (at, _) in when.match_indices(indicator.name) {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let after = at + indicator.name.len();
            if when[..at].ends_with(is_word) || when[after..].starts_with(is_word) {
                continue;
            }
            let rest = when[after..].trim_start();
            let Some(order) = [">=", "<=", ">", "<"]
                .into_iter()
                .find(|o| rest.starts_with(o))
            else {
                continue;
            };
            let number = rest[order.len()..].trim_start();
            let start = when.len() - number.len();
            let length = number
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(number.len());
            let ends_there = !number[length..]
                .trim_start()
                .starts_with(['*', '/', '+', '-', 'e']);
            if let Ok(value) = number[..length].parse::<f64>()
                && ends_there
            {
                found.push(Threshold {
                    indicator: indicator.name,
                    kind: indicator.kind,
                    value,
                    place: start..start + length,
                });
            }
        }
    }
    found.sort_by_key(|t| t.place.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn thresholds_are_those_of_orders_and_nothing_else() {
        let when = "negative_surprise > 3.5 && volume >=12 && volume == 0 && negative < 0.5 * double(volume) || duplicate_share<0.5";
        let found = thresholds(when);
        let read: Vec<(&str, f64)> = found.iter().map(|t| (t.indicator, t.value)).collect();
        assert_eq!(
            read,
            [
                ("negative_surprise", 3.5),
                ("volume", 12.0),
                ("duplicate_share", 0.5)
            ]
        );
        assert_eq!(&when[found[1].place.clone()], "12");
    }

    #[test]
    fn ladders_hold_the_present_value_and_stay_in_range() {
        let share = &thresholds("negative_share > 0.5")[0];
        assert_eq!(
            ladder(share),
            ["0.2", "0.25", "0.33", "0.4", "0.5", "0.63", "0.8"]
        );
        let count = &thresholds("distinct_authors >= 12")[0];
        assert!(ladder(count).contains(&"12".to_owned()));
        assert!(ladder(count).contains(&"31".to_owned()));
    }

    #[test]
    fn every_variant_is_a_rule_and_the_first_is_the_present_one() {
        let text = include_str!("../../../../examples/airline.toml");
        let protocol = Protocol::parse(text).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let found = variants(&protocol, 0, true, 60, &mut rng);
        assert_eq!(found.len(), 60);
        assert_eq!(found[0].when, protocol.triggers[0].when.source());
        assert!(found[0].edits.is_empty() && found[1].off);
        for (i, variant) in found.iter().enumerate() {
            assert!(found[..i].iter().all(|v| v != variant));
            let changed = text.replace(protocol.triggers[0].when.source(), &variant.when);
            Protocol::parse(&changed).unwrap();
        }
    }
}
