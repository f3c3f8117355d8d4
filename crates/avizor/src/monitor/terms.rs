//! The words of a mention that may become the news: no function words, no names of the protocol.

use std::collections::HashSet;

use crate::lexicon::function_words;
use crate::protocol::Protocol;
use crate::text::{Kind, Text};

/// Shorter words say little about what is going on.
const SHORTEST: usize = 4;

#[derive(Clone, Debug)]
pub(super) struct Terms {
    reader: Text,
    ignored: HashSet<String>,
}

impl Terms {
    pub(super) fn new(protocol: &Protocol) -> Self {
        let mut reader = Text::new();
        let mut ignored: HashSet<String> = HashSet::new();
        let names = protocol
            .everyone()
            .flat_map(|e| std::iter::once(&e.name).chain(&e.aliases))
            .map(String::as_str);
        let mut ignore = |words: &str| {
            reader.read(words);
            ignored.extend(reader.tokens().iter().map(|t| reader.norm(t).to_owned()));
        };
        function_words("").for_each(&mut ignore);
        names.for_each(&mut ignore);
        Self { reader, ignored }
    }

    /// Each term once, in order of appearance.
    pub(super) fn of(&mut self, text: &str) -> Vec<String> {
        self.reader.read(text);
        let mut terms: Vec<String> = Vec::new();
        for token in self.reader.tokens() {
            let norm = self.reader.norm(token);
            let is_term = match token.kind {
                Kind::Word => norm.chars().count() >= SHORTEST,
                Kind::Hashtag => true,
                _ => false,
            };
            if is_term && !self.ignored.contains(norm) && !terms.iter().any(|t| t == norm) {
                terms.push(norm.to_owned());
            }
        }
        terms
    }
}
