//! What `avizor watch --table` prints: reputation window by window, then the signals, in the protocol's language.

use std::collections::HashSet;

use anyhow::{Context, Result};
use avizor::crisis::SignalState;
use avizor::{Language, Monitor, ReputationRow, Signal, Span, Timestamp};
use jiff::tz::TimeZone;

use crate::table;

/// A change is marked where chance would bring it less often than this.
const SURE: f64 = 0.01;
/// Columns of the bar.
const BAR: usize = 25;

/// The words of one language.
struct Words {
    head: [&'static str; 6],
    scale: &'static str,
    none: &'static str,
    signals: &'static str,
    quiet: &'static str,
    states: [&'static str; 4],
    decimal: char,
}

const SPANISH: Words = Words {
    head: [
        "desde",
        "menciones",
        "% neg.",
        "nota",
        "intervalo del 90 %",
        "deriva",
    ],
    scale: "nota: de -100 a 100; intervalo del 90 %; deriva: cambio de la nota, p < 0,01",
    none: "sin menciones",
    signals: "Señales",
    quiet: "ninguna",
    states: ["pendiente", "activa", "atendida", "resuelta"],
    decimal: ',',
};
const ENGLISH: Words = Words {
    head: [
        "from",
        "mentions",
        "% neg.",
        "score",
        "90% interval",
        "drift",
    ],
    scale: "score: -100 to 100; 90% interval; drift: change of the score, p < 0.01",
    none: "no mentions",
    signals: "Signals",
    quiet: "none",
    states: ["pending", "firing", "acknowledged", "resolved"],
    decimal: '.',
};
const PORTUGUESE: Words = Words {
    head: [
        "desde",
        "menções",
        "% neg.",
        "nota",
        "intervalo de 90 %",
        "deriva",
    ],
    scale: "nota: de -100 a 100; intervalo de 90 %; deriva: mudança da nota, p < 0,01",
    none: "sem menções",
    signals: "Sinais",
    quiet: "nenhum",
    states: ["pendente", "ativo", "assumido", "resolvido"],
    decimal: ',',
};

impl Words {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
            Language::Spanish | Language::Undetermined => &SPANISH,
        }
    }
}

/// How moments are written.
struct Clock {
    zone: TimeZone,
    /// Whether windows begin within a day.
    hours: bool,
}

pub(crate) fn render(monitor: &Monitor, window: Span, signals: &[Signal]) -> Result<String> {
    let protocol = monitor.protocol();
    let words = Words::of(protocol.language);
    let clock = Clock {
        zone: TimeZone::get(&protocol.timezone)
            .with_context(|| format!("there is no time zone `{}`", protocol.timezone))?,
        hours: window.millis() % Span::days(1).millis() != 0,
    };
    let mut text = String::new();
    let mut silent: Vec<&str> = Vec::new();
    for entity in protocol.everyone() {
        let rows = monitor.reputation(&entity.name, window)?;
        if rows.iter().all(|row| row.volume == 0) {
            silent.push(&entity.name);
            continue;
        }
        text.push_str(&table::wrapped(&entity.name, 0));
        text.push_str(&reputation(words, &clock, &rows));
        text.push('\n');
    }
    if !silent.is_empty() {
        let line = format!("{}: {}", words.none, silent.join(", "));
        text.push_str(&table::wrapped(&line, 0));
        text.push('\n');
    }
    text.push_str(&table::wrapped(words.scale, 0));
    text.push('\n');
    text.push_str(words.signals);
    text.push('\n');
    let told = confirmed(signals);
    if told.is_empty() {
        text.push_str(&table::wrapped(words.quiet, 2));
    }
    for signal in told {
        text.push_str(&one_signal(words, &clock, signal));
    }
    Ok(text)
}

/// Fires and their ends; what only began to hold is in the JSON Lines and in the report.
fn confirmed(signals: &[Signal]) -> Vec<&Signal> {
    let mut fired: HashSet<&str> = HashSet::new();
    signals
        .iter()
        .filter(|s| match s.state {
            SignalState::Pending => false,
            // Told again where it has risen.
            SignalState::Firing => fired.insert(&s.id) || s.life.escalated_from.is_some(),
            SignalState::Acknowledged => true,
            SignalState::Resolved => fired.contains(s.id.as_str()),
        })
        .collect()
}

fn reputation(words: &Words, clock: &Clock, rows: &[ReputationRow]) -> String {
    let when = if clock.hours { 16 } else { 10 };
    let line = |cells: [&str; 6]| {
        let [from, mentions, negative, score, interval, drift] = cells;
        let line = format!(
            "  {}  {}  {}  {}  {}  {}",
            table::left(from, when),
            table::right(mentions, 9),
            table::right(negative, 6),
            table::right(score, 5),
            table::left(interval, BAR),
            drift,
        );
        format!("{}\n", table::cut(line.trim_end(), table::WIDTH))
    };
    let mut text = line(words.head);
    for row in rows {
        let judged = row.negative + row.neutral + row.positive;
        let share = 100.0 * f64::from(row.negative) / f64::from(judged.max(1));
        let negative = if judged == 0 {
            "–".to_owned()
        } else {
            number(share, 1, words)
        };
        let (score, interval) = match row.score {
            Some(s) => (
                number(s.value, 0, words),
                table::bar(s.low, s.value, s.high, BAR),
            ),
            None => ("–".to_owned(), String::new()),
        };
        let drift = row
            .drift
            .filter(|d| d.p_value < SURE)
            .map_or_else(String::new, |d| {
                let arrow = if d.change < 0.0 { '▼' } else { '▲' };
                format!("{arrow} {}", number(d.change.abs(), 0, words))
            });
        text.push_str(&line([
            &clock.window(row.start),
            &row.volume.to_string(),
            &negative,
            &score,
            &interval,
            &drift,
        ]));
    }
    text
}

fn one_signal(words: &Words, clock: &Clock, signal: &Signal) -> String {
    let state = match signal.state {
        SignalState::Pending => words.states[0],
        SignalState::Firing => words.states[1],
        SignalState::Acknowledged => words.states[2],
        SignalState::Resolved => words.states[3],
    };
    let head = format!(
        "{}  {}  {}  {}  {state}",
        clock.minute(signal.at),
        signal.level,
        signal.trigger,
        signal.entity,
    );
    let mut text = if table::cut(&head, table::WIDTH) == head {
        format!("{head}\n")
    } else {
        table::wrapped(&head, 0)
    };
    text.push_str(&table::wrapped(&signal.explanation, 4));
    text
}

/// A number with its decimals; what rounds to zero has no sign.
fn number(x: f64, decimals: usize, words: &Words) -> String {
    let text = format!("{x:.decimals$}");
    let text = if text
        .trim_start_matches('-')
        .chars()
        .all(|c| c == '0' || c == '.')
    {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    };
    text.replace('.', &words.decimal.to_string())
}

impl Clock {
    /// Start of a window.
    fn window(&self, at: Timestamp) -> String {
        self.write(
            at,
            if self.hours {
                "%Y-%m-%d %H:%M"
            } else {
                "%Y-%m-%d"
            },
        )
    }

    fn minute(&self, at: Timestamp) -> String {
        self.write(at, "%Y-%m-%d %H:%M")
    }

    fn write(&self, at: Timestamp, format: &str) -> String {
        // Every Timestamp lies within jiff's calendar.
        let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        self.zone.to_datetime(instant).strftime(format).to_string()
    }
}
