//! What the text is about: the taxonomy's phrases, found by stem in one walk, and a model where one was trained.

use serde::Deserialize;

use super::model::softmax;
use super::{Classifier, Scratch};
use crate::analysis::{Evidence, EvidenceKind, Language, Topic};
use crate::lexicon::{Trie, path};
use crate::protocol::TopicRule;
use crate::text::Text;

/// One phrase is good evidence, several are better: 1 - 0.4^n.
const DOUBT: f64 = 0.4;
/// A trained model names a topic from this probability on.
const SURE: f64 = 0.5;

/// The topics of an organisation, ready to be found.
#[derive(Debug)]
pub(crate) struct Taxonomy {
    rules: Vec<TopicRule>,
    /// By language; the last serves texts of no supported language, by spelling alone.
    tries: [Trie; 4],
    /// What an entry of the tries stands for: a topic, and whether it is an exclusion.
    entries: Vec<(u32, bool)>,
}

#[derive(Deserialize)]
struct Shipped {
    topic: Vec<TopicRule>,
}

impl Taxonomy {
    pub(crate) fn shipped() -> Self {
        let rules = toml::from_str::<Shipped>(include_str!("../../lexicons/topics.toml"))
            .map(|s| s.topic)
            .unwrap_or_default();
        Self::new(&rules)
    }

    pub(crate) fn new(rules: &[TopicRule]) -> Self {
        let mut taxonomy = Self {
            rules: rules.to_vec(),
            tries: Default::default(),
            entries: Vec::new(),
        };
        let mut reader = Text::new();
        for (i, rule) in rules.iter().enumerate() {
            for (phrase, excluded) in rule
                .phrases
                .iter()
                .map(|p| (p, false))
                .chain(rule.exclude.iter().map(|p| (p, true)))
            {
                reader.read(phrase);
                taxonomy.add(i as u32, excluded, &reader);
            }
        }
        taxonomy
    }

    fn add(&mut self, topic: u32, excluded: bool, phrase: &Text) {
        let id = self.entries.len() as u32;
        self.entries.push((topic, excluded));
        for (language, trie) in self.tries.iter_mut().enumerate() {
            trie.insert(path(language, phrase, false), id);
            if language < Language::SUPPORTED.len() {
                trie.insert(path(language, phrase, true), id);
            }
        }
    }

    /// The phrases as a language reads them.
    pub(crate) fn trie(&self, language: Option<usize>) -> &Trie {
        &self.tries[language.unwrap_or(Language::SUPPORTED.len())]
    }

    /// The department of the first topic that has one.
    pub(crate) fn department(&self, topics: &[Topic]) -> Option<String> {
        topics.iter().find_map(|t| {
            let rule = self.rules.iter().find(|r| r.name == t.name)?;
            rule.department.clone()
        })
    }
}

/// Topics of what `scratch` holds, strongest first; their phrases into `evidence` when asked.
pub(super) fn decide(
    classifier: &Classifier,
    scratch: &mut Scratch,
    language: Language,
    mut evidence: Option<&mut Vec<Evidence>>,
) -> Vec<Topic> {
    let taxonomy = classifier.taxonomy();
    let mut topics: Vec<Topic> = Vec::new();
    let text = &scratch.text;
    let tokens = text.tokens();
    let trie = taxonomy.trie(language.index());
    for (at, found) in scratch.find(trie, |s| s.topics) {
        let (topic, excluded) = taxonomy.entries[found.entry as usize];
        if excluded {
            continue;
        }
        let name = &taxonomy.rules[topic as usize].name;
        let weight = strengthen(&mut topics, name);
        if let Some(evidence) = evidence.as_deref_mut() {
            evidence.push(Evidence {
                start: tokens[at].start,
                end: tokens[at + found.tokens - 1].end,
                kind: EvidenceKind::Topic,
                rule: name.clone(),
                weight,
            });
        }
    }
    if let Some(model) = &classifier.topics {
        let logits = super::further(model, scratch, language);
        let p = softmax(&logits[..model.labels.len()]);
        for (name, p) in model
            .labels
            .iter()
            .zip(p)
            .filter(|(n, p)| *p >= SURE && *n != "-")
        {
            match topics.iter_mut().find(|t| t.name == *name) {
                Some(topic) => topic.score = topic.score.max(p),
                None => topics.push(Topic {
                    name: name.clone(),
                    score: p,
                }),
            }
        }
    }
    topics.sort_by(|a, b| b.score.total_cmp(&a.score));
    topics
}

/// One more phrase for the topic; returns what it added.
fn strengthen(topics: &mut Vec<Topic>, name: &str) -> f64 {
    if let Some(topic) = topics.iter_mut().find(|t| t.name == name) {
        let added = (1.0 - topic.score) * (1.0 - DOUBT);
        topic.score += added;
        return added;
    }
    topics.push(Topic {
        name: name.to_owned(),
        score: 1.0 - DOUBT,
    });
    1.0 - DOUBT
}
