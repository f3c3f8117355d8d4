//! What they write: templates with slots, drawn like cards so that none comes back before its time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Deserialize;

use super::noise;
use super::population::Channel;
use super::random::Dice;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lang {
    Es,
    En,
    Pt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Polarity {
    Negative,
    Neutral,
    Positive,
}

/// How people write a company. Both are invented.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Brand {
    pub name: &'static str,
    pub handle: &'static str,
    hashtag: &'static str,
    flight_code: &'static str,
}

pub(super) static OWN: Brand = Brand {
    name: "Aurora Air",
    handle: "@auroraair",
    hashtag: "#AuroraAir",
    flight_code: "AU",
};
pub(super) static RIVAL: Brand = Brand {
    name: "Boreas",
    handle: "@boreas",
    hashtag: "#Boreas",
    flight_code: "BO",
};

/// Templates by language, story and polarity; the story of everyday talk is the empty one.
pub(super) struct Library {
    texts: BTreeMap<(Lang, String, Polarity), Vec<String>>,
    slots: BTreeMap<(Lang, String), Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    slots: BTreeMap<String, Vec<String>>,
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(default)]
    story: String,
    /// What the group is about, for whoever edits the file.
    #[serde(rename = "topic")]
    _topic: String,
    polarity: Polarity,
    texts: Vec<String>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let files = [
        (Lang::Es, include_str!("../../templates/airline_es.toml")),
        (Lang::Es, include_str!("../../templates/stories_es.toml")),
        (Lang::En, include_str!("../../templates/airline_en.toml")),
        (Lang::Pt, include_str!("../../templates/airline_pt.toml")),
    ];
    let mut library = Library {
        texts: BTreeMap::new(),
        slots: BTreeMap::new(),
    };
    for (lang, content) in files {
        let file: File =
            toml::from_str(content).expect("the templates are part of this crate and tested");
        for (name, values) in file.slots {
            library.slots.insert((lang, name), values);
        }
        for group in file.group {
            let key = (lang, group.story, group.polarity);
            library.texts.entry(key).or_default().extend(group.texts);
        }
    }
    library
});

impl Library {
    /// Templates of a story; where a language has none, those in Spanish.
    pub(super) fn of(&self, lang: Lang, story: &str, polarity: Polarity) -> (Lang, &[String]) {
        let find = |lang| self.texts.get(&(lang, story.to_owned(), polarity));
        match find(lang)
            .map(|texts| (lang, texts))
            .or_else(|| find(Lang::Es).map(|t| (Lang::Es, t)))
        {
            Some((lang, texts)) => (lang, texts),
            None => (lang, &[]),
        }
    }
}

/// What is to be written.
pub(super) struct Request<'a> {
    pub lang: Lang,
    pub story: &'a str,
    pub polarity: Polarity,
    pub about: &'static Brand,
    pub channel: Channel,
    pub haste: f64,
}

/// Writes the texts of one stream.
pub(super) struct Writer {
    dice: Dice,
    decks: BTreeMap<(Lang, String, Polarity), Vec<usize>>,
    city: String,
    /// How many times as rough as people write.
    noise: f64,
}

impl Writer {
    pub(super) fn new(dice: Dice, noise: f64) -> Self {
        Self {
            dice,
            noise,
            decks: BTreeMap::new(),
            city: String::new(),
        }
    }

    /// A text about a company, in the manner of its author.
    pub(super) fn write(&mut self, request: &Request<'_>) -> String {
        let (lang, texts) = LIBRARY.of(request.lang, request.story, request.polarity);
        let Some(template) = texts.get(self.deal(lang, request, texts.len())) else {
            return request.about.name.to_owned();
        };
        let named = template.contains("{brand}") || template.contains("{handle}");
        let body = self.fill(lang, template, request);
        let haste = noise::times(request.haste, self.noise);
        let body = noise::roughen(&body, lang, request.polarity, haste, &mut self.dice);
        if named {
            body
        } else {
            self.address(&body, request)
        }
    }

    /// The text at a place of a story, as it stands: for voices whose words matter.
    pub(super) fn recite(&mut self, place: usize, request: &Request<'_>) -> String {
        let (lang, texts) = LIBRARY.of(request.lang, request.story, request.polarity);
        texts
            .get(place)
            .map(|template| self.fill(lang, template, request))
            .unwrap_or_default()
    }

    /// The next card of the deck; a spent deck is shuffled again.
    fn deal(&mut self, lang: Lang, request: &Request<'_>, size: usize) -> usize {
        let deck = self
            .decks
            .entry((lang, request.story.to_owned(), request.polarity))
            .or_default();
        if deck.is_empty() {
            deck.extend(0..size);
            self.dice.shuffle(deck);
        }
        deck.pop().unwrap_or(0)
    }

    fn fill(&mut self, lang: Lang, template: &str, request: &Request<'_>) -> String {
        let mut out = String::with_capacity(template.len() + 40);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((slot, after)) = after.split_once('}') else {
                break;
            };
            self.slot(&mut out, lang, slot, request);
            rest = after;
        }
        out.push_str(rest);
        contract(lang, out)
    }

    fn slot(&mut self, out: &mut String, lang: Lang, slot: &str, request: &Request<'_>) {
        let dice = &mut self.dice;
        let about = request.about;
        match slot {
            "brand" => out.push_str(name_of(about, request.channel, dice)),
            "rival" => {
                let other = if *about == OWN { &RIVAL } else { &OWN };
                out.push_str(name_of(other, request.channel, dice));
            }
            "handle" => out.push_str(about.handle),
            "flight" => {
                let _ = write!(out, "{}{}", about.flight_code, 1000 + dice.below(8000));
            }
            "gate" => {
                let _ = write!(
                    out,
                    "{}{}",
                    dice.pick(&["A", "B", "C", "D", "J", "S"]),
                    1 + dice.below(60)
                );
            }
            "seat" => {
                let _ = write!(
                    out,
                    "{}{}",
                    1 + dice.below(34),
                    dice.pick(&["A", "B", "C", "D", "E", "F"])
                );
            }
            "time" => {
                let _ = write!(out, "{}:{:02}", 6 + dice.below(17), 5 * dice.below(12));
            }
            "ref" => {
                for _ in 0..6 {
                    out.push(char::from(
                        b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[dice.below(32)],
                    ));
                }
            }
            "number" => {
                let _ = write!(out, "{}", 12 + dice.below(180));
            }
            "friend" => {
                let place = dice.below(900);
                let name = dice.pick(&[
                    "viajesconmate",
                    "lanube_rosa",
                    "pasaporte.lila",
                    "miradordelsur",
                ]);
                let _ = write!(out, "@{name}{place}");
            }
            "city" => self.another_city(out, lang),
            other => {
                let values = LIBRARY
                    .slots
                    .get(&(lang, other.to_owned()))
                    .map_or(&[][..], |v| v);
                if let Some(value) = values.get(dice.below(values.len())) {
                    out.push_str(value);
                }
            }
        }
    }

    /// A city that is not the last one, so that no flight goes from Lima to Lima.
    fn another_city(&mut self, out: &mut String, lang: Lang) {
        let Some(cities) = LIBRARY.slots.get(&(lang, "city".to_owned())) else {
            return;
        };
        let mut place = self.dice.below(cities.len());
        if cities[place] == self.city {
            place = (place + 1) % cities.len();
        }
        self.city.clone_from(&cities[place]);
        out.push_str(&self.city);
    }

    /// Puts the company's name or handle on a text that does not say whom it is about.
    fn address(&mut self, body: &str, request: &Request<'_>) -> String {
        let Brand {
            name,
            handle,
            hashtag,
            ..
        } = request.about;
        let shape = if request.channel == Channel::Reviews {
            4 + self.dice.below(3)
        } else {
            self.dice.weighted(&[0.52, 0.20, 0.16, 0.12])
        };
        match shape {
            0 => format!("{handle} {body}"),
            1 => format!("{body} {handle}"),
            2 => format!("{body} {hashtag}"),
            3 | 4 => format!("{name}: {body}"),
            5 => format!("{name}. {body}"),
            _ => format!("{body} ({name})"),
        }
    }
}

/// What Spanish and Portuguese join: `de el aeropuerto` is `del aeropuerto`.
fn contract(lang: Lang, text: String) -> String {
    match lang {
        Lang::Es => text.replace(" de el ", " del ").replace(" a el ", " al "),
        Lang::En => text,
        Lang::Pt => text.replace(" em o ", " no ").replace(" de o ", " do "),
    }
}

fn name_of(brand: &Brand, channel: Channel, dice: &mut Dice) -> &'static str {
    if channel == Channel::Reviews {
        return brand.name;
    }
    [brand.name, brand.handle, brand.hashtag][dice.weighted(&[0.5, 0.42, 0.08])]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slots that are computed, beside those listed in the files.
    const COMPUTED: [&str; 10] = [
        "brand", "rival", "handle", "flight", "gate", "seat", "time", "ref", "number", "friend",
    ];

    #[test]
    fn every_slot_of_every_template_can_be_filled() {
        for ((lang, _, _), texts) in &LIBRARY.texts {
            for text in texts {
                for part in text.split('{').skip(1) {
                    let slot = part.split('}').next().unwrap_or_default();
                    let listed = LIBRARY.slots.get(&(*lang, slot.to_owned()));
                    assert!(
                        COMPUTED.contains(&slot) || listed.is_some_and(|v| !v.is_empty()),
                        "{{{slot}}} in {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn there_are_templates_enough_and_none_twice() {
        let count = |lang, polarity| LIBRARY.of(lang, "", polarity).1.len();
        assert!(count(Lang::Es, Polarity::Negative) >= 125);
        assert!(count(Lang::Es, Polarity::Neutral) >= 75);
        assert!(count(Lang::Es, Polarity::Positive) >= 85);
        for lang in [Lang::En, Lang::Pt] {
            let all = [Polarity::Negative, Polarity::Neutral, Polarity::Positive];
            assert!(
                all.map(|p| count(lang, p)).iter().sum::<usize>() >= 50,
                "{lang:?}"
            );
        }
        for ((lang, story, polarity), texts) in &LIBRARY.texts {
            let graver = *lang == Lang::Es && *polarity == Polarity::Negative;
            let exempt = [
                "comparison",
                "bots",
                "crew",
                "musician-voice",
                "musician-murmur",
            ];
            if graver && !exempt.contains(&story.as_str()) {
                assert!(texts.len() >= 12, "{story}");
            }
        }
        let mut all: Vec<&String> = LIBRARY.texts.values().flatten().collect();
        all.sort();
        for pair in all.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
