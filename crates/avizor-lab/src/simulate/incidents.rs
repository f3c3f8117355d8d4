//! The truth about a stream: what happened to whom, and from when to when.

use avizor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Something that a protocol should raise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Unique in the file.
    pub incident: String,
    /// Whom it happens to, as the protocol names it.
    pub entity: String,
    /// When it begins, which may be well before anybody notices.
    pub start: Timestamp,
    /// When talk is back to what it was.
    pub end: Timestamp,
    /// What it is (`flash-burst`, `outage` ...).
    pub kind: String,
}

const HEADER: [&str; 5] = ["incident", "entity", "start", "end", "kind"];

/// Incidents as CSV with a header, which is all there is when nothing should be raised.
pub fn incidents_csv(incidents: &[Incident]) -> String {
    let mut csv = HEADER.join(",");
    csv.push('\n');
    for i in incidents {
        let times = [i.start.to_string(), i.end.to_string()];
        let fields = [&i.incident, &i.entity, &times[0], &times[1], &i.kind].map(|f| quoted(f));
        csv.push_str(&fields.join(","));
        csv.push('\n');
    }
    csv
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Reads what [`incidents_csv`] writes; columns may come in any order and others may stand beside them.
///
/// # Errors
/// [`Error::Incidents`] with the line, when a column is missing, a time cannot be read or an incident
/// ends before it begins.
pub fn parse_incidents(csv: &str) -> Result<Vec<Incident>> {
    let records = records(csv.trim_start_matches('\u{feff}'))?;
    let mut rows = records.into_iter();
    let (_, header) = rows.next().ok_or_else(|| {
        fault(
            1,
            format!("the file is empty: write at least `{}`", HEADER.join(",")),
        )
    })?;
    let mut columns = [0; 5];
    for (place, name) in columns.iter_mut().zip(HEADER) {
        *place = header
            .iter()
            .position(|h| h.trim() == name)
            .ok_or_else(|| {
                fault(
                    1,
                    format!(
                        "there is no column `{name}`: the header is `{}`",
                        HEADER.join(",")
                    ),
                )
            })?;
    }
    let mut incidents: Vec<Incident> = Vec::new();
    for (line, row) in rows {
        let incident = incident(line, &row, columns)?;
        if incidents.iter().any(|i| i.incident == incident.incident) {
            return Err(fault(
                line,
                format!("`{}` stands twice: rename one", incident.incident),
            ));
        }
        incidents.push(incident);
    }
    Ok(incidents)
}

fn incident(line: usize, row: &[String], columns: [usize; 5]) -> Result<Incident> {
    let field = |i: usize| {
        row.get(columns[i])
            .map(|f| f.trim())
            .filter(|f| !f.is_empty())
            .ok_or_else(|| fault(line, format!("`{}` is empty: fill it in", HEADER[i])))
    };
    let time = |i: usize| -> Result<Timestamp> {
        field(i)?
            .parse()
            .map_err(|e: avizor::Error| fault(line, format!("`{}`: {e}", HEADER[i])))
    };
    let incident = Incident {
        incident: field(0)?.to_owned(),
        entity: field(1)?.to_owned(),
        start: time(2)?,
        end: time(3)?,
        kind: field(4)?.to_owned(),
    };
    if incident.end < incident.start {
        return Err(fault(
            line,
            "the incident ends before it begins: swap start and end",
        ));
    }
    Ok(incident)
}

/// Rows of RFC 4180 with the line on which each begins; blank lines are left out.
fn records(csv: &str) -> Result<Vec<(usize, Vec<String>)>> {
    let mut rows = Vec::new();
    let mut row = vec![String::new()];
    let (mut line, mut begun, mut inside) = (1, 1, false);
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(field) = row.last_mut() else { break };
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if inside || field.is_empty() => inside = !inside,
            ',' if !inside => row.push(String::new()),
            '\r' if !inside => {}
            '\n' if !inside => {
                rows.push((begun, std::mem::replace(&mut row, vec![String::new()])));
                begun = line + 1;
            }
            c => field.push(c),
        }
        line += usize::from(c == '\n');
    }
    if inside {
        return Err(fault(
            begun,
            "a quoted field is never closed: add the missing `\"`",
        ));
    }
    rows.push((begun, row));
    rows.retain(|(_, row)| row.len() > 1 || !row[0].trim().is_empty());
    Ok(rows)
}

fn fault(line: usize, message: impl Into<String>) -> Error {
    Error::Incidents {
        line,
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Incident {
        Incident {
            incident: "a, \"quoted\"".into(),
            entity: "Aurora Air".into(),
            start: Timestamp::from_millis(1_772_409_600_000),
            end: Timestamp::from_millis(1_772_413_200_000),
            kind: "outage".into(),
        }
    }

    #[test]
    fn csv_goes_there_and_back() {
        assert_eq!(incidents_csv(&[]), "incident,entity,start,end,kind\n");
        let incidents = vec![sample()];
        assert_eq!(
            parse_incidents(&incidents_csv(&incidents)).unwrap(),
            incidents
        );
        assert_eq!(
            parse_incidents("incident,entity,start,end,kind\r\n\r\n").unwrap(),
            []
        );
    }

    #[test]
    fn faults_name_their_line() {
        let header = "incident,entity,start,end,kind\n";
        let cases = [
            ("", 1),
            ("incident,entity,start,end\n", 1),
            (&format!("{header}a,A,2026-03-02T00:00:00Z,soon,x\n"), 2),
            (
                &format!("{header}\na,A,2026-03-02T00:00:00Z,2026-03-01T00:00:00Z,x\n"),
                3,
            ),
            (
                &format!("{header}a,A,2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,\n"),
                2,
            ),
            (&format!("{header}a,A,1,2,x\na,A,1,2,x\n"), 3),
            (&format!("{header}\"a,A,1,2,x\n"), 2),
        ];
        for (csv, expected) in cases {
            match parse_incidents(csv) {
                Err(Error::Incidents { line, .. }) => assert_eq!(line, expected, "{csv}"),
                other => panic!("{csv}: {other:?}"),
            }
        }
    }
}
