//! The three models that read every mention, side by side, and what each token adds to their logits.
//!
//! Their hashed tables stand interleaved, so that one look-up serves all three. Sums of bytes are
//! exact: in whatever order they are made, and from whatever was kept, the logits are the same bits.

use std::sync::Arc;

use super::features;
use super::memory::{Memory, Sense};
use super::model::{MAX_LABELS, Model, Task};
use crate::analysis::Intent;
use crate::text::{Kind, Text};

/// Columns of a row: room for the labels of language, sentiment and intent together.
pub(crate) const WIDTH: usize = 16;
/// Columns where each model's labels begin.
const LANGUAGE: usize = 0;
const SENTIMENT: usize = 4;
const INTENT: usize = 7;
/// The most labels an intent model may have.
pub(crate) const MAX_INTENTS: usize = WIDTH - INTENT;

/// Models and their joint table.
#[derive(Debug)]
pub(crate) struct Panel {
    language: Arc<Model>,
    sentiment: Arc<Model>,
    intent: Arc<Model>,
    /// What the labels of `intent` stand for.
    intents: Vec<Option<Intent>>,
    rows: Vec<[i8; WIDTH]>,
}

/// What features add to the logits of all models, in steps of each label's scale, and how many they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Votes {
    sums: [i16; WIDTH],
    count: u16,
}

impl Votes {
    pub(crate) const NONE: Self = Self {
        sums: [0; WIDTH],
        count: 0,
    };

    #[inline]
    fn add(&mut self, row: &[i8; WIDTH]) {
        for (sum, &step) in self.sums.iter_mut().zip(row) {
            *sum = sum.saturating_add(i16::from(step));
        }
        self.count = self.count.saturating_add(1);
    }
}

/// What the tokens of one text add, each and together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// By token, where somebody asks for reasons.
    tokens: Vec<Votes>,
    sums: [i32; WIDTH],
    count: usize,
}

impl Tally {
    fn clear(&mut self) {
        self.tokens.clear();
        self.sums = [0; WIDTH];
        self.count = 0;
    }

    #[inline]
    fn add(&mut self, votes: &Votes) {
        for (sum, &vote) in self.sums.iter_mut().zip(&votes.sums) {
            *sum += i32::from(vote);
        }
        self.count += usize::from(votes.count);
    }

    /// As if nothing had been read: for words that say nothing.
    pub(crate) fn silence(&mut self) {
        let tokens = self.tokens.len();
        self.clear();
        self.tokens.resize(tokens, Votes::default());
    }
}

impl Panel {
    pub(crate) fn new(language: Arc<Model>, sentiment: Arc<Model>, intent: Arc<Model>) -> Self {
        let bits = language.bits.max(sentiment.bits).max(intent.bits);
        let mut rows = vec![[0; WIDTH]; 1 << bits];
        for (model, from) in [
            (&language, LANGUAGE),
            (&sentiment, SENTIMENT),
            (&intent, INTENT),
        ] {
            for (h, row) in (0..).zip(&mut rows) {
                for (cell, &step) in row[from..].iter_mut().zip(model.row(h)) {
                    *cell = step;
                }
            }
        }
        let intents = intent.labels.iter().map(|l| Intent::of(l)).collect();
        Self {
            language,
            sentiment,
            intent,
            intents,
            rows,
        }
    }

    /// The same with another model in the place of its task's.
    pub(crate) fn with(&self, model: Model) -> Self {
        let (mut language, mut sentiment, mut intent) = (
            Arc::clone(&self.language),
            Arc::clone(&self.sentiment),
            Arc::clone(&self.intent),
        );
        match model.task {
            Task::Language => language = Arc::new(model),
            Task::Intent => intent = Arc::new(model),
            _ => sentiment = Arc::new(model),
        }
        Self::new(language, sentiment, intent)
    }

    pub(crate) fn sentiment(&self) -> &Model {
        &self.sentiment
    }

    pub(crate) fn intent(&self) -> &Model {
        &self.intent
    }

    pub(crate) fn language(&self) -> &Model {
        &self.language
    }

    #[inline]
    pub(crate) fn row(&self, h: u32) -> &[i8; WIDTH] {
        &self.rows[h as usize & (self.rows.len() - 1)]
    }

    /// The sum of some features' rows.
    pub(crate) fn votes(&self, features: &[u32]) -> Votes {
        let mut votes = Votes::default();
        for &h in features {
            votes.add(self.row(h));
        }
        votes
    }

    /// Counts what needs no language; `traced`: by token too.
    pub(crate) fn read(&self, text: &Text, memory: &mut Memory, tally: &mut Tally, traced: bool) {
        tally.clear();
        let mut previous = features::START;
        for token in text.tokens() {
            let mut votes = Votes::default();
            if let Some(key) = features::key(token) {
                if token.kind == Kind::Word {
                    votes = *memory.votes(self, key, text.norm(token));
                } else {
                    votes.add(self.row(features::fold(key)));
                }
                if let Some(pair) = features::pair(previous, key, token.kind) {
                    votes.add(self.row(pair));
                }
                previous = key;
            }
            tally.add(&votes);
            if traced {
                tally.tokens.push(votes);
            }
        }
    }

    /// Adds the stems of a language's words.
    pub(crate) fn read_stems(text: &Text, senses: &[Sense], tally: &mut Tally) {
        for (i, (token, sense)) in text.tokens().iter().zip(senses).enumerate() {
            if token.kind == Kind::Word {
                for (sum, &step) in tally.sums.iter_mut().zip(&sense.row) {
                    *sum += i32::from(step);
                }
                tally.count += 1;
                if let Some(votes) = tally.tokens.get_mut(i) {
                    votes.add(&sense.row);
                }
            }
        }
    }

    /// Logits of the languages.
    pub(crate) fn languages(&self, tally: &Tally, dense: &[(u16, f32)]) -> [f32; MAX_LABELS] {
        logits(&self.language, LANGUAGE, tally, dense)
    }

    /// Logits of negative, neutral, positive.
    pub(crate) fn sentiments(&self, tally: &Tally, dense: &[(u16, f32)]) -> [f32; MAX_LABELS] {
        logits(&self.sentiment, SENTIMENT, tally, dense)
    }

    /// Logits of the intents, in the order of the model's labels.
    pub(crate) fn intents(&self, tally: &Tally, dense: &[(u16, f32)]) -> [f32; MAX_LABELS] {
        logits(&self.intent, INTENT, tally, dense)
    }

    /// What the model's labels of intents stand for.
    pub(crate) fn labels_of_intents(&self) -> &[Option<Intent>] {
        &self.intents
    }

    /// The place of an intent among the model's labels.
    pub(crate) fn label_of(&self, intent: Intent) -> Option<usize> {
        self.intents.iter().position(|i| *i == Some(intent))
    }

    /// What each token adds to positive less negative.
    pub(crate) fn polar_weights<'a>(&'a self, tally: &'a Tally) -> impl Iterator<Item = f64> + 'a {
        let weight = |votes: &Votes, k: usize| {
            self.sentiment
                .hashed_weight(votes.sums[SENTIMENT + k], tally.count, k)
        };
        tally
            .tokens
            .iter()
            .map(move |v| f64::from(weight(v, 2)) - f64::from(weight(v, 0)))
    }

    /// What each token adds to an intent's logit.
    pub(crate) fn intent_weights<'a>(
        &'a self,
        tally: &'a Tally,
        label: usize,
    ) -> impl Iterator<Item = f64> + 'a {
        tally.tokens.iter().map(move |v| {
            f64::from(
                self.intent
                    .hashed_weight(v.sums[INTENT + label], tally.count, label),
            )
        })
    }
}

#[inline]
fn logits(model: &Model, from: usize, tally: &Tally, dense: &[(u16, f32)]) -> [f32; MAX_LABELS] {
    let sums = &tally.sums[from..from + model.labels.len()];
    model.logits_of(sums, tally.count, dense)
}
