//! Whether attribution names what was injected before anything else.

use avizor::reputation::{Facet, Period};

use super::stream::{Days, Said, truth};
use super::{Figure, share};
use crate::simulate::random::Dice;

const TOPICS: usize = 12;
const CHANNELS: usize = 5;
/// Words of each topic, and words that come with any.
const WORDS: usize = 6;
const MENTIONS: u32 = 500;
/// Complaints on top of an ordinary day, which turn net sentiment by ten points and more.
const INJECTED: u32 = 80;
/// Days of the reference; the day after is looked at.
const PAST: u32 = 5;

/// What a day is drawn from.
struct World {
    topics: Vec<f64>,
    channels: Vec<f64>,
    /// By topic.
    shares: Vec<[f64; 3]>,
}

pub(super) fn figures(rounds: u32) -> Vec<Figure> {
    [Facet::Topic, Facet::Channel, Facet::Term, Facet::Author]
        .into_iter()
        .map(|facet| {
            let named: Vec<bool> = (0..(rounds / 10).max(20))
                .map(|round| named_first(facet, round))
                .collect();
            let kind = format!("{facet:?}").to_lowercase();
            Figure::at_least(
                format!("attribution names the injected {kind} first, {MENTIONS} mentions"),
                0.95,
                share(&named),
            )
        })
        .collect()
}

fn named_first(facet: Facet, round: u32) -> bool {
    let mut dice = Dice::new(31, &format!("{facet:?}"), u64::from(round));
    let world = World {
        topics: (0..TOPICS).map(|_| 0.3 + dice.gamma(1.0)).collect(),
        channels: (0..CHANNELS).map(|_| 0.3 + dice.gamma(1.0)).collect(),
        shares: (0..TOPICS).map(|_| truth(&mut dice)).collect(),
    };
    let mut days = Days::new();
    for day in 0..=PAST {
        for _ in 0..MENTIONS {
            let (topic, channel) = world.draw(&mut dice);
            let polarity = dice.weighted(&world.shares[topic]);
            say(
                &mut days,
                &mut dice,
                day,
                polarity,
                (topic, channel),
                (None, None),
            );
        }
    }
    let (cause_topic, cause_channel) = (dice.below(TOPICS), dice.below(CHANNELS));
    for _ in 0..INJECTED {
        let (mut topic, mut channel) = world.draw(&mut dice);
        let (mut term, mut author) = (None, None);
        match facet {
            Facet::Topic => topic = cause_topic,
            Facet::Channel => channel = cause_channel,
            Facet::Author => author = Some("one author"),
            _ => term = Some("incident"),
        }
        say(
            &mut days,
            &mut dice,
            PAST,
            0,
            (topic, channel),
            (term, author),
        );
    }
    let expected = match facet {
        Facet::Topic => format!("topic {cause_topic}"),
        Facet::Channel => format!("channel {cause_channel}"),
        Facet::Author => "one author".to_owned(),
        _ => "incident".to_owned(),
    };
    let reference = Period::new(Days::window(0).start, Days::window(PAST).start);
    days.reputation
        .attribution(0, Days::window(PAST), reference)
        .and_then(|found| found.leading.into_iter().next())
        .is_some_and(|first| first.facet == facet && first.name == expected)
}

impl World {
    fn draw(&self, dice: &mut Dice) -> (usize, usize) {
        (dice.weighted(&self.topics), dice.weighted(&self.channels))
    }
}

fn say(
    days: &mut Days,
    dice: &mut Dice,
    day: u32,
    polarity: usize,
    (topic, channel): (usize, usize),
    (term, author): (Option<&str>, Option<&str>),
) {
    let mut terms: Vec<String> = term.iter().map(|t| (*t).to_owned()).collect();
    terms.push(format!("word {topic} {}", dice.below(WORDS)));
    terms.push(format!("any {}", dice.below(WORDS * TOPICS)));
    let (topic, channel) = (format!("topic {topic}"), format!("channel {channel}"));
    days.add(
        day,
        polarity,
        Said {
            topic: Some(&topic),
            channel: Some(&channel),
            terms: &terms,
            author,
            followers: None,
        },
    );
}
