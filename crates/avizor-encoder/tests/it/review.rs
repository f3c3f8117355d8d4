use avizor::{Analysis, Classifier, EvidenceKind, Mention, Task};
use avizor_encoder::{Cache, Encoder, Head, Judge, Options, Reviewer, Source};
use avizor_lab::blend::Blend;
use avizor_lab::softmax;
use tempfile::TempDir;

use crate::{expected, fixture};

fn encoder() -> Encoder {
    Encoder::load(&fixture("xlm-roberta")).expect("a fixture")
}

fn own_head(encoder: &Encoder) -> Head {
    Head::of_classifier(encoder, &fixture("xlm-roberta"), None).expect("plain labels")
}

fn mentions(n: usize) -> Vec<Mention> {
    let expected = expected("xlm-roberta");
    (0..n)
        .map(|i| Mention {
            id: i.to_string(),
            text: format!("{} {i}", expected[i % expected.len()].text),
            ..Mention::default()
        })
        .collect()
}

fn reviewer(blend: Option<Blend>, evidence: bool) -> Reviewer {
    let (encoder, classifier) = (encoder(), Classifier::new());
    let mut head = own_head(&encoder);
    head.blend = blend;
    head.fast = blend
        .and(classifier.model(Task::Sentiment))
        .map(|m| m.card.data_hash.clone());
    let judge = Judge::new(encoder, vec![head], &classifier).expect("they fit");
    Reviewer::new(judge, classifier, evidence)
}

const HALF: Blend = Blend {
    share: 0.5,
    temperature: 1.3,
};

#[test]
fn the_transformer_decides_and_its_reasons_add_up() {
    let mentions = mentions(30);
    for blend in [None, Some(HALF)] {
        let analyses = reviewer(blend, true).review(&mentions).expect("it runs");
        let fast: Vec<Analysis> = mentions
            .iter()
            .map(|m| Classifier::new().classify(&m.text))
            .collect();
        assert!(
            analyses
                .iter()
                .zip(&fast)
                .any(|(a, f)| a.sentiment != f.sentiment)
        );
        let mut judged = 0;
        for (mention, analysis) in mentions.iter().zip(&analyses) {
            assert_eq!(mention.id, analysis.id);
            let p = analysis.sentiment.probabilities;
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let reasons = analysis
                .evidence
                .iter()
                .filter(|e| e.kind == EvidenceKind::Sentiment);
            let total: f64 = reasons.clone().map(|e| e.weight).sum();
            assert!(
                (total - analysis.sentiment.score).abs() < 1e-9,
                "{}",
                mention.text
            );
            judged += usize::from(reasons.clone().any(|e| e.rule.starts_with("encoder")));
            for reason in reasons {
                assert!(
                    mention
                        .text
                        .get(reason.start as usize..reason.end as usize)
                        .is_some()
                );
            }
        }
        assert!(judged > 20, "{judged}");
    }
}

#[test]
fn a_blend_lies_between_the_two() {
    let mentions = mentions(20);
    let of = |share| {
        let blend = Blend {
            share,
            temperature: 1.0,
        };
        reviewer(Some(blend), false)
            .review(&mentions)
            .expect("it runs")
    };
    let (fast, both, own) = (of(0.0), of(0.5), of(1.0));
    let plain = Classifier::new();
    for (i, mention) in mentions.iter().enumerate() {
        let alone = plain.classify(&mention.text).sentiment;
        assert!(
            (fast[i].sentiment.score - alone.score).abs() < 1e-3,
            "{}",
            mention.text
        );
        let ends = [fast[i].sentiment, own[i].sentiment];
        let odds = |s: &avizor::Sentiment| {
            (s.probabilities[2].max(1e-6) / s.probabilities[0].max(1e-6)).ln()
        };
        let (low, high) = (
            odds(&ends[0]).min(odds(&ends[1])),
            odds(&ends[0]).max(odds(&ends[1])),
        );
        let middle = odds(&both[i].sentiment);
        assert!(low - 1e-6 <= middle && middle <= high + 1e-6);
    }
}

#[test]
fn a_budget_is_kept_whatever_the_batches() {
    let mentions = mentions(600);
    let run = |size: usize| {
        let mut reviewer = reviewer(Some(HALF), false)
            .with_budget(0.1)
            .expect("a fast model is there");
        let analyses: Vec<Analysis> = mentions
            .chunks(size)
            .flat_map(|part| reviewer.review(part).expect("it runs"))
            .collect();
        (analyses, reviewer.account())
    };
    let (whole, account) = run(600);
    assert_eq!(account.mentions, 600);
    assert!((40..=60).contains(&account.judged), "{account:?}");
    let (parts, again) = run(7);
    assert_eq!(account, again);
    for (a, b) in whole.iter().zip(&parts) {
        assert!((a.sentiment.score - b.sentiment.score).abs() < 1e-4);
    }
}

#[test]
fn texts_of_no_supported_language_stay_unjudged() {
    let mention = Mention {
        text: "これは日本語の文章です".into(),
        ..Mention::default()
    };
    let mut reviewer = reviewer(None, true);
    let analyses = reviewer
        .review(std::slice::from_ref(&mention))
        .expect("it runs");
    assert_eq!(reviewer.account().judged, 0);
    let mut plain = Classifier::new().classify(&mention.text);
    plain.id.clone_from(&mention.id);
    assert_eq!(analyses, [plain]);
}

#[test]
fn heads_are_fitted_saved_and_refused_where_they_do_not_belong() {
    let encoder = encoder();
    let place = TempDir::new().expect("a folder");
    let texts: Vec<String> = mentions(60).into_iter().map(|m| m.text).collect();
    let truth: Vec<usize> = (0..60).map(|i| i % 2).collect();
    let rows = encoder.embed(&texts).expect("it runs").rows;
    let softmax = softmax::fit(&rows, &truth, 2, &[])
        .expect("two labels")
        .softmax;
    let labels = ["equipaje", "none"].map(str::to_owned).to_vec();
    let head = Head::new(&encoder, Task::Topic, labels, Source::Embedding(softmax));
    let path = place.path().join("head.json");
    head.save(&path).expect("writable");
    let loaded = Head::load(&path).expect("as it was saved");
    assert_eq!(loaded, head);

    let other = Encoder::load(&fixture("bert")).expect("a fixture");
    let classifier = Classifier::new();
    let said = Judge::new(other, vec![head.clone()], &classifier).expect_err("another encoder");
    assert!(said.to_string().contains("another model"), "{said}");
    let twice = Judge::new(
        self::encoder(),
        vec![head.clone(), head.clone()],
        &classifier,
    );
    assert!(
        twice
            .expect_err("two of a task")
            .to_string()
            .contains("two heads")
    );
    let mut beside = own_head(&encoder);
    (beside.blend, beside.fast) = (Some(HALF), Some("another".into()));
    let said =
        Judge::new(self::encoder(), vec![beside], &classifier).expect_err("another fast model");
    assert!(said.to_string().contains("--model"), "{said}");

    let judge = Judge::new(encoder, vec![head], &classifier).expect("they fit");
    let blind = Reviewer::new(judge, classifier, false).with_budget(0.1);
    assert!(
        blind
            .expect_err("no fast model of topics")
            .to_string()
            .contains("--model")
    );
    for (bytes, wrong) in [("{}", "not a head"), ("", "not a head")] {
        std::fs::write(&path, bytes).expect("writable");
        let said = Head::load(&path).expect_err(wrong).to_string();
        assert!(said.contains(wrong), "{said}");
    }
}

#[test]
fn a_head_reads_the_layers_that_it_was_fitted_on() {
    let place = TempDir::new().expect("a folder");
    let head = |layers: Option<usize>, task| {
        let encoder = match layers {
            Some(layers) => encoder().with_layers(layers).expect("it has them"),
            None => encoder(),
        };
        let texts: Vec<String> = mentions(20).into_iter().map(|m| m.text).collect();
        let truth: Vec<usize> = (0..20).map(|i| i % 2).collect();
        let rows = encoder.embed(&texts).expect("it runs").rows;
        let fitted = softmax::fit(&rows, &truth, 2, &[]).expect("two labels");
        let labels = ["complaint", "praise"].map(str::to_owned).to_vec();
        let mut head = Head::new(&encoder, task, labels, Source::Embedding(fitted.softmax));
        head.layers = layers;
        let path = place.path().join(format!("{layers:?}{}.json", task.name()));
        head.save(&path).expect("writable");
        path
    };
    let open = |heads| {
        let options = Options {
            folder: fixture("xlm-roberta"),
            heads,
            ..Options::default()
        };
        Reviewer::open(&options, Classifier::new(), false)
    };
    let one = open(vec![
        head(Some(1), Task::Topic),
        head(Some(1), Task::Intent),
    ])
    .expect("they agree");
    assert!(one.encoder().fingerprint().ends_with("-1"));
    open(vec![head(None, Task::Intent)]).expect("all layers");
    let said = open(vec![head(Some(1), Task::Topic), head(None, Task::Intent)])
        .expect_err("they differ")
        .to_string();
    assert!(said.contains("--layers"), "{said}");
}

#[test]
fn embeddings_are_made_once() {
    let (encoder, place) = (encoder(), TempDir::new().expect("a folder"));
    let texts: Vec<String> = mentions(40).into_iter().map(|m| m.text).collect();
    let mut cache = Cache::open(place.path(), &encoder).expect("a new file");
    let first = cache
        .embed(&encoder, &texts[..30], &|_| {})
        .expect("it runs");
    assert!(first.tokens > 0 && cache.len() == 30);
    let mut cache = Cache::open(place.path(), &encoder).expect("the file");
    assert_eq!(cache.len(), 30);
    let again = cache
        .embed(&encoder, &texts[..30], &|_| {})
        .expect("it runs");
    assert_eq!((again.tokens, &again.rows), (0, &first.rows));
    // A run that was interrupted leaves half a record.
    let file = std::fs::read_dir(place.path())
        .expect("a folder")
        .next()
        .expect("a file")
        .expect("readable")
        .path();
    let bytes = std::fs::read(&file).expect("there");
    std::fs::write(&file, &bytes[..bytes.len() - 5]).expect("writable");
    let mut cache = Cache::open(place.path(), &encoder).expect("the rest is whole");
    assert_eq!(cache.len(), 29);
    let all = cache.embed(&encoder, &texts, &|_| {}).expect("it runs");
    assert_eq!((cache.len(), all.rows.len()), (40, 40));
    let direct = encoder.embed(&texts).expect("it runs");
    for (a, b) in all.rows.iter().flatten().zip(direct.rows.iter().flatten()) {
        assert!((a - b).abs() < 1e-5);
    }
}
