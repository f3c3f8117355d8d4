//! What came of the invented airline's goals, its indicators, and who carries the talk about it.

use avizor::protocol::Goal;
use avizor::reputation::{Influence, Influencer, Kpi, kpi_definitions};
use avizor::{GoalReport, Protocol};
use avizor_report::Standing;

const AIRLINE: &str = "Aurora Air";

/// Indicator, value, size of the denominator.
const KPIS: [(&str, Option<f64>, f64); 6] = [
    ("net_sentiment", Some(-4.2), 48_310.0),
    ("share_of_voice", Some(61.3), 52_871.0),
    ("response_rate", Some(38.5), 9_120.0),
    ("first_response_median", Some(83.0), 3_511.0),
    ("first_response_p90", Some(1_472.0), 3_511.0),
    ("crisis_half_life", None, 0.0),
];

fn kpi(name: &str) -> Kpi {
    let known = KPIS.iter().find(|k| k.0 == name);
    let (_, value, of) = *known.expect("the sample has this indicator");
    let definition = kpi_definitions().iter().find(|d| d.name == name);
    Kpi {
        definition: definition.expect("the registry has it").clone(),
        value,
        of,
        instead: Vec::new(),
    }
}

/// What the protocol's goals are held against.
pub(crate) fn goals(protocol: &Protocol) -> Vec<GoalReport> {
    let report = |goal: &Goal| {
        let kpi = kpi(&goal.kpi);
        GoalReport {
            entity: AIRLINE.to_owned(),
            met: kpi.value.map(|value| goal.is_met(value)),
            goal: goal.clone(),
            kpi,
        }
    };
    protocol.goals.iter().map(report).collect()
}

pub(crate) fn standing() -> Vec<Standing> {
    let leading = vec![
        author("testigo_31", 1_204, -1.0, 0.41),
        author("diario_inventado", 184_230, 0.1, 0.72),
        author("abuela_digital", 310, 1.0, 0.28),
    ];
    let of = |wanted: fn(f64) -> bool| {
        let of = leading.iter().filter(|a| wanted(a.stance)).cloned();
        of.collect()
    };
    vec![Standing {
        entity: AIRLINE.to_owned(),
        kpis: KPIS.iter().map(|k| kpi(k.0)).collect(),
        influence: Influence {
            praise: of(|stance| stance > 0.0),
            complaints: of(|stance| stance < 0.0),
            leading,
            distinct_authors: 21_340.0,
            gini: 0.34,
            top10_share: 0.021,
            exact: false,
        },
    }]
}

fn author(name: &str, followers: u32, stance: f64, influence: f64) -> Influencer {
    Influencer {
        author: name.to_owned(),
        mentions: 9.0,
        followers,
        verified: followers > 100_000,
        engagement: 212.0,
        consistency: 0.1,
        relevance: 1.0,
        stance,
        influence,
    }
}
