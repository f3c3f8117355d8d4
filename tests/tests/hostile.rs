//! Texts that nobody writes and somebody will send: no panic, and every account still adds up.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use avizor::classify::Scratch;
use avizor::{Analysis, Classifier, EvidenceKind, Mention};
use avizor_tests::{AIRLINE, protocol};
use proptest::prelude::*;

static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&protocol(AIRLINE)));
static BARE: LazyLock<Classifier> = LazyLock::new(Classifier::new);

const EXACT: f64 = 1e-9;

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= EXACT
}

/// Everything that must be true of the analysis of any text.
fn sound(text: &str, a: &Analysis) {
    let shown: String = text.chars().take(80).collect();
    let sentiments = a.entities.iter().map(|e| &e.sentiment);
    for s in sentiments.chain([&a.sentiment]) {
        let total: f64 = s.probabilities.iter().sum();
        assert!(
            near(total, 1.0),
            "probabilities add up to {total} in {shown:?}"
        );
        assert!(
            s.probabilities.iter().all(|p| (0.0..=1.0).contains(p)),
            "{s:?} in {shown:?}"
        );
        assert!((-1.0..=1.0).contains(&s.score), "{s:?} in {shown:?}");
    }
    assert!(
        (0.0..=1.0).contains(&a.urgency.score),
        "{:?} in {shown:?}",
        a.urgency
    );
    let scores = a.topics.iter().map(|t| t.score);
    for score in scores.chain(a.entities.iter().map(|e| e.score)) {
        assert!(score > 0.0 && score <= 1.0, "{score} in {shown:?}");
    }
    for e in &a.evidence {
        let span = e.start as usize..e.end as usize;
        assert!(text.get(span).is_some(), "{e:?} is no span of {shown:?}");
        assert!(e.weight.is_finite(), "{e:?} in {shown:?}");
    }
    accounts(&shown, a);
}

/// The weights of each kind of evidence against the scores they explain.
fn accounts(shown: &str, a: &Analysis) {
    let mut sums: BTreeMap<(EvidenceKind, &str), f64> = BTreeMap::new();
    for e in &a.evidence {
        let name = match e.kind {
            EvidenceKind::Topic => e.rule.as_str(),
            EvidenceKind::Entity => e.rule.split_once(':').map_or("", |(_, name)| name),
            _ => "",
        };
        *sums.entry((e.kind, name)).or_default() += e.weight;
    }
    sums.retain(|(kind, _), _| *kind != EvidenceKind::Intent);
    let routed = a
        .evidence
        .iter()
        .find(|e| e.kind == EvidenceKind::Department);
    assert_eq!(routed.is_some(), a.department.is_some(), "{shown:?}");
    if let Some(routed) = routed {
        let sum = sums
            .remove(&(EvidenceKind::Department, ""))
            .unwrap_or_default();
        let named = |t: &&avizor::Topic| routed.rule == format!("topic:{}", t.name);
        let topic = a.topics.iter().find(named);
        assert!(
            topic.is_some_and(|t| near(sum, t.score)),
            "{routed:?} in {shown:?}"
        );
    }
    let scores = [
        (EvidenceKind::Sentiment, "", a.sentiment.score),
        (EvidenceKind::Urgency, "", a.urgency.score),
    ];
    let topics = a
        .topics
        .iter()
        .map(|t| (EvidenceKind::Topic, t.name.as_str(), t.score));
    let entities = a
        .entities
        .iter()
        .map(|e| (EvidenceKind::Entity, e.name.as_str(), e.score));
    for (kind, name, score) in scores.into_iter().chain(topics).chain(entities) {
        let sum = sums.remove(&(kind, name)).unwrap_or_default();
        assert!(
            near(sum, score),
            "{kind:?} {name}: {sum} explains {score} in {shown:?}"
        );
    }
    assert!(sums.is_empty(), "{sums:?} explain nothing in {shown:?}");
}

fn read(scratch: &mut Scratch, text: &str) {
    let mention = Mention {
        text: text.to_owned(),
        ..Mention::default()
    };
    sound(text, &CLASSIFIER.analyse(scratch, &mention));
    sound(text, &BARE.analyse(scratch, &mention));
}

const ODD: [&str; 24] = [
    "",
    "\0",
    "a\0b\0\0 pésimo\0",
    "\u{202e}oicivres omisép riaarorua@\u{202c} pésimo",
    "\u{200f}مرحبا @auroraair خدمة سيئة\u{200e} fatal",
    "\u{301}\u{301}\u{301}",
    "\u{301} pe\u{301}simo se\u{301}rvicio e\u{301}\u{301}\u{301}",
    "\u{feff}hola\u{feff}",
    "👨‍👩‍👧‍👦👨🏽‍🚀🏴󠁧󠁢󠁳󠁣󠁴󠁿🇪🇸🇪 \u{200d}\u{200d}\u{fe0f}😡\u{fe0f}\u{fe0e}",
    "!!!???...¿¿¡¡---«»\"''`~^*()[]{}<>|\\/",
    ":) :( :-D xD <3 ¯\\_(ツ)_/¯ ;-; T_T :'( >:(",
    "#VueloCanceladoOtraVezMALDITASEA #🔥 # ## #_ @ @@ @_ @auroraair@auroraair",
    "http:// https://x.y/ñ?é=á&%zz www. ftp://😀 https://",
    "Noooooo   esto ES   LO PEOOOOOR jajajajajaja kkkkkk jsjsjs 555",
    "ꟻᴀᴛᴀʟ 𝓯𝓪𝓽𝓪𝓵 ｆａｔａｌ f̷̛̗a̸͉͝t̶͔̚a̶l̵",
    "no no no no no no no malo nunca jamás tampoco ni sin nadie",
    "pero pero aunque but however mas porém bueno malo pero aunque",
    "İstanbul ıı ẞß ﬀ ﬃ ǅ ŉ ΐ Σς",
    "今日は飛行機が遅れました。最悪です。@auroraair",
    "\r\n\t\u{b}\u{c}\u{85}\u{2028}\u{2029}\u{a0}\u{3000}malo",
    "\u{fffd}\u{fffe}\u{ffff}\u{10ffff}\u{e000}",
    "1.000.000,00 € 50% 3h30 2x1 -5 1e999 ٣٤٥",
    "Aurora Air, United, US Airways, Virgin America y Boreas: aurora boreal y Aurora Air",
    "si no fuera porque no es nada malo, sería genial que NO funcionara 🙄👏👏",
];

#[test]
fn every_prefix_of_odd_texts() {
    let mut scratch = Scratch::default();
    for text in ODD {
        for (end, _) in text.char_indices().chain([(text.len(), ' ')]) {
            read(&mut scratch, &text[..end]);
        }
    }
}

#[test]
fn texts_without_end() {
    let mut scratch = Scratch::default();
    let long = [
        "a".repeat(1_000_000),
        "ñ".repeat(500_000),
        "pésimo".repeat(170_000),
        "pésimo ".repeat(20_000),
        "😡".repeat(100_000),
        "\u{301}".repeat(100_000),
        "👨‍👩‍👧‍👦".repeat(20_000),
        "!".repeat(200_000),
        "¿?".repeat(100_000),
        "@auroraair ".repeat(20_000),
        "#auroraair".repeat(20_000),
        "ja".repeat(200_000),
        "\0".repeat(100_000),
        " ".repeat(500_000),
        "\n".repeat(100_000),
        "no ".repeat(50_000),
        "https://a.b/".repeat(20_000),
        ":(".repeat(50_000),
    ];
    for text in &long {
        read(&mut scratch, text);
    }
}

#[test]
fn other_fields_may_be_odd_as_well() {
    let mut scratch = Scratch::default();
    for (language, followers) in [
        ("", 0),
        ("xx", u64::MAX),
        ("es\0", 1),
        ("ES-419", 10),
        ("😀", 5),
        ("pt_BR", 7),
    ] {
        let mention = Mention {
            language: Some(language.to_owned()),
            followers: Some(followers),
            entity: Some("aurora AIR".to_owned()),
            ..Mention::new(
                "",
                avizor::Timestamp::default(),
                "Boreas es pésima, United genial",
            )
        };
        sound(&mention.text, &CLASSIFIER.analyse(&mut scratch, &mention));
    }
}

/// Pieces that mean something to the reader, in any order and with anything between them.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "no", "malo", "pésimo", "genial", "muy", "pero", "si", "jaja", "@auroraair", "boreas", "united",
            "maleta", "retraso", "accidente", "not", "good", "terrible", "não", "ótimo", "😡", "👏", "🙄",
            ":(", "!!!", "?", "...", "\"", ",", ".", "#fail", "https://t.co/x", "MAL", "buenooooo", "aurora",
            "air", "\u{301}", "\u{200d}", "\u{202e}", "\0", "\n", " ", " ", " ",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "\\PC{0,12}",
        1 => "[a-zñáéíóúü]{1,14}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text(pieces in prop::collection::vec(piece(), 0..24), glue in prop::sample::select(vec!["", " "])) {
        read(&mut Scratch::default(), &pieces.join(glue));
    }
}
