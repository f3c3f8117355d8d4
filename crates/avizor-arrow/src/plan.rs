//! Options compiled once: which names are wanted, and which slot each of them fills.

use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::options::{COLUMNS, ReadOptions};

/// Position of a mention's field in [`COLUMNS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    Timestamp,
    Text,
    Author,
    Followers,
    Verified,
    Channel,
    Url,
    Language,
    Entity,
    Likes,
    Shares,
    Replies,
    ReplyTo,
    FromBrand,
}

impl Field {
    pub(crate) const fn name(self) -> &'static str {
        COLUMNS[self as usize]
    }
}

/// The wanted columns. A *slot* is a wanted name's place in `names`.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) file: String,
    pub(crate) names: Vec<String>,
    pub(crate) extra: Vec<usize>,
    pub(crate) id_optional: bool,
    pub(crate) timestamp_optional: bool,
    pub(crate) zone: Option<TimeZone>,
    pub(crate) batch_size: usize,
    fields: [usize; COLUMNS.len()],
    /// Per slot, why it must exist; `None` where it may be absent.
    purpose: Vec<Option<String>>,
}

impl Plan {
    pub(crate) fn new(file: &str, options: &ReadOptions) -> Result<Self> {
        let zone = match &options.timezone {
            None => None,
            Some(name) => {
                Some(TimeZone::get(name).map_err(|_| Error::TimeZone { name: name.clone() })?)
            }
        };
        let mut plan = Self {
            file: file.to_owned(),
            names: Vec::new(),
            extra: Vec::new(),
            id_optional: options.id_optional,
            timestamp_optional: options.timestamp_optional,
            zone,
            batch_size: options.batch_size.max(1),
            fields: [0; COLUMNS.len()],
            purpose: Vec::new(),
        };
        for (field, ours) in COLUMNS.into_iter().enumerate() {
            let purpose = match (options.map.of_field(field), ours) {
                (Some(_), _) => Some(format!("which is mapped to `{ours}`")),
                (None, "id") if options.id_optional => None,
                (None, "timestamp") if options.timestamp_optional => None,
                (None, "id" | "timestamp" | "text") => Some("which every mention needs".to_owned()),
                (None, _) => None,
            };
            plan.fields[field] = plan.want(options.map.of_field(field).unwrap_or(ours), purpose);
        }
        for name in &options.extra {
            let slot = plan.want(name, Some("which was asked for".to_owned()));
            plan.extra.push(slot);
        }
        Ok(plan)
    }

    fn want(&mut self, name: &str, purpose: Option<String>) -> usize {
        let slot = self.slot(name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.purpose.push(None);
            self.names.len() - 1
        });
        if self.purpose[slot].is_none() {
            self.purpose[slot] = purpose;
        }
        slot
    }

    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    pub(crate) fn slot_of(&self, field: Field) -> usize {
        self.fields[field as usize]
    }

    /// For each slot, the position of its column in `header`.
    pub(crate) fn bind<S: AsRef<str>>(&self, header: &[S]) -> Result<Vec<Option<usize>>> {
        let mut at = vec![None; self.names.len()];
        for (position, name) in header.iter().enumerate() {
            if let Some(slot) = self.slot(name.as_ref())
                && at[slot].replace(position).is_some()
            {
                return Err(Error::AmbiguousColumn {
                    file: self.file.clone(),
                    column: self.names[slot].clone(),
                });
            }
        }
        self.check(|slot| at[slot].is_some(), header)?;
        Ok(at)
    }

    /// An error where a column that must exist is not there.
    pub(crate) fn check<S: AsRef<str>>(
        &self,
        has: impl Fn(usize) -> bool,
        present: &[S],
    ) -> Result<()> {
        for (slot, purpose) in self.purpose.iter().enumerate() {
            if let Some(purpose) = purpose
                && !has(slot)
            {
                let list: Vec<&str> = present.iter().map(AsRef::as_ref).collect();
                return Err(Error::MissingColumn {
                    file: self.file.clone(),
                    column: self.names[slot].clone(),
                    purpose: purpose.clone(),
                    present: if list.is_empty() {
                        "no columns at all".to_owned()
                    } else {
                        list.join(", ")
                    },
                });
            }
        }
        Ok(())
    }
}
