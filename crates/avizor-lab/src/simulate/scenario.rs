//! The scenarios, each with its onset and what a good protocol does with it. Hours are Madrid's in winter.

use avizor::Span;

use super::Options;
use super::plan::{Crowd, Plan, Shape, Voice, Wave};
use super::season::{Calendar, hours};
use super::text::{Polarity, RIVAL};

/// A scenario that can be simulated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScenarioInfo {
    /// What to call it by.
    pub name: &'static str,
    /// What happens, and when, in one line; days are counted from 1.
    pub description: &'static str,
    /// What should be raised, and what should not.
    pub expect: &'static str,
    /// How long it lasts unless asked otherwise.
    pub length: Span,
    /// Mentions a day unless asked otherwise.
    pub rate: f64,
    build: fn(&mut Plan),
}

/// Mentions a day of a middling airline, its competitor included.
const RATE: f64 = 400.0;

const fn scenario(
    name: &'static str,
    days: u32,
    build: fn(&mut Plan),
    description: &'static str,
    expect: &'static str,
) -> ScenarioInfo {
    ScenarioInfo {
        name,
        description,
        expect,
        length: Span::days(days),
        rate: RATE,
        build,
    }
}

pub(super) static INFO: [ScenarioInfo; 18] = [
    scenario(
        "demo",
        10,
        demo,
        "a story for a newcomer: two calm days, late luggage on day 3, praise for a crew goes viral on day 4, and a musician whose complaint of day 5 nobody answers goes viral on day 7 for two days",
        "a warning about luggage on day 3, nothing on day 4, and a crisis on day 7 at the latest",
    ),
    scenario(
        "calm",
        7,
        |_| (),
        "a week in which nothing happens: 38 % of mentions complain, 30 % praise",
        "nothing",
    ),
    scenario(
        "flash-burst",
        7,
        flash_burst,
        "a dog lost by the airline, on a video: complaints feed on themselves from 18:20 on day 5 for about ten hours",
        "a signal within the first hour",
    ),
    scenario(
        "slow-burn",
        14,
        slow_burn,
        "complaints about luggage rise from day 8 over four days, no hour of which is striking",
        "a signal by a rule that looks at a whole day, on the second or third day of the rise",
    ),
    scenario(
        "viral-positive",
        7,
        viral_positive,
        "praise for a crew goes viral at 12:00 on day 5",
        "nothing: many mentions, but no crisis",
    ),
    scenario(
        "bot-flood",
        7,
        bot_flood,
        "six hundred copies of one text from accounts made yesterday, from 13:00 on day 5 for three hours",
        "at most a notice that the flood is not opinion; no alert and no crisis",
    ),
    scenario(
        "outage",
        7,
        outage,
        "the app and the check-in are down from 09:00 to 12:00 on day 5",
        "a signal within half an hour or so",
    ),
    scenario(
        "competitor-crisis",
        10,
        competitor_crisis,
        "Boreas grounds its fleet at 10:00 on day 6; from 14:00 people turn on Aurora Air as well, for a day",
        "nothing before 14:00, then a signal about Aurora Air",
    ),
    scenario(
        "collector-gap",
        10,
        collector_gap,
        "nothing arrives from 10:00 to 19:00 on day 6; then mentions resume as if nothing had happened",
        "a notice of silence within a few hours, and no false alarm when mentions resume",
    ),
    scenario(
        "late-data",
        7,
        late_data,
        "a tenth of the mentions arrives up to 12 minutes late and a few much later; the burst of flash-burst at 18:20 on day 5",
        "the same signal as in flash-burst",
    ),
    scenario(
        "irony",
        7,
        irony,
        "ironic praise for a cancelled flight spreads from 16:00 on day 5 for about eight hours",
        "a signal, by whoever reads irony; counting words of praise misses it",
    ),
    scenario(
        "unanswered-complaint",
        10,
        unanswered,
        "a musician with 40,000 followers complains at 11:20 on day 3, complains again on day 4, is never answered, and goes viral with a song at 12:00 on day 6",
        "best a signal on day 3, when an answer would have been enough; at the latest on day 6",
    ),
    scenario(
        "recall",
        10,
        recall,
        "aircraft are withdrawn for a defect in the oxygen masks at 08:30 on day 6; talk lasts two days",
        "a signal within the first hour, as safety",
    ),
    scenario(
        "breach",
        10,
        breach,
        "passengers' passports and cards turn up for sale at 21:00 on day 6; talk lasts two days",
        "a signal within the first hour, as data protection",
    ),
    scenario(
        "night",
        8,
        night,
        "passengers shut in a plane for hours: the burst begins at 03:00 on day 6, when hardly anybody writes",
        "a signal before the morning",
    ),
    ScenarioInfo {
        rate: 5.0,
        ..scenario(
            "small-brand",
            14,
            small_brand,
            "five mentions a day, and some forty complaints about a lost dog from 17:00 on day 10",
            "a signal on day 10, and none for the ordinary day with two complaints in an hour",
        )
    },
    scenario(
        "month",
        30,
        month,
        "a month of a watched company: an outage on day 5, a lost dog on day 8, praise that goes viral on day 11, luggage from day 13 to day 19, bots on day 20, a breach on day 22, passengers shut in at night on day 25, and ironic praise on day 28",
        "a signal for each of the six troubles; none for the praise, and at most a notice for the bots",
    ),
    ScenarioInfo {
        rate: 432_000.0,
        length: Span::hours(2),
        ..scenario(
            "large-brand",
            1,
            |_| (),
            "five mentions a second for two hours, without a season",
            "nothing; it is here for speed and memory",
        )
    },
];

pub(super) fn plan(info: &ScenarioInfo, options: &Options, length: Span, rate: f64) -> Plan {
    let start = options.start;
    let whole_days = |span: Span| (span.millis() / Span::days(1).millis()).max(1) as u32;
    let mut plan = Plan {
        name: info.name,
        start,
        length,
        rate,
        // What lasts less than a day has no season, and a rate that is its own.
        calendar: Calendar::new(start, length >= Span::days(1), options.season),
        waves: Vec::new(),
        voices: Vec::new(),
        gap: None,
        late: false,
        incidents: Vec::new(),
        documented_days: whole_days(info.length),
        days: whole_days(length),
        scale: (rate / info.rate).clamp(0.1, 100.0) * options.size,
    };
    (info.build)(&mut plan);
    plan
}

/// A wave as strong as a good video makes it.
const STRONG: Shape = Shape::Burst {
    seeds: 30.0,
    growth: 1.45,
    fade_hours: 3.0,
};

fn flash_burst(plan: &mut Plan) {
    burst(plan, "flash-burst", "dog", (5, 18.0 + 1.0 / 3.0), 10.0);
}

/// Complaints that feed on themselves, from a local hour of a day.
fn burst(plan: &mut Plan, kind: &str, story: &'static str, begins: (u32, f64), hours: f64) {
    let start = plan.at(begins.0, begins.1);
    plan.waves.push(Wave::new(start, story, STRONG));
    plan.incident(kind, start, hours);
}

fn slow_burn(plan: &mut Plan) {
    rise(plan, 8);
}

fn rise(plan: &mut Plan, day: u32) {
    let start = plan.at(day, 6.0);
    let rise = Shape::Curve(&[
        (0.0, 0.5),
        (48.0, 4.0),
        (96.0, 9.0),
        (120.0, 5.0),
        (144.0, 0.0),
    ]);
    plan.waves.push(Wave {
        seasonal: true,
        ..Wave::new(start, "luggage", rise)
    });
    plan.incident("slow-burn", start, 144.0);
}

fn viral_positive(plan: &mut Plan) {
    let start = plan.at(5, 12.0);
    plan.waves.push(praise(start));
}

fn praise(start: i64) -> Wave {
    Wave {
        mix: [0.02, 0.06, 0.92],
        ..Wave::new(start, "crew", STRONG)
    }
}

fn bot_flood(plan: &mut Plan) {
    bots(plan, 5);
}

fn bots(plan: &mut Plan, day: u32) {
    let start = plan.at(day, 13.0);
    let flood = Shape::Curve(&[
        (0.0, 150.0),
        (0.5, 260.0),
        (2.5, 200.0),
        (3.0, 60.0),
        (3.25, 0.0),
    ]);
    plan.waves.push(Wave {
        crowd: Crowd::Bots,
        mix: [1.0, 0.0, 0.0],
        ..Wave::new(start, "bots", flood)
    });
}

fn outage(plan: &mut Plan) {
    systems_down(plan, 5);
}

fn systems_down(plan: &mut Plan, day: u32) {
    let start = plan.at(day, 9.0);
    let down = Shape::Curve(&[
        (0.0, 10.0),
        (0.5, 55.0),
        (1.5, 80.0),
        (3.0, 60.0),
        (3.5, 15.0),
        (6.0, 0.0),
    ]);
    plan.waves.push(Wave::new(start, "outage", down));
    plan.incident("outage", start, 4.0);
}

fn competitor_crisis(plan: &mut Plan) {
    let theirs = plan.at(6, 10.0);
    plan.waves.push(Wave {
        about: &RIVAL,
        ..Wave::new(theirs, "grounded", STRONG)
    });
    let ours = theirs + hours(4.0);
    let spill = Shape::Curve(&[
        (0.0, 12.0),
        (1.0, 40.0),
        (4.0, 35.0),
        (8.0, 12.0),
        (18.0, 4.0),
        (24.0, 0.0),
    ]);
    plan.waves.push(Wave {
        mix: [0.75, 0.25, 0.0],
        ..Wave::new(ours, "spillover", spill)
    });
    plan.incident("competitor-crisis", ours, 24.0);
}

fn collector_gap(plan: &mut Plan) {
    let start = plan.at(6, 10.0);
    plan.gap = Some((start, start + hours(9.0)));
    plan.incident("collector-gap", start, 9.0);
}

fn late_data(plan: &mut Plan) {
    plan.late = true;
    burst(plan, "late-data", "dog", (5, 18.0 + 1.0 / 3.0), 10.0);
}

fn irony(plan: &mut Plan) {
    ironic_praise(plan, 5);
}

fn ironic_praise(plan: &mut Plan, day: u32) {
    let start = plan.at(day, 16.0);
    plan.waves.push(Wave {
        mix: [1.0, 0.0, 0.0],
        ..Wave::new(start, "irony", STRONG)
    });
    plan.incident("irony", start, 8.0);
}

fn unanswered(plan: &mut Plan) {
    let first = plan.at(3, 11.0 + 1.0 / 3.0);
    let second = plan.at(4, 18.0);
    let viral = plan.at(6, 12.0);
    musician(plan, [first, second, viral]);
}

/// As it happened to a country musician and his guitar in 2009: nobody answers, and then there is a song.
fn musician(plan: &mut Plan, mut instants: [i64; 3]) {
    // In a stream of one day all three fall on it.
    instants.sort_unstable();
    let reactions = [[310, 46, 58], [920, 190, 140], [61_000, 23_000, 4_100]];
    for (place, (at, reactions)) in instants.into_iter().zip(reactions).enumerate() {
        plan.voices.push(Voice {
            at,
            handle: "lautaro_ocho_cuerdas",
            followers: 40_000 + 300 * place as u64,
            story: "musician-voice",
            place,
            polarity: Polarity::Negative,
            reactions,
        });
    }
    let [first, second, viral] = instants;
    // His followers sympathise, without anything that a threshold would notice.
    let murmur = Shape::Curve(&[(0.0, 2.0), (3.0, 1.0), (8.0, 0.0)]);
    plan.waves
        .push(Wave::new(first + hours(0.2), "musician-murmur", murmur));
    plan.waves
        .push(Wave::new(second + hours(0.2), "musician-murmur", murmur));
    plan.waves
        .push(Wave::new(viral + hours(0.1), "musician", STRONG));
    // The evening news and the next day.
    let afterwards = Shape::Curve(&[
        (0.0, 8.0),
        (6.0, 14.0),
        (24.0, 10.0),
        (42.0, 2.0),
        (48.0, 0.0),
    ]);
    plan.waves.push(Wave {
        seasonal: true,
        ..Wave::new(viral + hours(3.0), "musician", afterwards)
    });
    let lasting = (viral - first) as f64 / hours(1.0) as f64 + 48.0;
    plan.incident("unanswered-complaint", first, lasting);
}

fn two_days(plan: &mut Plan, kind: &str, start: i64) {
    let story = if kind == "breach" { "breach" } else { "recall" };
    plan.waves.push(Wave {
        mix: [0.78, 0.22, 0.0],
        ..Wave::new(start, story, STRONG)
    });
    let afterwards = Shape::Curve(&[
        (0.0, 6.0),
        (6.0, 12.0),
        (24.0, 8.0),
        (40.0, 2.0),
        (46.0, 0.0),
    ]);
    plan.waves.push(Wave {
        seasonal: true,
        mix: [0.72, 0.28, 0.0],
        ..Wave::new(start + hours(2.0), story, afterwards)
    });
    plan.incident(kind, start, 48.0);
}

fn recall(plan: &mut Plan) {
    two_days(plan, "recall", plan.at(6, 8.5));
}

fn breach(plan: &mut Plan) {
    two_days(plan, "breach", plan.at(6, 21.0));
}

fn night(plan: &mut Plan) {
    burst(plan, "night", "shut-in", (6, 3.0), 10.0);
}

fn small_brand(plan: &mut Plan) {
    let start = plan.at(10, 17.0);
    let outburst = Shape::Curve(&[(0.0, 4.0), (1.0, 10.0), (4.0, 6.0), (8.0, 0.0)]);
    plan.waves.push(Wave::new(start, "dog", outburst));
    plan.incident("small-brand", start, 8.0);
}

fn demo(plan: &mut Plan) {
    let luggage = plan.at(3, 13.0);
    let trouble = Shape::Curve(&[(0.0, 6.0), (1.0, 16.0), (4.0, 12.0), (6.0, 0.0)]);
    plan.waves.push(Wave::new(luggage, "luggage", trouble));
    plan.incident("luggage", luggage, 6.0);
    let viral = plan.at(4, 12.0);
    plan.waves.push(praise(viral));
    let instants = [plan.at(5, 10.5), plan.at(6, 17.0), plan.at(7, 11.0)];
    musician(plan, instants);
}

fn month(plan: &mut Plan) {
    systems_down(plan, 5);
    burst(plan, "flash-burst", "dog", (8, 18.0 + 1.0 / 3.0), 10.0);
    plan.waves.push(praise(plan.at(11, 12.0)));
    rise(plan, 13);
    bots(plan, 20);
    two_days(plan, "breach", plan.at(22, 21.0));
    burst(plan, "night", "shut-in", (25, 3.0), 10.0);
    ironic_praise(plan, 28);
}
