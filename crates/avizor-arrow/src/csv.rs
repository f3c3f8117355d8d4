//! CSV and TSV: rows cut at line ends outside quotes, so that one stray quote does not swallow the file.

use crate::batch::{BATCH_BYTES, Batch};
use crate::error::{Error, Result};
use crate::fields::{Fields, Quotes, end_line};
use crate::lines::{Found, Lines, MAX_ROW, TOO_LONG};
use crate::options::Format;
use crate::plan::Plan;
use crate::row::Cell;

/// A header with line ends in its quotes may be this long.
const MAX_HEADER: usize = 1 << 16;

pub(crate) struct Csv {
    lines: Lines,
    rows: u64,
    shape: Shape,
    /// For each slot, the position of its column.
    at: Vec<Option<usize>>,
    again: Again,
    /// The bytes of the row in hand.
    raw: Vec<u8>,
    fields: Fields,
    empty: bool,
}

/// What a row of this file looks like.
#[derive(Clone, Copy)]
struct Shape {
    delimiter: u8,
    width: usize,
    /// Quotes that do not enclose a field are letters.
    loose: bool,
}

/// Lines that were taken for one quoted row and were not, to be read one by one.
#[derive(Default)]
struct Again {
    bytes: Vec<u8>,
    at: usize,
    line: u64,
    /// How the last of them is to be read.
    last: Place,
}

/// How a line is to be read.
#[derive(Clone, Copy, Default, PartialEq)]
enum Place {
    /// A quote in it may close in a later line.
    #[default]
    Open,
    /// It is a row by itself.
    Alone,
    /// It was cut, and is no row.
    Cut,
}

impl Csv {
    /// Reads the header.
    pub(crate) fn new(mut lines: Lines, format: Format, plan: &Plan) -> Result<Self> {
        let mut raw = Vec::new();
        let mut found = Found::Line;
        while found != Found::End && raw.iter().all(u8::is_ascii_whitespace) {
            raw.clear();
            found = lines.next(&mut raw)?;
        }
        let separators: &[u8] = if format == Format::Tsv {
            b"\t"
        } else {
            b"\t;,"
        };
        let open = |raw: &[u8]| separators.iter().any(|d| Quotes::of(raw, *d).open());
        while format != Format::Tsv && found == Found::Line && raw.len() < MAX_HEADER && open(&raw)
        {
            found = lines.next(&mut raw)?;
        }
        let not_text = |found, remedy| Error::NotText {
            file: plan.file.clone(),
            found,
            remedy,
        };
        if found == Found::TooLong || (format != Format::Tsv && open(&raw)) {
            return Err(not_text(
                "a table whose header has no end",
                "check that it is CSV, and that quotes in its first line close",
            ));
        }
        end_line(&mut raw);
        let head = raw;
        if head.contains(&b'\r') && !head.contains(&b'"') {
            return Err(not_text(
                "a table whose lines end in CR alone",
                "save it with LF or CRLF line ends",
            ));
        }
        let empty = found == Found::End && head == b"\n";
        // The separator under which the columns are there; else the one that finds the most of them, so that the
        // message shows what a reader would see. In a tie the last one wins.
        let head = separators
            .iter()
            .map(|d| Head::new(&head, *d, plan))
            .max_by_key(|h| (h.at.is_ok(), h.shape.width))
            .unwrap_or_else(|| Head::new(&head, b',', plan));
        Ok(Self {
            lines,
            rows: 0,
            shape: head.shape,
            at: if empty { Vec::new() } else { head.at? },
            again: Again::default(),
            raw: Vec::new(),
            fields: head.fields,
            empty,
        })
    }

    /// Adds rows to `batch`; `false` at the end of the stream.
    pub(crate) fn fill(&mut self, plan: &Plan, batch: &mut Batch) -> Result<bool> {
        if self.empty {
            return Ok(false);
        }
        let mut bytes = 0;
        while batch.rows() < plan.batch_size && bytes < BATCH_BYTES {
            if batch.rows() > 0 && self.again.done() && self.lines.may_wait() {
                return Ok(true);
            }
            let Some((line, row)) = self.next()? else {
                return Ok(false);
            };
            bytes += self.raw.len();
            self.rows += 1;
            if let Err(reason) = row {
                batch.reject(plan, line, reason, &self.raw);
                continue;
            }
            let (fields, at, raw) = (&self.fields, &self.at, &self.raw);
            let cell = |slot: usize| at[slot].map_or(Cell::Null, |i| Cell::of_bytes(fields.get(i)));
            batch.read(plan, self.rows, line, cell, || raw.clone());
        }
        Ok(true)
    }

    /// Puts the next row into `raw` and `fields`. Returns its first line, or `None` at the end.
    fn next(&mut self) -> Result<Option<(u64, std::result::Result<(), String>)>> {
        let (line, place) = loop {
            self.raw.clear();
            let taken = if self.again.done() {
                match self.lines.next(&mut self.raw)? {
                    Found::End => return Ok(None),
                    Found::TooLong => (self.lines.number, Place::Cut),
                    Found::Line => (self.lines.number, Place::Open),
                }
            } else {
                self.again.take(&mut self.raw)
            };
            if !matches!(self.raw.as_slice(), b"\n" | b"\r\n" | b"\r") {
                break taken;
            }
        };
        if place == Place::Cut {
            return Ok(Some((line, Err(TOO_LONG.to_owned()))));
        }
        let delimiter = self.shape.delimiter;
        let first = self.raw.len();
        let mut quotes = Quotes::of(&self.raw, delimiter);
        let mut found = Found::Line;
        while quotes.open()
            && place == Place::Open
            && found == Found::Line
            && self.raw.len() < MAX_ROW
        {
            let start = self.raw.len();
            found = self.lines.next(&mut self.raw)?;
            quotes.scan(&self.raw[start..], delimiter);
        }
        let several = self.raw.len() > first;
        if several && (quotes.open() || quotes.sloppy || found == Found::TooLong) {
            // Not one quoted row: keep its first line, and read the others one by one.
            self.again = Again {
                bytes: self.raw.split_off(first),
                at: 0,
                line: line + 1,
                last: match found {
                    Found::TooLong => Place::Cut,
                    Found::Line if !quotes.open() => Place::Open,
                    _ => Place::Alone,
                },
            };
            quotes = Quotes::of(&self.raw, delimiter);
        }
        Ok(Some((line, self.split(quotes))))
    }

    /// Splits `raw` into `fields`, or says why it is not a row.
    fn split(&mut self, quotes: Quotes) -> std::result::Result<(), String> {
        let Shape {
            delimiter,
            width,
            loose,
        } = self.shape;
        if quotes.open() && !loose {
            return Err(
                "a quote opens in this row and never closes: close it, or double the quotes inside a quoted field"
                    .to_owned(),
            );
        }
        end_line(&mut self.raw);
        if loose && (quotes.open() || quotes.sloppy) {
            self.fields.split_plain(&self.raw, delimiter);
        } else {
            self.fields.split_quoted(&self.raw);
        }
        if self.fields.count == width {
            return Ok(());
        }
        let separator = match delimiter {
            b';' => "a semicolon",
            b'\t' => "a tab",
            _ => "a comma",
        };
        Err(format!(
            "this row has {} fields and the header {width}: put fields that hold {separator} in quotes, or add what is missing",
            self.fields.count
        ))
    }
}

/// The header, read with one separator.
struct Head {
    fields: Fields,
    shape: Shape,
    at: Result<Vec<Option<usize>>>,
}

impl Head {
    fn new(line: &[u8], delimiter: u8, plan: &Plan) -> Self {
        let mut fields = Fields::new(delimiter);
        fields.split_quoted(line);
        let names: Vec<String> = (0..fields.count)
            .map(|i| String::from_utf8_lossy(fields.get(i)).trim().to_owned())
            .collect();
        Self {
            fields,
            shape: Shape {
                delimiter,
                width: names.len(),
                loose: delimiter == b'\t',
            },
            at: plan.bind(&names),
        }
    }
}

impl Again {
    fn done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Moves one line to `out`; returns its number and how to read it.
    fn take(&mut self, out: &mut Vec<u8>) -> (u64, Place) {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |i| i + 1);
        out.extend_from_slice(&rest[..length]);
        self.at += length;
        let place = if self.done() { self.last } else { Place::Alone };
        let line = self.line;
        self.line += 1;
        if self.done() {
            self.bytes = Vec::new();
            self.at = 0;
        }
        (line, place)
    }
}
