use super::*;
use crate::simulate::{Options as Simulated, simulate};
use avizor::{Analysis, Classifier, Mention};

const AIRLINE: &str = include_str!("../../../../examples/airline.toml");

fn protocol() -> Protocol {
    Protocol::parse(AIRLINE).unwrap()
}

fn run(scenario: &str) -> (Backtest, Vec<Transition>, Recording, Vec<Incident>) {
    let protocol = protocol();
    let stream = simulate(scenario, &Simulated::default()).unwrap();
    let recording = Recording::of(stream.mentions, &Classifier::for_protocol(&protocol));
    let (result, log) = backtest(
        &protocol,
        &recording,
        &stream.incidents,
        &Options::default(),
    )
    .unwrap();
    (result, log, recording, stream.incidents)
}

#[test]
fn a_burst_is_found_and_the_figures_agree_with_the_log() {
    let (result, log, ..) = run("flash-burst");
    assert_eq!((result.incidents, result.detected), (1, 1));
    let fate = &result.fates[0];
    let delay = fate.delay_minutes.unwrap();
    assert!((5.0..=60.0).contains(&delay), "{delay}");
    assert_eq!(result.median_delay_minutes, Some(delay));
    assert!(fate.lead_minutes.unwrap() > 0.0, "the peak comes after");
    let of = |v: Verdict| log.iter().filter(|t| t.verdict == Some(v)).count();
    assert_eq!(of(Verdict::FalseAlarm), result.false_alarms);
    assert_eq!(of(Verdict::Detection), 1);
    assert_eq!(
        of(Verdict::FalseAlarm) + of(Verdict::Detection) + of(Verdict::Repeat),
        result.alarms
    );
    let minutes = &result.minutes_in_level["Aurora Air"];
    let total: f64 = minutes.values().sum();
    assert!(total > 60.0 && total < result.days * 1440.0, "{minutes:?}");
}

#[test]
fn without_incidents_every_alarm_is_false() {
    let (.., recording, _) = run("flash-burst");
    let (result, _) = backtest(&protocol(), &recording, &[], &Options::default()).unwrap();
    assert_eq!(result.false_alarms, result.alarms);
    assert!(result.alarms > 0 && result.detection_rate.is_none());
    let rate = result.false_alarms_per_month;
    let interval = result.false_alarms_per_month_interval;
    assert!(interval.low <= rate && rate <= interval.high);
    assert!((rate - result.alarms as f64 * MONTH_DAYS / result.days).abs() < 1e-9);
}

#[test]
fn alarms_are_due_from_the_start_to_the_end_and_its_grace() {
    let incident = |start: i64, end: i64| Incident {
        incident: "i".into(),
        entity: "A".into(),
        start: Timestamp::from_millis(start * 60_000),
        end: Timestamp::from_millis(end * 60_000),
        kind: "k".into(),
    };
    let at = |minute: i64| Timestamp::from_millis(minute * 60_000);
    let (incident, options) = (incident(100, 200), Options::default());
    for (minute, due) in [(99, false), (100, true), (260, true), (261, false)] {
        assert_eq!(
            within(at(minute), "A", &incident, &options),
            due,
            "{minute}"
        );
    }
    assert!(!within(at(150), "B", &incident, &options));
}

#[test]
fn only_the_severity_asked_for_counts() {
    let (all, _, recording, incidents) = run("flash-burst");
    let grave = Options {
        severity: 3,
        ..Options::default()
    };
    let (result, log) = backtest(&protocol(), &recording, &incidents, &grave).unwrap();
    assert!(result.alarms < all.alarms);
    assert!(log.iter().any(|t| t.verdict == Some(Verdict::Uncounted)));
    assert_eq!(result.fates[0].level.as_deref(), Some("crisis"));
    assert!(result.median_delay_minutes > all.median_delay_minutes);
}

#[test]
fn a_recording_goes_through_its_file_and_says_whose_it_is() {
    let (.., recording, _) = run("late-data");
    let protocol = protocol();
    let mut file = Vec::new();
    recording.write(&protocol, &mut file).unwrap();
    let mut read = Recording::default();
    for line in std::str::from_utf8(&file).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let analysis = value["analysis"].to_string();
        let scope = value["scope"].as_str().unwrap();
        let mention: Mention = serde_json::from_value(value.clone()).unwrap();
        let analysis = Recording::read_analysis(&protocol, &analysis, scope).unwrap();
        read.push(mention, analysis);
    }
    assert_eq!(read.replay(&protocol), recording.replay(&protocol));
    let other = Protocol::parse(&AIRLINE.replace("aurora boreal", "aurora polar")).unwrap();
    let fault = Recording::read_analysis(&other, "{}", &crate::recording::scope(&protocol));
    assert!(fault.unwrap_err().to_string().contains("record it again"));
}

#[test]
fn analyses_are_joined_by_id() {
    let (.., recording, _) = run("small-brand");
    let mut shuffled = recording.analyses.clone();
    shuffled.reverse();
    let joined = Recording::join(recording.mentions.clone(), shuffled).unwrap();
    assert_eq!(joined, recording);
    let fault = Recording::join(recording.mentions, vec![Analysis::default()]).unwrap_err();
    assert!(fault.to_string().contains("has no analysis"));
}

#[test]
fn what_cannot_be_judged_says_why() {
    let (.., recording, mut incidents) = run("flash-burst");
    let none = backtest(&protocol(), &Recording::default(), &[], &Options::default());
    assert!(none.unwrap_err().to_string().contains("not one mention"));
    incidents[0].entity = "Boreas".into();
    let whose = backtest(&protocol(), &recording, &incidents, &Options::default());
    assert!(whose.unwrap_err().to_string().contains("does not watch"));
}
