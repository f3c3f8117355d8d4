//! Templates to cases: slots filled in every way, or in evenly spread ones where there are too many.

use std::collections::{BTreeMap, BTreeSet};

use avizor::Language;
use serde::Deserialize;

use super::change::Change;
use super::{Kind, Must};

/// Cases of one template at most; a family has several templates.
const PER_TEMPLATE: usize = 60;

const KINDS: &str = include_str!("../../behaviour/kinds.toml");
const TEXTS: [(Language, &str); 3] = [
    (Language::Spanish, include_str!("../../behaviour/es.toml")),
    (Language::English, include_str!("../../behaviour/en.toml")),
    (
        Language::Portuguese,
        include_str!("../../behaviour/pt.toml"),
    ),
];

/// A text, or a pair of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The text, or the one that is changed.
    pub first: String,
    /// What it is changed to.
    pub second: Option<String>,
}

/// Cases of which the same is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name, the same in every language.
    pub name: String,
    /// The language of its texts.
    pub language: Language,
    /// Its kind.
    pub kind: Kind,
    /// What is asked.
    pub must: Must,
    /// Why, and within which tolerance.
    pub why: String,
    /// The texts.
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    kind: Kind,
    must: Must,
    why: String,
    #[serde(default)]
    change: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    slots: BTreeMap<String, Vec<String>>,
    family: BTreeMap<String, Templates>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Templates {
    Texts(Vec<String>),
    Pairs(Vec<[String; 2]>),
}

/// Every family of every language, in the order of languages and names.
///
/// # Panics
/// Never: a test reads the files.
pub fn families() -> Vec<Family> {
    let asked: BTreeMap<String, Asked> = toml::from_str(KINDS).expect("behaviour/kinds.toml");
    TEXTS
        .iter()
        .flat_map(|(language, content)| {
            let written: Written = toml::from_str(content).expect("behaviour texts");
            let slots = resolve(&written.slots);
            written
                .family
                .iter()
                .map(|(name, templates)| family(*language, name, templates, &asked[name], &slots))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn family(
    language: Language,
    name: &str,
    templates: &Templates,
    asked: &Asked,
    slots: &BTreeMap<String, Vec<String>>,
) -> Family {
    let mut cases = Vec::new();
    match templates {
        Templates::Texts(texts) => {
            for text in texts {
                for [first] in fill([text.as_str()], slots) {
                    if asked.change.is_empty() {
                        cases.push(Case {
                            first,
                            second: None,
                        });
                        continue;
                    }
                    for change in &asked.change {
                        cases.extend(change.apply(&first).map(|second| Case {
                            first: first.clone(),
                            second: Some(second),
                        }));
                    }
                }
            }
        }
        Templates::Pairs(pairs) => {
            for [a, b] in pairs {
                let filled = fill([a.as_str(), b.as_str()], slots);
                cases.extend(filled.into_iter().map(|[first, second]| Case {
                    first,
                    second: Some(second),
                }));
            }
        }
    }
    let mut seen = BTreeSet::new();
    cases.retain(|case: &Case| seen.insert((case.first.clone(), case.second.clone())));
    Family {
        name: name.to_owned(),
        language,
        kind: asked.kind,
        must: asked.must,
        why: asked.why.clone(),
        cases,
    }
}

/// Slots with the others that they name (`@other`) put in.
fn resolve(slots: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    slots
        .iter()
        .map(|(name, values)| {
            let all = values.iter().flat_map(|v| match v.strip_prefix('@') {
                Some(other) => slots.get(other).cloned().unwrap_or_default(),
                None => vec![v.clone()],
            });
            (name.clone(), all.collect())
        })
        .collect()
}

/// The templates with their slots filled, all with the same values. `{Slot}` begins with a capital.
fn fill<const N: usize>(
    templates: [&str; N],
    slots: &BTreeMap<String, Vec<String>>,
) -> Vec<[String; N]> {
    let used: Vec<(&String, &Vec<String>)> = slots
        .iter()
        .filter(|(name, _)| {
            let (plain, capital) = (format!("{{{name}}}"), format!("{{{}}}", capitalised(name)));
            templates
                .iter()
                .any(|t| t.contains(&plain) || t.contains(&capital))
        })
        .collect();
    let all: usize = used.iter().map(|(_, v)| v.len()).product();
    let stride = stride(all);
    (0..all.min(PER_TEMPLATE))
        .map(|i| {
            let mut at = i * stride % all;
            let mut filled = templates.map(str::to_owned);
            for (name, values) in &used {
                let value = &values[at % values.len()];
                at /= values.len();
                for text in &mut filled {
                    *text = text
                        .replace(&format!("{{{name}}}"), value)
                        .replace(&format!("{{{}}}", capitalised(name)), &capitalised(value));
                }
            }
            filled
        })
        .collect()
}

/// A step that meets every one of `all` combinations before any twice, spread evenly: prime to `all`,
/// near its golden section.
fn stride(all: usize) -> usize {
    let prime_to = |step: usize| {
        let (mut a, mut b) = (all, step);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    (all * 618 / 1000..all)
        .find(|&step| step > 0 && prime_to(step))
        .unwrap_or(1)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_slot_is_left_open_and_no_case_is_written_twice() {
        for family in families() {
            assert!(family.cases.len() >= 10, "{} has few cases", family.name);
            let mut seen = BTreeSet::new();
            for case in &family.cases {
                let second = case.second.as_deref().unwrap_or_default();
                let both = format!("{} => {second}", case.first);
                assert!(!both.contains('{'), "{both}");
                assert!(seen.insert(both), "{}: {case:?}", family.name);
            }
        }
    }
}
