//! One [`Monitor`] behind a TCP port: mentions come in as JSON Lines, signals go out as JSON Lines.
//!
//! ```text
//! connection ─ reader ─┐                                  ┌─ out (stdout)
//! connection ─ reader ─┼─ bounded channel ─ one Monitor ──┤
//! connection ─ reader ─┘                                  └─ connections that sent {"subscribe":true}
//! ```
//!
//! A full channel stops the readers, and so, through TCP, whoever writes too fast. A line that cannot be
//! read is answered on its own connection, `{"error":"...","line":12}`, and the connection goes on.
//! Mentions of different connections are counted as they come; the protocol's `allowed_lateness` says how
//! far apart in time they may be.

mod connection;
mod lines;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use avizor::{Counts, Mention, Monitor, Signal};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::{self, JoinSet};
use tokio::time;

pub use lines::LONGEST_LINE;

/// How long connections may take to read what was written to them, once everything has ended.
const FAREWELL: Duration = Duration::from_secs(2);
/// A subscriber that falls further behind misses signals, and is told how many.
const SIGNALS_KEPT: usize = 1024;
/// Pause after an accept that failed, as it does while there are no file descriptors left.
const RETRY: Duration = Duration::from_millis(100);

/// What may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Mentions that wait for the monitor at most.
    pub capacity: usize,
    /// Connections read at once; further ones wait to be accepted.
    pub connections: usize,
    /// End once there was a connection and nobody has been sending for so long.
    pub exit_when_idle: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            capacity: 1024,
            connections: 256,
            exit_when_idle: None,
        }
    }
}

/// A port that is listened on.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    options: Options,
}

impl Server {
    /// Takes the port; connections wait until [`Server::run`].
    ///
    /// # Errors
    /// Where the address is not one or is taken.
    pub async fn bind(address: impl ToSocketAddrs, options: Options) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .context("cannot listen there: choose another address with --listen")?;
        Ok(Self { listener, options })
    }

    /// The address, with the port that was given for port 0.
    ///
    /// # Errors
    /// Where the system does not tell.
    pub fn local_addr(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `stop` or idleness, then counts what was read, closes all windows, and ends.
    ///
    /// # Errors
    /// Where `out` cannot be written: signals that nobody can see are no use.
    pub async fn run(
        self,
        monitor: Monitor,
        out: impl Write + Send + 'static,
        stop: impl Future<Output = ()>,
    ) -> Result<Counts> {
        let (mentions, queue) = mpsc::channel(self.options.capacity.max(1));
        let (feed, _) = broadcast::channel(SIGNALS_KEPT);
        let (stopping, stopped) = watch::channel(false);
        let sink = Sink {
            out,
            feed: feed.clone(),
        };
        // Classified where it is counted: at a few microseconds a mention one thread keeps up with many
        // sockets, and the order of arrival is kept. It may block on `out`, so it is no async task.
        let mut counting = task::spawn_blocking(move || count(monitor, queue, sink));
        let shared = connection::Shared {
            mentions,
            feed,
            stopped,
        };

        let mut readers = JoinSet::new();
        let mut writers = JoinSet::new();
        let mut came = false;
        tokio::pin!(stop);
        let ended = loop {
            let idle = self
                .options
                .exit_when_idle
                .filter(|_| came && readers.is_empty());
            tokio::select! {
                () = &mut stop => break None,
                ended = &mut counting => break Some(ended),
                () = time::sleep(idle.unwrap_or_default()), if idle.is_some() => break None,
                Some(_) = readers.join_next() => {}
                Some(_) = writers.join_next() => {}
                accepted = self.listener.accept(), if readers.len() < self.options.connections.max(1) => {
                    match accepted {
                        Ok((socket, _)) => {
                            came = true;
                            let (reader, writer) = connection::open(socket, shared.clone());
                            readers.spawn(reader);
                            writers.spawn(writer);
                        }
                        Err(error) => {
                            eprintln!("a connection could not be accepted ({error}): trying again");
                            time::sleep(RETRY).await;
                        }
                    }
                }
            }
        };

        // Readers hand over the line they have and go; with the last of them the channel closes.
        drop(self.listener);
        stopping.send_replace(true);
        drop(shared);
        while readers.join_next().await.is_some() {}
        let counts = match ended {
            Some(ended) => ended,
            None => counting.await,
        };
        let farewell = async { while writers.join_next().await.is_some() {} };
        // Whoever does not read is cut off: dropping the set ends the rest.
        let _ = time::timeout(FAREWELL, farewell).await;
        counts
            .context("the monitor's thread ended before its time")?
            .context("cannot write signals: check what standard output is connected to")
    }
}

/// Where signals go.
struct Sink<W> {
    out: W,
    feed: broadcast::Sender<Arc<str>>,
}

impl<W: Write> Sink<W> {
    fn take(&mut self, signals: &[Signal]) -> io::Result<()> {
        for signal in signals {
            let mut line = serde_json::to_string(signal)?;
            line.push('\n');
            self.out.write_all(line.as_bytes())?;
            // No subscribers is no error.
            let _ = self.feed.send(line.into());
        }
        if signals.is_empty() {
            return Ok(());
        }
        self.out.flush()
    }
}

/// The monitor's own thread, from the first mention to the last.
fn count<W: Write>(
    mut monitor: Monitor,
    mut queue: mpsc::Receiver<Mention>,
    mut sink: Sink<W>,
) -> io::Result<Counts> {
    while let Some(mention) = queue.blocking_recv() {
        sink.take(&monitor.observe(&mention))?;
    }
    sink.take(&monitor.finish())?;
    Ok(monitor.counts())
}
