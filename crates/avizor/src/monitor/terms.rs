//! The words of a mention that may become the news: no function words, no names of the protocol.

use crate::lexicon::{Hashes, function_words};
use crate::protocol::Protocol;
use crate::text::{Kind, Text};

/// Shorter words say little about what is going on.
const SHORTEST: usize = 4;

#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// By their hashes.
    ignored: Hashes,
}

impl Terms {
    pub(super) fn new(protocol: &Protocol) -> Self {
        let mut reader = Text::new();
        let mut ignored = Hashes::default();
        let names = protocol
            .everyone()
            .flat_map(|e| std::iter::once(&e.name).chain(&e.aliases))
            .map(String::as_str);
        let mut ignore = |words: &str| {
            reader.read(words);
            ignored.extend(reader.tokens().iter().map(|t| t.hash));
        };
        function_words("").for_each(&mut ignore);
        names.for_each(&mut ignore);
        Self { ignored }
    }

    /// Each term of a text once, in order of appearance.
    pub(super) fn of<'a>(&self, text: &'a Text) -> Vec<&'a str> {
        let mut terms: Vec<&str> = Vec::new();
        for token in text.tokens() {
            let norm = text.norm(token);
            let is_term = match token.kind {
                Kind::Word => norm.chars().count() >= SHORTEST,
                Kind::Hashtag => true,
                _ => false,
            };
            if is_term && !self.ignored.contains(&token.hash) && !terms.contains(&norm) {
                terms.push(norm);
            }
        }
        terms
    }
}
