//! Whole streams through the example's protocol, against what they gave when somebody last looked.
//!
//! `AVIZOR_BLESS=1 cargo test -p avizor-tests --test golden` writes the files anew; read the difference before
//! committing it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use avizor::{Monitor, Signal};
use avizor_tests::{AIRLINE, protocol, replay, scenario};

fn listing(signals: &[Signal]) -> String {
    let mut out = String::new();
    for s in signals {
        let _ = writeln!(
            out,
            "{:<8}  {:<14}  {:<10}  {}",
            s.state.name(),
            s.trigger,
            s.entity,
            s.at
        );
    }
    out
}

/// The longest common run of lines taken out, the rest marked `-` (gone) and `+` (new).
fn difference(old: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < a.len() || j < b.len() {
        let (mark, line) = if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
            (' ', a[i - 1])
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', a[i - 1])
        } else {
            j += 1;
            ('+', b[j - 1])
        };
        let _ = writeln!(out, "{mark} {line}");
    }
    out
}

fn check(name: &str, seed: u64) {
    let mut monitor = Monitor::new(protocol(AIRLINE));
    let new = listing(&replay(&mut monitor, &scenario(name, seed)));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(format!("{name}-{seed}.txt"));
    if env::var_os("AVIZOR_BLESS").is_some() {
        fs::write(&path, &new).expect("the golden file can be written");
        return;
    }
    let old = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        old == new,
        "the signals of `{name}`, seed {seed}, have changed. If that is wanted, run again with AVIZOR_BLESS=1.\n{}",
        difference(&old, &new)
    );
}

#[test]
fn the_story_for_a_newcomer() {
    check("demo", 7);
}

#[test]
fn a_complaint_that_goes_viral() {
    check("flash-burst", 7);
}

#[test]
fn a_difference_shows_what_went_and_what_came() {
    assert_eq!(
        difference("a\nb\nc\n", "a\nx\nc\nd\n"),
        "  a\n- b\n+ x\n  c\n+ d\n"
    );
}
