//! Conditions: CEL expressions over named indicators, checked when the protocol is read.

use std::fmt;
use std::sync::Arc;

use cel::{Context, Program, Value};

use super::indicator::{INDICATORS, IndicatorValue, Indicators};

/// A compiled condition; cheap to clone.
#[derive(Clone)]
pub struct Condition {
    source: String,
    program: Arc<Program>,
    names: Vec<&'static str>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.source)
    }
}

/// Where conditions are evaluated; costly to build, so one serves many evaluations.
#[derive(Default)]
pub struct Scope(Context<'static, 'static>);

impl Scope {
    /// Lends this thread's scope, which is built once.
    pub(crate) fn lend<R>(work: impl FnOnce(&Self) -> R) -> R {
        thread_local! {
            static SCOPE: Scope = Scope::default();
        }
        SCOPE.with(work)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope")
    }
}

/// What is wrong with a condition, and at which character of it (from 0).
pub(super) struct Fault {
    pub at: usize,
    pub message: String,
}

impl Condition {
    /// Compiles `source`, and tries it on values of every kind so that a wrong type shows now and not in a crisis.
    pub(super) fn compile(source: &str) -> std::result::Result<Self, Fault> {
        let program = Program::compile(source).map_err(|errors| syntax_fault(source, &errors))?;
        let names = names_of(source, &program)?;
        let condition = Self {
            source: source.to_owned(),
            program: Arc::new(program),
            names,
        };
        condition.check_types()?;
        Ok(condition)
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The indicators it reads, in the order of the documentation.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// Whether it holds.
    pub fn holds(&self, scope: &Scope, indicators: &Indicators) -> bool {
        matches!(self.evaluate(scope, indicators), Ok(Value::Bool(true)))
    }

    fn evaluate(&self, scope: &Scope, indicators: &Indicators) -> cel::ResolveResult {
        let mut inner = scope.0.new_inner_scope();
        for &name in &self.names {
            let value = match indicators.get(name) {
                Some(IndicatorValue::Int(n)) => Value::Int(n),
                Some(IndicatorValue::Double(x)) => Value::Float(x),
                None => Value::Null,
            };
            inner.add_variable_from_value(name, value);
        }
        self.program.execute(&inner)
    }

    fn check_types(&self) -> std::result::Result<(), Fault> {
        let scope = Scope::default();
        let high = Indicators {
            volume: 1_000_000,
            negative: 1_000_000,
            positive: 1_000_000,
            negative_share: 1.0,
            positive_share: 1.0,
            net_sentiment: 100.0,
            volume_surprise: 30.0,
            negative_surprise: 30.0,
            negative_drift: 30.0,
            silence: 30.0,
            expected_volume: 1e6,
            distinct_authors: 1_000_000,
            top_author_share: 1.0,
            duplicate_share: 1.0,
            urgent: 1_000_000,
            critical: 1_000_000,
            urgent_reach: 1_000_000_000,
            max_followers: 1_000_000_000,
            reach: 1_000_000_000,
            share_of_voice: 1.0,
            competitor_volume: 1_000_000,
        };
        for sample in [Indicators::default(), high] {
            match self.evaluate(&scope, &sample) {
                Ok(Value::Bool(_)) => {}
                Ok(other) => {
                    return Err(Fault {
                        at: 0,
                        message: format!(
                            "the condition gives {other:?} where true or false is needed: compare it with a number, as in `volume > 10`"
                        ),
                    });
                }
                Err(e) => {
                    return Err(Fault {
                        at: 0,
                        message: format!(
                            "the condition cannot be evaluated: {e}; compare numbers with numbers, and write `double(volume)` to multiply a whole number by a fraction"
                        ),
                    });
                }
            }
        }
        Ok(())
    }
}

fn names_of(source: &str, program: &Program) -> std::result::Result<Vec<&'static str>, Fault> {
    let references = program.references();
    let mut unknown: Vec<&str> = references
        .variables()
        .into_iter()
        .filter(|v| !INDICATORS.iter().any(|i| i.name == *v))
        .collect();
    unknown.sort_unstable();
    if let Some(name) = unknown.first() {
        return Err(Fault {
            at: position_of(source, name),
            message: format!(
                "there is no indicator called `{name}`{}: the indicators are {}",
                nearest(name),
                INDICATORS
                    .iter()
                    .map(|i| i.name)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        });
    }
    Ok(INDICATORS
        .iter()
        .map(|i| i.name)
        .filter(|n| references.has_variable(*n))
        .collect())
}

fn nearest(name: &str) -> String {
    INDICATORS
        .iter()
        .map(|i| (distance(name, i.name), i.name))
        .min()
        .filter(|(d, _)| *d <= 3)
        .map(|(_, n)| format!(" (did you mean `{n}`?)"))
        .unwrap_or_default()
}

/// Levenshtein distance, for suggestions.
pub(super) fn distance(a: &str, b: &str) -> usize {
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

fn position_of(source: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    source
        .match_indices(name)
        .find(|(i, _)| {
            !source[..*i].ends_with(is_word) && !source[i + name.len()..].starts_with(is_word)
        })
        .map_or(0, |(i, _)| source[..i].chars().count())
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
