//! Conditions: CEL expressions over named indicators, checked when the protocol is read.

use std::fmt;
use std::sync::Arc;

use cel::Program;

use super::expression::{Known, Lowering, Node};
use super::indicator::{INDICATORS, IndicatorType, IndicatorValue, Indicators, Name, Set};

/// A compiled condition; cheap to clone.
#[derive(Clone)]
pub struct Condition {
    source: String,
    tree: Arc<Node>,
    /// Positions in [`INDICATORS`] of what it reads, in order, once each.
    reads: Vec<usize>,
    names: Vec<&'static str>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.source)
    }
}

/// What is wrong with a condition, and at which character of it (from 0).
pub(super) struct Fault {
    pub at: usize,
    pub message: String,
}

/// The value of one indicator at which a condition would have turned, all else being equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Turn {
    /// Position in [`INDICATORS`].
    pub indicator: usize,
    /// The last value, coming from its own, at which the condition is as it is.
    pub same: f64,
    /// The next one, at which it turns.
    pub other: f64,
}

impl Condition {
    /// Compiles `source`. A wrong type, an unknown name or a threshold out of reach shows now and not in a crisis,
    /// on whichever path of the condition it stands.
    pub(super) fn compile(source: &str) -> std::result::Result<Self, Fault> {
        let program = Program::compile(source).map_err(|errors| syntax_fault(source, &errors))?;
        let lowering = Lowering {
            info: program.source_info(),
        };
        let tree = lowering.condition(program.expression())?;
        let mut reads = Vec::new();
        tree.read(&mut reads);
        reads.sort_unstable();
        reads.dedup();
        Ok(Self {
            source: source.to_owned(),
            tree: Arc::new(tree),
            names: reads.iter().map(|&i| INDICATORS[i].name).collect(),
            reads,
        })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The indicators it reads, in the order of the documentation.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether it holds. A condition that cannot be evaluated (an overflow, a division by zero) does not.
    pub fn holds(&self, indicators: &Indicators) -> bool {
        self.holds_by(&indicators.values())
    }

    /// The same, by all values in the order of [`INDICATORS`].
    pub(crate) fn holds_by(&self, values: &[IndicatorValue]) -> bool {
        self.tree.truth(values) == Some(true)
    }

    /// What it reads.
    pub(crate) fn reads(&self) -> Set {
        Set::at(self.reads.iter().copied())
    }

    /// Whether it may hold by what is `known`: the least and the greatest value that an indicator can have.
    pub(crate) fn may_hold(&self, known: &dyn Fn(Name) -> Option<(f64, f64)>) -> bool {
        self.tree.chance(&Known(known)).yes
    }

    /// Every single indicator whose value, all others staying, would have turned the condition, with the value
    /// nearest to its own that does. By bisection, for indicators that act in one direction.
    pub(crate) fn turns(&self, indicators: &Indicators) -> Vec<Turn> {
        let values = indicators.values();
        let Some(now) = self.tree.truth(&values) else {
            return Vec::new();
        };
        self.reads
            .iter()
            .flat_map(|&indicator| {
                let (low, high) = INDICATORS[indicator].range;
                [low, high].into_iter().filter_map(move |end| {
                    self.bisect(&values, now, indicator, end)
                        .map(|(same, other)| Turn {
                            indicator,
                            same,
                            other,
                        })
                })
            })
            .collect()
    }

    fn bisect(
        &self,
        values: &[IndicatorValue],
        now: bool,
        indicator: usize,
        end: f64,
    ) -> Option<(f64, f64)> {
        let whole = INDICATORS[indicator].kind == IndicatorType::Int;
        let mut values = values.to_vec();
        let start = values.get(indicator)?.as_f64();
        let mut turned = |x: f64| {
            values[indicator] = if whole {
                IndicatorValue::Int(x as i64)
            } else {
                IndicatorValue::Double(x)
            };
            self.tree.truth(&values) == Some(!now)
        };
        if !turned(end) {
            return None;
        }
        // Four decimals, as indicators have them.
        let grain = if whole { 1.0 } else { 1e-4 };
        let on_grain = |x: f64| (x / grain).round() * grain;
        let (mut same, mut other) = (start, end);
        // 1e15 by halves is 50 steps.
        for _ in 0..64 {
            if (other - same).abs() <= 1.5 * grain {
                break;
            }
            let middle = on_grain(f64::midpoint(same, other));
            if turned(middle) {
                other = middle;
            } else {
                same = middle;
            }
        }
        Some((same, other))
    }
}

/// What to say of a name that is no indicator.
pub(super) fn unknown_indicator(name: &str) -> String {
    let all: Vec<&str> = INDICATORS.iter().map(|i| i.name).collect();
    format!(
        "there is no indicator called `{name}`{}: the indicators are {}",
        hint(all.iter().copied(), name),
        all.join(", ")
    )
}

/// ` (did you mean ...?)` with the name nearest to the one that was written; empty where none is within three edits, or
/// half of its letters.
pub(super) fn hint<'a>(names: impl Iterator<Item = &'a str>, written: &str) -> String {
    names
        .map(|name| (distance(name, written), name))
        .min()
        .filter(|(edits, name)| *edits <= 3 && 2 * edits <= name.len())
        .map(|(_, name)| format!(" (did you mean `{name}`?)"))
        .unwrap_or_default()
}

/// Levenshtein distance, for suggestions.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn syntax_fault(source: &str, errors: &cel::ParseErrors) -> Fault {
    let Some(first) = errors.errors.first() else {
        return Fault {
            at: 0,
            message: "the condition is not valid CEL".into(),
        };
    };
    let (line, column) = first.pos;
    let before: usize = source
        .lines()
        .take(usize::try_from(line - 1).unwrap_or(0))
        .map(|l| l.chars().count() + 1)
        .sum();
    Fault {
        at: before + usize::try_from(column - 1).unwrap_or(0),
        message: format!("the condition is not valid CEL: {}", first.msg),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cel::{Context, Value};

    use super::super::indicator::Name;

    /// What CEL itself makes of a condition.
    fn by_cel(source: &str, indicators: &Indicators) -> bool {
        let program = Program::compile(source).unwrap();
        let mut context = Context::default();
        for indicator in INDICATORS {
            let value = match indicators.get(indicator.name).unwrap() {
                IndicatorValue::Int(n) => Value::Int(n),
                IndicatorValue::Double(x) => Value::Float(x),
            };
            context.add_variable_from_value(indicator.name, value);
        }
        matches!(program.execute(&context), Ok(Value::Bool(true)))
    }

    #[test]
    fn means_what_cel_means() {
        let sources = [
            "volume > 10 && negative_share > 0.5 || urgent >= 3",
            "!(duplicate_share > 0.5) && volume != negative",
            "double(negative) / double(volume) > 0.5",
            "negative / volume >= 1 || volume == 0",
            "volume % 3 == 1 ? negative > 2 : positive > 2",
            "volume * 9223372036854775807 > 5 || negative > 4",
            "volume in [1, 3, 5] && positive < 4.5",
            "int(negative_share * 10.0) >= 5",
            "-net_sentiment > 20.0 && volume - negative < 3",
            "10 > volume && 0.25 <= negative_share",
            "(volume > 3) == (negative > 3)",
        ];
        let mut dice = 1_u64;
        let mut draw = |n: i64| {
            dice = dice
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (dice >> 33) as i64 % n
        };
        let mut held = [0; 11];
        for _ in 0..300 {
            let indicators = Indicators {
                volume: draw(14),
                negative: draw(7),
                positive: draw(7),
                urgent: draw(5),
                negative_share: draw(11) as f64 / 10.0,
                duplicate_share: draw(11) as f64 / 10.0,
                net_sentiment: draw(201) as f64 - 100.0,
                ..Indicators::default()
            };
            for (source, held) in sources.iter().zip(&mut held) {
                let condition = Condition::compile(source).map_err(|f| f.message).unwrap();
                let holds = condition.holds(&indicators);
                assert_eq!(
                    holds,
                    by_cel(source, &indicators),
                    "{source}: {indicators:?}"
                );
                // By what is known of some it is never ruled out what holds by all.
                let counts = condition.reads().without(Set::of(&[Name::negative_share]));
                let known = |name: Name| {
                    let value = indicators.values()[name as usize].as_f64();
                    counts.meets(Set::of(&[name])).then_some((value, value))
                };
                assert!(!holds || condition.may_hold(&known), "{source}");
                *held += usize::from(holds);
            }
        }
        assert!(held.iter().all(|n| (1..300).contains(n)), "{held:?}");
    }

    #[test]
    fn the_nearest_value_that_turns_it() {
        let condition = Condition::compile("negative >= 12 && negative_share > 0.4")
            .map_err(|f| f.message)
            .unwrap();
        let indicators = Indicators {
            negative: 40,
            negative_share: 0.6,
            ..Indicators::default()
        };
        let turns = condition.turns(&indicators);
        let of = |name: &str| turns.iter().find(|t| INDICATORS[t.indicator].name == name);
        assert!(of("negative").is_some_and(|t| t.same == 12.0 && t.other == 11.0));
        assert!(of("negative_share").is_some_and(|t| (t.other - 0.4).abs() < 2e-4));
    }
}
