//! One row of cells, whatever file it came from, becomes one mention, or a reason why it is none.

use std::borrow::Cow;
use std::fmt;

use avizor::{Mention, Timestamp};

use crate::plan::{Field, Plan};
use crate::when;

/// One value of a row, as its file types it.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// Absent or null.
    Null,
    /// UTF-8.
    Text(&'a str),
    /// Bytes that should be UTF-8 and are not.
    Broken(&'a [u8]),
    Int(i128),
    Float(f64),
    Bool(bool),
    /// Epoch milliseconds.
    Instant(i64),
    /// Milliseconds since 1970-01-01T00:00:00 on some wall clock.
    Local(i64),
    /// A list or an object.
    Nested(&'a dyn fmt::Display),
}

impl<'a> Cell<'a> {
    pub(crate) fn of_bytes(bytes: &'a [u8]) -> Self {
        std::str::from_utf8(bytes).map_or(Self::Broken(bytes), Self::Text)
    }

    /// The value as text; nothing where it is absent or empty.
    pub(crate) fn to_text(self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Null | Self::Text("") => return None,
            Self::Float(f) if f.is_nan() => return None,
            Self::Text(s) => Cow::Borrowed(s),
            Self::Broken(b) => String::from_utf8_lossy(b),
            Self::Int(i) => Cow::Owned(i.to_string()),
            Self::Float(f) => Cow::Owned(f.to_string()),
            Self::Bool(b) => Cow::Owned(b.to_string()),
            Self::Instant(ms) => Cow::Owned(Timestamp::from_millis(ms).to_string()),
            Self::Local(ms) => {
                let text = Timestamp::from_millis(ms).to_string();
                Cow::Owned(text.trim_end_matches('Z').to_owned())
            }
            Self::Nested(value) => Cow::Owned(value.to_string()),
        })
    }
}

/// `column` in backquotes, with the file's own name for it where that differs.
fn label(plan: &Plan, field: Field) -> String {
    let (ours, theirs) = (field.name(), &plan.names[plan.slot_of(field)]);
    if ours == theirs {
        format!("`{ours}`")
    } else {
        format!("`{ours}` (column `{theirs}`)")
    }
}

/// The value as it is shown in a reason: short, and on one line.
pub(crate) fn shown(cell: Cell<'_>) -> String {
    let text = cell.to_text().unwrap_or(Cow::Borrowed("empty"));
    let short: String = text.chars().take(40).collect();
    let dots = if short.len() < text.len() { "..." } else { "" };
    format!("`{}{dots}`", short.escape_debug())
}

/// The largest integer below which every `f64` integer is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without a fraction, from a number or from text that holds one.
pub(crate) fn whole(cell: Cell<'_>) -> Option<i128> {
    let of_float =
        |f: f64| (f.is_finite() && f.trunc() == f && f.abs() <= EXACT).then_some(f as i128);
    match cell {
        Cell::Int(i) => Some(i),
        Cell::Float(f) => of_float(f),
        Cell::Text(s) => {
            let s = s.trim();
            s.parse().ok().or_else(|| of_float(s.parse().ok()?))
        }
        _ => None,
    }
}

/// Whether a cell that should hold a number or a flag holds nothing.
fn is_empty(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Float(f) => f.is_nan(),
        Cell::Text(s) => s.trim().is_empty() || s.trim().eq_ignore_ascii_case("nan"),
        _ => false,
    }
}

type Reason = String;

struct Row<'p, F> {
    plan: &'p Plan,
    cell: F,
}

impl<'a, F: Fn(usize) -> Cell<'a>> Row<'_, F> {
    fn cell(&self, field: Field) -> Cell<'a> {
        (self.cell)(self.plan.slot_of(field))
    }

    fn text(&self, field: Field) -> Result<Option<String>, Reason> {
        let cell = self.cell(field);
        match cell {
            Cell::Broken(_) => Err(format!(
                "{} is not UTF-8: save the file as UTF-8",
                label(self.plan, field)
            )),
            Cell::Nested(_) => Err(format!(
                "{} is {}, a list or an object: write text",
                label(self.plan, field),
                shown(cell)
            )),
            // A whole number that went through a float: without the `.0`, and only while no digit is lost.
            Cell::Float(f) if !f.is_nan() => match whole(cell) {
                Some(i) => Ok(Some(i.to_string())),
                None if f.is_finite() && f.abs() < EXACT => Ok(Some(f.to_string())),
                None => Err(format!(
                    "{} is {}, a number too large to keep its digits: write it as text",
                    label(self.plan, field),
                    shown(cell)
                )),
            },
            _ => Ok(cell.to_text().map(Cow::into_owned)),
        }
    }

    fn count(&self, field: Field) -> Result<Option<u64>, Reason> {
        let cell = self.cell(field);
        if is_empty(cell) {
            return Ok(None);
        }
        // The signed limit: what is read can be written to any Arrow table again.
        match whole(cell).and_then(|i| i64::try_from(i).ok()) {
            Some(i) if i >= 0 => Ok(Some(i as u64)),
            _ => Err(format!(
                "{} is {}: write a whole number from 0 up, or leave it empty",
                label(self.plan, field),
                shown(cell)
            )),
        }
    }

    fn flag(&self, field: Field) -> Result<Option<bool>, Reason> {
        let cell = self.cell(field);
        if is_empty(cell) {
            return Ok(None);
        }
        let word = |s: &str, words: [&str; 2]| words.iter().any(|w| s.eq_ignore_ascii_case(w));
        match (cell, whole(cell)) {
            (Cell::Bool(b), _) => Ok(Some(b)),
            (_, Some(1)) => Ok(Some(true)),
            (_, Some(0)) => Ok(Some(false)),
            (Cell::Text(s), _) if word(s.trim(), ["true", "yes"]) => Ok(Some(true)),
            (Cell::Text(s), _) if word(s.trim(), ["false", "no"]) => Ok(Some(false)),
            _ => Err(format!(
                "{} is {}: write true or false, or leave it empty",
                label(self.plan, field),
                shown(cell)
            )),
        }
    }

    fn timestamp(&self) -> Result<Timestamp, Reason> {
        let read = match when::read(self.cell(Field::Timestamp), self.plan.zone.as_ref()) {
            Ok(Some(t)) => Ok(t),
            Ok(None) => Err(missing(self.plan, Field::Timestamp)),
            Err(reason) => Err(format!("{} {reason}", label(self.plan, Field::Timestamp))),
        };
        match read {
            Err(_) if self.plan.timestamp_optional => Ok(Timestamp::default()),
            read => read,
        }
    }
}

fn missing(plan: &Plan, field: Field) -> Reason {
    format!("{} is missing: every mention needs it", label(plan, field))
}

/// The mention in a row's cells (by slot) and the extra columns; or what is wrong and what to do.
pub(crate) fn read<'a>(
    plan: &Plan,
    number: u64,
    cell: impl Fn(usize) -> Cell<'a>,
) -> Result<(Mention, Vec<Option<String>>), Reason> {
    let row = Row { plan, cell };
    let id = match row.text(Field::Id)? {
        Some(id) => id,
        None if plan.id_optional => number.to_string(),
        None => return Err(missing(plan, Field::Id)),
    };
    let timestamp = row.timestamp()?;
    // An empty text is still a mention (a photograph, a bare rating); an absent one is a broken row.
    let text = match row.cell(Field::Text) {
        Cell::Text("") => String::new(),
        _ => row
            .text(Field::Text)?
            .ok_or_else(|| missing(plan, Field::Text))?,
    };
    let mention = Mention {
        id,
        timestamp,
        text,
        author: row.text(Field::Author)?,
        followers: row.count(Field::Followers)?,
        verified: row.flag(Field::Verified)?,
        channel: row.text(Field::Channel)?,
        url: row.text(Field::Url)?,
        language: row.text(Field::Language)?,
        entity: row.text(Field::Entity)?,
        likes: row.count(Field::Likes)?,
        shares: row.count(Field::Shares)?,
        replies: row.count(Field::Replies)?,
        reply_to: row.text(Field::ReplyTo)?,
        from_brand: row.flag(Field::FromBrand)?.unwrap_or(false),
    };
    let extra = plan
        .extra
        .iter()
        .map(|slot| (row.cell)(*slot).to_text().map(Cow::into_owned))
        .collect();
    Ok((mention, extra))
}
