//! Lines of bounded length from any stream, and what they say.

use std::io;

use avizor::Mention;
use serde::Deserialize;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// A longer line is answered with an error and skipped.
pub const LONGEST_LINE: usize = 1 << 20;

/// What a line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// Count this.
    Mention(Box<Mention>),
    /// Send signals, or stop sending them.
    Subscribe(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    subscribe: bool,
}

/// What reading on has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The end of the stream.
    End,
    /// A line, in the buffer without its end.
    Line,
    /// A line that was too long; it was skipped.
    TooLong,
}

/// Reads the next line into `line`, whose memory never exceeds [`LONGEST_LINE`] by much.
pub(crate) async fn next<R: AsyncBufRead + Unpin>(
    input: &mut R,
    line: &mut Vec<u8>,
) -> io::Result<Found> {
    line.clear();
    let (mut any, mut too_long) = (false, false);
    loop {
        let available = input.fill_buf().await?;
        if available.is_empty() {
            return Ok(match (any, too_long) {
                (false, _) => Found::End,
                (true, false) => Found::Line,
                (true, true) => Found::TooLong,
            });
        }
        any = true;
        let end = available.iter().position(|b| *b == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        too_long |= line.len() + part.len() > LONGEST_LINE;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(if too_long {
                Found::TooLong
            } else {
                Found::Line
            });
        }
    }
}

/// What a line says, or why it says nothing.
pub(crate) fn parse(line: &[u8]) -> Result<Request, String> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") {
        return Err("this is not a JSON object: write one mention per line".to_owned());
    }
    match serde_json::from_slice::<Mention>(line) {
        Ok(mention) if mention.id.is_empty() => {
            Err("the id is empty: every mention needs one of its own".to_owned())
        }
        Ok(mention) => Ok(Request::Mention(Box::new(mention))),
        Err(error) => match serde_json::from_slice::<Subscribe>(line) {
            Ok(Subscribe { subscribe }) => Ok(Request::Subscribe(subscribe)),
            Err(_) => Err(error.to_string().replace(" at line 1 column", " at column")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_of_every_length() {
        let long = "x".repeat(LONGEST_LINE);
        let text = format!("a\n\r\n{long}\n{long}y\nlast");
        let mut input = tokio::io::BufReader::with_capacity(1000, text.as_bytes());
        let (mut line, mut seen) = (Vec::new(), Vec::new());
        loop {
            let found = next(&mut input, &mut line)
                .await
                .expect("memory does not fail");
            seen.push((found, line.len().min(LONGEST_LINE)));
            if found == Found::End {
                break;
            }
        }
        seen.iter_mut()
            .filter(|(f, _)| *f == Found::TooLong)
            .for_each(|s| s.1 = 0);
        let whole = |n| (Found::Line, n);
        assert_eq!(
            seen,
            [
                whole(1),
                whole(1),
                whole(LONGEST_LINE),
                (Found::TooLong, 0),
                whole(4),
                (Found::End, 0)
            ]
        );
    }

    #[test]
    fn what_lines_say() {
        let mention =
            br#"{"id":"1","timestamp":"2026-03-01T10:00:00Z","text":"hola","unknown":[1]}"#;
        assert!(matches!(parse(mention), Ok(Request::Mention(m)) if m.text == "hola"));
        assert!(matches!(
            parse(br#" {"subscribe":true} "#),
            Ok(Request::Subscribe(true))
        ));
        for (bad, reason) in [
            (&b"hola"[..], "not a JSON object"),
            (br#"["1",0,"hola"]"#, "not a JSON object"),
            (br#"{"id":"1","text":"hola"}"#, "missing field `timestamp`"),
            (
                br#"{"id":"1","timestamp":"ayer","text":"hola"}"#,
                "is not a time",
            ),
            (br#"{"id":"","timestamp":0,"text":"hola"}"#, "id is empty"),
            (
                b"{\"id\":\"\xff\",\"timestamp\":0,\"text\":\"\"}",
                "unicode",
            ),
            (br#"{"id":"1"} {"id":"2"}"#, ""),
        ] {
            let answer = parse(bad).expect_err("it is broken");
            assert!(answer.contains(reason), "{answer}");
        }
    }
}
