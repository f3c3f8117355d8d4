//! Who writes: a few who write a lot and many who write once, with followers to match.

use super::random::Dice;

/// Where an author writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    X,
    Instagram,
    Facebook,
    Reviews,
}

impl Channel {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Instagram => "instagram",
            Self::Facebook => "facebook",
            Self::Reviews => "reviews",
        }
    }
}

/// One author; the same index gives the same author throughout a stream.
#[derive(Clone, Debug)]
pub(super) struct Author {
    pub handle: String,
    pub followers: Option<u64>,
    pub verified: Option<bool>,
    pub channel: Channel,
    /// 0 writes with care, 1 as fast as the thumbs go.
    pub haste: f64,
}

pub(super) struct Population {
    seed: u64,
    size: f64,
}

const FIRST: [&str; 48] = [
    "lucia", "marta", "javi", "pablo", "ines", "carmen", "nacho", "alba", "raul", "noelia",
    "sergio", "paula", "ximena", "mateo", "camila", "tomas", "valen", "rocio", "gonza", "fer",
    "dani", "caro", "juli", "andrea", "lupe", "memo", "pili", "chema", "irene", "hugo", "nuria",
    "adri", "vero", "santi", "bea", "leo", "mica", "fede", "guada", "emi", "iker", "aitana",
    "joel", "maite", "sole", "quique", "tere", "rafa",
];
const SECOND: [&str; 40] = [
    "nube",
    "delmar",
    "viajera",
    "trotamundo",
    "enruta",
    "maleta",
    "monte",
    "cafe",
    "luna",
    "delsur",
    "rios",
    "pixel",
    "azul",
    "cometa",
    "limon",
    "norte",
    "tinta",
    "arena",
    "volando",
    "charra",
    "pampa",
    "bosque",
    "tranvia",
    "siesta",
    "gata",
    "brisa",
    "tango",
    "barrio",
    "mate",
    "olivo",
    "faro",
    "trigo",
    "acordeon",
    "patio",
    "lluvia",
    "cumbre",
    "vagon",
    "jacaranda",
    "marea",
    "domingo",
];

impl Population {
    pub(super) fn new(seed: u64, per_day: f64) -> Self {
        Self {
            seed,
            size: (20.0 * per_day).max(300.0),
        }
    }

    /// Somebody of those who talk about airlines now and then: rank to a power, so that few write most.
    pub(super) fn regular(&self, dice: &mut Dice) -> Author {
        let rank = self.size * libm::pow(dice.unit(), 1.6);
        self.author(rank as u64)
    }

    /// Somebody from the street, drawn by a topic that everybody talks about.
    pub(super) fn passer_by(&self, dice: &mut Dice) -> Author {
        self.author((self.size * (1.0 + 50.0 * dice.unit())) as u64)
    }

    /// An account made yesterday.
    pub(super) fn fresh(dice: &mut Dice) -> Author {
        Author {
            handle: format!("user{:08}", dice.below(100_000_000)),
            followers: Some(dice.below(12) as u64),
            verified: Some(false),
            channel: Channel::X,
            haste: 0.0,
        }
    }

    fn author(&self, index: u64) -> Author {
        let mut dice = Dice::new(self.seed, "population", index);
        let channel = [
            Channel::X,
            Channel::Instagram,
            Channel::Facebook,
            Channel::Reviews,
        ][dice.weighted(&[0.56, 0.19, 0.13, 0.12])];
        let (a, b) = (dice.pick(&FIRST), dice.pick(&SECOND));
        let joint = dice.pick(&["_", ".", "", "_de_"]);
        let handle = format!("{a}{joint}{b}{}", index % 997);
        // A log-normal body (median 190), and one in a hundred thirty times as many.
        let celebrity = if dice.chance(0.01) { 30.0 } else { 1.0 };
        let followers = (dice.log_normal(190.0, 1.5) * celebrity) as u64;
        let verified = dice.chance(if followers > 20_000 { 0.6 } else { 0.02 });
        let on_network = channel != Channel::Reviews;
        Author {
            handle,
            followers: on_network.then_some(followers),
            verified: on_network.then_some(verified),
            channel,
            haste: dice.unit(),
        }
    }
}

/// Likes, shares and replies of a mention by an author with so many followers: long tails that grow with the audience.
pub(super) fn reactions(dice: &mut Dice, author: &Author) -> [u64; 3] {
    let audience = author.followers.unwrap_or(60) as f64;
    let pull = libm::pow(1.0 + audience / 300.0, 0.7) * dice.log_normal(1.0, 1.2);
    let [likes, shares, replies] =
        [1.2, 0.25, 0.3].map(|share| dice.poisson((share * pull).min(1e5)) as u64);
    if author.channel == Channel::Reviews {
        [likes.min(40), 0, 0]
    } else {
        [likes, shares, replies]
    }
}
