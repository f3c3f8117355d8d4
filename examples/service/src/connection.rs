//! One connection: a reader that hands mentions on, and a writer for its answers and its signals.

use std::sync::Arc;

use avizor::Mention;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};

use crate::lines::{self, Found, LONGEST_LINE, Request};

/// Answers that wait to be written; somebody who does not read them is not read from either.
const ANSWERS: usize = 16;

/// What all connections share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) mentions: mpsc::Sender<Mention>,
    pub(crate) feed: broadcast::Sender<Arc<str>>,
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Something for the writer.
enum Answer {
    Line(String),
    Subscribe(broadcast::Receiver<Arc<str>>),
    Unsubscribe,
}

/// The two halves of a connection, each to be run as a task of its own.
pub(crate) fn open(
    socket: TcpStream,
    shared: Shared,
) -> (impl Future<Output = ()>, impl Future<Output = ()>) {
    // Answers are short and waited for. Without it they only come later.
    let _ = socket.set_nodelay(true);
    let (input, output) = socket.into_split();
    let (answers, waiting) = mpsc::channel(ANSWERS);
    (read(input, shared, answers), write(output, waiting))
}

async fn read(input: OwnedReadHalf, mut shared: Shared, answers: mpsc::Sender<Answer>) {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    for number in 1_u64.. {
        let found = tokio::select! {
            found = lines::next(&mut input, &mut line) => found,
            _ = shared.stopped.wait_for(|stopped| *stopped) => return,
        };
        let parsed = match found {
            // A connection that breaks off has ended, like one that is closed.
            Ok(Found::End) | Err(_) => return,
            Ok(Found::Line) if line.trim_ascii().is_empty() => continue,
            Ok(Found::Line) => lines::parse(&line),
            Ok(Found::TooLong) => Err(format!(
                "this line is longer than {LONGEST_LINE} bytes: is a line end missing?"
            )),
        };
        let answer = match parsed {
            Ok(Request::Mention(mention)) => {
                // Waits while the channel is full, and so nothing more is read from the socket.
                if shared.mentions.send(*mention).await.is_err() {
                    return;
                }
                continue;
            }
            Ok(Request::Subscribe(true)) => Answer::Subscribe(shared.feed.subscribe()),
            Ok(Request::Subscribe(false)) => Answer::Unsubscribe,
            Err(reason) => {
                let error = serde_json::json!({ "error": reason, "line": number });
                Answer::Line(format!("{error}\n"))
            }
        };
        tokio::select! {
            sent = answers.send(answer) => if sent.is_err() { return },
            _ = shared.stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Ends when the reader has ended and, for a subscriber, when the last signal was written.
async fn write(mut output: OwnedWriteHalf, mut answers: mpsc::Receiver<Answer>) {
    let mut feed: Option<broadcast::Receiver<Arc<str>>> = None;
    let mut reading = true;
    loop {
        let line: Arc<str> = tokio::select! {
            answer = answers.recv(), if reading => match answer {
                Some(Answer::Line(line)) => line.into(),
                Some(Answer::Subscribe(receiver)) => {
                    feed = Some(receiver);
                    "{\"subscribed\":true}\n".into()
                }
                Some(Answer::Unsubscribe) => {
                    feed = None;
                    "{\"subscribed\":false}\n".into()
                }
                None => {
                    reading = false;
                    continue;
                }
            },
            signal = next(&mut feed), if feed.is_some() => match signal {
                Ok(line) => line,
                Err(RecvError::Lagged(missed)) => format!("{{\"missed\":{missed}}}\n").into(),
                Err(RecvError::Closed) => {
                    feed = None;
                    continue;
                }
            },
            else => return,
        };
        if output.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn next(feed: &mut Option<broadcast::Receiver<Arc<str>>>) -> Result<Arc<str>, RecvError> {
    match feed {
        Some(feed) => feed.recv().await,
        None => Err(RecvError::Closed),
    }
}
