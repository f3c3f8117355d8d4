//! The page holds its promises whatever it is given: escaped, masked, closed, the same each time.

#[path = "../examples/sample/data.rs"]
mod data;

use avizor::{Counts, Polarity, Protocol, ReputationRow, Signal, Span, Timestamp, UrgencyLevel};
use avizor_report::{Quote, Report, render};

fn sample(language: &str) -> String {
    let protocol = data::protocol(language).unwrap();
    let signals = data::signals(&protocol);
    render(&data::report(&protocol, &signals))
}

fn plain(name: &str) -> Protocol {
    Protocol::parse(&format!(
        "version = 1\n[[entity]]\nname = {name:?}\naliases = [\"x\"]\n"
    ))
    .unwrap()
}

fn empty<'a>(protocol: &'a Protocol, signals: &'a [Signal]) -> Report<'a> {
    Report {
        protocol,
        title: None,
        source: String::new(),
        reputation: Vec::new(),
        signals,
        counts: Counts::default(),
        quotes: Vec::new(),
        topics: Vec::new(),
        moved: Vec::new(),
        until: None,
        goals: Vec::new(),
        standing: Vec::new(),
    }
}

fn quote(id: &str, text: &str) -> Quote {
    Quote {
        id: id.into(),
        at: Timestamp::from_millis(0),
        entity: "X".into(),
        author: None,
        text: text.into(),
        polarity: Polarity::Neutral,
        urgency: UrgencyLevel::Low,
    }
}

/// Every value of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let opening = format!(" {attribute}=\"");
    page.split(&opening)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Each element that opens is closed, in order.
fn assert_well_formed(page: &str) {
    const VOID: [&str; 2] = ["meta", "!doctype"];
    let mut open: Vec<&str> = Vec::new();
    let (head, body) = page.split_once("</style>").unwrap();
    let head = head.split_once("<style>").unwrap().0;
    for piece in head.split('<').skip(1).chain(body.split('<').skip(1)) {
        let tag = piece.split('>').next().unwrap();
        let name = tag.trim_matches('/').split_whitespace().next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "near {piece:.60}");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Anchors are unique, and every link finds its own.
fn assert_closed(page: &str) {
    let mut ids = values(page, "id");
    let links = values(page, "href");
    for link in &links {
        let anchor = link
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{link} leads out"));
        assert!(ids.contains(&anchor), "nothing at {link}");
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an anchor is there twice");
    for outside in [
        "src=", "url(", "@import", "<script", "<link", "<iframe", "<img", "http:", "https:",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn three_languages_are_whole_and_closed() {
    for (language, word) in [
        ("es", "Cuota de voz"),
        ("en", "Share of voice"),
        ("pt", "Quota de voz"),
    ] {
        let page = sample(language);
        assert!(page.contains(&format!("<html lang=\"{language}\">")) && page.contains(word));
        assert_well_formed(&page);
        assert_closed(&page);
        assert!(!page.contains("NaN") && !page.contains("{entity}"));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(sample("es"), sample("es"));
}

#[test]
fn signals_carry_what_is_needed_to_act() {
    let page = sample("es");
    for part in [
        "estuvo 9\u{a0}h\u{a0}5\u{a0}min en nivel «crisis»",
        "convocar el comité de crisis",
        "dirección de comunicación",
        "critical &#62;= 5",
        "Resuelta; duró",
        "No llegó a confirmarse",
        "sin datos suficientes",
        "el mismo texto en 2 menciones",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn people_are_not_exposed() {
    let page = sample("es");
    for private in [
        "testigo_31",
        "viajera_inventada",
        "diario_inventado",
        "612 34",
        "ana@correo",
        "persona_ajena",
        "184230",
        "/2026/humo",
    ] {
        assert!(!page.contains(private), "{private}");
    }
    assert!(
        page.contains("@auroraair") && page.contains("[teléfono]") && page.contains("[correo]")
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let evil =
        "\"><script>alert(1)</script><a href='javascript:x'>&amp;{{ t }}{entity}\u{202e}\u{0}";
    let protocol = plain("<b>&\"'");
    let mut report = empty(&protocol, &[]);
    report.title = Some(evil.into());
    report.source = evil.into();
    report.quotes = vec![quote(evil, evil), quote("rtl", "مرحبا <i>بكم</i>")];
    report.quotes[0].entity = evil.into();
    report.quotes[0].author = Some(evil.into());
    report.reputation = vec![(evil.into(), days(evil, 2))];
    let page = render(&report);
    assert!(page.contains("&#60;script&#62;") && page.contains("مرحبا &#60;i&#62;"));
    for raw in ["<script", "<b>&", "<i>", "href='", "\u{202e}", "\u{0}"] {
        assert!(!page.contains(raw), "{raw:?}");
    }
    assert_well_formed(&page);
    assert_closed(&page);
}

#[test]
fn hostile_signals_stay_texts() {
    let protocol = data::protocol("en").unwrap();
    let mut signals = data::signals(&protocol);
    let evil = "</article><script>\"'";
    for s in &mut signals {
        s.explanation = evil.into();
        s.mentions = vec![evil.into()];
        s.actions = vec![evil.into()];
        s.topics[0].terms = vec![evil.into()];
        s.authors[0].author = evil.into();
        s.indicators.insert(
            evil.into(),
            avizor::protocol::IndicatorValue::Double(f64::NAN),
        );
        s.entity = evil.into();
        s.level = evil.into();
    }
    let page = render(&data::report(&protocol, &signals));
    assert_well_formed(&page);
    assert_closed(&page);
}

#[test]
fn nothing_at_all_is_said_in_words() {
    let protocol = plain("Solo");
    let page = render(&empty(&protocol, &[]));
    for words in [
        "No hay menciones que contar",
        "Ninguna señal se confirmó",
        "No hay días que mostrar",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert_well_formed(&page);
    assert_closed(&page);
}

#[test]
fn days_without_mentions_are_gaps() {
    let protocol = plain("Solo");
    let mut report = empty(&protocol, &[]);
    report.reputation = vec![("Solo".into(), days("Solo", 30))];
    let page = render(&report);
    assert!(page.contains("class=\"gap\"") && !page.contains("class=\"line\" d=\"\""));
    assert_well_formed(&page);
    assert_closed(&page);
}

#[test]
fn sixty_entities_and_a_year_stay_readable() {
    use std::fmt::Write as _;
    let mut file = String::from("version = 1\n");
    for i in 0..60 {
        let _ = writeln!(file, "[[entity]]\nname = \"E{i}\"\naliases = [\"e{i}\"]");
    }
    let protocol = Protocol::parse(&file).unwrap();
    let mut report = empty(&protocol, &[]);
    report.reputation = (0..60)
        .map(|i| (format!("E{i}"), days(&format!("E{i}"), 366)))
        .collect();
    let page = render(&report);
    assert!(page.len() < 4_000_000, "{} bytes", page.len());
    assert!(page.contains("Se muestran 28 de 366 días"));
    assert_well_formed(&page);
    assert_closed(&page);
}

#[test]
fn ten_thousand_signals_do_not_drown_the_page() {
    let protocol = data::protocol("es").unwrap();
    let one = data::signals(&protocol)[5].clone();
    let signals: Vec<Signal> = (0..10_000)
        .map(|i| Signal {
            id: format!("s{i}"),
            at: one.at.plus(Span::minutes(i)),
            ..one.clone()
        })
        .collect();
    let page = render(&data::report(&protocol, &signals));
    assert!(page.contains("Señales que no caben en esta página: 9940") && page.len() < 4_000_000);
    assert_closed(&page);
}

fn days(entity: &str, n: u32) -> Vec<ReputationRow> {
    (0..n)
        .map(|d| ReputationRow {
            entity: entity.into(),
            start: Timestamp::from_millis(0).plus(Span::days(d)),
            end: Timestamp::from_millis(0).plus(Span::days(d + 1)),
            volume: 0,
            negative: 0,
            neutral: 0,
            positive: 0,
            score: None,
            drift: None,
            share_of_voice: 0.0,
        })
        .collect()
}

#[test]
fn causes_are_told_and_their_authors_masked() {
    for (language, title) in [
        ("es", "Qué la movió"),
        ("en", "What moved it"),
        ("pt", "O que a moveu"),
    ] {
        let page = sample(language);
        assert!(page.contains(&format!("<section id=\"moved\"><h2>{title}</h2>")));
        assert!(page.contains("equipaje") && page.contains("maletas rotas"));
        assert!(page.contains("href=\"#v1\"") && page.contains("id=\"v1\""));
        assert!(!page.contains("cronista_de_aeropuerto"));
    }
}

#[test]
fn goals_are_met_missed_or_unknown() {
    let page = sample("es");
    for part in [
        "Objetivos cumplidos: 1 de 3.",
        "al menos 60\u{a0}%",
        "<b>38\u{a0}%</b>",
        "como mucho 2\u{a0}h",
        "<b>1\u{a0}h 23\u{a0}min</b>",
        "class=\"verdict met\">cumplido",
        "class=\"verdict missed\">no cumplido",
        "class=\"verdict unknown\">sin datos suficientes",
        "3511 menciones contestadas",
    ] {
        let part = part.replace("h 23", "h\u{a0}23");
        assert!(page.contains(&part), "{part}");
    }
}

#[test]
fn answers_are_held_against_their_time() {
    let page = sample("en");
    let sentence = "Signals: 4. Taken in time: 1; late: 1; by nobody: 2; still in time: 0.";
    assert!(page.contains(sentence));
    for part in [
        "2\u{a0}h late",
        "in time",
        "nobody took it",
        "taken up by “seguridad”",
        "Sabemos lo ocurrido",
        "It would not have fired below 45%",
        "4 of them negative",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // Who took it is shown as whoever reads the page may see it.
    assert!(!page.contains("guardia@aurora.example"));
}

#[test]
fn authors_carry_pseudonyms() {
    let page = sample("pt");
    assert!(
        page.contains("cerca de 21\u{202f}340 autores") || page.contains("cerca de 21.340 autores")
    );
    assert!(page.contains("≈ 180") && page.contains("Levam as queixas"));
    for name in ["testigo_31", "diario_inventado", "abuela_digital", "184230"] {
        assert!(!page.contains(name), "{name}");
    }
}
