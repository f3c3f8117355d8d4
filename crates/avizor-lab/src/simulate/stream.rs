//! From a plan to a stream: everyday talk, waves, voices, the company's answers, and the order in which all of it arrives.

use avizor::{Mention, Timestamp};

use super::plan::{Crowd, Plan, Shape, Voice, Wave};
use super::population::{Author, Channel, Population, reactions};
use super::random::Dice;
use super::season::{self, Calendar, hours};
use super::text::{Brand, Lang, OWN, Polarity, RIVAL, Request, Writer};
use super::{Options, Simulation, noise};

const MINUTE_MS: i64 = 60_000;
/// Whatever the dice say, a wave stops here (times its scale).
const LARGEST_WAVE: f64 = 1_500.0;

/// A mention before it has an id.
struct Draft {
    mention: Mention,
    arrival: i64,
    /// Position of the draft that it answers.
    parent: Option<usize>,
    polarity: Polarity,
    about: &'static Brand,
    /// Whether the company passes over it in silence.
    unanswered: bool,
}

struct Stream<'a> {
    plan: &'a Plan,
    seed: u64,
    population: Population,
    writer: Writer,
    languages: Option<[f64; 3]>,
    drafts: Vec<Draft>,
}

pub(super) fn run(plan: &Plan, options: &Options) -> Simulation {
    let seed = options.seed;
    let mut stream = Stream {
        plan,
        seed,
        population: Population::new(seed, plan.rate),
        writer: Writer::new(Dice::new(seed, plan.name, 1), options.noise),
        languages: options.languages,
        drafts: Vec::new(),
    };
    stream.everyday();
    for voice in &plan.voices {
        stream.voice(voice);
    }
    for (i, wave) in plan.waves.iter().enumerate() {
        stream.wave(wave, 100 + i as u64);
    }
    stream.answers();
    stream.arrive();
    let mut dice = stream.dice(6);
    let (mentions, mut sentiment) = stream.finish();
    if options.label_noise > 0.0 {
        for label in &mut sentiment {
            if dice.chance(options.label_noise) {
                *label = another(*label, &mut dice);
            }
        }
    }
    Simulation {
        mentions,
        incidents: plan.incidents.clone(),
        sentiment,
    }
}

impl Stream<'_> {
    fn dice(&self, stream: u64) -> Dice {
        Dice::new(self.seed, self.plan.name, stream)
    }

    /// A language by the weights that were asked for, else by these.
    fn language(&self, dice: &mut Dice, usual: [f64; 3]) -> Lang {
        let weights = self.languages.unwrap_or(usual);
        [Lang::Es, Lang::En, Lang::Pt][dice.weighted(&weights)]
    }

    /// Talk as on any day: a third about the competitor alone, a few about both.
    fn everyday(&mut self) {
        let mut dice = self.dice(2);
        let plan = self.plan;
        // The company's own answers come on top, about 7 %.
        let people = plan.rate * 0.93;
        let start = plan.start.millis();
        let mut instants = season::arrivals(&mut dice, plan.calendar, start, plan.length, people);
        instants.sort_unstable();
        for at in instants {
            let about = if dice.chance(1.0 / 3.0) { &RIVAL } else { &OWN };
            let author = self.population.regular(&mut dice);
            let lang = self.language(&mut dice, [0.88, 0.07, 0.05]);
            let polarity = polarity(&mut dice, [0.38, 0.32, 0.30]);
            let both = lang == Lang::Es && about == &OWN && dice.chance(0.04);
            let text = self.writer.write(&Request {
                lang,
                story: if both { "comparison" } else { "" },
                polarity,
                about,
                channel: author.channel,
                haste: author.haste,
            });
            let parent = dice
                .chance(0.10)
                .then(|| self.recent(&mut dice, at))
                .flatten();
            self.say(&mut dice, at, &author, text, polarity, about, parent);
        }
    }

    fn wave(&mut self, wave: &Wave, stream: u64) {
        let mut dice = self.dice(stream);
        // The thread that the wave hangs from, if a voice began it.
        let thread = self
            .drafts
            .iter()
            .rposition(|d| d.unanswered && d.mention.timestamp.millis() <= wave.start);
        let single = (wave.crowd == Crowd::Bots).then(|| {
            self.writer.recite(
                0,
                &request(wave, Polarity::Negative, Lang::Es, Channel::X, 0.0),
            )
        });
        for at in instants(wave, self.plan, &mut dice) {
            let author = match wave.crowd {
                Crowd::Public => self.population.passer_by(&mut dice),
                Crowd::Bots => Population::fresh(&mut dice),
            };
            let polarity = polarity(&mut dice, wave.mix);
            let lang = self.language(&mut dice, [0.93, 0.04, 0.03]);
            let text = single.clone().unwrap_or_else(|| {
                self.writer
                    .write(&request(wave, polarity, lang, author.channel, author.haste))
            });
            let parent = thread.filter(|_| author.channel == Channel::X && dice.chance(0.3));
            self.say(&mut dice, at, &author, text, polarity, wave.about, parent);
            if wave.crowd == Crowd::Bots
                && let Some(last) = self.drafts.last_mut()
            {
                last.unanswered = true;
            }
        }
    }

    fn voice(&mut self, voice: &Voice) {
        let text = self.writer.recite(
            voice.place,
            &Request {
                lang: Lang::Es,
                story: voice.story,
                polarity: voice.polarity,
                about: &OWN,
                channel: Channel::X,
                haste: noise::NONE,
            },
        );
        let author = Author {
            handle: voice.handle.to_owned(),
            followers: Some(voice.followers),
            verified: Some(true),
            channel: Channel::X,
            haste: 0.0,
        };
        let mut dice = self.dice(3 + voice.place as u64);
        self.say(
            &mut dice,
            voice.at,
            &author,
            text,
            voice.polarity,
            &OWN,
            None,
        );
        if let Some(draft) = self.drafts.last_mut() {
            let [likes, shares, replies] = voice.reactions.map(Some);
            (
                draft.mention.likes,
                draft.mention.shares,
                draft.mention.replies,
            ) = (likes, shares, replies);
            draft.unanswered = true;
        }
    }

    /// The company answers a fifth of complaints and questions, in office hours and a bit beyond.
    fn answers(&mut self) {
        let mut dice = self.dice(4);
        let mut answers = Vec::new();
        for (i, draft) in self.drafts.iter().enumerate() {
            let asked =
                draft.polarity != Polarity::Positive && draft.about == &OWN && !draft.unanswered;
            if !(asked && draft.parent.is_none() && dice.chance(0.17)) {
                continue;
            }
            let delay = dice.log_normal(35.0, 0.8) * MINUTE_MS as f64;
            let at = draft.mention.timestamp.millis() + delay as i64;
            let in_hours = (7.0..22.5).contains(&Calendar::hour(at));
            if at < self.plan.end() && (in_hours || !self.plan.calendar.seasonal) {
                answers.push((i, at));
            }
        }
        for (parent, at) in answers {
            let text = self.writer.write(&Request {
                lang: Lang::Es,
                story: "brand",
                polarity: Polarity::Neutral,
                about: &OWN,
                // Whole name, no slips: it writes as a company does.
                channel: Channel::Reviews,
                haste: noise::NONE,
            });
            let channel = self.drafts[parent].mention.channel.clone();
            let likes = dice.poisson(0.8) as u64;
            let answer = Mention {
                author: Some(OWN.handle.trim_start_matches('@').to_owned()),
                followers: Some(412_000),
                verified: Some(true),
                channel,
                likes: Some(likes),
                shares: Some(0),
                replies: Some(u64::from(dice.chance(0.2))),
                from_brand: true,
                ..Mention::new("", Timestamp::from_millis(at), text)
            };
            self.push(answer, Polarity::Neutral, &OWN, Some(parent));
        }
    }

    /// A mention of the last three hours or so, to answer.
    fn recent(&self, dice: &mut Dice, at: i64) -> Option<usize> {
        let back = 1 + dice.below(25);
        let place = self.drafts.len().checked_sub(back)?;
        let age = at - self.drafts[place].mention.timestamp.millis();
        (age < hours(3.0)).then_some(place)
    }

    #[allow(clippy::too_many_arguments)] // what a mention is made of
    fn say(
        &mut self,
        dice: &mut Dice,
        at: i64,
        author: &Author,
        text: String,
        polarity: Polarity,
        about: &'static Brand,
        parent: Option<usize>,
    ) {
        let [likes, shares, replies] = reactions(dice, author).map(Some);
        let mention = Mention {
            author: Some(author.handle.clone()),
            followers: author.followers,
            verified: author.verified,
            channel: Some(author.channel.name().to_owned()),
            likes,
            shares,
            replies,
            ..Mention::new("", Timestamp::from_millis(at), text)
        };
        self.push(mention, polarity, about, parent);
    }

    fn push(
        &mut self,
        mention: Mention,
        polarity: Polarity,
        about: &'static Brand,
        parent: Option<usize>,
    ) {
        self.drafts.push(Draft {
            arrival: mention.timestamp.millis(),
            mention,
            parent,
            polarity,
            about,
            unanswered: false,
        });
    }

    /// Decides when each mention reaches the collector.
    fn arrive(&mut self) {
        if !self.plan.late {
            return;
        }
        let mut dice = self.dice(5);
        for draft in &mut self.drafts {
            // A tenth within twelve minutes; one in two hundred later than any sensible allowance.
            let minutes = match dice.weighted(&[0.895, 0.10, 0.005]) {
                0 => 0.0,
                1 => 12.0 * dice.unit(),
                _ => 20.0 + 160.0 * dice.unit(),
            };
            draft.arrival += (minutes * MINUTE_MS as f64) as i64;
        }
    }

    /// In order of arrival, numbered, and without what was never collected.
    fn finish(self) -> (Vec<Mention>, Vec<avizor::Polarity>) {
        let plan = self.plan;
        let lost = |at: i64| plan.gap.is_some_and(|(from, to)| (from..to).contains(&at));
        let mut order: Vec<usize> = (0..self.drafts.len())
            .filter(|i| !lost(self.drafts[*i].arrival))
            .collect();
        order.sort_by_key(|i| (self.drafts[*i].arrival, *i));
        let mut ids = vec![None; self.drafts.len()];
        for (n, &i) in order.iter().enumerate() {
            ids[i] = Some(format!("{}-{}-{:06}", plan.name, self.seed, n + 1));
        }
        let mut drafts: Vec<Option<Draft>> = self.drafts.into_iter().map(Some).collect();
        order
            .into_iter()
            .filter_map(|i| {
                let draft = drafts[i].take()?;
                let mention = Mention {
                    id: ids[i].clone()?,
                    reply_to: draft.parent.and_then(|p| ids[p].clone()),
                    ..draft.mention
                };
                Some((mention, truth(draft.polarity)))
            })
            .unzip()
    }
}

fn request(
    wave: &Wave,
    polarity: Polarity,
    lang: Lang,
    channel: Channel,
    haste: f64,
) -> Request<'static> {
    Request {
        lang,
        story: wave.story,
        polarity,
        about: wave.about,
        channel,
        haste,
    }
}

/// As the library names it.
fn truth(polarity: Polarity) -> avizor::Polarity {
    match polarity {
        Polarity::Negative => avizor::Polarity::Negative,
        Polarity::Neutral => avizor::Polarity::Neutral,
        Polarity::Positive => avizor::Polarity::Positive,
    }
}

/// One of the other two.
fn another(label: avizor::Polarity, dice: &mut Dice) -> avizor::Polarity {
    let mut others = avizor::Polarity::ALL.into_iter().filter(|p| *p != label);
    others.nth(dice.below(2)).unwrap_or(label)
}

fn polarity(dice: &mut Dice, mix: [f64; 3]) -> Polarity {
    [Polarity::Negative, Polarity::Neutral, Polarity::Positive][dice.weighted(&mix)]
}

/// When the mentions of a wave are written, in order.
fn instants(wave: &Wave, plan: &Plan, dice: &mut Dice) -> Vec<i64> {
    let mut instants = match wave.shape {
        Shape::Burst {
            seeds,
            growth,
            fade_hours,
        } => burst(
            wave.start,
            seeds * plan.scale,
            growth,
            fade_hours,
            plan.scale,
            dice,
        ),
        Shape::Curve(points) => curve(wave, points, plan, dice),
    };
    instants.retain(|at| (plan.start.millis()..plan.end()).contains(at));
    instants.sort_unstable();
    instants
}

fn burst(
    start: i64,
    seeds: f64,
    growth: f64,
    fade_hours: f64,
    scale: f64,
    dice: &mut Dice,
) -> Vec<i64> {
    // Half of those whom a mention brings have written within a quarter of an hour.
    const MEAN_MINUTES: f64 = 22.0;
    let mut instants: Vec<i64> = (0..dice.poisson(seeds).max(3))
        .map(|_| start + (dice.unit() * hours(1.0) as f64) as i64)
        .collect();
    instants.sort_unstable();
    let mut next = 0;
    while next < instants.len() && (instants.len() as f64) < LARGEST_WAVE * scale {
        let at = instants[next];
        next += 1;
        let age = (at - start) as f64 / hours(1.0) as f64;
        for _ in 0..dice.poisson(growth * libm::exp(-age / fade_hours)) {
            instants.push(at + (dice.exponential(MEAN_MINUTES) * MINUTE_MS as f64) as i64);
        }
    }
    instants
}

fn curve(wave: &Wave, points: &[(f64, f64)], plan: &Plan, dice: &mut Dice) -> Vec<i64> {
    const STEP_HOURS: f64 = 0.25;
    let last = points.last().map_or(0.0, |p| p.0);
    let mut instants = Vec::new();
    for step in 0..(last / STEP_HOURS) as usize {
        let hour = step as f64 * STEP_HOURS;
        let at = wave.start + hours(hour);
        let season = if wave.seasonal {
            plan.calendar.intensity(at)
        } else {
            1.0
        };
        let mean =
            super::plan::level(points, hour) * STEP_HOURS * season * plan.scale * dice.gamma(8.0);
        for _ in 0..dice.poisson(mean) {
            instants.push(at + (dice.unit() * hours(STEP_HOURS) as f64) as i64);
        }
    }
    instants
}
