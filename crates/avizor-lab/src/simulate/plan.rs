//! What a scenario is made of: everyday talk, waves on top of it, voices that matter, and what happens to the collector.

use avizor::{Span, Timestamp};

use super::incidents::Incident;
use super::season::{Calendar, hours};
use super::text::{Brand, OWN, Polarity};

/// Everything that one stream will contain.
pub(super) struct Plan {
    pub name: &'static str,
    pub start: Timestamp,
    pub length: Span,
    pub rate: f64,
    pub calendar: Calendar,
    pub waves: Vec<Wave>,
    pub voices: Vec<Voice>,
    /// Nothing is collected between these instants.
    pub gap: Option<(i64, i64)>,
    /// Whether a tenth of the mentions arrives late.
    pub late: bool,
    pub incidents: Vec<Incident>,
    /// Days of the scenario as it is documented, and of this stream: events come sooner in a shorter one.
    pub documented_days: u32,
    pub days: u32,
    /// How many times its documented size each wave has.
    pub scale: f64,
}

/// How a wave comes and goes.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Self-exciting (Hawkes 1971): each mention brings others, ever fewer as the hours pass.
    Burst {
        /// Mentions that nobody else brought, over the first hour.
        seeds: f64,
        /// How many each mention brings at the very beginning; above 1 the wave grows by itself.
        growth: f64,
        /// Hours after which a mention brings 1/e as many.
        fade_hours: f64,
    },
    /// Mentions an hour in straight lines between points (hours from the start, rate).
    Curve(&'static [(f64, f64)]),
}

/// Who takes part in a wave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowd {
    /// People who otherwise do not talk about airlines.
    Public,
    /// Accounts made for the occasion, all with one text.
    Bots,
}

/// Mentions on top of everyday talk.
pub(super) struct Wave {
    pub start: i64,
    pub shape: Shape,
    pub story: &'static str,
    /// Weights of negative, neutral and positive.
    pub mix: [f64; 3],
    pub about: &'static Brand,
    pub crowd: Crowd,
    /// Whether fewer take part at night.
    pub seasonal: bool,
}

/// One author whose words are written out in the story.
pub(super) struct Voice {
    pub at: i64,
    pub handle: &'static str,
    pub followers: u64,
    pub story: &'static str,
    pub place: usize,
    pub polarity: Polarity,
    /// Likes, shares and replies.
    pub reactions: [u64; 3],
}

impl Wave {
    pub(super) fn new(start: i64, story: &'static str, shape: Shape) -> Self {
        Self {
            start,
            shape,
            story,
            mix: [0.86, 0.14, 0.0],
            about: &OWN,
            crowd: Crowd::Public,
            seasonal: false,
        }
    }
}

impl Plan {
    /// The instant of a local hour of a documented day (from 1).
    pub(super) fn at(&self, day: u32, hour: f64) -> i64 {
        let day = if self.days < self.documented_days {
            (day - 1) * self.days / self.documented_days + 1
        } else {
            day
        };
        self.calendar.at(day, hour)
    }

    pub(super) fn end(&self) -> i64 {
        self.start.plus(self.length).millis()
    }

    /// Writes down that something begins at `start` and lasts so many hours, or until the stream ends.
    pub(super) fn incident(&mut self, kind: &str, start: i64, lasting_hours: f64) {
        if start >= self.end() {
            return;
        }
        let number = self.incidents.len() + 1;
        let end = (start + hours(lasting_hours)).min(self.end());
        self.incidents.push(Incident {
            incident: format!("{}-{number}", self.name),
            entity: OWN.name.to_owned(),
            start: Timestamp::from_millis(start),
            end: Timestamp::from_millis(end),
            kind: kind.to_owned(),
        });
    }
}

/// The height of a line of straight pieces at an hour; 0 beyond its ends.
pub(super) fn level(points: &[(f64, f64)], hour: f64) -> f64 {
    points
        .windows(2)
        .find(|p| (p[0].0..p[1].0).contains(&hour))
        .map_or(0.0, |p| {
            let weight = (hour - p[0].0) / (p[1].0 - p[0].0);
            p[0].1 * (1.0 - weight) + p[1].1 * weight
        })
}
