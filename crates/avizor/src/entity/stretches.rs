//! Which part of a text speaks of which of several entities.

use super::Located;
use crate::text::{CLAUSE_START, Kind, Text};

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
