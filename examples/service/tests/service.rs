//! The service on a loopback port: several at once, broken lines, full channels, and a clean end.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use avizor::{Counts, Mention, Monitor, Protocol, Signal};
use avizor_lab::simulate::{Options as Simulation, simulate};
use avizor_service_example::{LONGEST_LINE, Options, Server};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(90);
/// Stretches of the stream that are shuffled between connections: within the protocol's 15 minutes.
const STRETCH: i64 = 10 * 60_000;

#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Out {
    fn signals(&self) -> Vec<Signal> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty());
        lines
            .map(|l| serde_json::from_slice(l).expect("a signal"))
            .collect()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server at work.
struct Served {
    address: SocketAddr,
    out: Out,
    stop: oneshot::Sender<()>,
    done: JoinHandle<anyhow::Result<Counts>>,
}

impl Served {
    async fn end(self) -> (Counts, Vec<Signal>) {
        let counts = timeout(LIMIT, self.done)
            .await
            .expect("it ends")
            .expect("no panic");
        (counts.expect("no error"), self.out.signals())
    }

    async fn stop(self) -> (Counts, Vec<Signal>) {
        let Self {
            address,
            out,
            stop,
            done,
        } = self;
        stop.send(()).expect("it runs");
        let (stop, _) = oneshot::channel();
        Self {
            address,
            out,
            stop,
            done,
        }
        .end()
        .await
    }
}

fn monitor() -> Monitor {
    let text = include_str!("../../airline.toml");
    Monitor::new(Protocol::parse(text).expect("the example is sound"))
}

async fn serve(capacity: usize, idle: bool) -> Served {
    let options = Options {
        capacity,
        exit_when_idle: idle.then_some(Duration::from_millis(300)),
        ..Options::default()
    };
    let server = Server::bind("127.0.0.1:0", options).await.expect("a port");
    let address = server.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let out = Out::default();
    let stopping = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let done = tokio::spawn(server.run(monitor(), out.clone(), stopping));
    Served {
        address,
        out,
        stop,
        done,
    }
}

struct Client {
    input: Lines<BufReader<OwnedReadHalf>>,
    output: OwnedWriteHalf,
    lines: u64,
}

impl Client {
    async fn to(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("it listens");
        socket.set_nodelay(true).expect("it is open");
        let (input, output) = socket.into_split();
        let input = BufReader::new(input).lines();
        Self {
            input,
            output,
            lines: 0,
        }
    }

    async fn send(&mut self, line: &str) {
        self.lines += 1;
        let line = format!("{line}\n");
        let sent = self.output.write_all(line.as_bytes());
        timeout(LIMIT, sent)
            .await
            .expect("it is read")
            .expect("it is open");
    }

    async fn mention(&mut self, mention: &Mention) {
        self.send(&serde_json::to_string(mention).expect("JSON"))
            .await;
    }

    async fn answer(&mut self) -> Option<Value> {
        let line = timeout(LIMIT, self.input.next_line())
            .await
            .expect("an answer");
        Some(serde_json::from_str(&line.expect("it is open")?).expect("JSON"))
    }

    /// A broken line and its answer: all that was sent before is in the channel then.
    async fn broken(&mut self, line: &str, reason: &str) {
        self.send(line).await;
        let answer = self.answer().await.expect("an answer");
        assert_eq!(answer["line"], self.lines, "{answer}");
        assert!(
            answer["error"].as_str().is_some_and(|e| e.contains(reason)),
            "{answer}"
        );
    }

    /// Says that nothing more will come, and reads to the end.
    async fn rest(mut self) -> Vec<Value> {
        self.output.shutdown().await.expect("it is open");
        let mut all = Vec::new();
        while let Some(answer) = self.answer().await {
            all.push(answer);
        }
        all
    }
}

fn burst() -> Vec<Mention> {
    let options = Simulation {
        seed: 7,
        ..Simulation::default()
    };
    simulate("flash-burst", &options)
        .expect("it exists")
        .mentions
}

fn directly(mentions: &[Mention]) -> (Counts, Vec<Signal>) {
    let mut monitor = monitor();
    let mut signals: Vec<Signal> = mentions.iter().flat_map(|m| monitor.observe(m)).collect();
    signals.extend(monitor.finish());
    (monitor.counts(), signals)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_at_once_are_as_one() {
    let mentions = burst();
    let served = serve(64, true).await;
    let mut subscriber = Client::to(served.address).await;
    subscriber.send("{\"subscribe\":true}").await;
    assert_eq!(
        subscriber.answer().await.expect("an answer")["subscribed"],
        true
    );
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(Client::to(served.address).await);
    }
    let broken = [
        ("esto no es JSON", "not a JSON object"),
        ("{\"id\":\"x\"}", "missing field"),
        (
            "{\"id\":\"x\",\"timestamp\":\"ayer\",\"text\":\"\"}",
            "is not a time",
        ),
    ];
    for stretch in
        mentions.chunk_by(|a, b| a.timestamp.millis() / STRETCH == b.timestamp.millis() / STRETCH)
    {
        for (i, mention) in stretch.iter().rev().enumerate() {
            clients[i % 3].mention(mention).await;
        }
        for (client, (line, reason)) in clients.iter_mut().zip(broken) {
            client.send("").await;
            client.broken(line, reason).await;
        }
    }
    let told = tokio::spawn(subscriber.rest());
    for client in clients {
        assert_eq!(client.rest().await, Vec::<Value>::new());
    }
    let (counts, signals) = served.end().await;
    let (expected_counts, expected) = directly(&mentions);
    assert!(!expected.is_empty());
    assert_eq!(counts, expected_counts);
    assert_eq!(signals, expected);
    let told: Vec<Signal> = told
        .await
        .expect("no panic")
        .into_iter()
        .map(|v| serde_json::from_value(v).expect("a signal"))
        .collect();
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_of_one_does_not_lock_up() {
    let mentions = burst();
    let served = serve(1, true).await;
    let mut senders = Vec::new();
    for part in 0..3 {
        let mut client = Client::to(served.address).await;
        let own: Vec<Mention> = mentions.iter().skip(part).step_by(3).cloned().collect();
        senders.push(tokio::spawn(async move {
            for mention in &own {
                client.mention(mention).await;
            }
            client.rest().await
        }));
    }
    for sender in senders {
        assert_eq!(
            timeout(LIMIT, sender)
                .await
                .expect("it ends")
                .expect("no panic"),
            Vec::<Value>::new()
        );
    }
    let (counts, _) = served.end().await;
    assert_eq!(counts.observed, mentions.len() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_without_end_is_refused_and_the_next_is_read() {
    let served = serve(8, false).await;
    let mut client = Client::to(served.address).await;
    client
        .broken(&"x".repeat(3 * LONGEST_LINE), "longer than")
        .await;
    client.mention(&burst()[0]).await;
    client.broken("[]", "not a JSON object").await;
    let (counts, _) = served.stop().await;
    assert_eq!(counts.observed, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_answers_holds_up_nobody_else() {
    let served = serve(8, false).await;
    let mut deaf = Client::to(served.address).await;
    let flood = "no\n".repeat(1 << 20);
    // More answers than any buffer takes: the server stops reading this one.
    let sent = timeout(Duration::from_secs(3), async {
        loop {
            deaf.output
                .write_all(flood.as_bytes())
                .await
                .expect("it is open");
        }
    });
    assert!(sent.await.is_err());
    let mut other = Client::to(served.address).await;
    other.mention(&burst()[0]).await;
    other.broken("{", "").await;
    let (counts, _) = served.stop().await;
    assert_eq!(counts.observed, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_with_connections_open_it_tells_the_rest() {
    let mentions = burst();
    // Up to the middle of the burst, where windows are open.
    let half = &mentions[..mentions.len() * 9 / 10];
    let served = serve(32, false).await;
    let mut client = Client::to(served.address).await;
    for mention in half {
        client.mention(mention).await;
    }
    client.broken("{}", "missing field").await;
    let (counts, signals) = served.stop().await;
    let (expected_counts, expected) = directly(half);
    assert_eq!(counts, expected_counts);
    assert_eq!(signals, expected);
    assert_eq!(client.answer().await, None);
}
