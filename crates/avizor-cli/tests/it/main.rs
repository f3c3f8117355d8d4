//! The command as its users run it: files and pipes in, text and exit status out.

mod backtest;
mod classify;
mod diff;
mod lab;
mod protocol;
mod surprise;
mod tune;
mod watch;

use std::fs;
use std::path::PathBuf;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// What a run left behind.
struct Run {
    status: i32,
    out: String,
    err: String,
}

/// A folder that goes with the test, where the command runs.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), content).expect("the folder is writable");
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file was written")
    }

    /// Runs `avizor` with arguments separated by spaces.
    fn run(&self, args: &str) -> Run {
        self.run_with(args, "")
    }

    fn run_with(&self, args: &str, stdin: impl Into<Vec<u8>>) -> Run {
        let output = cargo_bin_cmd!("avizor")
            .current_dir(self.0.path())
            .args(args.split_whitespace())
            .write_stdin(stdin)
            .output()
            .expect("the command starts");
        Run {
            status: output.status.code().expect("no signal ended it"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

const PROTOCOL: &str = r#"version = 1
language = "es"
timezone = "Europe/Madrid"

[[entity]]
name = "Aurora Air"
aliases = ["aurora air", "@auroraair"]

[[competitor]]
name = "Boreas"
aliases = ["boreas", "@boreas"]

[[topic]]
name = "equipaje"
department = "operaciones"
phrases = ["maleta", "equipaje"]

[[level]]
name = "alerta"
severity = 2
owner = "community-manager"
respond_within = "1h"

[[trigger]]
name = "ola-negativa"
level = "alerta"
window = "30m"
when = "negative >= 3"
keep_firing_for = "1h"
"#;

/// Three days of mentions every ten minutes, with an hour of complaints on the second day.
fn stream() -> String {
    (0..432)
        .map(|i| {
            let (day, hour, minute) = (1 + i / 144, i / 6 % 24, i % 6 * 10);
            let complaint = (200..212).contains(&i);
            let text = match i % 4 {
                _ if complaint => "@auroraair pésimo servicio, me perdieron la maleta",
                0 => "gracias @auroraair, excelente vuelo",
                1 => "vuelo con boreas mañana",
                2 => "@auroraair ¿a qué hora abre el mostrador?",
                _ => "@auroraair un desastre, dos horas de retraso",
            };
            mention(
                &format!("m{i}"),
                &format!("2026-03-{day:02}T{hour:02}:{minute:02}:00Z"),
                text,
            )
        })
        .collect()
}

fn mention(id: &str, timestamp: &str, text: &str) -> String {
    let author = format!("a{}", id.len());
    format!(
        "{{\"id\":\"{id}\",\"timestamp\":\"{timestamp}\",\"text\":\"{text}\",\"author\":\"{author}\"}}\n"
    )
}

#[test]
fn help_and_version() {
    let place = Place::new();
    let help = place.run("--help");
    assert_eq!(help.status, 0);
    for command in [
        "classify", "watch", "protocol", "surprise", "backtest", "diff", "tune", "eval", "train",
        "model", "simulate",
    ] {
        assert!(help.out.contains(command), "{command}");
        assert_eq!(place.run(&format!("{command} --help")).status, 0);
    }
    let version = place.run("--version");
    assert_eq!(
        (version.status, version.out.starts_with("avizor ")),
        (0, true)
    );
    assert_eq!(place.run("").status, 2);
    assert_eq!(place.run("fly").status, 2);
    assert_eq!(place.run("classify m.jsonl --map tekst=tweet").status, 2);
}
