//! The shipped cues of urgency: expressions, parts, the pairs of parts that count, and names of authors.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::analysis::{Intent, Language};
use crate::lexicon::{Stems, Trie, path};
use crate::text::Text;

const EXPRESSIONS: &str = include_str!("../../../lexicons/urgency.tsv");
const PARTS: &str = include_str!("../../../lexicons/urgency_parts.tsv");

/// An expression, what it weighs alone, and which parts it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cue {
    pub weight: f64,
    pub category: &'static str,
    /// A bit for each part.
    pub parts: u32,
}

/// Two parts that mean something together; the second is 0 where one is enough.
#[derive(Debug)]
pub(super) struct Rule {
    pub parts: [u32; 2],
    /// Tokens from the end of one to the beginning of the other, at most.
    pub window: usize,
    pub weight: f64,
    pub category: &'static str,
}

/// A cue that was found, its parts, and the tokens it covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub entry: u32,
    pub parts: u32,
    pub first: usize,
    pub last: usize,
}

#[derive(Default)]
pub(crate) struct Cues {
    tries: [Trie; 3],
    entries: Vec<Cue>,
    rules: Vec<Rule>,
    /// The part that tells each intent, in the order of [`Intent::ALL`]; 0 where none does.
    intents: [u32; Intent::ALL.len()],
    authors: Vec<(&'static str, f64, &'static str)>,
    service: Vec<&'static str>,
    /// All of `authors`, then all of `service`, in one pass.
    names: Option<AhoCorasick>,
}

type Path = Vec<(u64, bool)>;

/// Reads the files; entries of one path become one.
#[derive(Default)]
struct Builder {
    cues: Cues,
    entries: [BTreeMap<Path, u32>; 3],
    names: Vec<&'static str>,
    reader: Text,
    stems: Stems,
}

impl Cues {
    /// The cues of a language.
    pub(crate) fn trie(language: usize) -> &'static Trie {
        &Self::shipped().tries[language]
    }

    /// What an entry of a trie stands for.
    pub(super) fn get(entry: u32) -> Cue {
        Self::shipped()
            .entries
            .get(entry as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The bit of the part that tells an intent.
    pub(crate) fn part_of(intent: Intent) -> u32 {
        Self::shipped().intents[intent as usize]
    }

    /// Numbers of the names that a text holds. O(n).
    fn named<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let all = self.names.iter();
        all.flat_map(move |names| names.find_overlapping_iter(text))
            .map(|found| found.pattern().as_usize())
    }

    /// Whether a handle is that of a service for customers.
    pub(crate) fn offers_help(handle: &str) -> bool {
        let cues = Self::shipped();
        cues.named(handle)
            .any(|number| number >= cues.authors.len())
    }

    pub(super) fn rules() -> &'static [Rule] {
        &Self::shipped().rules
    }

    fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Cues> = LazyLock::new(|| Builder::default().build());
        &SHIPPED
    }
}

/// The category of an author whose name tells it, and what it weighs: press, regulators.
pub(super) fn author(name: &str) -> Option<(&'static str, f64)> {
    let cues = Cues::shipped();
    // Of several names, the first of the file.
    let first = if name.is_ascii() {
        cues.named(name).min()
    } else {
        cues.named(&name.to_lowercase()).min()
    };
    let (category, weight, _) = cues.authors.get(first?)?;
    Some((category, *weight))
}

impl Builder {
    fn build(mut self) -> Cues {
        for line in PARTS.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            match columns[..] {
                ["rule", parts, window, weight, category] => {
                    self.rule(parts, window, weight, category);
                }
                ["author", category, weight, names] => {
                    let weight = weight.parse().unwrap_or(0.0);
                    let names = names.split(',').map(|n| (category, weight, n));
                    self.cues.authors.extend(names);
                }
                ["handle", "service", names] => self.cues.service.extend(names.split(',')),
                [code, part, forms] => {
                    let parts = self.bit(part);
                    for form in forms.split(',') {
                        self.add(
                            code,
                            form.trim(),
                            Cue {
                                parts,
                                ..Cue::default()
                            },
                        );
                    }
                }
                _ => {}
            }
        }
        for line in EXPRESSIONS.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [code, form, weight, category] = columns[..] else {
                continue;
            };
            let Ok(weight) = weight.parse::<f64>() else {
                continue;
            };
            let cue = Cue {
                weight,
                category,
                parts: 0,
            };
            self.add(code, form, cue);
        }
        self.inherit();
        self.cues.intents = Intent::ALL.map(|intent| match intent {
            Intent::Complaint => self.bit("problem"),
            Intent::Question => self.bit("asks"),
            Intent::Request => self.bit("wants"),
            Intent::Suggestion => self.bit("proposes"),
            Intent::Purchase => self.bit("buys"),
            Intent::Praise | Intent::Information => 0,
        });
        let authors = self.cues.authors.iter().map(|a| a.2);
        let names = authors.chain(self.cues.service.iter().copied());
        // Tested to be there: the names are part of this crate.
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(names);
        self.cues.names = finder.ok();
        self.cues
    }

    fn bit(&mut self, part: &'static str) -> u32 {
        let known = self.names.iter().position(|n| *n == part);
        let at = known.unwrap_or_else(|| {
            self.names.push(part);
            self.names.len() - 1
        });
        1_u32.checked_shl(at as u32).unwrap_or(0)
    }

    fn rule(&mut self, parts: &'static str, window: &str, weight: &str, category: &'static str) {
        let (a, b) = parts
            .split_once('+')
            .map_or((parts, None), |(a, b)| (a, Some(b)));
        let parts = [self.bit(a), b.map_or(0, |b| self.bit(b))];
        self.cues.rules.push(Rule {
            parts,
            window: window.parse().unwrap_or(0),
            weight: weight.parse().unwrap_or(0.0),
            category,
        });
    }

    /// A form by its spelling and by its stem. What an expression weighs is decided by the first that has a
    /// weight or a block on the path; parts add up.
    fn add(&mut self, code: &str, form: &str, cue: Cue) {
        let Some(language) = Language::from_code(code).index() else {
            return;
        };
        self.reader.read(form);
        let mut shared = None;
        for by_stem in [false, true] {
            let path = path(language, &self.reader, by_stem.then_some(&mut self.stems));
            if let Some(&entry) = self.entries[language].get(&path) {
                let known = &mut self.cues.entries[entry as usize];
                known.parts |= cue.parts;
                if known.category.is_empty() {
                    (known.weight, known.category) = (cue.weight, cue.category);
                }
                continue;
            }
            let entry = *shared.get_or_insert_with(|| {
                self.cues.entries.push(cue);
                self.cues.entries.len() as u32 - 1
            });
            self.cues.tries[language].insert(path.clone(), entry);
            self.entries[language].insert(path, entry);
        }
    }

    /// An expression that holds a shorter part stands in its way, so it is that part too; a block is meant to.
    fn inherit(&mut self) {
        for entries in &self.entries {
            for (path, &entry) in entries {
                if path.len() < 2 || self.cues.entries[entry as usize].category == "block" {
                    continue;
                }
                let within = (0..path.len())
                    .flat_map(|from| (from + 1..=path.len()).map(move |to| &path[from..to]))
                    .filter(|part| part.len() < path.len())
                    .filter_map(|part| entries.get(part))
                    .fold(0, |all, &e| all | self.cues.entries[e as usize].parts);
                self.cues.entries[entry as usize].parts |= within;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_parts_is_read() {
        let cues = Cues::shipped();
        let lines = |first: &str| PARTS.lines().filter(|l| l.starts_with(first)).count();
        assert_eq!(cues.rules.len(), lines("rule\t"));
        assert!(cues.names.is_some());
        assert!(cues.rules.iter().all(|r| r.weight > 0.0 && r.parts[0] != 0));
        assert!(
            cues.authors
                .iter()
                .all(|(_, w, name)| *w > 0.0 && name.len() > 3)
        );
        let bad = PARTS.lines().filter(|l| !l.starts_with('#'));
        for line in bad {
            let columns = line.split('\t').count();
            assert!((3..=5).contains(&columns), "{line}");
        }
    }
}
