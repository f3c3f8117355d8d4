//! JSON Lines: one object per line. A name given twice counts with its last value.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::batch::{BATCH_BYTES, Batch};
use crate::error::Result;
use crate::lines::{Found, Lines, TOO_LONG};
use crate::plan::Plan;
use crate::row::Cell;

/// How many names of a file are remembered for the message on a missing column.
const NAMES: usize = 64;

pub(crate) struct Jsonl {
    lines: Lines,
    rows: u64,
    line: Vec<u8>,
    values: Vec<Value>,
    seen: Option<Seen>,
}

/// The columns met so far: JSON Lines has no header to tell that a name is wrong.
#[derive(Default)]
struct Seen {
    objects: usize,
    slots: Vec<bool>,
    names: BTreeSet<String>,
}

impl Jsonl {
    pub(crate) fn new(lines: Lines, plan: &Plan) -> Self {
        Self {
            lines,
            rows: 0,
            line: Vec::new(),
            values: vec![Value::Null; plan.names.len()],
            seen: Some(Seen {
                slots: vec![false; plan.names.len()],
                ..Seen::default()
            }),
        }
    }

    /// Adds rows to `batch`; `false` at the end of the stream.
    pub(crate) fn fill(&mut self, plan: &Plan, batch: &mut Batch) -> Result<bool> {
        let mut bytes = 0;
        while batch.rows() < plan.batch_size && bytes < BATCH_BYTES {
            if batch.rows() > 0 && self.lines.may_wait() {
                return Ok(true);
            }
            self.line.clear();
            let found = self.lines.next(&mut self.line)?;
            if found == Found::End {
                self.settle(plan, true)?;
                return Ok(false);
            }
            bytes += self.line.len();
            if self.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.rows += 1;
            let at = self.lines.number;
            let parsed = if found == Found::TooLong {
                Err(TOO_LONG.to_owned())
            } else {
                parse(&self.line, plan, &mut self.values, &mut self.seen)
            };
            if let Err(reason) = parsed {
                batch.reject(plan, at, reason, &self.line);
                continue;
            }
            let (values, line) = (&self.values, &self.line);
            batch.read(plan, self.rows, at, |s| cell(&values[s]), || line.clone());
            self.settle(plan, false)?;
        }
        Ok(true)
    }

    /// Once enough objects were met, a wanted name that none of them had is an error.
    fn settle(&mut self, plan: &Plan, end: bool) -> Result<()> {
        let Some(seen) = &self.seen else {
            return Ok(());
        };
        if seen.objects >= plan.batch_size || (end && seen.objects > 0) {
            let names: Vec<&String> = seen.names.iter().collect();
            plan.check(|slot| seen.slots[slot], &names)?;
            self.seen = None;
        }
        Ok(())
    }
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(b) => Cell::Bool(*b),
        Value::String(s) => Cell::Text(s),
        Value::Number(n) => match (n.as_i128(), n.as_f64()) {
            (Some(i), _) => Cell::Int(i),
            (None, Some(f)) => Cell::Float(f),
            (None, None) => Cell::Null,
        },
        Value::Array(_) | Value::Object(_) => Cell::Nested(value),
    }
}

fn parse(
    line: &[u8],
    plan: &Plan,
    values: &mut [Value],
    seen: &mut Option<Seen>,
) -> std::result::Result<(), String> {
    let line = std::str::from_utf8(line.trim_ascii_end()).map_err(|e| {
        format!(
            "byte {} of this line is not UTF-8: save the file as UTF-8",
            e.valid_up_to() + 1
        )
    })?;
    let mut attempt = |text: &str| {
        values.fill(Value::Null);
        let mut json = serde_json::Deserializer::from_str(text);
        json.deserialize_map(Object {
            plan,
            values,
            seen: seen.as_mut(),
        })
        .and_then(|()| json.end())
    };
    let failed = match attempt(line) {
        Ok(()) => return Ok(()),
        Err(e) => e,
    };
    if let Some(mended) = mend_surrogates(line)
        && attempt(&mended).is_ok()
    {
        return Ok(());
    }
    let problem = failed
        .to_string()
        .replace(" at line 1 column", " at column");
    Err(if line.trim_start().starts_with('[') {
        "this line is a JSON list: write one object per line".to_owned()
    } else {
        format!("this line is not one JSON object ({problem}): write one object per line")
    })
}

struct Object<'a> {
    plan: &'a Plan,
    values: &'a mut [Value],
    seen: Option<&'a mut Seen>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> std::result::Result<(), A::Error> {
        if let Some(seen) = &mut self.seen {
            seen.objects += 1;
        }
        while let Some(slot) = map.next_key_seed(Key {
            plan: self.plan,
            seen: self.seen.as_deref_mut(),
        })? {
            match slot {
                Some(slot) => self.values[slot] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Finds a name's slot without copying the name.
struct Key<'a> {
    plan: &'a Plan,
    seen: Option<&'a mut Seen>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        d: D,
    ) -> std::result::Result<Self::Value, D::Error> {
        d.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> std::result::Result<Self::Value, E> {
        let slot = self.plan.slot(name);
        if let Some(seen) = self.seen {
            if let Some(slot) = slot {
                seen.slots[slot] = true;
            }
            if seen.names.len() < NAMES && !seen.names.contains(name) {
                seen.names.insert(name.to_owned());
            }
        }
        Ok(slot)
    }
}

/// The line with U+FFFD for each escaped half of a surrogate pair; `None` where there is none.
fn mend_surrogates(line: &str) -> Option<String> {
    let unit = |at: usize| -> Option<u32> {
        let hex = line.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(hex, 16).ok()
    };
    let mut out = String::with_capacity(line.len());
    let (mut kept, mut at, mut mended) = (0, 0, false);
    while let Some(step) = line[at..].find('\\') {
        at += step;
        match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                out.push_str(&line[kept..at]);
                out.push_str("\\ufffd");
                at += 6;
                kept = at;
                mended = true;
            }
            Some(_) => at += 6,
            // A backslash and the character it escapes.
            None => {
                at += 1;
                at += line[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
    }
    out.push_str(&line[kept..]);
    mended.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::mend_surrogates;

    #[test]
    fn lone_surrogates_only() {
        assert_eq!(
            mend_surrogates(r#""a\ud83dz""#).as_deref(),
            Some(r#""a\ufffdz""#)
        );
        assert_eq!(
            mend_surrogates(r#""\ude00\ud83d\ude00\ud83d""#).as_deref(),
            Some(r#""\ufffd\ud83d\ude00\ufffd""#)
        );
        assert_eq!(mend_surrogates(r#""\\ud83d""#), None);
        assert_eq!(mend_surrogates(r#""\ud83d\ude00 \u00e1 \é""#), None);
        assert_eq!(mend_surrogates("\\"), None);
    }
}
