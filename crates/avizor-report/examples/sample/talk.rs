//! What the invented people say, and the signals that it raises.

use std::collections::BTreeMap;

use avizor::crisis::{
    Counterfactual, SignalAuthor, SignalEnd, SignalEvidence, SignalHand, SignalLife,
    SignalResponse, SignalTopic, SignalWindow,
};
use avizor::protocol::IndicatorValue::{self, Double, Int};
use avizor::{Polarity, Protocol, Signal, SignalState, Span, Timestamp, UrgencyLevel};
use avizor_report::Quote;

use super::at;

/// What a rule saw.
struct Story {
    entity: &'static str,
    trigger: &'static str,
    indicators: &'static [(&'static str, IndicatorValue)],
    topics: &'static [(&'static str, f64, &'static [&'static str])],
    mentions: &'static [&'static str],
    authors: &'static [(&'static str, u32, u32, u64)],
    words: &'static str,
}

const CARGO: Story = Story {
    entity: "Aurora Carga",
    trigger: "vigilancia",
    indicators: &[("volume_surprise", Double(4.6))],
    topics: &[("puntualidad", 0.52, &["almacén", "inventario"])],
    mentions: &["m-310"],
    authors: &[("tienda_inventada", 3, 1, 2_310)],
    words: "nivel vigilancia por «vigilancia»; entre el 11/02 17:35 y las 18:05 hubo 31 menciones de 26 autores, 29 % negativas, cuando lo habitual son 4,1; se habla de puntualidad; crecen «almacén», «inventario»; responde analista de guardia antes del 11/02 22:05.",
};
const WAVE: Story = Story {
    entity: "Aurora Air",
    trigger: "ola-negativa",
    indicators: &[
        ("negative_share", Double(0.63)),
        ("volume_surprise", Double(7.9)),
        ("distinct_authors", Int(71)),
    ],
    topics: &[
        ("seguridad", 0.34, &["humo", "cabina"]),
        ("retrasos", 0.23, &[]),
    ],
    mentions: &["m-1041", "m-1043"],
    authors: &[
        ("testigo_31", 4, 4, 1_204),
        ("viajera_inventada", 2, 2, 389),
    ],
    words: "nivel alerta por «ola-negativa»; entre el 01/03 09:30 y las 10:00 hubo 83 menciones de 71 autores, 63 % negativas, cuando lo habitual son 12; se habla de seguridad, retrasos; crecen «humo», «cabina»; responde community-manager antes del 01/03 11:00.",
};
const SAFETY: Story = Story {
    entity: "Aurora Air",
    trigger: "seguridad",
    indicators: &[("critical", Int(19)), ("distinct_authors", Int(168))],
    topics: &[
        (
            "seguridad",
            0.58,
            &["evacuación", "rampas", "humo", "@testigo_31"],
        ),
        ("atención", 0.14, &[]),
    ],
    mentions: &["m-1041", "m-1043", "m-1077", "m-1099"],
    authors: &[
        ("testigo_31", 9, 9, 1_204),
        ("diario_inventado", 4, 2, 184_230),
        ("@auroraair", 2, 0, 96_000),
    ],
    words: "nivel crisis por «seguridad»; entre el 01/03 10:05 y las 10:35 hubo 214 menciones de 168 autores, 71 % negativas, cuando lo habitual son 12; se habla de seguridad, atención; crecen «evacuación», «rampas», «humo»; responde dirección de comunicación antes del 01/03 11:05.",
};
const LUGGAGE: Story = Story {
    entity: "Aurora Air",
    trigger: "ola-negativa",
    indicators: &[
        ("negative_share", Double(0.48)),
        ("volume_surprise", Double(6.2)),
        ("distinct_authors", Int(44)),
    ],
    topics: &[("equipaje", 0.61, &["cinta", "maletas", "Lisboa"])],
    mentions: &["m-2002"],
    authors: &[("maleta_perdida", 5, 5, 212)],
    words: "nivel alerta por «ola-negativa»; entre el 19/03 20:40 y las 21:10 hubo 52 menciones de 44 autores, 48 % negativas, cuando lo habitual son 14; se habla de equipaje; crecen «cinta», «maletas», «Lisboa»; responde community-manager antes del 19/03 22:10.",
};

pub(crate) fn signals(protocol: &Protocol) -> Vec<Signal> {
    use SignalState::{Acknowledged, Firing, Pending, Resolved};
    [
        (1, &CARGO, Pending, at(9, 9, 20)),
        (1, &CARGO, Resolved, at(9, 9, 55)),
        (2, &CARGO, Firing, at(22, 18, 5)),
        (2, &CARGO, Resolved, at(22, 20, 40)),
        (3, &WAVE, Pending, at(40, 9, 50)),
        (3, &WAVE, Firing, at(40, 10, 0)),
        (4, &SAFETY, Firing, at(40, 10, 35)),
        (4, &SAFETY, Acknowledged, at(40, 10, 50)),
        (3, &WAVE, Acknowledged, at(40, 13, 0)),
        (4, &SAFETY, Resolved, at(40, 19, 40)),
        (3, &WAVE, Resolved, at(42, 1, 15)),
        (5, &LUGGAGE, Firing, at(58, 21, 10)),
    ]
    .map(|(fire, story, state, when)| signal(protocol, fire, story, state, when))
    .to_vec()
}

fn signal(
    protocol: &Protocol,
    fire: u32,
    story: &Story,
    state: SignalState,
    when: Timestamp,
) -> Signal {
    let rule = protocol
        .triggers
        .iter()
        .find(|t| t.name == story.trigger)
        .expect("the sample protocol has the rule");
    let level = &protocol.levels[rule.level];
    Signal {
        id: format!("{}/{}/{fire}", story.trigger, story.entity),
        entity: story.entity.into(),
        trigger: story.trigger.into(),
        level: level.name.clone(),
        state,
        at: when,
        window: SignalWindow {
            start: when.minus(Span::minutes(30)),
            end: when,
        },
        indicators: story
            .indicators
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect::<BTreeMap<_, _>>(),
        condition: rule.when.source().to_owned(),
        topics: story
            .topics
            .iter()
            .map(|(name, share, terms)| SignalTopic {
                name: (*name).to_owned(),
                share: *share,
                terms: terms.iter().map(|t| (*t).to_owned()).collect(),
            })
            .collect(),
        mentions: story.mentions.iter().map(|m| (*m).to_owned()).collect(),
        authors: story
            .authors
            .iter()
            .map(|(author, mentions, negative, followers)| SignalAuthor {
                author: (*author).to_owned(),
                mentions: *mentions,
                negative: *negative,
                followers: *followers,
            })
            .collect(),
        owner: level.owner.clone(),
        respond_by: match state {
            SignalState::Firing => Some(when.plus(level.respond_within)),
            // Taken a quarter of an hour, or three hours, after it fired.
            SignalState::Acknowledged if fire == 4 => Some(at(40, 11, 5)),
            SignalState::Acknowledged => Some(at(40, 11, 0)),
            _ => None,
        },
        actions: level.actions.clone(),
        explanation: format!("{}: {}", story.entity, story.words),
        life: SignalLife {
            acknowledged: (state == SignalState::Acknowledged).then(|| SignalHand {
                by: "guardia@aurora.example".into(),
                at: when,
            }),
            end: (state == SignalState::Resolved && fire == 3)
                .then(|| SignalEnd::AbsorbedBy("seguridad".into())),
            ..SignalLife::default()
        },
        evidence: SignalEvidence {
            baseline: BTreeMap::from([("volume".into(), 12.0), ("negative".into(), 4.0)]),
            p_value: Some(0.000_4),
            counterfactual: Some(Counterfactual {
                indicator: "negative_share".into(),
                was: 0.63,
                turns_at: 0.4501,
                held: true,
            }),
            budget_threshold: Some(2.9),
        },
        response: SignalResponse {
            may_answer: vec!["dirección de comunicación".into()],
            departments: vec!["operaciones".into()],
            strategy: None,
            statement: Some("Sabemos lo ocurrido y a las 12:00 contaremos más.".into()),
        },
    }
}

pub(crate) fn quotes() -> Vec<Quote> {
    use Polarity::{Negative, Neutral, Positive};
    use UrgencyLevel::{Critical, High, Low, Normal};
    const AIR: &str = "Aurora Air";
    [
        ("m-310", "tienda_inventada", "Aurora Carga", Neutral, Normal, at(22, 17, 48), "Medio almacén esperando los palés de @auroracarga. ¿Alguien más?"),
        ("m-1041", "testigo_31", AIR, Negative, Critical, at(40, 9, 41), "Humo en la cabina del AU3456 y nadie nos dice nada. @auroraair, ¿estamos seguros o no? Hay niños a bordo."),
        ("m-1043", "viajera_inventada", AIR, Negative, High, at(40, 9, 52), "Evacuados por las rampas en la pista. La tripulación, impecable; la compañía, muda. Mi número es 612 34 56 78, llamadme."),
        ("m-1077", "diario_inventado", AIR, Neutral, Normal, at(40, 10, 14), "Aurora Air confirma la evacuación de un avión por humo en cabina; no hay heridos. Más en https://diario.example/2026/humo"),
        ("m-1078", "otro_lector", AIR, Neutral, Low, at(40, 10, 16), "aurora air confirma la evacuación de un avión por humo en cabina, no hay heridos! más en https://diario.example/2026/humo"),
        ("m-2001", "abuela_digital", AIR, Positive, Low, at(40, 13, 2), "Ni un reproche a la azafata que se quedó con mi madre hasta el final. Gracias, @auroraair."),
        ("m-2002", "maleta_perdida", AIR, Negative, Normal, at(58, 20, 55), "Tercera vez que @auroraair pierde mi maleta. Escribidme a ana@correo.example y lo hablamos, que por teléfono es imposible."),
        ("m-2003", "curioso_7", AIR, Neutral, Low, at(41, 8, 20), "¿Alguien sabe si el vuelo de las 10:35 a Lisboa sale hoy?"),
        ("m-2004", "fiel_al_chat", AIR, Positive, Low, at(12, 11, 30), "Cambio gratis de vuelo en dos minutos por el chat. Así sí."),
        ("m-2005", "serio_y_breve", AIR, Negative, Normal, at(43, 19, 5), "Cuatro horas de espera y un vale de 6 euros."),
        ("m-2006", "leitora_inventada", AIR, Neutral, Low, at(41, 9, 12), "O voo para o Porto foi remarcado, alguém recebeu o aviso? @persona_ajena diz que não."),
        ("m-2007", "taller_ficticio", "Aurora Carga", Positive, Low, at(30, 16, 40), "Pedido el lunes, piezas en el taller el martes a primera hora. Así da gusto."),
    ]
    .map(|(id, author, entity, polarity, urgency, at, text)| Quote {
        id: id.into(),
        at,
        entity: entity.into(),
        author: Some(author.into()),
        text: text.into(),
        polarity,
        urgency,
    })
    .to_vec()
}
