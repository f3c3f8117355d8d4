//! Mentions from a file or a pipe, read ahead on a thread of their own, and the account of rows that could not be read.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anyhow::{Context, Result};
use avizor_arrow::{Batch, ColumnMap, Error, Format, ReadOptions, Reader, Reject};
use clap::Args;

use crate::Outcome;
use crate::output;
use crate::progress::Progress;

/// How many broken rows are told of, one by one.
const SHOWN: u64 = 10;
/// A batch is handed over at this many rows or bytes of text.
const ROWS: usize = 4096;
const BYTES: usize = 4 << 20;
/// Batches read ahead.
const AHEAD: usize = 2;

/// Where mentions come from.
#[derive(Args, Debug, Clone)]
pub(crate) struct InputArgs {
    /// File of mentions, or - for standard input
    pub(crate) input: PathBuf,
    /// Format: jsonl, csv, tsv or parquet [default: by the file's extension; jsonl for -]
    #[arg(long)]
    format: Option<Format>,
    /// The file's names for our columns, as in text=tweet,timestamp=tweet_created
    #[arg(long, value_name = "OURS=THEIRS,...")]
    map: Option<ColumnMap>,
    /// Zone of times written without one, as in Europe/Madrid; without it such rows are rejected
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Write the rows that cannot be read to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// End with status 2 where a row could not be read
    #[arg(long)]
    strict: bool,
}

impl InputArgs {
    /// A file with the default options.
    pub(crate) fn of(input: &Path) -> Self {
        Self {
            input: input.to_owned(),
            format: None,
            map: None,
            timezone: None,
            rejects: None,
            strict: false,
        }
    }

    /// The same for a second file, whose rejects must not take the place of the first one's.
    pub(crate) fn beside(&self, input: &Path) -> Self {
        Self {
            input: input.to_owned(),
            rejects: None,
            ..self.clone()
        }
    }

    /// What to call the input by, without the folders that lead to it.
    pub(crate) fn name(&self) -> String {
        let name = self.input.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Opens the input; `needs` says what a row may lack.
    pub(crate) fn open(&self, needs: &ReadOptions) -> Result<Source> {
        self.open_labelled(needs, None, &[])
    }

    /// The format that was asked for.
    pub(crate) fn format(&self) -> Option<Format> {
        self.format
    }

    /// Opens the input with `text` as the column of texts and `extra` as further ones.
    pub(crate) fn open_labelled(
        &self,
        needs: &ReadOptions,
        text: Option<&str>,
        extra: &[&str],
    ) -> Result<Source> {
        let mut map = self.map.clone().unwrap_or_default();
        if let Some(text) = text {
            map.set("text", text)?;
        }
        let options = ReadOptions {
            format: self.format,
            map,
            timezone: self.timezone.clone(),
            extra: extra.iter().map(|&name| name.to_owned()).collect(),
            batch_size: ROWS,
            ..needs.clone()
        };
        let rejects = Rejects::new(self.rejects.as_deref(), self.strict)?;
        Source::open(&self.input, &options, rejects)
    }
}

/// Batches of mentions, in order.
pub(crate) struct Source {
    batches: Receiver<avizor_arrow::Result<Batch>>,
    bytes: Arc<AtomicU64>,
    progress: Progress,
    rejects: Rejects,
}

impl Source {
    fn open(path: &Path, options: &ReadOptions, rejects: Rejects) -> Result<Self> {
        let bytes = Arc::new(AtomicU64::new(0));
        let is_live = path.as_os_str() == "-";
        let (reader, length) = open(path, options, &bytes)?;
        let (send, batches) = sync_channel(AHEAD);
        thread::spawn(move || read(reader, is_live, &send));
        Ok(Self {
            batches,
            bytes,
            progress: Progress::new(length),
            rejects,
        })
    }

    /// The next mentions; rows that could not be read are told of and kept account of here.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>> {
        let Ok(batch) = self.batches.recv() else {
            self.progress.finish();
            return Ok(None);
        };
        let batch = batch.inspect_err(|_| self.progress.finish())?;
        self.progress
            .advance(batch.rows() as u64, self.bytes.load(Ordering::Relaxed));
        self.rejects.take(&batch.rejects, &self.progress)?;
        Ok(Some(batch))
    }

    /// How many rows could not be read.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejects.count
    }

    /// Ends the account.
    pub(crate) fn finish(self) -> Result<Outcome> {
        self.progress.finish();
        self.rejects.finish()
    }
}

/// A reader, and the length of what it reads where that is known.
fn open(
    path: &Path,
    options: &ReadOptions,
    bytes: &Arc<AtomicU64>,
) -> Result<(Reader, Option<u64>)> {
    let format = options.format.or_else(|| Format::of_path(path));
    let Some(format) = format.filter(|f| *f != Format::Parquet && path.is_file()) else {
        return Ok((Reader::open(path, options)?, None));
    };
    let name = path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) => return Err(Error::Open { file: name, source }.into()),
    };
    let length = file.metadata().map(|m| m.len()).ok();
    let counted = Counted {
        input: file,
        bytes: Arc::clone(bytes),
    };
    Ok((Reader::from_read(&name, counted, format, options)?, length))
}

/// Counts what passes, for the bar.
struct Counted<R> {
    input: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Sends batches until the input ends or nobody listens. Those of a pipe go at once: somebody may be waiting.
fn read(reader: Reader, is_live: bool, send: &SyncSender<avizor_arrow::Result<Batch>>) {
    let mut held = Batch::default();
    let mut size = 0;
    for next in reader {
        match next {
            Err(error) => {
                if held.rows() == 0 || send.send(Ok(std::mem::take(&mut held))).is_ok() {
                    let _ = send.send(Err(error));
                }
                return;
            }
            Ok(batch) => {
                size += batch.mentions.iter().map(|m| m.text.len()).sum::<usize>();
                held.mentions.extend(batch.mentions);
                held.rejects.extend(batch.rejects);
                held.extra.extend(batch.extra);
            }
        }
        if is_live || held.rows() >= ROWS || size >= BYTES {
            size = 0;
            if send.send(Ok(std::mem::take(&mut held))).is_err() {
                return;
            }
        }
    }
    if held.rows() > 0 {
        let _ = send.send(Ok(held));
    }
}

/// The rows that could not be read.
struct Rejects {
    count: u64,
    file: Option<BufWriter<File>>,
    strict: bool,
}

impl Rejects {
    fn new(path: Option<&Path>, strict: bool) -> Result<Self> {
        let create = |path: &Path| {
            File::create(path).map(BufWriter::new).with_context(|| {
                format!(
                    "cannot write `{}`: check that its folder exists and that you may write there",
                    path.display()
                )
            })
        };
        Ok(Self {
            count: 0,
            file: path.map(create).transpose()?,
            strict,
        })
    }

    fn take(&mut self, rejects: &[Reject], progress: &Progress) -> Result<()> {
        for reject in rejects {
            self.count += 1;
            if self.count <= SHOWN {
                let Reject {
                    file, line, reason, ..
                } = reject;
                progress.say(&format!("{file}:{line}: {reason}"));
            }
            if let Some(file) = &mut self.file {
                file.write_all(&output::line(reject)?)
                    .context("cannot write the rejects: check the space on the disk")?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Outcome> {
        if let Some(file) = &mut self.file {
            file.flush()
                .context("cannot write the rejects: check the space on the disk")?;
        }
        if self.count == 0 {
            return Ok(Outcome::Done);
        }
        let rows = if self.count == 1 { "row" } else { "rows" };
        let mut message = format!("{} {rows} could not be read and left out", self.count);
        if self.count > SHOWN {
            let _ = write!(message, "; the first {SHOWN} are above");
        }
        if self.file.is_none() && self.count > SHOWN {
            message.push_str(", --rejects FILE keeps them all");
        }
        output::say(&message);
        Ok(if self.strict {
            Outcome::Rejected
        } else {
            Outcome::Done
        })
    }
}
