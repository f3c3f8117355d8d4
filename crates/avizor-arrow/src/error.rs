//! What stops a whole file, as opposed to one row; every message says what to do next.

/// Why a file or a table could not be read or written at all.
///
/// A single broken row is never an error: it becomes a [`Reject`](crate::Reject).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be opened.
    #[error("cannot open `{file}`: check that it exists and that you may read it")]
    Open {
        /// The path that was asked for.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Reading stopped half-way.
    #[error("cannot read on in `{file}`: check the disk or the pipe, and run again")]
    Read {
        /// The path, or `-`.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Neither the name nor the options tell the format.
    #[error(
        "cannot tell the format of `{file}`: name it .jsonl, .csv, .tsv or .parquet, or say the format"
    )]
    UnknownFormat {
        /// The path that was asked for.
        file: String,
    },
    /// A format's name that is none of the known ones.
    #[error("`{name}` is not a format: write jsonl, csv, tsv or parquet")]
    FormatName {
        /// What was read.
        name: String,
    },
    /// The bytes are something else than text.
    #[error("`{file}` is {found}: {remedy}")]
    NotText {
        /// The path, or `-`.
        file: String,
        /// What the first bytes say it is.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Not Parquet, or damaged.
    #[error(
        "`{file}` cannot be read as Parquet: check that it is complete, or say its true format"
    )]
    Parquet {
        /// The path, or `-`.
        file: String,
        /// What the Parquet reader said.
        source: parquet::errors::ParquetError,
    },
    /// A column that is needed is not there.
    #[error(
        "`{file}` has no column `{column}`, {purpose}: it has {present}; name the right one, as in `text=tweet`"
    )]
    MissingColumn {
        /// The path, `-`, or `columns`.
        file: String,
        /// The name that was looked for.
        column: String,
        /// Why it was looked for.
        purpose: String,
        /// The columns that exist, comma-separated.
        present: String,
    },
    /// A column that is needed is there twice.
    #[error("`{file}` has two columns called `{column}`: rename one of them")]
    AmbiguousColumn {
        /// The path, `-`, or `columns`.
        file: String,
        /// The name that occurs twice.
        column: String,
    },
    /// A column of a type that holds nothing readable.
    #[error(
        "column `{column}` of `{file}` holds {found}: convert it to text, numbers, booleans or timestamps"
    )]
    ColumnType {
        /// The path, `-`, or `columns`.
        file: String,
        /// The column's name.
        column: String,
        /// Its Arrow type.
        found: String,
    },
    /// An array that holds no strings where strings are needed.
    #[error("this column holds {found}, not text: pass a string column")]
    NotStrings {
        /// Its Arrow type.
        found: String,
    },
    /// A column map that cannot be understood.
    #[error("`{entry}` is not a column map: {problem}")]
    Map {
        /// The entry that was refused.
        entry: String,
        /// What is wrong and how to put it right.
        problem: String,
    },
    /// A time zone that the tz database does not know.
    #[error("`{name}` is not a time zone: write an IANA name such as Europe/Madrid, or UTC")]
    TimeZone {
        /// What was read.
        name: String,
    },
    /// More text than one Arrow batch can hold.
    #[error(
        "{bytes} bytes of text do not fit in one batch: pass fewer rows at a time (the limit is 2,147,483,647 bytes)"
    )]
    TooLarge {
        /// Bytes in the largest column.
        bytes: usize,
    },
    /// Arrow refused a conversion.
    #[error("the columns cannot be converted: check their types and lengths")]
    Arrow {
        /// What Arrow said.
        #[from]
        source: arrow_schema::ArrowError,
    },
    /// Writing failed.
    #[error("cannot write the output: check the disk or the pipe")]
    Write {
        /// What the writer said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn write(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Write {
            source: source.into(),
        }
    }
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
