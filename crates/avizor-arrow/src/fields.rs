//! One row of CSV: where it ends, and which fields it has.

use csv_core::ReadRecordResult;

/// The state of a row that is cut: RFC 4180, with the leniencies of the `csv` crate.
#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

#[derive(Clone, Copy)]
pub(crate) struct Quotes {
    state: State,
    /// A closing quote was followed by something else than the field's end.
    pub(crate) sloppy: bool,
}

impl Quotes {
    pub(crate) fn of(line: &[u8], delimiter: u8) -> Self {
        let mut quotes = Self {
            state: State::FieldStart,
            sloppy: false,
        };
        quotes.scan(line, delimiter);
        quotes
    }

    pub(crate) fn scan(&mut self, line: &[u8], delimiter: u8) {
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let body = match self.state {
            // Inside quotes a CR before the LF belongs to the text.
            State::Quoted => body,
            _ => body.strip_suffix(b"\r").unwrap_or(body),
        };
        for &b in body {
            self.state = match (self.state, b) {
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::FieldStart | State::QuoteInQuoted, b'"') | (State::Quoted, _) => {
                    State::Quoted
                }
                (_, b) if b == delimiter => State::FieldStart,
                (State::QuoteInQuoted, b'\r') => State::QuoteInQuoted,
                (State::QuoteInQuoted, _) => {
                    self.sloppy = true;
                    State::Plain
                }
                _ => State::Plain,
            };
        }
    }

    pub(crate) fn open(self) -> bool {
        self.state == State::Quoted
    }
}

/// One row's fields, without their quotes.
pub(crate) struct Fields {
    quoted: csv_core::Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    pub(crate) count: usize,
}

impl Fields {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            quoted: csv_core::ReaderBuilder::new()
                .delimiter(delimiter)
                .terminator(csv_core::Terminator::Any(b'\n'))
                .build(),
            bytes: Vec::new(),
            ends: vec![0; 32],
            count: 0,
        }
    }

    pub(crate) fn get(&self, i: usize) -> &[u8] {
        if i >= self.count {
            return b"";
        }
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.bytes[start..self.ends[i]]
    }

    /// `row` ends in a line feed and is closed.
    pub(crate) fn split_quoted(&mut self, row: &[u8]) {
        self.bytes.resize(row.len() + 1, 0);
        self.ends.resize(self.ends.len().max(32), 0);
        let (mut input, mut written, mut ended) = (row, 0, 0);
        loop {
            let (result, nin, nout, nend) =
                self.quoted
                    .read_record(input, &mut self.bytes[written..], &mut self.ends[ended..]);
            input = &input[nin..];
            written += nout;
            ended += nend;
            match result {
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                // Only where the row was not closed after all: the next call, without input, closes it.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => {
                    self.quoted.reset();
                    break;
                }
            }
        }
        self.count = ended;
    }

    /// Every quote is a letter.
    pub(crate) fn split_plain(&mut self, row: &[u8], delimiter: u8) {
        self.bytes.clear();
        self.count = 0;
        self.ends.clear();
        for field in row
            .strip_suffix(b"\n")
            .unwrap_or(row)
            .split(|b| *b == delimiter)
        {
            self.bytes.extend_from_slice(field);
            self.ends.push(self.bytes.len());
            self.count += 1;
        }
    }
}

/// Ends a row in one LF, whatever it ended in.
pub(crate) fn end_line(row: &mut Vec<u8>) {
    for end in [b'\n', b'\r'] {
        if row.last() == Some(&end) {
            row.pop();
        }
    }
    row.push(b'\n');
}
