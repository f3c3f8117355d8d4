//! What the tests in this package's `tests` folder share; it must not hold code that ships.

use avizor::{Classifier, Mention, Monitor, Protocol, Signal};
use avizor_lab::simulate::{Options, simulate};

/// The protocol of the examples.
pub const AIRLINE: &str = include_str!("../../examples/airline.toml");

/// Two entities and a competitor, rules of every kind: counts, surprise, silence; with and without `for`.
pub const SMALL: &str = r#"
version = 1
language = "es"
timezone = "Europe/Madrid"
allowed_lateness = "15m"

[[entity]]
name = "Aurora Air"
aliases = ["aurora air", "@auroraair"]

[[entity]]
name = "Brisa"
aliases = ["brisa", "@brisa"]

[[competitor]]
name = "Boreas"
aliases = ["boreas"]

[[level]]
name = "aviso"
severity = 1
owner = "analista"
respond_within = "4h"

[[level]]
name = "alerta"
severity = 2
owner = "comunidad"
respond_within = "1h"

[[trigger]]
name = "quejas"
level = "alerta"
window = "30m"
when = "negative >= 3 && negative_share > 0.4"
for = "10m"
keep_firing_for = "20m"

[[trigger]]
name = "muchos"
level = "aviso"
window = "15m"
when = "volume >= 4"
keep_firing_for = "15m"

[[trigger]]
name = "sorpresa"
level = "aviso"
window = "1h"
when = "volume_surprise > 0.8 || negative_surprise > 0.8"
for = "5m"
keep_firing_for = "10m"

[[trigger]]
name = "silencio"
level = "aviso"
window = "1h"
when = "silence > 0.3 && volume == 0"
keep_firing_for = "30m"
"#;

/// The protocols that come ready, by the names of their files.
///
/// # Panics
/// Where the folder cannot be read.
pub fn ready() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/avizor/protocols");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let text = std::fs::read_to_string(&path).expect("it can be read");
            (name.unwrap_or_default(), text)
        })
        .filter(|(name, _)| name != "sentences.toml")
        .collect();
    files.sort();
    files
}

/// Reads a protocol that is known to be sound.
///
/// # Panics
/// Where it is not.
pub fn protocol(toml: &str) -> Protocol {
    Protocol::parse(toml).expect("the protocol is sound")
}

/// A monitor under `protocol`, with a classifier that may be shared between many.
pub fn monitor(protocol: &Protocol, classifier: &Classifier) -> Monitor {
    Monitor::with_classifier(protocol.clone(), classifier.clone())
}

/// The mentions of a simulated scenario.
///
/// # Panics
/// Where there is no such scenario.
pub fn scenario(name: &str, seed: u64) -> Vec<Mention> {
    let options = Options {
        seed,
        ..Options::default()
    };
    simulate(name, &options)
        .expect("the scenario exists")
        .mentions
}

/// All signals of a stream, in order, to its end.
pub fn replay(monitor: &mut Monitor, mentions: &[Mention]) -> Vec<Signal> {
    let mut signals: Vec<Signal> = mentions.iter().flat_map(|m| monitor.observe(m)).collect();
    signals.extend(monitor.finish());
    signals
}
