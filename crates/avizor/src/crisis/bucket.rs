//! Five minutes of one entity: counts, authors, texts, words, and the mentions that say most.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Intent, Polarity, UrgencyLevel};
use crate::mention::Mention;
use crate::text;
use crate::time::{Span, Timestamp};

/// Length of a bucket: the finest scale at which anything is judged.
pub(crate) const STEP: Span = Span::minutes(5);
/// Authors told apart in a bucket; the rest of them go uncounted, which only a flood can reach.
const AUTHORS: usize = 4096;
/// Mentions kept as examples.
const EXAMPLES: usize = 6;
/// Different words kept of a closed bucket.
const TERMS: usize = 192;
/// Different words counted while it is open: what is kept must not depend on who came first.
const OPEN_TERMS: usize = 4096;

/// Authors with fewer followers than this are not heard far.
const HEARD_FAR: u64 = 1_000;
/// Far-heard mentions kept of a bucket: complaints first, the most followed first.
const VOICES: usize = 16;
/// Answers of the organisation kept of a bucket.
const ANSWERS: usize = 4096;

/// One author's part in a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct AuthorTally {
    /// Hash of the name.
    pub key: u64,
    pub mentions: u32,
    pub negative: u32,
    pub followers: u64,
}

impl AuthorTally {
    fn of(name: &str) -> Self {
        Self {
            key: text::hash(name.as_bytes()),
            ..Self::default()
        }
    }
}

/// A mention worth showing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Example {
    pub id: String,
    /// Greater says more: urgency, then negativity, then reach.
    pub weight: f64,
}

/// A mention without praise by an author who is heard far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Voice {
    pub followers: u64,
    /// Hash of the mention's id.
    pub mention: u64,
    /// Hash of the author's name.
    pub author: u64,
    /// Whether it is a complaint, or negative otherwise.
    pub complaint: bool,
}

/// What was counted in one bucket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub volume: u32,
    pub judged: u32,
    pub negative: u32,
    pub positive: u32,
    pub urgent: u32,
    pub critical: u32,
    /// Followers of the most followed author of a mention that is both negative and urgent.
    pub urgent_reach: u64,
    pub authors: BTreeMap<String, AuthorTally>,
    pub texts: BTreeMap<u64, u32>,
    pub topics: BTreeMap<String, u32>,
    /// Negative mentions of each topic.
    pub complaints: BTreeMap<String, u32>,
    pub voices: Vec<Voice>,
    /// Hashes of the ids that the organisation has answered.
    pub answers: BTreeSet<u64>,
    /// The volume that was to be expected, once closed.
    pub usual: f64,
    pub terms: BTreeMap<String, u32>,
    pub examples: Vec<Example>,
}

impl Bucket {
    /// The bucket that a moment falls in.
    pub(crate) fn index(at: Timestamp) -> i64 {
        at.millis().div_euclid(STEP.millis())
    }

    /// The first moment of a bucket.
    pub(crate) fn start(index: i64) -> Timestamp {
        Timestamp::from_millis(index.saturating_mul(STEP.millis()))
    }

    /// Counts one mention, with the sentiment it has towards the bucket's entity.
    pub(crate) fn add(
        &mut self,
        mention: &Mention,
        analysis: &Analysis,
        towards: Option<(Polarity, f64)>,
        terms: &[&str],
    ) {
        self.volume = self.volume.saturating_add(1);
        let negative = towards.is_some_and(|(p, _)| p == Polarity::Negative);
        self.judged += u32::from(towards.is_some());
        self.negative += u32::from(negative);
        self.positive += u32::from(towards.is_some_and(|(p, _)| p == Polarity::Positive));
        self.urgent += u32::from(analysis.urgency.level >= UrgencyLevel::High);
        self.critical += u32::from(analysis.urgency.level == UrgencyLevel::Critical);
        if negative && analysis.urgency.level >= UrgencyLevel::High {
            self.urgent_reach = self.urgent_reach.max(mention.followers.unwrap_or(0));
        }
        self.add_author(mention, negative);
        *self
            .texts
            .entry(text::fingerprint(&mention.text))
            .or_default() += 1;
        for topic in &analysis.topics {
            count(&mut self.topics, &topic.name, usize::MAX);
            if negative {
                count(&mut self.complaints, &topic.name, usize::MAX);
            }
        }
        let complaint = negative || analysis.intent == Intent::Complaint;
        if complaint || towards.is_none_or(|(p, _)| p != Polarity::Positive) {
            self.add_voice(mention, complaint);
        }
        for term in terms {
            count(&mut self.terms, term, OPEN_TERMS);
        }
        self.add_example(mention, analysis, towards.map_or(0.0, |(_, score)| score));
    }

    /// Counts one mention of somebody whom no rule judges.
    pub(crate) fn add_volume(&mut self) {
        self.volume = self.volume.saturating_add(1);
    }

    /// The organisation has answered a mention.
    pub(crate) fn add_answer(&mut self, id: &str) {
        if self.answers.len() < ANSWERS {
            self.answers.insert(text::hash(id.as_bytes()));
        }
    }

    fn add_voice(&mut self, mention: &Mention, complaint: bool) {
        let followers = mention.followers.unwrap_or(0);
        if followers < HEARD_FAR {
            return;
        }
        let author = mention.author.as_ref().unwrap_or(&mention.id);
        self.voices.push(Voice {
            followers,
            mention: text::hash(mention.id.as_bytes()),
            author: text::hash(author.as_bytes()),
            complaint,
        });
        self.voices
            .sort_unstable_by(|a, b| (b.complaint, b).cmp(&(a.complaint, a)));
        self.voices.truncate(VOICES);
    }

    /// Leaves the commonest words; ties go by the alphabet.
    pub(crate) fn keep_commonest(&mut self) {
        if self.terms.len() <= TERMS {
            return;
        }
        let mut all: Vec<(String, u32)> = std::mem::take(&mut self.terms).into_iter().collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(TERMS);
        self.terms = all.into_iter().collect();
    }

    fn add_author(&mut self, mention: &Mention, negative: bool) {
        // Whoever gives no name is somebody else each time.
        let nameless = || Cow::Owned(format!("\u{0}{}", mention.id));
        let name = mention
            .author
            .as_deref()
            .map_or_else(nameless, Cow::Borrowed);
        let full = self.authors.len() >= AUTHORS;
        let tally = match self.authors.get_mut(&*name) {
            Some(tally) => tally,
            None if full => return,
            None => {
                let tally = AuthorTally::of(&name);
                self.authors.entry(name.into_owned()).or_insert(tally)
            }
        };
        tally.mentions += 1;
        tally.negative += u32::from(negative);
        tally.followers = tally.followers.max(mention.followers.unwrap_or(0));
    }

    fn add_example(&mut self, mention: &Mention, analysis: &Analysis, score: f64) {
        let followers = mention.followers.unwrap_or(0) as f64;
        let weight =
            analysis.urgency.score + (-score).max(0.0) + 0.1 * libm::log10(1.0 + followers);
        self.examples.push(Example {
            id: mention.id.clone(),
            weight,
        });
        keep_strongest(&mut self.examples, EXAMPLES);
    }
}

/// Counts a name, of which there are `most` at most.
fn count(counts: &mut BTreeMap<String, u32>, name: &str, most: usize) {
    if let Some(n) = counts.get_mut(name) {
        *n = n.saturating_add(1);
    } else if counts.len() < most {
        counts.insert(name.to_owned(), 1);
    }
}

/// Strongest first; ties by id, so that the order of arrival does not matter.
pub(crate) fn keep_strongest(examples: &mut Vec<Example>, count: usize) {
    examples.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.id.cmp(&b.id)));
    examples.truncate(count);
}
