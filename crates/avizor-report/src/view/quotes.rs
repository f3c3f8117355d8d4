//! What people say: the mentions that signals name, then a diverse few.

use std::collections::{BTreeMap, BTreeSet};

use avizor::{Polarity, UrgencyLevel};

use super::Context;
use crate::Quote;
use crate::format::Format;
use crate::strings::fill;

/// Mentions that signals name, at most.
const CITED: usize = 90;
/// Others, at most.
const OTHERS: usize = 15;
/// Characters of a text, at most.
const LENGTH: usize = 600;

pub(super) struct Quotes {
    pub shown: Vec<Shown>,
    pub left: Option<String>,
}

pub(super) struct Shown {
    /// Anchors of all mentions with this text.
    pub anchors: Vec<String>,
    pub text: String,
    pub author: String,
    pub entity: String,
    pub when: String,
    pub machine: String,
    pub polarity: &'static str,
    pub polarity_word: String,
    pub urgency: Option<String>,
    pub repeated: Option<String>,
    /// Numbers of the signals that name it.
    pub cited: Vec<usize>,
}

/// The anchor of a quote by its position: an id may hold anything.
pub(super) fn anchor(position: usize) -> String {
    format!("m{}", position + 1)
}

impl Quotes {
    pub(super) fn of(c: &Context<'_>) -> Self {
        let quotes = &c.report.quotes;
        let mut cited: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for fire in c.fired().filter(|f| f.has_card()) {
            for id in &fire.main.mentions {
                cited.entry(id).or_default().insert(fire.number);
            }
        }
        let mut by_text: BTreeMap<String, usize> = BTreeMap::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (i, quote) in quotes.iter().enumerate() {
            let group = *by_text
                .entry(same(&c.mask.text(&quote.text)))
                .or_insert_with(|| {
                    groups.push(Vec::new());
                    groups.len() - 1
                });
            groups[group].push(i);
        }
        let is_cited = |group: &Vec<usize>| {
            group
                .iter()
                .any(|i| cited.contains_key(quotes[*i].id.as_str()))
        };
        let (named, other): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_cited);
        let chosen: Vec<Vec<usize>> = named
            .into_iter()
            .take(CITED)
            .chain(diverse(quotes, other))
            .collect();
        let left = quotes.len() - chosen.iter().map(Vec::len).sum::<usize>();
        Self {
            shown: chosen.iter().map(|group| shown(c, group, &cited)).collect(),
            left: (left > 0).then(|| fill(c.t.quotes_left, &[("n", &c.format.int(left as u64))])),
        }
    }
}

/// Against, for and neutral in turn; no author twice while others wait.
fn diverse(quotes: &[Quote], groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut authors = BTreeSet::new();
    let mut queues: BTreeMap<Polarity, Vec<Vec<usize>>> = BTreeMap::new();
    for group in groups {
        let quote = &quotes[group[0]];
        if quote
            .author
            .as_ref()
            .is_none_or(|a| authors.insert(a.as_str()))
        {
            queues.entry(quote.polarity).or_default().push(group);
        }
    }
    let mut turns: Vec<_> = [Polarity::Negative, Polarity::Positive, Polarity::Neutral]
        .into_iter()
        .filter_map(|p| queues.remove(&p))
        .map(Vec::into_iter)
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < OTHERS {
        let round: Vec<_> = turns.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            break;
        }
        chosen.extend(round);
    }
    chosen.truncate(OTHERS);
    chosen
}

/// Two texts are the same if only case, spaces and signs differ.
fn same(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn shown(c: &Context<'_>, group: &[usize], cited: &BTreeMap<&str, BTreeSet<usize>>) -> Shown {
    let quote = &c.report.quotes[group[0]];
    let numbers: BTreeSet<usize> = group
        .iter()
        .filter_map(|i| cited.get(c.report.quotes[*i].id.as_str()))
        .flatten()
        .copied()
        .collect();
    let (polarity, polarity_word) = match quote.polarity {
        Polarity::Negative => ("negative", c.t.polarity_negative),
        Polarity::Neutral => ("neutral", c.t.polarity_neutral),
        Polarity::Positive => ("positive", c.t.polarity_positive),
    };
    let times = group.len().to_string();
    Shown {
        anchors: group.iter().map(|i| anchor(*i)).collect(),
        text: shorten(&c.mask.text(&quote.text)),
        author: quote
            .author
            .as_ref()
            .map_or_else(|| c.t.anonymous.to_owned(), |a| c.mask.author(a)),
        entity: quote.entity.clone(),
        when: c.format.moment(quote.at),
        machine: Format::machine(quote.at),
        polarity,
        polarity_word: polarity_word.to_owned(),
        urgency: match quote.urgency {
            UrgencyLevel::Critical => Some(c.t.urgency_critical.to_owned()),
            UrgencyLevel::High => Some(c.t.urgency_high.to_owned()),
            UrgencyLevel::Normal | UrgencyLevel::Low => None,
        },
        repeated: (group.len() > 1).then(|| fill(c.t.repeated, &[("n", &times)])),
        cited: numbers.into_iter().collect(),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.trim().to_owned(),
    }
}
