//! A file or a stream of any format, as batches of mentions.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::batch::Batch;
use crate::csv::Csv;
use crate::error::{Error, Result};
use crate::jsonl::Jsonl;
use crate::lines::Lines;
use crate::options::{Format, ReadOptions};
use crate::parquet::Parquet;
use crate::plan::Plan;

/// A stream of [`Batch`]es, bounded in memory for text of any size.
///
/// A broken row is a [`Reject`](crate::Reject) of its batch; an error ends the stream, after the rows read before it.
///
/// ```
/// use avizor_arrow::{Format, ReadOptions, Reader};
/// let csv = "id,timestamp,text\n1,2026-03-01T10:00:00Z,hola\n2,,adiós\n";
/// let mut reader = Reader::from_read("demo.csv", csv.as_bytes(), Format::Csv, &ReadOptions::default())?;
/// let batch = reader.next().expect("one batch")?;
/// assert_eq!(batch.mentions[0].text, "hola");
/// assert_eq!((batch.rejects[0].line, batch.rejects[0].raw.as_str()), (3, "2,,adiós"));
/// # Ok::<(), avizor_arrow::Error>(())
/// ```
pub struct Reader {
    source: Source,
    plan: Plan,
    done: bool,
    failed: Option<Error>,
}

enum Source {
    Jsonl(Jsonl),
    Csv(Box<Csv>),
    Parquet(Box<Parquet>),
}

impl Reader {
    /// Opens a file, or standard input for `-`.
    ///
    /// The format goes by `options.format`, else by the extension (`-`: JSON Lines). Batches of standard input are
    /// handed over as soon as reading on would have to wait.
    ///
    /// # Errors
    /// Where the file cannot be opened or read, its format is not known or not what it says, or a needed column is
    /// missing.
    pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self> {
        let path = path.as_ref();
        if path.as_os_str() == "-" {
            let format = options.format.unwrap_or(Format::Jsonl);
            return Self::from_read("-", io::stdin(), format, options);
        }
        let file = path.display().to_string();
        let opened = File::open(path).and_then(|f| {
            if f.metadata()?.is_dir() {
                Err(io::Error::from(io::ErrorKind::IsADirectory))
            } else {
                Ok(f)
            }
        });
        let input = match opened {
            Ok(input) => input,
            Err(source) => return Err(Error::Open { file, source }),
        };
        let Some(format) = options.format.or_else(|| Format::of_path(path)) else {
            return Err(Error::UnknownFormat { file });
        };
        let plan = Plan::new(&file, options)?;
        let source = match format {
            Format::Parquet => Source::Parquet(Box::new(Parquet::of_file(input, plan.clone())?)),
            _ => Source::of_lines(Lines::new(&file, Box::new(input), false), format, &plan)?,
        };
        Ok(Self::new(source, plan))
    }

    /// Reads a stream that is called `name` in messages. Parquet is read whole into memory.
    ///
    /// Batches are handed over as soon as reading on would have to wait.
    ///
    /// # Errors
    /// Where the stream cannot be read or is not of that format, or a needed column is missing.
    pub fn from_read(
        name: &str,
        input: impl Read + Send + 'static,
        format: Format,
        options: &ReadOptions,
    ) -> Result<Self> {
        let plan = Plan::new(name, options)?;
        let source = match format {
            Format::Parquet => Source::Parquet(Box::new(Parquet::of_stream(input, plan.clone())?)),
            _ => Source::of_lines(Lines::new(name, Box::new(input), true), format, &plan)?,
        };
        Ok(Self::new(source, plan))
    }

    fn new(source: Source, plan: Plan) -> Self {
        Self {
            source,
            plan,
            done: false,
            failed: None,
        }
    }

    /// The name under which rejects are reported: the path, or `-`.
    pub fn file(&self) -> &str {
        &self.plan.file
    }
}

impl Source {
    fn of_lines(lines: Lines, format: Format, plan: &Plan) -> Result<Self> {
        Ok(match format {
            Format::Csv | Format::Tsv => Self::Csv(Box::new(Csv::new(lines, format, plan)?)),
            _ => Self::Jsonl(Jsonl::new(lines, plan)),
        })
    }

    /// Adds rows to `batch`; `false` at the end.
    fn fill(&mut self, plan: &Plan, batch: &mut Batch) -> Result<bool> {
        match self {
            Self::Jsonl(source) => source.fill(plan, batch),
            Self::Csv(source) => source.fill(plan, batch),
            Self::Parquet(source) => Ok(match source.next()? {
                None => false,
                Some(read) => {
                    *batch = read;
                    true
                }
            }),
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        while !self.done {
            let mut batch = Batch::default();
            match self.source.fill(&self.plan, &mut batch) {
                Ok(more) => self.done = !more,
                Err(error) => {
                    self.done = true;
                    // A column that no row has: the rows are nothing but the same complaint over and over.
                    let useless = matches!(error, Error::MissingColumn { .. });
                    if useless || batch.rows() == 0 {
                        return Some(Err(error));
                    }
                    self.failed = Some(error);
                }
            }
            if batch.rows() > 0 {
                return Some(Ok(batch));
            }
        }
        None
    }
}

impl std::iter::FusedIterator for Reader {}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("file", &self.plan.file)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}
