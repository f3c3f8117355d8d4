//! Languages of short texts that no model was trained on (`gold/language.tsv`, written here for this test).

use std::collections::BTreeMap;

use avizor::{Classifier, Scratch};

/// Right answers and texts.
#[derive(Default)]
struct Tally {
    right: u32,
    texts: u32,
}

impl Tally {
    fn share(&self) -> f64 {
        f64::from(self.right) / f64::from(self.texts.max(1))
    }
}

#[test]
fn other_languages_are_unsupported() {
    let classifier = Classifier::new();
    let mut scratch = Scratch::default();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for line in include_str!("../gold/language.tsv").lines().skip(1) {
        let columns: Vec<&str> = line.splitn(4, '\t').collect();
        let [_, label, spoken, text] = columns[..] else {
            panic!("`{line}` is not id, label, spoken, text");
        };
        let tally = tallies.entry(spoken).or_default();
        tally.texts += 1;
        tally.right += u32::from(classifier.language(&mut scratch, text).code() == label);
    }
    for (spoken, tally) in &tallies {
        println!("{spoken} {}/{}", tally.right, tally.texts);
    }
    for (spoken, least) in [
        ("es", 0.96),
        ("en", 0.96),
        ("pt", 0.96),
        ("fr", 0.9),
        ("it", 0.9),
        ("de", 0.9),
        ("ca", 0.8),
        ("gl", 0.6),
    ] {
        let share = tallies.get(spoken).map_or(0.0, Tally::share);
        assert!(
            share >= least,
            "{spoken}: {share:.2} right, {least} are needed"
        );
    }
}
