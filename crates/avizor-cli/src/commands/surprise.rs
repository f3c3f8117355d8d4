//! `avizor surprise`: the crisis detector on a bare series of counts, row by row.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use avizor::crisis::{Reading, Surprise};
use avizor::{Span, Timestamp};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::Outcome;
use crate::output;

/// Spacing of the rows until there are two to tell it.
const STEP: Span = Span::minutes(5);

/// Arguments of `avizor surprise`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Output: CSV with timestamp, value and anomaly_score from 0 to 1, where 1 is an alarm. Each score \
                  depends on the rows up to its own. Times without a zone are taken as UTC."
)]
pub(crate) struct Args {
    /// CSV file with the columns timestamp and value, or - for standard input
    input: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let is_live = args.input.as_os_str() == "-";
    let name = args.input.display().to_string();
    let mut rows = ReaderBuilder::new()
        .flexible(true)
        .from_reader(open(&args.input)?);
    let columns = columns(&name, rows.headers().with_context(|| unreadable(&name, 1))?)?;
    let mut out = WriterBuilder::new().from_writer(output::stdout());
    out.write_record(["timestamp", "value", "anomaly_score"])?;
    let mut series = Series::default();
    let mut row = StringRecord::new();
    let mut line = 1;
    loop {
        let read = rows.read_record(&mut row);
        match read {
            Ok(false) => break,
            Ok(true) => line = row.position().map_or(line + 1, csv::Position::line),
            Err(error) => {
                out.flush()?;
                let at = error.position().map_or(line + 1, csv::Position::line);
                return Err(error).with_context(|| unreadable(&name, at));
            }
        }
        let (time, value) = (row.get(columns.0), row.get(columns.1));
        let (Some(time), Some(value)) = (time, value) else {
            out.flush()?;
            bail!("{name}:{line}: the row is too short: write a timestamp and a value");
        };
        let reading = match parse(time, value) {
            Ok((at, count)) => series.observe(at, count),
            Err(error) => {
                // What was judged before stands.
                out.flush()?;
                return Err(anyhow!("{name}:{line}: {error}"));
            }
        };
        out.write_record([time, value, &reading.anomaly_score.to_string()])?;
        if is_live {
            out.flush()?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).with_context(|| {
        format!(
            "cannot open `{}`: check that it exists and that you may read it",
            path.display()
        )
    })?;
    Ok(Box::new(file))
}

fn unreadable(name: &str, line: u64) -> String {
    format!("{name}:{line}: cannot read this row: save the file as CSV in UTF-8")
}

/// Positions of `timestamp` and `value`.
fn columns(name: &str, header: &StringRecord) -> Result<(usize, usize)> {
    let find = |column: &str| {
        header
            .iter()
            .position(|h| h.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(column))
            .ok_or_else(|| {
                let present: Vec<&str> = header.iter().collect();
                anyhow!(
                    "`{name}` has no column `{column}`: it has {}; name two of them timestamp and value",
                    if present.is_empty() { "no columns at all".to_owned() } else { present.join(", ") }
                )
            })
    };
    Ok((find("timestamp")?, find("value")?))
}

fn parse(time: &str, value: &str) -> Result<(Timestamp, f64)> {
    let count: f64 = value
        .trim()
        .parse()
        .ok()
        .filter(|count: &f64| count.is_finite() && *count >= 0.0)
        .ok_or_else(|| anyhow!("`{value}` is not a count: write a number, 0 or greater"))?;
    Ok((instant(time)?, count))
}

/// RFC 3339, epoch milliseconds, or a time without zone, which is taken as UTC.
fn instant(time: &str) -> Result<Timestamp> {
    let time = time.trim();
    if let Ok(at) = time.parse::<Timestamp>() {
        return Ok(at);
    }
    time.parse::<DateTime>()
        .ok()
        .and_then(|wall| TimeZone::UTC.to_timestamp(wall).ok())
        .map(|at| Timestamp::from_millis(at.as_millisecond()))
        .ok_or_else(|| {
            anyhow!(
                "`{time}` is not a time: write it as 2015-02-26 21:42:53 or 2015-02-26T21:42:53Z"
            )
        })
}

/// The detector, whose step is the spacing of the first two rows.
#[derive(Default)]
struct Series {
    first: Option<(Timestamp, f64)>,
    detector: Option<Surprise>,
}

impl Series {
    fn observe(&mut self, at: Timestamp, count: f64) -> Reading {
        if let Some(detector) = &mut self.detector {
            return detector.observe(at, count);
        }
        let Some((start, earlier)) = self.first else {
            self.first = Some((at, count));
            return Surprise::new(STEP).observe(at, count);
        };
        let spacing = Span::from_millis(at.millis() - start.millis());
        let step = if spacing.millis() > 0 { spacing } else { STEP };
        let mut detector = Surprise::new(step);
        detector.observe(start, earlier);
        let reading = detector.observe(at, count);
        self.detector = Some(detector);
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_without_zone_are_utc() {
        let at = instant("2015-02-26 21:42:53").unwrap();
        assert_eq!(at.to_string(), "2015-02-26T21:42:53Z");
        assert_eq!(instant("1424986973000").unwrap(), at);
        assert!(instant("yesterday").is_err());
        assert!(parse("2015-02-26 21:42:53", "-1").is_err());
        assert!(parse("2015-02-26 21:42:53", "NaN").is_err());
    }
}
