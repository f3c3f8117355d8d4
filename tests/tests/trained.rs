//! A model in use reads as it did when it was measured: what training promises of held-out folds holds of an Analysis.

use avizor::{
    Analysis, Classifier, Evidence, EvidenceKind, Intent, Mention, Scratch, Task, Timestamp, Topic,
    UrgencyLevel,
};
use avizor_lab::corpus::{self, Labelled, Written};
use avizor_lab::train::{Options, Trained, fold_intents, suits_ridge, train};

/// Mentions in Spanish, in two halves that nothing but their place tells apart.
fn halves() -> [Vec<Written>; 2] {
    let spanish = corpus::mentions()
        .into_iter()
        .filter(|w| w.locale.starts_with("es-"));
    let (a, b): (Vec<_>, Vec<_>) = spanish
        .step_by(3)
        .enumerate()
        .partition(|(i, _)| i % 2 == 0);
    [a, b].map(|half| half.into_iter().map(|(_, w)| w).collect())
}

/// Topics that enough texts are about: a label of one text is another matter, with it or without it.
const TOPICS: [&str; 5] = ["price", "quality", "staff", "customer_service", "app_web"];

fn topic(w: &Written) -> Option<String> {
    TOPICS.contains(&w.topic).then(|| w.topic.to_owned())
}

fn labelled(written: &[Written], label: impl Fn(&Written) -> Option<String>) -> Vec<Labelled> {
    let row = |w: &Written| {
        Some(Labelled {
            text: w.text.to_owned(),
            label: label(w)?,
            language: None,
        })
    };
    written.iter().filter_map(row).collect()
}

fn trained(task: Task, data: &[Labelled]) -> Trained {
    let options = Options {
        bits: 16,
        ridge: suits_ridge(task, None, data.len()),
        opinions: true,
        folds: 3,
        ..Options::default()
    };
    train(task, data, &options).expect("labels of the task")
}

fn read(classifier: &Classifier, texts: &[Labelled]) -> Vec<Analysis> {
    let mut scratch = Scratch::default();
    let mut one = |d: &Labelled| {
        let mention = Mention::new("1", Timestamp::from_millis(0), d.text.as_str());
        classifier.analyse(&mut scratch, &mention)
    };
    texts.iter().map(&mut one).collect()
}

/// Trains on one half and reads the other; what is right there is about what the folds promised.
fn keeps_its_promise(
    task: Task,
    label: impl Fn(&Written) -> Option<String> + Copy,
    says: impl Fn(&Analysis) -> String,
) -> Vec<Analysis> {
    let [one, other] = halves();
    let (mut seen, mut unseen) = (labelled(&one, label), labelled(&other, label));
    if task == Task::Intent {
        fold_intents(&mut seen);
        fold_intents(&mut unseen);
    }
    let trained = trained(task, &seen);
    let promised = trained.held_out.accuracy;
    let classifier = Classifier::new().with_model(trained.model).expect("usable");
    let analyses = read(&classifier, &unseen);
    let right = analyses
        .iter()
        .zip(&unseen)
        .filter(|(a, d)| says(a) == d.label);
    let kept = right.count() as f64 / unseen.len() as f64;
    assert!(
        kept > promised - 0.06,
        "{}: {promised:.3} was promised, {kept:.3} is kept",
        task.name()
    );
    analyses
}

fn first_topic(a: &Analysis) -> String {
    a.topics.first().map_or("-", |t| &t.name).to_owned()
}

#[test]
fn sentiment() {
    let name = |short: &str| match short {
        "neg" => "negative",
        "pos" => "positive",
        _ => "neutral",
    };
    keeps_its_promise(
        Task::Sentiment,
        |w| Some(name(w.sentiment).to_owned()),
        |a| a.sentiment.label.name().to_owned(),
    );
}

#[test]
fn urgency_and_its_evidence_adds_up() {
    let analyses = keeps_its_promise(
        Task::Urgency,
        |w| Some(UrgencyLevel::ALL[usize::from(w.urgency)].name().to_owned()),
        |a| a.urgency.level.name().to_owned(),
    );
    for a in analyses {
        let reasons = a
            .evidence
            .iter()
            .filter(|e| e.kind == EvidenceKind::Urgency);
        let total: f64 = reasons.map(|e| e.weight).sum();
        assert!((total - a.urgency.score).abs() < 1e-9, "{a:?}");
        let level = match a.urgency.forced {
            Some(_) => UrgencyLevel::Critical,
            None => UrgencyLevel::of(a.urgency.score),
        };
        assert_eq!(a.urgency.level, level);
    }
}

#[test]
fn intents_of_all_kinds() {
    keeps_its_promise(
        Task::Intent,
        |w| Some(w.intent.to_owned()),
        |a| a.intent.name().to_owned(),
    );
}

#[test]
fn one_intent_against_all_else_leaves_the_others_to_the_shipped_reader() {
    let analyses = keeps_its_promise(
        Task::Intent,
        |w| {
            Some(
                if w.intent == "complaint" {
                    "complaint"
                } else {
                    "something else"
                }
                .to_owned(),
            )
        },
        |a| match a.intent {
            Intent::Complaint => "complaint".to_owned(),
            _ => Intent::OTHER.to_owned(),
        },
    );
    for others in [Intent::Question, Intent::Praise, Intent::Information] {
        assert!(
            analyses.iter().any(|a| a.intent == others),
            "{}",
            others.name()
        );
    }
}

#[test]
fn topics_where_every_text_has_one() {
    let analyses = keeps_its_promise(Task::Topic, topic, first_topic);
    for a in &analyses {
        for topic in &a.topics {
            let of_topic = |e: &&Evidence| e.kind == EvidenceKind::Topic && e.rule == topic.name;
            let reasons: Vec<&Evidence> = a.evidence.iter().filter(of_topic).collect();
            let total: f64 = reasons.iter().map(|e| e.weight).sum();
            assert!((total - topic.score).abs() < 1e-9, "{a:?}");
            assert!(
                reasons.iter().any(|e| e.end > e.start),
                "no word told: {a:?}"
            );
        }
    }
    // One each, of the model's own: the default taxonomy has given way.
    assert!(analyses.iter().all(|a| a.topics.len() <= 1));
    let unnamed = analyses.iter().filter(|a| a.topics.is_empty()).count();
    assert!(unnamed < analyses.len() / 20, "{unnamed}");
}

#[test]
fn topics_where_some_texts_have_none() {
    let analyses = keeps_its_promise(
        Task::Topic,
        |w| topic(w).or_else(|| (w.topic == "-").then(|| "-".to_owned())),
        first_topic,
    );
    let mut named = analyses.iter().flat_map(|a| &a.topics);
    assert!(named.all(|t| !Topic::NONE.contains(&t.name.as_str())));
    assert!(analyses.iter().any(|a| a.topics.is_empty()));
}

#[test]
fn few_examples_go_further_with_what_the_shipped_reader_finds() {
    let [one, other] = halves();
    let own = |w: &Written| Some(format!("tema {}", topic(w)?));
    let (mut few, unseen) = (labelled(&one, own), labelled(&other, own));
    few.sort_by(|a, b| a.label.cmp(&b.label));
    let of_each = few.chunk_by(|a, b| a.label == b.label);
    let few: Vec<Labelled> = of_each.flat_map(|of| &of[..5]).cloned().collect();
    let right = |opinions| {
        let options = Options {
            ridge: true,
            opinions,
            ..Options::default()
        };
        let model = train(Task::Topic, &few, &options).expect("labels").model;
        let classifier = Classifier::new().with_model(model).expect("usable");
        let analyses = read(&classifier, &unseen);
        analyses
            .iter()
            .zip(&unseen)
            .filter(|(a, d)| first_topic(a) == d.label)
            .count()
    };
    let (told, untold) = (right(true), right(false));
    assert!(
        told * 20 > untold * 21,
        "{told} and {untold} of {}",
        unseen.len()
    );
}

#[test]
fn a_protocols_own_topics_stay_beside_a_model() {
    let [one, _] = halves();
    let trained = trained(Task::Topic, &labelled(&one, topic));
    let protocol = r#"
        version = 1
        [[entity]]
        name = "Aurora"
        aliases = ["aurora"]
        [[topic]]
        name = "unicornios"
        phrases = ["unicornio"]
    "#;
    let protocol = avizor::Protocol::parse(protocol).expect("a protocol");
    let classifier = Classifier::for_protocol(&protocol);
    let classifier = classifier.with_model(trained.model).expect("usable");
    let analysis = classifier.classify("el unicornio de Aurora llegó con tres horas de retraso");
    assert!(analysis.topics.iter().any(|t| t.name == "unicornios"));
}
