//! Whom the text is about: names, handles and hashtags of the protocol's entities and competitors.

use crate::analysis::{EntityMatch, Evidence, EvidenceKind, Sentiment};
use crate::lexicon::Trie;
use crate::mention::Mention;
use crate::protocol::{Entity, Protocol};
use crate::text::{CLAUSE_START, Kind, Text};

/// What a name alone is worth, and a handle, which is nobody else's.
const NAMED: f64 = 0.9;
const ADDRESSED: f64 = 0.98;
/// An ambiguous name without its context, and what a context word adds to it.
const AMBIGUOUS: f64 = 0.35;
const CONTEXT: f64 = 0.5;
/// Below this nobody is said to be named.
const PROBABLE: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Alias,
    Exclusion,
    Context,
}

/// Everybody in a protocol, ready to be found.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    names: Vec<(String, bool, bool)>,
    trie: Trie,
    entries: Vec<(u32, Role)>,
}

/// An entity and where it is named.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub found: EntityMatch,
    /// First token that names it; none where the collector named it.
    pub token: Option<usize>,
}

impl Directory {
    pub(crate) fn new(protocol: &Protocol) -> Self {
        let mut directory = Self::default();
        let own = protocol.entities.len();
        for (i, entity) in protocol.everyone().enumerate() {
            directory
                .names
                .push((entity.name.clone(), i >= own, !entity.context.is_empty()));
            directory.add(i as u32, entity);
        }
        directory
    }

    fn add(&mut self, id: u32, entity: &Entity) {
        let mut reader = Text::new();
        let forms = [
            (Role::Alias, &entity.aliases),
            (Role::Exclusion, &entity.exclude),
            (Role::Context, &entity.context),
        ];
        for (role, forms) in forms {
            for form in forms {
                reader.read(form);
                let is_tag = reader
                    .tokens()
                    .first()
                    .is_some_and(|t| t.kind == Kind::Hashtag);
                let path: Vec<(u64, bool)> = reader
                    .tokens()
                    .iter()
                    .filter(|t| (t.kind == Kind::Hashtag) == is_tag)
                    .map(|t| (t.hash, false))
                    .collect();
                if !path.is_empty() {
                    self.trie.insert(path, self.entries.len() as u32);
                    self.entries.push((id, role));
                }
            }
        }
    }

    /// Who is named, strongest first. A collector that says whom a mention is about is believed.
    pub(crate) fn find(
        &self,
        text: &Text,
        mention: &Mention,
        sentiment: Sentiment,
        evidence: Option<&mut Vec<Evidence>>,
    ) -> Vec<Located> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let mut scores = vec![0.0_f64; self.names.len()];
        let mut places: Vec<Option<usize>> = vec![None; self.names.len()];
        let mut reasons: Vec<(u32, Evidence)> = Vec::new();
        let mut note = |scores: &mut [f64], id: u32, span: (u32, u32), rule: &str, to: f64| {
            let added = to - scores[id as usize];
            if added > 0.0 {
                scores[id as usize] = to;
                reasons.push((
                    id,
                    Evidence {
                        start: span.0,
                        end: span.1,
                        kind: EvidenceKind::Entity,
                        rule: format!("{rule}:{}", self.names[id as usize].0),
                        weight: added,
                    },
                ));
            }
        };
        if let Some(id) = mention
            .entity
            .as_deref()
            .and_then(|name| self.position(name))
        {
            note(&mut scores, id as u32, (0, 0), "collector", 1.0);
        }
        let tokens = text.tokens();
        let mut contexts: Vec<(u32, (u32, u32))> = Vec::new();
        let spelled = |i: usize| tokens[i].hash;
        let start = |i| self.trie.start(spelled(i), None);
        for (at, found) in self.trie.all(tokens.len(), start, |i, _| spelled(i)) {
            let (id, role) = self.entries[found.entry as usize];
            let span = (tokens[at].start, tokens[at + found.tokens - 1].end);
            match role {
                Role::Exclusion => {}
                Role::Context => contexts.push((id, span)),
                Role::Alias => {
                    let addressed = matches!(tokens[at].kind, Kind::Handle | Kind::Hashtag);
                    let worth = if addressed {
                        ADDRESSED
                    } else if self.names[id as usize].2 {
                        AMBIGUOUS
                    } else {
                        NAMED
                    };
                    places[id as usize].get_or_insert(at);
                    note(
                        &mut scores,
                        id,
                        span,
                        if addressed { "handle" } else { "name" },
                        worth,
                    );
                }
            }
        }
        for (id, span) in contexts {
            let score = scores[id as usize];
            if score > 0.0 && score < PROBABLE {
                note(&mut scores, id, span, "context", score + CONTEXT);
            }
        }
        if let Some(evidence) = evidence {
            let probable = reasons
                .into_iter()
                .filter(|(id, _)| scores[*id as usize] >= PROBABLE);
            evidence.extend(probable.map(|(_, e)| e));
        }
        self.matches(&scores, &places, sentiment)
    }

    fn matches(
        &self,
        scores: &[f64],
        places: &[Option<usize>],
        sentiment: Sentiment,
    ) -> Vec<Located> {
        let mut found: Vec<Located> = scores
            .iter()
            .enumerate()
            .filter(|(_, s)| **s >= PROBABLE)
            .map(|(i, &score)| Located {
                found: EntityMatch {
                    name: self.names[i].0.clone(),
                    score,
                    competitor: self.names[i].1,
                    sentiment,
                },
                token: places[i],
            })
            .collect();
        found.sort_by(|a, b| b.found.score.total_cmp(&a.found.score));
        found
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|(n, ..)| n == name).or_else(|| {
            self.names
                .iter()
                .position(|(n, ..)| n.eq_ignore_ascii_case(name))
        })
    }
}

/// The stretch of the text that speaks of each entity: from the clause that names it to the clause
/// that names the next. Entities named in one clause share it, unless a conjunction parts them with
/// something said on both sides; one not named in the text has it all.
pub(crate) fn stretches(text: &Text, entities: &[Located], length: usize) -> Vec<(usize, usize)> {
    let tokens = text.tokens();
    let clause_of = |token: usize| {
        (0..=token)
            .rev()
            .find(|&i| tokens[i].is(CLAUSE_START) || (i < token && parts(text, i)))
            .map_or(0, |i| tokens[i].start as usize)
    };
    let starts: Vec<Option<usize>> = entities.iter().map(|e| e.token.map(clause_of)).collect();
    let mut cuts: Vec<usize> = starts.iter().flatten().copied().collect();
    cuts.sort_unstable();
    cuts.dedup();
    if let Some(first) = cuts.first_mut() {
        *first = 0;
    }
    starts
        .iter()
        .map(|start| match start {
            None => (0, length),
            Some(start) => {
                let from = cuts
                    .iter()
                    .copied()
                    .filter(|c| c <= start)
                    .max()
                    .unwrap_or(0);
                let to = cuts
                    .iter()
                    .copied()
                    .filter(|c| c > start)
                    .min()
                    .unwrap_or(length);
                (from, to)
            }
        })
        .collect()
}

/// Words on either side that a conjunction needs to part clauses rather than names: a name, a verb,
/// and what it says.
const CLAUSE_WORDS: usize = 3;

/// Whether the conjunction at `at` parts two clauses.
fn parts(text: &Text, at: usize) -> bool {
    const CONJUNCTIONS: [&str; 11] = [
        "y", "e", "and", "pero", "but", "mas", "porem", "mientras", "while", "whereas", "enquanto",
    ];
    let tokens = text.tokens();
    let word = |i: usize| matches!(tokens[i].kind, Kind::Word | Kind::Handle);
    if tokens[at].kind != Kind::Word || !CONJUNCTIONS.contains(&text.norm(&tokens[at])) {
        return false;
    }
    let before = (0..at)
        .rev()
        .take_while(|&i| word(i))
        .take(CLAUSE_WORDS)
        .count();
    let after = (at + 1..tokens.len())
        .take_while(|&i| word(i) && !tokens[i].is(CLAUSE_START))
        .take(CLAUSE_WORDS)
        .count();
    before == CLAUSE_WORDS && after == CLAUSE_WORDS
}
