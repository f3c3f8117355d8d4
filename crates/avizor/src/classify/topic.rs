//! What the text is about: the taxonomy's phrases, found by stem in one walk, and a model where one was trained.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::memory::Sense;
use super::model::{MAX_LABELS, Model};
use super::{Classifier, Scratch, reasons, sentiment};
use crate::analysis::{Evidence, EvidenceKind, Language, Sentiment, Topic};
use crate::lexicon::{Stems, Trie, path};
use crate::protocol::TopicRule;
use crate::text::{Kind, Text, Token};

/// One phrase is good evidence, several are better: 1 - 0.4^n, unless the topic has a weight of its own.
const PHRASE: f64 = 0.6;
/// The score of the topic of complaints that speak of no other.
const OTHERWISE: f64 = 0.3;
/// From this probability on a trained model is believed on a text whose language it may not know.
const SURE: f64 = 0.5;
/// What a topic of the default taxonomy weighs as a feature of an organisation's own model; its words' own features have a
/// length of 1 together.
const OPINION: f32 = 2.0;

/// The topics of an organisation, ready to be found.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    rules: Vec<TopicRule>,
    /// By topic, where it has one.
    departments: BTreeMap<String, String>,
    /// By language; the last serves texts of no supported language, by spelling alone.
    tries: [Trie; 4],
    /// What an entry of the tries stands for: a topic, and whether it is an exclusion.
    entries: Vec<(u32, bool)>,
    /// The topic of complaints that speak of no other.
    otherwise: Option<usize>,
}

#[derive(Deserialize)]
struct Shipped {
    topic: Vec<TopicRule>,
}

/// The default taxonomy, in its order.
pub(crate) fn default_topics() -> Vec<TopicRule> {
    toml::from_str::<Shipped>(include_str!("../../lexicons/topics.toml"))
        .map(|s| s.topic)
        .unwrap_or_default()
}

impl Taxonomy {
    pub(crate) fn shipped() -> Self {
        Self::new(&default_topics())
    }

    pub(crate) fn new(rules: &[TopicRule]) -> Self {
        let mut taxonomy = Self {
            rules: rules.to_vec(),
            departments: rules
                .iter()
                .rev() // of two topics of one name the first counts
                .filter_map(|r| Some((r.name.clone(), r.department.clone()?)))
                .collect(),
            tries: Default::default(),
            entries: Vec::new(),
            otherwise: rules.iter().position(|r| r.otherwise),
        };
        let (mut reader, mut stems) = (Text::new(), Stems::default());
        let included = if rules.iter().any(|r| !r.includes.is_empty()) {
            default_topics()
        } else {
            Vec::new()
        };
        // A topic's own phrases go before those it takes over.
        let own = rules.iter().enumerate();
        let taken = rules.iter().enumerate().flat_map(|(i, rule)| {
            let of = |name: &String| included.iter().find(|t| t.name == *name);
            rule.includes.iter().filter_map(of).map(move |t| (i, t))
        });
        let mut exclusions = Vec::new();
        for (i, rule) in own.chain(taken) {
            for phrase in &rule.phrases {
                reader.read(phrase);
                let id = taxonomy.entry(i, false);
                taxonomy.insert(&reader, id, None);
                taxonomy.insert(&reader, id, Some(&mut stems));
            }
            for phrase in &rule.exclude {
                reader.read(phrase);
                let id = taxonomy.entry(i, true);
                taxonomy.insert(&reader, id, None);
                exclusions.push((phrase, id));
            }
        }
        // By its stem an exclusion gives way to every phrase: `ships` is not about `shipping`, nor are they kin.
        for (phrase, id) in exclusions {
            reader.read(phrase);
            taxonomy.insert(&reader, id, Some(&mut stems));
        }
        taxonomy
    }

    fn entry(&mut self, topic: usize, excluded: bool) -> u32 {
        self.entries.push((topic as u32, excluded));
        self.entries.len() as u32 - 1
    }

    /// Leads every language to an entry, word by word as they are spelled or by their stems; a path that leads
    /// somewhere stays.
    fn insert(&mut self, phrase: &Text, entry: u32, mut stems: Option<&mut Stems>) {
        let languages = match stems {
            Some(_) => Language::SUPPORTED.len(),
            None => self.tries.len(),
        };
        for (language, trie) in self.tries.iter_mut().enumerate().take(languages) {
            trie.insert(path(language, phrase, stems.as_deref_mut()), entry);
        }
    }

    /// The topic that an entry of the tries names; none for an exclusion.
    fn named(&self, entry: u32) -> Option<&TopicRule> {
        let (topic, excluded) = self.entries[entry as usize];
        (!excluded).then(|| &self.rules[topic as usize])
    }

    /// The phrases as a language reads them.
    pub(crate) fn trie(&self, language: Option<usize>) -> &Trie {
        &self.tries[language.unwrap_or(Language::SUPPORTED.len())]
    }

    /// All departments, by the alphabet.
    pub(crate) fn departments(&self) -> Vec<&str> {
        let all = self.departments.values().map(String::as_str);
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// What a text is about.
pub(super) struct Found {
    /// Strongest first.
    pub(super) topics: Vec<Topic>,
    /// How many the taxonomy finds, named or not: a sign that somebody speaks of a company's doings.
    pub(super) by_taxonomy: usize,
}

/// Topics of what `scratch` holds: those whose phrases it holds, and the one that a model names, or those of another judge
/// in its place. Phrases into `evidence` when asked.
pub(super) fn decide(
    classifier: &Classifier,
    scratch: &mut Scratch,
    language: Language,
    sentiment: &Sentiment,
    judged: Option<&[Topic]>,
    mut evidence: Option<&mut Vec<Evidence>>,
) -> Found {
    let taxonomy = classifier.taxonomy();
    let names_them = classifier.names_taxonomy;
    let sink = evidence.as_deref_mut().filter(|_| names_them);
    let mut topics = by_phrases(taxonomy, scratch, language, sink);
    let otherwise = taxonomy.otherwise.filter(|_| sentiment.score < 0.0);
    let by_taxonomy = match otherwise {
        Some(_) => topics.len().max(1),
        None => topics.len(),
    };
    if !names_them {
        topics.clear();
    }
    if let Some(judged) = judged {
        for topic in judged {
            name_topic(&mut topics, topic);
        }
    } else {
        let sink = evidence.as_deref_mut();
        by_model(classifier, scratch, language, &mut topics, sink);
    }
    if let Some(otherwise) = otherwise.filter(|_| topics.is_empty() && names_them) {
        let name = &taxonomy.rules[otherwise].name;
        topics.push(Topic {
            name: name.clone(),
            score: OTHERWISE,
        });
        if let Some(evidence) = evidence {
            evidence.push(Evidence {
                start: 0,
                end: 0,
                kind: EvidenceKind::Topic,
                rule: name.clone(),
                weight: OTHERWISE,
            });
        }
    }
    topics.sort_by(|a, b| b.score.total_cmp(&a.score));
    Found {
        topics,
        by_taxonomy,
    }
}

/// Topics whose phrases `scratch` holds, in the order of the text.
fn by_phrases(
    taxonomy: &Taxonomy,
    scratch: &Scratch,
    language: Language,
    mut evidence: Option<&mut Vec<Evidence>>,
) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    let tokens = scratch.text.tokens();
    let trie = taxonomy.trie(language.index());
    for (at, found) in scratch.find(trie, |_, s| s.topics) {
        let Some(rule) = taxonomy.named(found.entry) else {
            continue;
        };
        let weight = strengthen(&mut topics, &rule.name, rule.weight.unwrap_or(PHRASE));
        if let Some(evidence) = evidence.as_deref_mut() {
            evidence.push(Evidence {
                start: tokens[at].start,
                end: tokens[at + found.tokens - 1].end,
                kind: EvidenceKind::Topic,
                rule: rule.name.clone(),
                weight,
            });
        }
    }
    topics
}

/// Dense features of an organisation's own model of topics, after all others: which topics of the default taxonomy are
/// found in what `scratch` holds.
pub(super) fn opinions(scratch: &Scratch, language: Language) -> Vec<(u16, f32)> {
    const FROM: u16 = sentiment::DENSE_IN_ALL as u16;
    let taxonomy = &super::DEFAULT_TOPICS;
    let trie = taxonomy.trie(language.index());
    let start = |token: &Token, sense: &Sense| {
        let is_stemmed = token.kind == Kind::Word && language != Language::Undetermined;
        trie.start(token.hash, is_stemmed.then(|| sense.stem()))
    };
    let mut found: Vec<u32> = scratch
        .find(trie, start)
        .map(|(_, found)| taxonomy.entries[found.entry as usize])
        .filter_map(|(topic, excluded)| (!excluded).then_some(topic))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .map(|topic| (FROM + topic as u16, OPINION))
        .collect()
}

/// What an organisation's own model says of its labels.
pub(super) fn by_own(
    model: &Model,
    scratch: &mut Scratch,
    language: Language,
) -> [f64; MAX_LABELS] {
    let told = if model.is_told() {
        opinions(scratch, language)
    } else {
        Vec::new()
    };
    super::further(model, scratch, language, told)
}

/// Adds the topic that an organisation's own model speaks for, with the words that told.
fn by_model(
    classifier: &Classifier,
    scratch: &mut Scratch,
    language: Language,
    topics: &mut Vec<Topic>,
    evidence: Option<&mut Vec<Evidence>>,
) {
    let Some(model) = classifier.topics.as_deref() else {
        return;
    };
    let n = model.labels.len();
    let p = by_own(model, scratch, language);
    let Some(topic) = Topic::likeliest(&model.labels, &p[..n]) else {
        return;
    };
    if language == Language::Undetermined && topic.score < SURE {
        return;
    }
    let gain = name_topic(topics, &topic);
    if let Some(evidence) = evidence.filter(|_| gain > 0.0) {
        let others = -1.0 / (n - 1) as f32;
        let tilt = |k: usize| {
            if model.labels[k] == topic.name {
                1.0
            } else {
                others
            }
        };
        let words = reasons::by_token(model, scratch, language, tilt);
        let named = (EvidenceKind::Topic, topic.name.as_str());
        reasons::share(scratch, &words, gain, named, evidence);
    }
}

/// The department of the strongest topic that has one; the topic as its reason into `evidence` when asked, with the
/// span that told most of it.
pub(super) fn route(
    classifier: &Classifier,
    topics: &[Topic],
    evidence: Option<&mut Vec<Evidence>>,
) -> Option<String> {
    let departments = &classifier.taxonomy().departments;
    let (topic, department) =
        (topics.iter()).find_map(|t| Some((t, departments.get(&t.name)?.clone())))?;
    if let Some(evidence) = evidence {
        let told = evidence
            .iter()
            .filter(|e| e.kind == EvidenceKind::Topic && e.rule == topic.name)
            .max_by(|a, b| a.weight.total_cmp(&b.weight));
        let (start, end) = told.map_or((0, 0), |e| (e.start, e.end));
        evidence.push(Evidence {
            start,
            end,
            kind: EvidenceKind::Department,
            rule: format!("topic:{}", topic.name),
            weight: topic.score,
        });
    }
    Some(department)
}

/// A topic that a judge names: as strong as the stronger of its reasons. Returns what it gained.
fn name_topic(topics: &mut Vec<Topic>, named: &Topic) -> f64 {
    if let Some(topic) = topics.iter_mut().find(|t| t.name == named.name) {
        let before = topic.score;
        topic.score = before.max(named.score);
        return topic.score - before;
    }
    topics.push(named.clone());
    named.score
}

/// One more phrase for the topic; returns what it added.
fn strengthen(topics: &mut Vec<Topic>, name: &str, worth: f64) -> f64 {
    if let Some(topic) = topics.iter_mut().find(|t| t.name == name) {
        let added = (1.0 - topic.score) * worth;
        topic.score += added;
        return added;
    }
    topics.push(Topic {
        name: name.to_owned(),
        score: worth,
    });
    worth
}

#[cfg(test)]
mod tests {
    use crate::classify::Scratch;
    use crate::{Classifier, Mention, Protocol, Timestamp};

    #[test]
    fn an_exclusion_takes_its_own_form_and_leaves_the_kin_of_every_phrase() {
        let protocol = Protocol::parse(
            r#"
            version = 1
            [[entity]]
            name = "Aurora"
            aliases = ["aurora"]
            [[topic]]
            name = "delivery"
            phrases = ["shipping", "my parcel"]
            exclude = ["ships", "sustained"]
            [[topic]]
            name = "environment"
            phrases = ["sustainable"]
            exclude = ["a sustainable pace"]
            "#,
        )
        .unwrap();
        let classifier = Classifier::for_protocol(&protocol);
        let topics = |text: &str| -> Vec<String> {
            let mention = Mention::new("1", Timestamp::from_millis(0), text);
            let analysis = classifier.analyse(&mut Scratch::default(), &mention);
            analysis.topics.into_iter().map(|t| t.name).collect()
        };
        assert_eq!(topics("the shipping is slow today"), ["delivery"]);
        assert_eq!(topics("they shipped it yesterday"), ["delivery"]);
        assert!(topics("the ships in the harbour are big").is_empty());
        assert_eq!(topics("this town is not sustainable"), ["environment"]);
        assert_eq!(topics("they sustain their forests"), ["environment"]);
        assert!(topics("it was sustained for a year").is_empty());
        assert!(topics("they work at a sustainable pace").is_empty());
    }
}
