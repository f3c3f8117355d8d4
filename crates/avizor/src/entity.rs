//! Whom the text is about: names, handles and hashtags of the protocol's entities and competitors, their
//! products and spokespeople.
//!
//! A name may be a word like another ("orange", "claro"). So what stands around it is weighed, each reason in
//! log-odds, and the sum is the probability that the company is meant. The weights are judgements of ours.

mod around;
mod misspelt;
mod stretches;

use std::collections::BTreeMap;

pub(crate) use stretches::stretches;

use crate::analysis::{EntityMatch, Evidence, EvidenceKind, Language, Sentiment};
use crate::lexicon::Trie;
use crate::mention::Mention;
use crate::protocol::{Entity, Protocol};
use crate::text::{Kind, Text};
use misspelt::{LongNames, Slip};

/// Log-odds of a name that is nobody else's, of one that is also a word, of a handle.
const NAMED: f64 = 2.2;
const AMBIGUOUS: f64 = -0.6;
const ADDRESSED: f64 = 3.9;
/// A handle that begins with the name, a product, a spokesperson.
const HANDLE_ALIKE: f64 = 1.0;
const PRODUCT: f64 = 1.4;
const PERSON: f64 = 1.0;
/// A plural, a slip in a name of eight letters or more, a slip in a shorter one.
const PLURAL: f64 = -0.4;
const SLIP: f64 = -1.0;
const SHORT_SLIP: f64 = -2.2;
/// A word of the protocol's `context`, and one of `exclude` that stands apart from the name.
const CONTEXT: f64 = 2.0;
const EXCLUDED: f64 = -2.0;
/// Each further reason of a kind counts for half of the one before.
const FURTHER: f64 = 0.5;
/// Below this nobody is said to be named.
const PROBABLE: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Alias,
    Product,
    Person,
    Exclusion,
    Context,
}

#[derive(Debug)]
struct Named {
    name: String,
    competitor: bool,
    ambiguous: bool,
}

/// Everybody in a protocol, ready to be found.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    named: Vec<Named>,
    trie: Trie,
    /// What an entry of the trie stands for: several entities may share a word.
    entries: Vec<Vec<(u32, Role)>>,
    long_names: LongNames,
}

/// An entity and where it is named.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub found: EntityMatch,
    /// First token that names it; none where the collector named it.
    pub token: Option<usize>,
}

/// A place where an entity may be named.
#[derive(Clone, Copy, Debug)]
struct Place {
    token: usize,
    tokens: usize,
    rule: &'static str,
    log_odds: f64,
}

/// What a text tells of one entity.
#[derive(Debug, Default)]
struct Account {
    place: Option<Place>,
    /// Of each: first and last token, rule, log-odds.
    reasons: Vec<(usize, usize, &'static str, f64)>,
}

impl Directory {
    pub(crate) fn new(protocol: &Protocol) -> Self {
        let mut directory = Self::default();
        let mut paths = BTreeMap::new();
        let own = protocol.entities.len();
        for (i, entity) in protocol.everyone().enumerate() {
            let word = entity.aliases.iter().any(|a| around::is_word(a));
            directory.named.push(Named {
                name: entity.name.clone(),
                competitor: i >= own,
                ambiguous: !entity.context.is_empty() || word,
            });
            directory.add(i as u32, entity, &mut paths);
        }
        directory
    }

    fn add(&mut self, id: u32, entity: &Entity, paths: &mut BTreeMap<Vec<(u64, bool)>, u32>) {
        let mut reader = Text::new();
        let forms = [
            (Role::Alias, &entity.aliases),
            (Role::Product, &entity.products),
            (Role::Person, &entity.spokespeople),
            (Role::Exclusion, &entity.exclude),
            (Role::Context, &entity.context),
        ];
        for (role, forms) in forms {
            for form in forms {
                reader.read(form);
                if role == Role::Alias
                    && let [token] = reader.tokens()
                    && token.kind == Kind::Word
                {
                    self.long_names.insert(reader.norm(token), id);
                }
                self.insert(&reader, (id, role), paths);
                if role == Role::Context {
                    reader.read(&format!("{form}s"));
                    self.insert(&reader, (id, role), paths);
                }
            }
        }
    }

    fn insert(
        &mut self,
        form: &Text,
        entry: (u32, Role),
        paths: &mut BTreeMap<Vec<(u64, bool)>, u32>,
    ) {
        let is_tag = form
            .tokens()
            .first()
            .is_some_and(|t| t.kind == Kind::Hashtag);
        let path: Vec<(u64, bool)> = form
            .tokens()
            .iter()
            .filter(|t| (t.kind == Kind::Hashtag) == is_tag)
            .map(|t| (t.hash, false))
            .collect();
        if path.is_empty() {
            return;
        }
        let at = *paths.entry(path.clone()).or_insert_with(|| {
            self.trie.insert(path, self.entries.len() as u32);
            self.entries.push(Vec::new());
            self.entries.len() as u32 - 1
        });
        let entries = &mut self.entries[at as usize];
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }

    /// Who is named, strongest first. A collector that says whom a mention is about is believed.
    /// Linear in the text, and in the names of its length and first letter.
    pub(crate) fn find(
        &self,
        text: &Text,
        language: Language,
        mention: &Mention,
        sentiment: Sentiment,
        mut evidence: Option<&mut Vec<Evidence>>,
    ) -> Vec<Located> {
        if self.named.is_empty() {
            return Vec::new();
        }
        let mut accounts = self.read(text);
        let collected = mention
            .entity
            .as_deref()
            .and_then(|name| self.position(name))
            .map(|id| id as u32);
        if let Some(id) = collected {
            accounts.entry(id).or_default();
        }
        let mut found: Vec<Located> = Vec::new();
        for (id, account) in accounts {
            let named = &self.named[id as usize];
            let given = collected == Some(id);
            if account.place.is_none() && !given {
                continue;
            }
            let score = if let (false, Some(place)) = (given, account.place) {
                Self::judge(
                    text,
                    language,
                    named,
                    place,
                    account.reasons,
                    evidence.as_deref_mut(),
                )
            } else {
                if let Some(evidence) = evidence.as_deref_mut() {
                    evidence.push(reason((0, 0), "collector", &named.name, 1.0));
                }
                1.0
            };
            if score >= PROBABLE {
                found.push(Located {
                    found: EntityMatch {
                        name: named.name.clone(),
                        score,
                        competitor: named.competitor,
                        sentiment,
                    },
                    token: account.place.map(|p| p.token),
                });
            }
        }
        found.sort_by(|a, b| b.found.score.total_cmp(&a.found.score));
        found
    }

    /// Where each entity may be named, and what the protocol's own words say of it.
    fn read(&self, text: &Text) -> BTreeMap<u32, Account> {
        let tokens = text.tokens();
        let mut accounts: BTreeMap<u32, Account> = BTreeMap::new();
        let spelled = |i: usize| tokens[i].hash;
        let start = |i| self.trie.start(spelled(i), None);
        for (at, found) in self.trie.all(tokens.len(), start, |i, _| spelled(i)) {
            let last = at + found.tokens - 1;
            for &(id, role) in &self.entries[found.entry as usize] {
                let account = accounts.entry(id).or_default();
                let named = self.base(id);
                match role {
                    Role::Exclusion => account.reasons.push((at, last, "exclude", EXCLUDED)),
                    Role::Context => account.reasons.push((at, last, "context", CONTEXT)),
                    Role::Product => account.name(at, found.tokens, "product", PRODUCT),
                    Role::Person => account.name(at, found.tokens, "spokesperson", PERSON),
                    Role::Alias => match tokens[at].kind {
                        Kind::Handle | Kind::Hashtag => {
                            account.name(at, found.tokens, "handle", ADDRESSED);
                        }
                        _ => account.name(at, found.tokens, "name", named),
                    },
                }
            }
        }
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Word => {
                    for (id, slip) in self.long_names.find(text.norm(token)) {
                        let worth = match slip {
                            Slip::Plural => PLURAL,
                            Slip::Long => SLIP,
                            Slip::Short => SHORT_SLIP,
                        };
                        let base = self.base(id);
                        let account = accounts.entry(id).or_default();
                        account.name(at, 1, "misspelt", base + worth);
                    }
                }
                Kind::Handle => {
                    if let Some(id) = self.long_names.begins(text.norm(token)) {
                        let account = accounts.entry(id).or_default();
                        account.name(at, 1, "handle-alike", HANDLE_ALIKE);
                    }
                }
                _ => {}
            }
        }
        accounts
    }

    fn base(&self, id: u32) -> f64 {
        if self.named[id as usize].ambiguous {
            AMBIGUOUS
        } else {
            NAMED
        }
    }

    /// The probability that the text is about an entity; the reasons into `evidence` where it is probable.
    fn judge(
        text: &Text,
        language: Language,
        named: &Named,
        place: Place,
        mut reasons: Vec<(usize, usize, &'static str, f64)>,
        evidence: Option<&mut Vec<Evidence>>,
    ) -> f64 {
        let last = place.token + place.tokens - 1;
        if place.log_odds < ADDRESSED {
            around::weigh(
                text,
                language,
                place.token,
                last,
                named.ambiguous,
                &mut reasons,
            );
        }
        let mut log_odds = place.log_odds;
        let mut steps = vec![(place.token, last, place.rule, probability(log_odds))];
        let mut counts: BTreeMap<&str, i32> = BTreeMap::new();
        for (first, last, rule, weight) in reasons {
            let before = probability(log_odds);
            let nth = counts.entry(rule).or_default();
            log_odds += weight * FURTHER.powi(*nth);
            *nth += 1;
            steps.push((first, last, rule, probability(log_odds) - before));
        }
        let score = probability(log_odds);
        if let Some(evidence) = evidence.filter(|_| score >= PROBABLE) {
            let tokens = text.tokens();
            evidence.extend(steps.into_iter().map(|(first, last, rule, weight)| {
                let span = (tokens[first].start, tokens[last].end);
                reason(span, rule, &named.name, weight)
            }));
        }
        score
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.named.iter().position(|n| n.name == name).or_else(|| {
            self.named
                .iter()
                .position(|n| n.name.eq_ignore_ascii_case(name))
        })
    }
}

impl Account {
    /// Keeps the surest place, the first of equals.
    fn name(&mut self, token: usize, tokens: usize, rule: &'static str, log_odds: f64) {
        if self.place.is_none_or(|p| p.log_odds < log_odds) {
            self.place = Some(Place {
                token,
                tokens,
                rule,
                log_odds,
            });
        }
    }
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

fn reason(span: (u32, u32), rule: &str, name: &str, weight: f64) -> Evidence {
    Evidence {
        start: span.0,
        end: span.1,
        kind: EvidenceKind::Entity,
        rule: format!("{rule}:{name}"),
        weight,
    }
}
