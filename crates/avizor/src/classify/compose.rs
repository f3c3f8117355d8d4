//! Words to what they say together: negation, intensity, contrast, wishes, irony.
//!
//! Each polar expression becomes a [`Hit`] whose weight its neighbours have changed. Grounds:
//! shifting rather than inverting negation, and praise that is only wished for does not count (Taboada
//! et al. 2011, doi:10.1162/COLI_a_00049), contrast and emphasis factors (Hutto and Gilbert 2014,
//! VADER), scopes that end with the clause (Jimenez-Zafra et al. 2018, doi:10.1109/TAFFC.2017.2693968
//! for Spanish), negative words that agree rather than cancel out (Laka 1990 for Spanish), praise of a
//! bad situation as sarcasm (Riloff et al. 2013, EMNLP, aclanthology.org/D13-1066).

mod walk;

use super::memory::Sense;
use crate::lexicon::{Class, Entry, Lexicon, Reach};
use crate::text::{CAPS, CLAUSE_START, ELONGATED, IN_PHRASE_TAG, Kind, TITLE, Text, Token};
pub(crate) use walk::marks;
use walk::{GUIDES, IF, Manners, OR, SURPASSING, UNTRUE, Walk};

/// "Not good" is bad, though less than "bad" (VADER's -0.74).
const NEGATED_PRAISE: f32 = -0.74;
/// "Not bad" is only mildly good (Taboada et al.: shifts fall short of the opposite).
const NEGATED_BLAME: f32 = -0.4;
/// What a contrast pushes back, and what it brings forward (VADER: 0.5 and 1.5).
const BEFORE_CONTRAST: f32 = 0.5;
const AFTER_CONTRAST: f32 = 1.5;
/// What is wished or supposed is not there; who supposes something bad mostly has it.
const UNREAL_PRAISE: f32 = 0.1;
const UNREAL_BLAME: f32 = 0.3;
/// Denying both of two opposites leaves the middle.
const NEITHER: f32 = 0.1;
/// Two denied opposites stand at most this many words apart.
const NEITHER_REACH: usize = 4;
/// Thanks beside a complaint are manners.
const MANNERS: f32 = 0.2;
/// Blame from here on makes manners of thanks, and sarcasm of praise for it.
const BLAME: f32 = -0.2;
/// A hit lighter than this uses no negator up.
const SLIGHT: f32 = 0.05;
/// Praise beside an irony cue is not praise.
const BESIDE_IRONY: f32 = 0.2;
/// VADER's emphasis of capitals is 0.733 on a scale of 4.
const CAPITALS: f32 = 1.2;
const STRETCHED: f32 = 1.2;
/// A word inside a hashtag of several words, or written as a name is, mostly names something:
/// a programme, a product, a person.
const IN_A_NAME: f32 = 0.2;
/// Laughter colours what is said and says little itself.
const LAUGHTER: f32 = 0.15;
/// A negator reaches this many words at most: clauses without commas run on.
const NEGATION_REACH: usize = 6;
/// An intensifier stands at most this far from what it strengthens.
const DEGREE_REACH: usize = 3;

/// A polar expression, with what its neighbours made of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// First token and how many.
    pub at: u32,
    pub tokens: u32,
    pub weight: f32,
    pub class: Class,
    pub rule: Rule,
    sentence: u32,
    clause: u32,
    manners: Manners,
}

/// The rule that changed a hit most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Lexicon,
    Negation,
    Intensity,
    Contrast,
    Conditional,
    Irony,
}

impl Rule {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lexicon => "lexicon",
            Self::Negation => "negation",
            Self::Intensity => "intensity",
            Self::Contrast => "contrast",
            Self::Conditional => "conditional",
            Self::Irony => "irony",
        }
    }
}

/// What was counted on the way, beside the hits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub negators: u32,
    pub contrasts: u32,
    pub conditionals: u32,
    pub asks: u32,
    pub boosters: u32,
    pub ironies: u32,
}

impl Counts {
    /// Turns a hit about. A negator spent on blame no longer counts among those that tell of blame by themselves.
    fn deny(&mut self, hit: &mut Hit) {
        if hit.weight > 0.0 {
            hit.weight *= NEGATED_PRAISE;
        } else {
            hit.weight *= NEGATED_BLAME;
            self.negators = self.negators.saturating_sub(1);
        }
        hit.rule = Rule::Negation;
    }
}

/// Reused buffers of one reader.
#[derive(Clone, Debug, Default)]
pub(crate) struct Composition {
    pub hits: Vec<Hit>,
    pub counts: Counts,
}

/// What stands open at a point of the walk.
#[derive(Default)]
struct Open {
    sentence: u32,
    clause: u32,
    /// Word position of a negator that still reaches.
    negator: Option<usize>,
    /// It is a word such as `nothing`: what is compared with it surpasses everything.
    nothing: bool,
    degree: Option<(usize, f32)>,
    conditional: bool,
    /// A condition word stands in this clause; a past subjunctive makes it contrary to fact.
    supposed: bool,
    /// The sentence supposes something contrary to fact, so its consequence is not so either.
    unreal: bool,
    /// Word position of a denied hit, its index.
    denied: Option<(usize, usize)>,
    /// A contrast lowered what follows in this sentence (`although`).
    conceded: bool,
    contrasted: bool,
    /// Where the hits of this sentence begin.
    sentence_hits: usize,
    clause_hits: usize,
    words: usize,
}

impl Composition {
    /// Reads the text with a lexicon and what its tokens are in that lexicon's language.
    pub(crate) fn read(&mut self, text: &Text, senses: &[Sense], lexicon: &Lexicon) {
        self.hits.clear();
        self.counts = Counts::default();
        let mut open = Open::default();
        let tokens = text.tokens();
        let walk = Walk {
            tokens,
            senses,
            lexicon,
        };
        let mut i = 0;
        while i < tokens.len() {
            let (token, sense) = (&tokens[i], &senses[i]);
            self.boundary(token, text, &mut open);
            if sense.marks & GUIDES != 0 {
                self.mark(sense.marks, i, &walk, &mut open);
            }
            let found = lexicon.longest(text, i, &sense.lexicon, |i| senses[i].stem());
            let step = match found {
                Some(found) => {
                    let entry = *lexicon.entry(found.entry);
                    self.apply(entry, i, found.tokens, &walk, &mut open);
                    walk.covered(entry, i, found.tokens)
                }
                None => 1,
            };
            open.words += step;
            i += step;
        }
        self.end_sentence(&mut open);
        self.mind_manners();
    }

    /// Notes a function word: a condition contrary to fact is `si` or `se`, then a past subjunctive in
    /// the same clause.
    fn mark(&self, marks: u8, at: usize, walk: &Walk<'_>, open: &mut Open) {
        open.unreal |= open.supposed && marks & UNTRUE != 0;
        open.supposed |= marks & IF != 0;
        if marks & OR != 0 && self.denied_before(at, walk) {
            open.negator = Some(open.words);
        }
    }

    /// The last hit ends just before `at` and is denied: `no delays or faults` denies both.
    fn denied_before(&self, at: usize, walk: &Walk<'_>) -> bool {
        self.hits.last().is_some_and(|h| {
            (h.at + h.tokens) as usize == at
                && (h.rule == Rule::Negation || walk.negative(h.at as usize))
        })
    }

    fn boundary(&mut self, token: &Token, text: &Text, open: &mut Open) {
        if token.is(CLAUSE_START) {
            open.clause += 1;
            open.negator = None;
            open.degree = None;
            open.conditional = false;
            open.supposed = false;
            open.clause_hits = self.hits.len();
        }
        let ends = token.kind == Kind::Punctuation
            && text
                .norm(token)
                .starts_with(['.', '!', '?', '…', '\n', '|']);
        if ends {
            self.end_sentence(open);
        }
    }

    fn end_sentence(&mut self, open: &mut Open) {
        let from = open.sentence_hits;
        let ironic = self.hits[from..]
            .iter()
            .any(|h| h.class == Class::Irony && h.weight < 0.0);
        for hit in &mut self.hits[from..] {
            if hit.weight > 0.0 && ironic {
                hit.weight *= BESIDE_IRONY;
                hit.rule = Rule::Irony;
            } else if hit.weight > 0.0 && open.unreal && hit.rule != Rule::Conditional {
                hit.weight *= UNREAL_PRAISE;
                hit.rule = Rule::Conditional;
            }
        }
        *open = Open {
            sentence: open.sentence + 1,
            clause: open.clause,
            words: open.words,
            sentence_hits: self.hits.len(),
            clause_hits: self.hits.len(),
            ..Open::default()
        };
    }

    /// Thanks for something bad are none; bare thanks beside blame are manners.
    fn mind_manners(&mut self) {
        let blamed = |h: &Hit| h.weight <= BLAME && !h.class.is_symbol();
        if !self.hits.iter().any(blamed) {
            return;
        }
        for i in 0..self.hits.len() {
            let hit = self.hits[i];
            let what_for = hit.manners == Manners::For
                && self.hits[i + 1..]
                    .iter()
                    .take_while(|h| h.sentence == hit.sentence && h.clause == hit.clause)
                    .any(blamed);
            if what_for {
                for h in &mut self.hits {
                    if h.sentence == hit.sentence && h.weight > 0.0 {
                        h.weight *= BESIDE_IRONY;
                        h.rule = Rule::Irony;
                    }
                }
            } else if hit.manners == Manners::Bare {
                self.hits[i].weight *= MANNERS;
                self.hits[i].rule = Rule::Irony;
            }
        }
    }

    fn apply(&mut self, entry: Entry, at: usize, count: usize, walk: &Walk<'_>, open: &mut Open) {
        match entry.class {
            Class::Booster | Class::Damper => {
                self.counts.boosters += 1;
                self.degree(entry.weight, at, open);
            }
            Class::Negator => self.negate(entry, at + count - 1, count, walk, open),
            Class::Contrast => self.contrast(entry.reach, open),
            Class::Conditional => {
                self.counts.conditionals += 1;
                open.conditional = true;
                open.supposed = true;
                if entry.weight != 0.0 {
                    self.hit(entry, at, count, walk, open, false);
                }
            }
            Class::Ask => self.counts.asks += 1,
            Class::Block if entry.weight == 0.0 => {}
            class => {
                self.counts.ironies += u32::from(class == Class::Irony);
                self.hit(entry, at, count, walk, open, true);
            }
        }
    }

    /// Strengthens what follows; or, where it ends the phrase (`me gusta mucho`), what stands just before.
    fn degree(&mut self, weight: f32, at: usize, open: &mut Open) {
        open.degree = Some((open.words, weight));
        let clause = open.clause;
        if let Some(last) = self.hits.last_mut()
            && last.clause == clause
            && (last.at + last.tokens) as usize == at
        {
            last.weight = clamp(last.weight * (1.0 + weight / 2.0));
            open.degree = None;
        }
    }

    fn negate(
        &mut self,
        entry: Entry,
        last: usize,
        count: usize,
        walk: &Walk<'_>,
        open: &mut Open,
    ) {
        self.counts.negators += 1;
        match entry.reach {
            Reach::Forward => {
                open.negator = Some(open.words);
                open.nothing = false;
            }
            Reach::Backward => {
                let from = open.clause_hits;
                if let Some(last) = self.hits[from..].last_mut() {
                    self.counts.deny(last);
                }
            }
            // A negative word before the verb denies by itself (`nadie recomienda`); after a
            // denial it agrees with it (`no recomienda nadie`).
            Reach::Itself
                if (count == 1 || walk.negative(last)) && self.hits.len() == open.clause_hits =>
            {
                open.negator.get_or_insert(open.words);
                open.nothing = true;
            }
            Reach::Itself => {}
        }
    }

    fn contrast(&mut self, reach: Reach, open: &mut Open) {
        self.counts.contrasts += 1;
        open.negator = None;
        open.conditional = false;
        match reach {
            Reach::Forward => {
                for hit in &mut self.hits[open.sentence_hits..] {
                    hit.weight *= BEFORE_CONTRAST;
                    hit.rule = Rule::Contrast;
                }
                open.contrasted = true;
                open.conceded = false;
            }
            Reach::Backward => open.conceded = true,
            Reach::Itself => {}
        }
        open.clause += 1;
        open.clause_hits = self.hits.len();
    }

    fn hit(
        &mut self,
        entry: Entry,
        at: usize,
        count: usize,
        walk: &Walk<'_>,
        open: &mut Open,
        composed: bool,
    ) {
        let tokens = walk.tokens;
        let mut hit = Hit {
            at: at as u32,
            tokens: count as u32,
            weight: entry.weight,
            class: entry.class,
            rule: Rule::Lexicon,
            sentence: open.sentence,
            clause: open.clause,
            manners: walk.manners(entry, at, count),
        };
        if composed && !entry.class.is_symbol() {
            if count == 1 && names(tokens, at) {
                hit.weight *= IN_A_NAME;
            }
            walk.at_least_its_parts(&mut hit);
            emphasise(&mut hit, &tokens[at..at + count]);
            if let Some((from, weight)) = open.degree.take()
                && open.words - from <= DEGREE_REACH
            {
                hit.weight = clamp(hit.weight * (1.0 + weight));
                hit.rule = Rule::Intensity;
            }
            // Irony says what it says, negated or not; an expression with a negative word of its
            // own agrees with the one before it (`ain't no good`).
            if let Some(from) = open.negator
                && entry.class != Class::Irony
                && entry.weight.abs() >= SLIGHT
                && open.words - from <= NEGATION_REACH
            {
                let agrees = walk.negative(at) || count > 1 && walk.negative(at + count - 1);
                let surpassing = open.nothing
                    && (entry.class == Class::Comparison
                        || walk.senses[at].marks & SURPASSING != 0);
                if surpassing {
                    self.counts.negators = self.counts.negators.saturating_sub(1);
                } else if !agrees {
                    // `Nobody recommends it` is not the softened denial that `not good` is.
                    if open.nothing && hit.weight > 0.0 {
                        hit.weight /= -NEGATED_PRAISE;
                    }
                    self.counts.deny(&mut hit);
                    self.neither(&mut hit, open);
                }
                open.negator = None;
            }
            if open.conditional {
                hit.weight *= if hit.weight > 0.0 {
                    UNREAL_PRAISE
                } else {
                    UNREAL_BLAME
                };
                hit.rule = Rule::Conditional;
            }
        }
        if open.contrasted {
            hit.weight = clamp(hit.weight * AFTER_CONTRAST);
        }
        if open.conceded {
            hit.weight *= BEFORE_CONTRAST;
            hit.rule = Rule::Contrast;
        }
        self.hits.push(hit);
    }

    /// `Ni bueno ni malo`: where two opposites are both denied, little is left of either.
    fn neither(&mut self, hit: &mut Hit, open: &mut Open) {
        if let Some((words, index)) = open.denied.take()
            && open.words - words <= NEITHER_REACH
            && self.hits[index].weight * hit.weight < 0.0
        {
            self.hits[index].weight *= NEITHER;
            hit.weight *= NEITHER;
            self.counts.negators = self.counts.negators.saturating_sub(2);
        }
        open.denied = Some((open.words, self.hits.len()));
    }
}

/// Whether the word at `at` is part of a name: of a tag of several words, or written with a capital
/// inside a clause, or at its start with another such word soon after (`War Zone`, `Death in the Snow`).
fn names(tokens: &[Token], at: usize) -> bool {
    let token = &tokens[at];
    let titled = |i: usize| {
        tokens
            .get(i)
            .is_some_and(|t| t.is(TITLE) && !t.is(CLAUSE_START))
    };
    token.is(IN_PHRASE_TAG)
        || (token.is(TITLE) && (!token.is(CLAUSE_START) || (1..=3).any(|i| titled(at + i))))
}

fn emphasise(hit: &mut Hit, tokens: &[Token]) {
    if tokens.iter().all(|t| t.is(CAPS)) {
        hit.weight = clamp(hit.weight * CAPITALS);
        hit.rule = Rule::Intensity;
    }
    if tokens.iter().any(|t| t.is(ELONGATED)) {
        hit.weight = clamp(hit.weight * STRETCHED);
        hit.rule = Rule::Intensity;
    }
    if tokens.iter().all(|t| t.kind == Kind::Laughter) {
        hit.weight = hit.weight.clamp(-LAUGHTER, LAUGHTER);
    }
}

fn clamp(weight: f32) -> f32 {
    weight.clamp(-1.5, 1.5)
}
