//! What a caller may say about the input: its format, its columns' names, what it may lack.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The columns of a mention, by their own names. `id`, `timestamp` and `text` are required.
pub const COLUMNS: [&str; 15] = [
    "id",
    "timestamp",
    "text",
    "author",
    "followers",
    "verified",
    "channel",
    "url",
    "language",
    "entity",
    "likes",
    "shares",
    "replies",
    "reply_to",
    "from_brand",
];

/// How rows lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object per line.
    Jsonl,
    /// A header and rows, separated by commas (or by semicolons or tabs, when the header is).
    Csv,
    /// A header and rows, separated by tabs; a quote that does not enclose a whole field is a letter like another.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// By the name's extension; `None` where it says nothing.
    ///
    /// ```
    /// use avizor_arrow::Format;
    /// assert_eq!(Format::of_path("march.ndjson".as_ref()), Some(Format::Jsonl));
    /// assert_eq!(Format::of_path("march".as_ref()), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Self> {
        path.extension()?.to_str()?.parse().ok()
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        match s.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            "tsv" | "tab" => Ok(Self::Tsv),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::FormatName { name: s.to_owned() }),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
        })
    }
}

/// Which of the file's columns plays which part: ours = theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnMap {
    pairs: Vec<(usize, String)>,
}

impl ColumnMap {
    /// Reads `text=tweet,timestamp=tweet_created`; an empty string maps nothing.
    ///
    /// A file's name may hold `=`; for one that holds a comma use [`ColumnMap::set`].
    ///
    /// # Errors
    /// [`Error::Map`] for an entry without `=`, a name of ours that does not exist, or one given twice.
    ///
    /// ```
    /// use avizor_arrow::ColumnMap;
    /// let map = ColumnMap::parse("text=tweet,timestamp=tweet_created")?;
    /// assert_eq!(map.theirs("text"), Some("tweet"));
    /// assert!(ColumnMap::parse("tekst=tweet").unwrap_err().to_string().contains("known names: id, timestamp"));
    /// # Ok::<(), avizor_arrow::Error>(())
    /// ```
    pub fn parse(s: &str) -> Result<Self> {
        let mut map = Self::default();
        for entry in s.split(',').filter(|e| !e.trim().is_empty()) {
            let Some((ours, theirs)) = entry.split_once('=') else {
                return Err(Error::Map {
                    entry: entry.to_owned(),
                    problem: "write ours=theirs, as in `text=tweet`".to_owned(),
                });
            };
            map.set(ours.trim(), theirs.trim())?;
        }
        Ok(map)
    }

    /// Adds one pair: our column `ours` is the file's column `theirs`.
    ///
    /// # Errors
    /// [`Error::Map`] when `ours` does not exist or was given before, or when `theirs` is empty.
    pub fn set(&mut self, ours: &str, theirs: &str) -> Result<()> {
        let refuse = |problem: String| {
            Err(Error::Map {
                entry: format!("{ours}={theirs}"),
                problem,
            })
        };
        let Some(field) = COLUMNS.iter().position(|c| *c == ours) else {
            return refuse(format!(
                "there is no column `{ours}`; known names: {}",
                COLUMNS.join(", ")
            ));
        };
        if theirs.is_empty() {
            return refuse("write the file's column after `=`".to_owned());
        }
        if self.pairs.iter().any(|(f, _)| *f == field) {
            return refuse(format!("`{ours}` was mapped before; keep one of the two"));
        }
        self.pairs.push((field, theirs.to_owned()));
        Ok(())
    }

    /// The file's name for our column `ours`, where one was given.
    pub fn theirs(&self, ours: &str) -> Option<&str> {
        let field = COLUMNS.iter().position(|c| *c == ours)?;
        self.of_field(field)
    }

    pub(crate) fn of_field(&self, field: usize) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(f, _)| *f == field)
            .map(|(_, theirs)| theirs.as_str())
    }
}

impl FromStr for ColumnMap {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        Self::parse(s)
    }
}

/// How to read mentions. The default asks for all three required columns, under their own names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format; `None` goes by the file's extension (`-`: JSON Lines).
    pub format: Option<Format>,
    /// The file's names for our columns. A mapped column must exist.
    pub map: ColumnMap,
    /// Further columns of the file, by the file's names, handed back as text in [`Batch::extra`](crate::Batch::extra).
    pub extra: Vec<String>,
    /// Whether the id may be missing: it becomes the row's number as text (from 1, broken rows counted, header not).
    pub id_optional: bool,
    /// Whether the time may be missing or unreadable: it becomes epoch 0. For work in which only the text matters.
    pub timestamp_optional: bool,
    /// IANA time zone for times written without one; where `None`, such a row is rejected.
    pub timezone: Option<String>,
    /// Rows per batch at most (at least 1). A batch also ends when it has read about 16 MiB.
    pub batch_size: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            map: ColumnMap::default(),
            extra: Vec::new(),
            id_optional: false,
            timestamp_optional: false,
            timezone: None,
            batch_size: 4096,
        }
    }
}

impl ReadOptions {
    /// Options for work that needs nothing but the text: id and time may be missing.
    pub fn text_only() -> Self {
        Self {
            id_optional: true,
            timestamp_optional: true,
            ..Self::default()
        }
    }
}
