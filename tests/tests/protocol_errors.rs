//! Broken protocol files: each says where and what, and how to put it right.

use avizor::{Error, Protocol};

const SOUND: &str = r#"version = 1
language = "es"
timezone = "Europe/Madrid"
allowed_lateness = "15m"

[[entity]]
name = "Aurora Air"
aliases = ["aurora air"]

[[competitor]]
name = "Boreas"
aliases = ["boreas"]

[[topic]]
name = "equipaje"
phrases = ["maleta"]

[[level]]
name = "alerta"
severity = 2
owner = "comunidad"
respond_within = "1h"

[[trigger]]
name = "ola"
level = "alerta"
window = "30m"
when = "negative_share > 0.4 && volume >= 10"
for = "10m"
keep_firing_for = "1h"
alarms_per_month = 1.0

[[test]]
name = "nada"
replay = "calm"
expect = [{ trigger = "ola", level = "alerta" }]

[[goal]]
kpi = "net_sentiment"
entity = "AURORA AIR"
at_least = -10
at_most = 90
"#;

/// What is written instead of what, and the line, column and words that must answer it.
const BROKEN: [(&str, &str, usize, usize, &str); 73] = [
    ("version = 1", "version = 2", 1, 11, "write `version = 1`"),
    ("version = 1", "", 1, 1, "missing field `version`"),
    ("version = 1", "version = ", 1, 11, ""),
    (
        "version = 1",
        "version = 1\nversion = 1",
        2,
        1,
        "duplicate key",
    ),
    ("\"es\"", "\"fr\"", 2, 12, "write es, en or pt"),
    ("Europe/Madrid", "Europa/Madrid", 3, 12, "IANA name"),
    ("\"15m\"", "\"15 minutos\"", 4, 20, "is not a duration"),
    (
        "allowed_lateness",
        "lateness",
        4,
        1,
        "unknown field `lateness`",
    ),
    ("\"Aurora Air\"", "\"  \"", 6, 1, "empty name"),
    (
        "aliases = [\"aurora air\"]",
        "aliases = [\"\"]",
        6,
        1,
        "empty alias",
    ),
    (
        "aliases = [\"aurora air\"]",
        "alias = [\"aurora air\"]",
        8,
        1,
        "unknown field `alias`",
    ),
    ("\"Boreas\"", "\"aurora air\"", 10, 1, "declared twice"),
    (
        "\"boreas\"",
        "\"AURORA  Air\"",
        10,
        1,
        "belongs to both `Aurora Air` and `Boreas`",
    ),
    ("\"maleta\"", "", 14, 1, "can never be found"),
    (
        "[[level]]",
        "[[topic]]\nname = \"equipaje\"\nphrases = [\"x\"]\n[[level]]",
        18,
        1,
        "declared twice",
    ),
    ("severity = 2", "severity = 0", 20, 12, "from 1 to 255"),
    ("severity = 2", "severity = \"dos\"", 20, 12, "invalid type"),
    ("\"1h\"\n\n", "\"1 h\"\n\n", 22, 18, "is not a duration"),
    (
        "level = \"alerta\"\nwindow",
        "level = \"alertas\"\nwindow",
        26,
        9,
        "did you mean `alerta`?",
    ),
    ("\"30m\"", "\"4m\"", 27, 10, "out of range"),
    (
        "\"30m\"",
        "\"12m\"",
        27,
        10,
        "a multiple of it instead of 12m",
    ),
    ("\"30m\"", "\"32d\"", 27, 10, "write 5m to 31d"),
    (
        "volume >= 10",
        "volumen >= 10",
        28,
        33,
        "did you mean `volume`?",
    ),
    ("&& volume", "& volume", 28, 30, "not valid CEL"),
    (
        "volume >= 10",
        "volume >= '10'",
        28,
        43,
        "compare numbers with numbers",
    ),
    (
        "negative_share > 0.4 && volume >= 10",
        "volume + 1",
        28,
        9,
        "true or false is needed",
    ),
    (
        "negative_share > 0.4 && volume >= 10",
        "",
        28,
        9,
        "not valid CEL",
    ),
    (
        "\"negative_share > 0.4 && volume >= 10\"",
        "\"\"\"\nvolume >= 10 &&\n  negatives > 1\"\"\"",
        30,
        3,
        "did you mean `negative`?",
    ),
    (
        "\"negative_share > 0.4 && volume >= 10\"",
        "'''peor > 1'''",
        28,
        11,
        "no indicator called `peor`",
    ),
    ("for = \"10m\"", "for = 10", 29, 7, "expected a string"),
    (
        "\"1h\"\nalarms",
        "\"una hora\"\nalarms",
        30,
        19,
        "is not a duration",
    ),
    ("= 1.0", "= 0.0", 31, 20, "a number above 0"),
    ("= 1.0", "= nan", 31, 20, "a number above 0"),
    (
        "trigger = \"ola\"",
        "trigger = \"olas\"",
        33,
        1,
        "does not exist",
    ),
    (
        "[[test]]",
        "[[level]]\nname = \"crisis\"\nseverity = 3\nowner = \"x\"\nrespond_within = \"1h\"\n[[test]]",
        34,
        8,
        "no trigger raises the level `crisis`",
    ),
    // A wrong type shows on every path, and so does what can never be.
    (
        "volume >= 10",
        "(volume == 5 && negative + 0.5 > 1.0)",
        28,
        49,
        "write `double(volume)`",
    ),
    (
        "volume >= 10",
        "(volume > 3 ? negative : negative_share) > 1.0",
        28,
        47,
        "make them alike",
    ),
    (
        "volume >= 10",
        "(negative_share || volume > 3)",
        28,
        34,
        "joins conditions",
    ),
    (
        "> 0.4",
        "> 1.2",
        28,
        9,
        "can never hold, since negative_share is 0 to 1",
    ),
    ("> 0.4", "> 30.5", 28, 9, "can never hold"),
    ("volume >= 10", "volume < 0", 28, 33, "can never hold"),
    (
        "volume >= 10",
        "volume_surprise > 31.0",
        28,
        33,
        "can never hold, since volume_surprise is -log10",
    ),
    ("volume >= 10", "false", 28, 9, "can never hold"),
    (
        "negative_share > 0.4 && volume >= 10",
        "volume >= 0 || volume > 3",
        28,
        9,
        "always holds",
    ),
    (
        "volume >= 10",
        "size(volume) > 1",
        28,
        37,
        "no function `size`",
    ),
    ("volume >= 10", "volume / 0 > 1", 28, 33, "divides by zero"),
    (
        "volume >= 10",
        "volume in [1, 2.5, true]",
        28,
        33,
        "compare numbers",
    ),
    // Levels, working hours, statements.
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nworking_hours = true\n\n[[trigger",
        23,
        17,
        "declare them in [calendar]",
    ),
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nescalate_after = \"1h\"\n\n[[trigger",
        23,
        18,
        "nothing is graver",
    ),
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nescalate_to = \"x\"\n\n[[trigger",
        23,
        15,
        "write escalate_after as well",
    ),
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nescalate_after = \"1h\"\nescalate_to = \"alerta\"\n\n[[trigger",
        24,
        15,
        "not graver",
    ),
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nstatement = \"Sabemos de {tema}\"\n\n[[trigger",
        23,
        25,
        "no placeholder `{tema}`",
    ),
    (
        "\"1h\"\n\n[[trigger",
        "\"1h\"\nstatement = \"\"\"\nSabemos\nde { topic\"\"\"\n\n[[trigger",
        25,
        4,
        "a brace stands alone",
    ),
    (
        "alarms_per_month",
        "keep_firing_while = \"negative_share > 1.1\"\nalarms_per_month",
        31,
        22,
        "can never hold",
    ),
    (
        "alarms_per_month",
        "crisis = \"scandal\"\nalarms_per_month",
        31,
        10,
        "unknown variant `scandal`",
    ),
    (
        "[[level]]",
        "[calendar]\ndays = []\nhours = \"09:00-18:00\"\n[[level]]",
        19,
        8,
        "nobody works",
    ),
    (
        "[[level]]",
        "[calendar]\ndays = [\"lun\"]\nhours = \"09:00-18:00\"\n[[level]]",
        19,
        8,
        "is not a day",
    ),
    (
        "[[level]]",
        "[calendar]\ndays = [\"mon\"]\nhours = \"18:00-09:00\"\n[[level]]",
        20,
        9,
        "ends before it begins",
    ),
    (
        "[[level]]",
        "[calendar]\ndays = [\"mon\"]\nhours = \"9 a 18\"\n[[level]]",
        20,
        9,
        "write 09:00-18:00",
    ),
    (
        "[[level]]",
        "[calendar]\ndays = [\"mon\"]\nhours = \"09:00-18:00\"\nholidays = [\"25/12\"]\n[[level]]",
        21,
        13,
        "is not a date",
    ),
    // Silences and inhibitions.
    (
        "[[test]]",
        "[[silence]]\nname = \"s\"\n[[test]]",
        33,
        1,
        "never ends",
    ),
    (
        "[[test]]",
        "[[silence]]\nname = \"s\"\nhours = \"23:00-07:00\"\ntriggers = [\"ole\"]\n[[test]]",
        36,
        13,
        "did you mean `ola`?",
    ),
    (
        "[[test]]",
        "[[silence]]\nname = \"s\"\nfrom = \"ayer\"\n[[test]]",
        35,
        8,
        "is not a time",
    ),
    (
        "[[test]]",
        "[[silence]]\nname = \"s\"\nfrom = \"2026-03-02T00:00:00Z\"\nuntil = \"2026-03-01T00:00:00Z\"\n[[test]]",
        36,
        9,
        "ends before it begins",
    ),
    (
        "[[test]]",
        "[[silence]]\nname = \"s\"\ndays = [\"mon\"]\nentities = [\"Boreas\"]\n[[test]]",
        36,
        13,
        "there is no entity called `Boreas`",
    ),
    (
        "[[test]]",
        "[[inhibition]]\nwhile = [\"ola\"]\nmutes = [\"ola\"]\n[[test]]",
        33,
        1,
        "round in a circle",
    ),
    // Goals.
    (
        "net_sentiment",
        "net_sentimnt",
        39,
        7,
        "did you mean `net_sentiment`?",
    ),
    (
        "net_sentiment",
        "advertising_value_equivalence",
        39,
        7,
        "there is no indicator of performance",
    ),
    (
        "entity = \"AURORA AIR\"",
        "entity = \"Boreas\"",
        40,
        10,
        "they are Aurora Air",
    ),
    ("at_least = -10", "at_least = 91", 38, 1, "no value meets"),
    ("at_least = -10", "at_least = nan", 41, 12, "is a number"),
    (
        "at_least = -10\nat_most = 90",
        "",
        38,
        1,
        "write at_least, at_most or both",
    ),
    (
        "at_most = 90",
        "at_most = 90\n[[goal]]\nkpi = \"net_sentiment\"\nentity = \"aurora air\"\nat_most = 9",
        43,
        1,
        "two goals",
    ),
];

#[test]
fn the_file_they_are_made_from_is_sound() {
    Protocol::parse(SOUND).expect("it is sound");
}

#[test]
fn each_says_where_and_what() {
    let mut wrong = Vec::new();
    for (from, to, line, column, words) in BROKEN {
        assert_eq!(
            SOUND.matches(from).count(),
            1,
            "{from:?} is to be found once"
        );
        let answer = Protocol::parse(&SOUND.replacen(from, to, 1));
        let Err(Error::Protocol {
            line: l,
            column: c,
            message,
        }) = answer
        else {
            wrong.push(format!("{from:?} -> {to:?}: {:?}", answer.map(|_| "sound")));
            continue;
        };
        if (l, c) != (line, column) || !message.contains(words) || message.trim().is_empty() {
            wrong.push(format!(
                "{from:?} -> {to:?}: {l}:{c} {message}; not {line}:{column} {words}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nothing_to_watch() {
    for text in ["version = 1", "version = 1\n[[competitor]]\nname = \"x\"\n"] {
        let error = Protocol::parse(text)
            .expect_err("it watches nobody")
            .to_string();
        assert!(
            error.contains("line 1, column 1") && error.contains("[[entity]]"),
            "{error}"
        );
    }
}

#[test]
fn every_prefix_is_read_or_refused() {
    let whole = avizor_tests::AIRLINE;
    for (end, _) in whole.char_indices().filter(|(i, _)| i % 23 == 0) {
        if let Err(error) = Protocol::parse(&whole[..end]) {
            assert!(
                matches!(error, Error::Protocol { line, column, .. } if line > 0 && column > 0)
            );
        }
    }
}
