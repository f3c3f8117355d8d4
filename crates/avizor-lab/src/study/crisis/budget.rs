//! A budget of alarms over a simulated year in which nothing happens.

use avizor::crisis::BudgetReport;
use avizor::{Classifier, Monitor, Protocol, Scratch};

use crate::error::Result;
use crate::simulate::{Options, simulate};

/// A rule on surprise alone, with a floor low enough for any budget to be reached.
const RULE: &str = r#"
[[trigger]]
name = "asked {k}"
level = "notice"
window = "{window}"
when = "negative_surprise > 0.8 && negative >= 3"
for = "5m"
keep_firing_for = "2h"
alarms_per_month = {k}
"#;

/// One rule's year.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetYear {
    /// Length of the rule's window, as the protocol writes it.
    pub window: &'static str,
    /// What the monitor reports at the end.
    pub report: BudgetReport,
}

/// What budgets of so many alarms a month give over `days` of calm, each with an hour's and a day's window.
///
/// # Errors
/// As [`simulate`]; [`crate::Error::Core`] if the rules cannot be read.
pub fn budget_year(seed: u64, days: u32, asked: &[f64]) -> Result<Vec<BudgetYear>> {
    let options = Options {
        seed,
        days: Some(days),
        ..Options::default()
    };
    let stream = simulate("calm", &options)?;
    let windows = ["1h", "1d"];
    let mut text = "version = 1\nlanguage = \"en\"\ntimezone = \"Europe/Madrid\"\n[[entity]]\nname = \"Aurora Air\"\n\
                    aliases = [\"aurora air\", \"auroraair\", \"@auroraair\", \"#auroraair\"]\n[[level]]\nname = \"notice\"\n\
                    severity = 1\nowner = \"analyst\"\nrespond_within = \"4h\"\n"
        .to_owned();
    for window in windows {
        for k in asked {
            let rule = RULE
                .replace("asked {k}", &format!("{window} asked {k}"))
                .replace("{k}", &format!("{k:?}"))
                .replace("{window}", window);
            text.push_str(&rule);
        }
    }
    let protocol = Protocol::parse(&text)?;
    let classifier = Classifier::for_protocol(&protocol).with_evidence(false);
    let mut monitor = Monitor::with_classifier(protocol, classifier.clone());
    let mut scratch = Scratch::default();
    for mention in &stream.mentions {
        let analysis = classifier.analyse(&mut scratch, mention);
        monitor.observe_analysed(mention, &analysis);
    }
    monitor.finish();
    let mut years = Vec::new();
    for report in monitor.budgets() {
        let window = windows
            .into_iter()
            .find(|w| report.trigger.starts_with(w))
            .unwrap_or_default();
        years.push(BudgetYear { window, report });
    }
    Ok(years)
}
