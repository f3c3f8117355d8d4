//! Two months of two invented airlines and their rivals, with a crisis in the middle.

use std::collections::BTreeMap;

use avizor::crisis::{SignalAuthor, SignalTopic, SignalWindow};
use avizor::protocol::IndicatorValue::{Double, Int};
use avizor::reputation::{Drift, Score};
use avizor::{
    Counts, Polarity, Protocol, ReputationRow, Result, Signal, SignalState, Span, Timestamp,
    UrgencyLevel,
};
use avizor_report::{Quote, Report, TopicCount};

const DAYS: u32 = 61;
/// 1 February 2026, midnight in Madrid.
const START: i64 = 1_769_900_400_000;

pub fn protocol(language: &str) -> Result<Protocol> {
    let head = format!("version = 1\nlanguage = \"{language}\"\n");
    Protocol::parse(&(head + include_str!("protocol.toml")))
}

pub fn report<'a>(protocol: &'a Protocol, signals: &'a [Signal]) -> Report<'a> {
    Report {
        protocol,
        title: None,
        source: "menciones inventadas, semilla 7".to_owned(),
        reputation: reputation(protocol),
        signals,
        counts: Counts {
            observed: 61_204,
            counted: 52_871,
            duplicates: 1_342,
            late: 87,
            from_brand: 911,
            unmatched: 5_993,
            unsupported_language: 1_204,
        },
        quotes: quotes(),
        topics: topics(),
    }
}

fn day(n: u32) -> Timestamp {
    Timestamp::from_millis(START).plus(Span::days(n))
}

fn at(n: u32, hour: u32, minute: u32) -> Timestamp {
    day(n).plus(Span::minutes(hour * 60 + minute))
}

/// Mean volume, usual share of negative and of positive mentions, day of a crisis.
const PROFILES: [(f64, f64, f64, Option<u32>); 5] = [
    (420.0, 0.27, 0.33, Some(40)),
    (64.0, 0.22, 0.41, None),
    (250.0, 0.30, 0.28, Some(15)),
    (120.0, 0.24, 0.30, None),
    (7.0, 0.25, 0.35, None),
];

fn reputation(protocol: &Protocol) -> Vec<(String, Vec<ReputationRow>)> {
    let mut noise = Noise(7);
    let mut all: Vec<(String, Vec<ReputationRow>)> = protocol
        .everyone()
        .zip(PROFILES)
        .map(|(entity, profile)| {
            let rows = (0..DAYS).map(|d| row(&entity.name, d, profile, &mut noise));
            (entity.name.clone(), rows.collect())
        })
        .collect();
    for d in 0..DAYS as usize {
        let total: u32 = all.iter().map(|(_, rows)| rows[d].volume).sum();
        for (_, rows) in &mut all {
            rows[d].share_of_voice = f64::from(rows[d].volume) / f64::from(total.max(1));
        }
    }
    all
}

fn row(
    name: &str,
    d: u32,
    (mean, negative, positive, crisis): (f64, f64, f64, Option<u32>),
    noise: &mut Noise,
) -> ReputationRow {
    let heat = crisis.map_or(0.0, |c| match d.checked_sub(c) {
        Some(days @ 0..=9) => (-f64::from(days) / 2.5).exp(),
        _ => 0.0,
    });
    let week = if d % 7 < 2 { 0.7 } else { 1.0 };
    let volume = (mean * week * (1.0 + 3.4 * heat) * noise.around(0.22)).round() as u32;
    let n = f64::from(volume);
    let bad = (negative + 0.45 * heat) * noise.around(0.12);
    let good = (positive - 0.24 * heat) * noise.around(0.12);
    let (negative, positive) = ((bad * n).round() as u32, (good * n).round() as u32);
    let value = 100.0 * (good - bad) * n / (n + 10.0);
    let half = 164.5 / (n + 10.0).sqrt() * (bad + good).sqrt();
    let change = 100.0 * ((good - bad) - (0.33 - 0.27));
    let surprise = (change / half.max(1.0)).powi(2) * 1.35;
    ReputationRow {
        entity: name.to_owned(),
        start: day(d),
        end: day(d + 1),
        volume,
        negative,
        neutral: volume.saturating_sub(negative + positive),
        positive,
        score: (volume >= 5).then_some(Score {
            value,
            low: (value - half).max(-100.0),
            high: (value + half).min(100.0),
            effective_n: n + 10.0,
        }),
        drift: (volume >= 5 && d > 0).then(|| Drift {
            distance: (change.abs() / 200.0).min(1.0),
            p_value: (-surprise).exp(),
            change,
        }),
        share_of_voice: 0.0,
    }
}

/// A small generator (Lehmer), so that the sample is the same everywhere.
struct Noise(u64);

impl Noise {
    /// About 1, give or take `spread`.
    fn around(&mut self, spread: f64) -> f64 {
        let mut sum = 0.0;
        for _ in 0..3 {
            self.0 = self.0 * 48_271 % 2_147_483_647;
            sum += self.0 as f64 / 2_147_483_647.0;
        }
        1.0 + spread * (2.0 * sum / 3.0 - 1.0) * 1.7
    }
}

pub fn signals(protocol: &Protocol) -> Vec<Signal> {
    let wave = |state, when| signal(protocol, 0, "ola-negativa", 1, state, when);
    let safety = |state, when| signal(protocol, 0, "seguridad", 2, state, when);
    let quiet = |state, when| signal(protocol, 1, "vigilancia", 0, state, when);
    let mut all = vec![
        quiet(SignalState::Pending, at(9, 9, 20)),
        quiet(SignalState::Resolved, at(9, 9, 55)),
        quiet(SignalState::Firing, at(22, 18, 5)),
        quiet(SignalState::Resolved, at(22, 20, 40)),
        wave(SignalState::Pending, at(40, 9, 50)),
        wave(SignalState::Firing, at(40, 10, 0)),
        safety(SignalState::Firing, at(40, 10, 35)),
        safety(SignalState::Resolved, at(40, 19, 40)),
        wave(SignalState::Resolved, at(42, 1, 15)),
        wave(SignalState::Firing, at(58, 21, 10)),
    ];
    for (i, id) in [0, 0, 1, 1, 2, 2, 3, 3, 2, 4].into_iter().enumerate() {
        all[i].id = format!("{}/{}/{id}", all[i].trigger, all[i].entity);
    }
    all
}

fn signal(
    protocol: &Protocol,
    entity: usize,
    trigger: &str,
    level: usize,
    state: SignalState,
    when: Timestamp,
) -> Signal {
    let level = &protocol.levels[level];
    let entity = &protocol.entities[entity].name;
    let rule = protocol.triggers.iter().find(|t| t.name == trigger);
    let condition = rule.map_or("", |t| t.when.source());
    Signal {
        id: String::new(),
        entity: entity.clone(),
        trigger: trigger.to_owned(),
        level: level.name.clone(),
        state,
        at: when,
        window: SignalWindow {
            start: when.minus(Span::minutes(30)),
            end: when,
        },
        indicators: BTreeMap::from([
            ("volume".into(), Int(214)),
            ("negative_share".into(), Double(0.714)),
            ("volume_surprise".into(), Double(11.3)),
            ("distinct_authors".into(), Int(168)),
            ("critical".into(), Int(9)),
        ]),
        condition: condition.to_owned(),
        topics: vec![
            SignalTopic {
                name: "seguridad".into(),
                share: 0.41,
                terms: ["humo", "cabina", "evacuación", "@testigo_31"]
                    .map(Into::into)
                    .to_vec(),
            },
            SignalTopic {
                name: "retrasos".into(),
                share: 0.23,
                terms: vec![],
            },
        ],
        mentions: ["m-1041", "m-1043", "m-1077", "m-9999"]
            .map(Into::into)
            .to_vec(),
        authors: vec![
            author("testigo_31", 6, 6, 1_204),
            author("diario_inventado", 4, 2, 184_230),
            author("@auroraair", 2, 0, 96_000),
        ],
        owner: level.owner.clone(),
        respond_by: (state == SignalState::Firing).then(|| when.plus(level.respond_within)),
        actions: level.actions.clone(),
        explanation: format!(
            "{entity}: nivel {} por «{trigger}»; entre el 13/03 10:05 y las 10:35 hubo 214 menciones de 168 autores, \
             71 % negativas, cuando lo habitual son 12; se habla de seguridad, retrasos; crecen «humo», «cabina», «evacuación».",
            level.name
        ),
    }
}

fn author(author: &str, mentions: u32, negative: u32, followers: u64) -> SignalAuthor {
    SignalAuthor {
        author: author.into(),
        mentions,
        negative,
        followers,
    }
}

fn quotes() -> Vec<Quote> {
    use Polarity::{Negative, Neutral, Positive};
    use UrgencyLevel::{Critical, High, Low, Normal};
    [
        ("m-1041", "testigo_31", Negative, Critical, "Humo en la cabina del AU3456 y nadie nos dice nada. @auroraair, ¿estamos seguros o no? Hay niños a bordo."),
        ("m-1043", "viajera_inventada", Negative, High, "Evacuados por las rampas en la pista. La tripulación, impecable; la compañía, muda. Mi número es 612 34 56 78, llamadme."),
        ("m-1077", "diario_inventado", Neutral, Normal, "Aurora Air confirma la evacuación de un avión por humo en cabina; no hay heridos. Más en https://diario.example/2026/humo"),
        ("m-1078", "otro_lector", Neutral, Low, "aurora air confirma la evacuación de un avión por humo en cabina, no hay heridos! más en https://diario.example/2026/humo"),
        ("m-2001", "abuela_digital", Positive, Low, "Ni un reproche a la azafata que se quedó con mi madre hasta el final. Gracias, @auroraair."),
        ("m-2002", "maleta_perdida", Negative, Normal, "Tercera vez que @auroraair pierde mi maleta. Escribidme a ana@correo.example y lo hablamos, que por teléfono es imposible."),
        ("m-2003", "curioso_7", Neutral, Low, "¿Alguien sabe si el vuelo de las 10:35 a Lisboa sale hoy?"),
        ("m-2004", "boreal_fan", Positive, Low, "Cambio gratis de vuelo en dos minutos por el chat. Así sí."),
        ("m-2005", "serio_y_breve", Negative, Normal, "Cuatro horas de espera y un vale de 6 euros."),
        ("m-2006", "leitora", Neutral, Low, "O voo para o Porto foi remarcado, alguém recebeu o aviso? @persona_ajena dice que no."),
    ]
    .into_iter()
    .enumerate()
    .map(|(i, (id, author, polarity, urgency, text))| Quote {
        id: id.into(),
        at: at(40, 10, 5 + 4 * i as u32),
        entity: "Aurora Air".into(),
        author: Some(author.into()),
        text: text.into(),
        polarity,
        urgency,
    })
    .collect()
}

fn topics() -> Vec<TopicCount> {
    [
        ("Aurora Air", "seguridad", 6_210, 4_120, 310),
        ("Aurora Air", "retrasos", 5_480, 3_310, 420),
        ("Aurora Air", "equipaje", 3_105, 1_904, 512),
        ("Aurora Air", "atención", 2_870, 820, 1_460),
        ("Aurora Air", "precio", 1_240, 410, 390),
        ("Aurora Carga", "puntualidad", 910, 160, 480),
        ("Aurora Carga", "precio", 402, 190, 88),
    ]
    .map(|(entity, name, volume, negative, positive)| TopicCount {
        entity: entity.into(),
        name: name.into(),
        volume,
        negative,
        positive,
    })
    .to_vec()
}
