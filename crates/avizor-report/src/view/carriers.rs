//! Who carries the talk about the organisation: authors under pseudonyms, and how few they are.

use avizor::reputation::Influencer;

use super::Context;
use crate::Standing;
use crate::strings::fill;

/// Below this, an author's stance is said to be mixed.
const MIXED: f64 = 0.2;

/// The authors of one entity's talk.
pub(super) struct Carriers {
    /// Suffix of the anchors: `a1`.
    pub index: usize,
    pub entity: String,
    pub sentence: String,
    pub groups: Vec<Group>,
}

/// Authors of one stance.
pub(super) struct Group {
    pub title: String,
    pub look: &'static str,
    pub rows: Vec<Carrier>,
}

pub(super) struct Carrier {
    pub name: String,
    pub verified: bool,
    pub mentions: String,
    pub followers: String,
    pub engagement: String,
    pub stance: String,
    /// In per cent of the most there can be.
    pub influence: f64,
    pub influence_words: String,
}

pub(super) fn all(c: &Context<'_>) -> Vec<Carriers> {
    let standing = c.report.standing.iter().enumerate();
    standing
        .map(|(i, s)| of(c, i + 1, s))
        .filter(|carriers| !carriers.groups.is_empty())
        .collect()
}

fn of(c: &Context<'_>, index: usize, standing: &Standing) -> Carriers {
    let influence = &standing.influence;
    let distinct = influence.distinct_authors.round().max(0.0) as u64;
    let distinct = c.format.int(distinct);
    let template = if influence.exact {
        c.t.carriers_sentence
    } else {
        c.t.carriers_sentence_about
    };
    let lists = [
        (c.t.carriers_complaints, "against", &influence.complaints),
        (c.t.carriers_praise, "for", &influence.praise),
    ];
    let groups = lists.into_iter().filter(|(_, _, list)| !list.is_empty());
    Carriers {
        index,
        entity: standing.entity.clone(),
        sentence: fill(
            template,
            &[
                ("entity", &standing.entity),
                ("authors", &distinct),
                ("top", &c.format.percent(influence.top10_share)),
                ("gini", &c.format.decimal(influence.gini, 2)),
            ],
        ),
        groups: groups
            .map(|(title, look, list)| Group {
                title: title.to_owned(),
                look,
                rows: list.iter().map(|a| carrier(c, a)).collect(),
            })
            .collect(),
    }
}

fn carrier(c: &Context<'_>, author: &Influencer) -> Carrier {
    let stance = match author.stance {
        s if s <= -MIXED => c.t.polarity_negative,
        s if s >= MIXED => c.t.polarity_positive,
        _ => c.t.stance_mixed,
    };
    let influence = (1000.0 * author.influence.clamp(0.0, 1.0)).round() / 10.0;
    Carrier {
        name: c.mask.author(&author.author),
        verified: author.verified,
        mentions: c.format.about(author.mentions.round().max(0.0) as u64),
        followers: c.format.about(u64::from(author.followers)),
        engagement: c.format.about(author.engagement.round().max(0.0) as u64),
        stance: stance.to_owned(),
        influence,
        influence_words: c.format.decimal(influence, 0),
    }
}
