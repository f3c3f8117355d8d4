//! Families of generated texts: what a reader of opinions must do, in three languages.

use avizor::Classifier;
use avizor_lab::behaviour;

/// Families that fail more often than they should, why, and how often.
const KNOWN: &[(&str, &str, f64)] = &[];
/// A family may fail on this share of its cases.
const ALLOWED: f64 = 0.05;

#[test]
fn behaviour() {
    let outcomes = behaviour::run(&Classifier::new());
    println!("{}", behaviour::table(&outcomes));
    let cases: usize = outcomes.iter().map(|o| o.cases).sum();
    println!("{} families, {cases} cases", outcomes.len());
    assert!(outcomes.len() >= 60 && cases >= 2000);
    let failing: Vec<String> = outcomes
        .iter()
        .filter(|o| {
            let known = KNOWN
                .iter()
                .find(|(f, l, _)| *f == o.family && *l == o.language.code());
            o.rate > known.map_or(ALLOWED, |(_, _, rate)| *rate)
        })
        .map(|o| format!("{} {} {:.1} %", o.family, o.language.code(), 100.0 * o.rate))
        .collect();
    assert!(failing.is_empty(), "{}", failing.join("\n"));
}
