//! Why a transformer says what it says: what becomes of its judgement when a word is left out.
//!
//! Occlusion (Zeiler and Fergus 2014, doi:10.1007/978-3-319-10590-1_53; for words Li, Monroe and Jurafsky 2016,
//! <https://arxiv.org/abs/1612.08220>). What the words do not add up to, for they work together, is one more piece.

use avizor::text::{Kind, Text};
use avizor::{Evidence, EvidenceKind};

/// Spans that are left out of a text, one at a time, at most: each costs as much as judging the text.
const SPANS: usize = 24;
/// The rule of what a word adds.
const WORD: &str = "encoder";
/// The rule of what no word adds alone: the words together, and what is judged of no words at all.
const TOGETHER: &str = "encoder-context";

/// A stretch of a text, in bytes.
pub(crate) type Span = (u32, u32);

/// Words, emoji, hashtags of a text; neighbours together where there are many. O(n).
pub(crate) fn spans(text: &str) -> Vec<Span> {
    let mut read = Text::new();
    read.read(text);
    let words: Vec<Span> = read
        .tokens()
        .iter()
        .filter(|t| !matches!(t.kind, Kind::Punctuation | Kind::Url | Kind::Handle))
        .map(|t| (t.start, t.end))
        .collect();
    let together = words.len().div_ceil(SPANS).max(1);
    words
        .chunks(together)
        .map(|group| (group[0].0, group[group.len() - 1].1))
        .collect()
}

/// The text without a span.
pub(crate) fn without(text: &str, (start, end): Span) -> String {
    let (before, after) = (text.get(..start as usize), text.get(end as usize..));
    format!(
        "{}{}",
        before.unwrap_or_default(),
        after.unwrap_or_default()
    )
}

/// Pieces that add up to `score`: for each span what the score loses without it, then the rest.
pub(crate) fn pieces(score: f64, spans: &[Span], without: &[f64]) -> Vec<Evidence> {
    let piece = |(start, end): Span, rule: &str, weight: f64| Evidence {
        start,
        end,
        kind: EvidenceKind::Sentiment,
        rule: rule.to_owned(),
        weight,
    };
    let mut pieces: Vec<Evidence> = spans
        .iter()
        .zip(without)
        .map(|(span, rest)| piece(*span, WORD, score - rest))
        .collect();
    let rest = score - pieces.iter().map(|p| p.weight).sum::<f64>();
    pieces.push(piece((0, 0), TOGETHER, rest));
    pieces
}

/// The `most` spans that speak most for a label of probability `p`.
pub(crate) fn cues(
    p: f64,
    rule: &str,
    spans: &[Span],
    without: &[f64],
    most: usize,
) -> Vec<Evidence> {
    let mut cues: Vec<Evidence> = spans
        .iter()
        .zip(without)
        .filter(|(_, rest)| **rest < p)
        .map(|((start, end), rest)| Evidence {
            start: *start,
            end: *end,
            kind: EvidenceKind::Intent,
            rule: rule.to_owned(),
            weight: p - rest,
        })
        .collect();
    cues.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.start.cmp(&b.start)));
    cues.truncate(most);
    cues.sort_by_key(|c| c.start);
    cues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_words_on_their_borders_and_never_too_many() {
        let text = "@brand ¡qué vergüenza! 😡 https://t.co/x";
        let words: Vec<&str> = spans(text)
            .into_iter()
            .map(|(a, b)| &text[a as usize..b as usize])
            .collect();
        assert_eq!(words, ["qué", "vergüenza", "😡"]);
        let long = "palabra ".repeat(500);
        let spans = spans(&long);
        assert!(spans.len() <= SPANS && spans.len() > SPANS / 2);
        assert_eq!(
            without(&long, spans[0]).len(),
            long.len() - (spans[0].1 - spans[0].0) as usize
        );
        assert!(super::spans("").is_empty());
    }

    #[test]
    fn pieces_add_up() {
        let spans = [(0, 3), (4, 9)];
        let pieces = pieces(-0.8, &spans, &[-0.1, -0.7]);
        assert_eq!(pieces.len(), 3);
        assert!((pieces.iter().map(|p| p.weight).sum::<f64>() + 0.8).abs() < 1e-12);
        assert!((pieces[0].weight + 0.7).abs() < 1e-12);
        let cues = cues(0.9, "complaint", &spans, &[0.2, 0.95], 3);
        assert_eq!((cues.len(), cues[0].start), (1, 0));
    }
}
