//! Physical lines of any length from any stream, in bounded memory.

use std::io::{self, BufRead, BufReader, Read};

use crate::error::{Error, Result};

/// A row longer than this is rejected. Sixteen times the longest row we were asked to read (1 MB).
pub(crate) const MAX_ROW: usize = 16 << 20;

/// What is said of a line that is longer.
pub(crate) const TOO_LONG: &str = "this line is longer than 16 MiB: is a line end missing?";

/// What the first bytes of files say that are often handed in as text.
const NOT_TEXT: [(&[u8], &str, &str); 5] = [
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (b"\x1f\x8b", "compressed with gzip", "decompress it first"),
    (
        b"PK\x03\x04",
        "a zip archive or an Excel workbook",
        "export it as CSV in UTF-8",
    ),
    (
        b"PAR1",
        "a Parquet file",
        "say so with the format, or name it .parquet",
    ),
];

/// What a call to [`Lines::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The end of the stream.
    End,
    /// A line, with its end unless the stream ended.
    Line,
    /// The beginning of a line longer than [`MAX_ROW`]; the rest was skipped.
    TooLong,
}

/// A stream cut at line feeds.
pub(crate) struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    file: String,
    live: bool,
    /// The number of the line that was read last, from 1.
    pub(crate) number: u64,
}

impl Lines {
    /// `live` streams are handed over as they come, instead of in full batches.
    pub(crate) fn new(file: &str, input: Box<dyn Read + Send>, live: bool) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 16, input),
            file: file.to_owned(),
            live,
            number: 0,
        }
    }

    /// Appends the next line to `out`.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> Result<Found> {
        let start = out.len();
        self.cut(out).and_then(|found| {
            if found != Found::End {
                self.number += 1;
            }
            if self.number == 1 {
                self.first(out, start)?;
            }
            Ok(found)
        })
    }

    fn cut(&mut self, out: &mut Vec<u8>) -> Result<Found> {
        let failed = |source: io::Error| Error::Read {
            file: self.file.clone(),
            source,
        };
        let limit = MAX_ROW as u64 + 1;
        let read = self
            .input
            .by_ref()
            .take(limit)
            .read_until(b'\n', out)
            .map_err(failed)?;
        if read == 0 {
            return Ok(Found::End);
        }
        if read as u64 == limit && out.last() != Some(&b'\n') {
            self.input.skip_until(b'\n').map_err(failed)?;
            return Ok(Found::TooLong);
        }
        Ok(Found::Line)
    }

    /// Drops the byte order mark and refuses what is no text.
    fn first(&self, out: &mut Vec<u8>, start: usize) -> Result<()> {
        let line = &out[start..];
        if let Some((_, found, remedy)) =
            NOT_TEXT.iter().find(|(magic, ..)| line.starts_with(magic))
        {
            return Err(Error::NotText {
                file: self.file.clone(),
                found,
                remedy,
            });
        }
        if line.starts_with(b"\xef\xbb\xbf") {
            out.drain(start..start + 3);
        }
        Ok(())
    }

    /// Whether asking for another line may wait for somebody to write it.
    pub(crate) fn may_wait(&self) -> bool {
        self.live && !self.input.buffer().contains(&b'\n')
    }
}
