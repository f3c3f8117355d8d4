//! Sentiment, urgency, hard overrides and ambiguous names against gold sets that train nothing.

use std::collections::BTreeSet;

use avizor::{Analysis, Classifier, EvidenceKind, Polarity, Protocol, Scratch, Task};
use avizor_lab::agreement::{kappa, spearman};
use avizor_lab::corpus::{self, Labelled};
use avizor_lab::gold::{self, Gold};
use avizor_lab::metrics::{Evaluation, Judged, evaluate};
use avizor_lab::train::{Options, train};

fn analyse(classifier: &Classifier, gold: &[Gold]) -> Vec<Analysis> {
    let mut scratch = Scratch::default();
    gold.iter()
        .map(|g| classifier.analyse(&mut scratch, &g.mention))
        .collect()
}

#[test]
fn gold_is_whole_and_apart_from_what_trains() {
    let (urgency, overrides, names) = (gold::urgency(), gold::overrides(), gold::names());
    let sentiment = gold::sentiment();
    assert!(urgency.len() >= 600 && overrides.len() >= 100 && names.len() >= 400);
    assert!(sentiment.len() >= 1400);
    let brands: BTreeSet<&str> = names.iter().map(|g| g.label("name")).collect();
    assert!(brands.len() >= 20);
    let trained: BTreeSet<String> = corpus::mentions()
        .iter()
        .map(|w| w.text.to_lowercase())
        .collect();
    let all = sentiment.iter().chain(&urgency);
    for g in all.chain(&overrides).chain(&names) {
        assert!(
            !g.mention.text.is_empty() && g.mention.language.is_some(),
            "{}",
            g.mention.id
        );
        assert!(
            !trained.contains(&g.mention.text.to_lowercase()),
            "{}",
            g.mention.text
        );
    }
}

#[test]
fn two_passes_of_labels_agree() {
    let agreement = |gold: &[Gold], is_label: fn(&str) -> bool| {
        let pairs: Vec<(&str, &str)> = gold
            .iter()
            .map(|g| (g.label("label"), g.label("second")))
            .collect();
        assert!(pairs.iter().all(|(a, b)| is_label(a) && is_label(b)));
        kappa(&pairs).unwrap()
    };
    let (sentiment, urgency) = (gold::sentiment(), gold::urgency());
    let kappas = [
        agreement(&sentiment, |l| Polarity::ALL.iter().any(|p| p.name() == l)),
        agreement(&urgency, |l| gold::grade(l).is_some()),
    ];
    println!(
        "labels: kappa {:.3} over {} mentions of sentiment, {:.3} over {} of urgency",
        kappas[0],
        sentiment.len(),
        kappas[1],
        urgency.len()
    );
    assert!(kappas.iter().all(|k| *k >= 0.8));
}

#[test]
fn feelings_told_by_facts_are_read() {
    let gold: Vec<Gold> = gold::sentiment()
        .into_iter()
        .filter(|g| g.label("label") == g.label("second"))
        .collect();
    let analyses = analyse(&Classifier::new(), &gold);
    for (language, least) in [("es", 0.7), ("en", 0.6), ("pt", 0.55)] {
        let rows: Vec<Judged> = gold
            .iter()
            .zip(&analyses)
            .filter(|(g, _)| g.mention.language.as_deref() == Some(language))
            .map(|(g, a)| Judged {
                truth: g.label("label").to_owned(),
                predicted: a.sentiment.label.name().to_owned(),
                probabilities: Vec::new(),
            })
            .collect();
        let Evaluation {
            n,
            accuracy,
            macro_f1,
            ..
        } = evaluate("sentiment", &rows);
        println!(
            "sentiment {language}: macro-F1 {macro_f1:.3}, accuracy {accuracy:.3} over {n} texts"
        );
        assert!(macro_f1 >= least, "{language}");
    }
}

#[test]
fn urgency_ranks_as_people_do() {
    let gold = gold::urgency();
    let truth: Vec<f64> = gold
        .iter()
        .filter_map(|g| Some(gold::grade(g.label("label"))? + gold::grade(g.label("second"))?))
        .collect();
    let scores: Vec<f64> = analyse(&Classifier::new(), &gold)
        .iter()
        .map(|a| a.urgency.score)
        .collect();
    for language in ["es", "en", "pt"] {
        let of = |values: &[f64]| -> Vec<f64> {
            let here = gold
                .iter()
                .zip(values)
                .filter(|(g, _)| g.mention.language.as_deref() == Some(language));
            here.map(|(_, v)| *v).collect()
        };
        let rho = spearman(&of(&truth), &of(&scores)).unwrap();
        println!("urgency {language}: spearman {rho:.3}");
        assert!(rho >= 0.7, "{language}");
    }
    let rho = spearman(&truth, &scores).unwrap();
    println!("urgency: spearman {rho:.3} over {} mentions", truth.len());
    assert!(rho >= 0.75);
}

#[test]
fn an_own_model_of_urgency_goes_beyond_the_shipped_cues() {
    let gold = gold::urgency();
    let labelled: Vec<Labelled> = gold
        .iter()
        .map(|g| Labelled {
            text: g.mention.text.clone(),
            label: g.label("label").to_owned(),
            language: None,
        })
        .collect();
    let options = Options {
        opinions: true,
        early_stopping: true,
        ..Options::default()
    };
    let own = train(Task::Urgency, &labelled, &options).unwrap().held_out;
    let judged: Vec<Judged> = analyse(&Classifier::new(), &gold)
        .iter()
        .zip(&labelled)
        .map(|(a, d)| Judged {
            truth: d.label.clone(),
            predicted: a.urgency.level.name().to_owned(),
            probabilities: Vec::new(),
        })
        .collect();
    let shipped = evaluate("urgency", &judged);
    println!(
        "levels of urgency: macro-F1 {:.3} as shipped, {:.3} by a model of one's own, five folds",
        shipped.macro_f1, own.macro_f1
    );
    assert!(own.macro_f1 >= 0.75 && own.macro_f1 > shipped.macro_f1 + 0.1);
}

#[test]
fn hard_overrides_are_found_and_hardly_cry_wolf() {
    let (hard, mixed) = (gold::overrides(), gold::urgency());
    let classifier = Classifier::new();
    let missed: Vec<&str> = analyse(&classifier, &hard)
        .iter()
        .zip(&hard)
        .filter(|(a, _)| a.urgency.forced.is_none())
        .map(|(_, g)| g.mention.text.as_str())
        .collect();
    let found = hard.len() - missed.len();
    println!(
        "overrides: recall {:.3} of {}",
        found as f64 / hard.len() as f64,
        hard.len()
    );
    let analyses = analyse(&classifier, &mixed);
    let raised = |is: bool| {
        let of = analyses
            .iter()
            .zip(&mixed)
            .filter(|(_, g)| (g.label("override") != "-") == is);
        of.filter(|(a, _)| a.urgency.forced.is_some()).count()
    };
    let (right, wrong) = (found + raised(true), raised(false));
    let precision = right as f64 / (right + wrong) as f64;
    let among = mixed.iter().filter(|g| g.label("override") != "-").count();
    println!(
        "overrides among {} mixed mentions: {} of {among} found, {wrong} raised in vain",
        mixed.len(),
        raised(true)
    );
    println!("overrides: precision {precision:.3} over both sets");
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(precision >= 0.9);
}

#[test]
fn every_point_of_urgency_has_its_reason() {
    for (a, g) in analyse(&Classifier::new(), &gold::urgency())
        .iter()
        .zip(gold::urgency())
    {
        let of = a
            .evidence
            .iter()
            .filter(|e| e.kind == EvidenceKind::Urgency);
        let sum: f64 = of.map(|e| e.weight).sum();
        assert!((sum - a.urgency.score).abs() < 1e-9, "{}", g.mention.text);
    }
}

#[test]
fn ambiguous_names_are_the_company_or_not() {
    let gold = gold::names();
    // Names alone, then with the words that the protocol gives.
    let kept: Vec<&str> = gold::NAMES_PROTOCOL
        .lines()
        .filter(|l| !l.starts_with("context") && !l.starts_with("exclude"))
        .collect();
    let bare = kept.join("\n");
    for (what, toml, least) in [
        ("names alone", bare.as_str(), 0.85),
        ("with context and exclusions", gold::NAMES_PROTOCOL, 0.9),
    ] {
        let classifier = Classifier::for_protocol(&Protocol::parse(toml).unwrap());
        let (mut hits, mut named, mut said) = (0, 0, 0);
        for (a, g) in analyse(&classifier, &gold).iter().zip(&gold) {
            let truth = g.label("label") != "none";
            let found = a.entities.iter().any(|e| e.name == g.label("name"));
            (hits, named, said) = (
                hits + usize::from(truth && found),
                named + usize::from(truth),
                said + usize::from(found),
            );
            for entity in &a.entities {
                let own = format!(":{}", entity.name);
                let of = a
                    .evidence
                    .iter()
                    .filter(|e| e.kind == EvidenceKind::Entity && e.rule.ends_with(&own));
                let sum: f64 = of.map(|e| e.weight).sum();
                assert!((sum - entity.score).abs() < 1e-9, "{}", g.mention.text);
            }
        }
        let f1 = 2.0 * hits as f64 / (named + said) as f64;
        println!("ambiguous names, {what}: F1 {f1:.3} ({hits} right of {said} said, {named} true)");
        assert!(f1 >= least, "{what}");
    }
}
