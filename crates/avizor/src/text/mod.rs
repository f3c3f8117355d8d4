//! Bytes to normalised tokens that remember where they came from.
//!
//! One pass, linear in the length of the text, no allocation once the buffers have grown. Knows
//! nothing of languages' vocabularies: that is the lexicon's business.

mod copies;
mod fold;
mod scan;
mod shapes;
mod stem;

pub(crate) use copies::{repeat, simhash};
pub(crate) use fold::fold_text;
pub(crate) use stem::stem_hash;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word.
    Word,
    /// A hashtag as a whole; its words follow as tokens of their own.
    Hashtag,
    /// A handle such as `@auroraair`.
    Handle,
    /// An address.
    Url,
    /// Digits, with their punctuation.
    Number,
    /// An emoji sequence.
    Emoji,
    /// An emoticon such as `:-)`.
    Emoticon,
    /// `jajaja`, `kkkk`, `lol`.
    Laughter,
    /// A run of one punctuation mark.
    Punctuation,
}

/// The word is written in capitals (three letters or more).
pub(crate) const CAPS: u8 = 1;
/// A letter was repeated three times or more.
pub(crate) const ELONGATED: u8 = 2;
/// The word is part of a hashtag.
pub(crate) const IN_HASHTAG: u8 = 4;
/// A clause ends before this token.
pub(crate) const CLAUSE_START: u8 = 8;
/// The word begins with a capital and goes on in small letters.
pub(crate) const TITLE: u8 = 32;
/// The hashtag that the word is part of has other words too.
pub(crate) const IN_PHRASE_TAG: u8 = 64;
/// Something other than one space stands before this token.
pub(crate) const LINE_START: u8 = 16;

/// A token: where it stands and what it reads as.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte in the original text.
    pub end: u32,
    /// What it is.
    pub kind: Kind,
    pub(crate) flags: u8,
    /// Range of the normalised form in [`Text::norm`].
    from: u32,
    to: u32,
    /// Where an elongated word keeps doubled letters, that form is `to..long_to`.
    long_to: u32,
    /// Hash of the normalised form.
    pub(crate) hash: u64,
}

impl Token {
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The most that is read of a text, in bytes: room in a `u32` for its normalised forms too.
const LONGEST: usize = 1 << 30;

/// A text as tokens. Reuse one value for many texts: its buffers grow once.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The text in lower case, then the forms of words that read otherwise.
    norm: String,
    tokens: Vec<Token>,
}

impl Text {
    /// Empty, with no buffers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `original`, forgetting what was read before. O(n) time.
    ///
    /// Offsets are `u32`: what lies beyond 1 GiB is not read.
    pub fn read(&mut self, original: &str) {
        self.norm.clear();
        self.tokens.clear();
        scan::scan(original, &mut self.norm, &mut self.tokens);
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What `token` reads as: lower case, without accents, repeated letters reduced to one.
    pub fn norm(&self, token: &Token) -> &str {
        &self.norm[token.from as usize..token.to as usize]
    }

    /// The form of an elongated word that keeps doubled letters (`goood` as `good`).
    pub(crate) fn long_norm(&self, token: &Token) -> Option<&str> {
        (token.long_to > token.to).then(|| &self.norm[token.to as usize..token.long_to as usize])
    }
}

/// FNV-1a with a finishing mix: short keys, no seed, the same on every machine.
///
/// Source: Fowler, Noll, Vo, <http://www.isthe.com/chongo/tech/comp/fnv/>; the mix is MurmurHash3's.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    finish(bytes.iter().fold(FNV_OFFSET, |h, &b| step(h, b)))
}

pub(crate) const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

#[inline]
pub(crate) fn step(h: u64, byte: u8) -> u64 {
    (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

#[inline]
pub(crate) fn finish(h: u64) -> u64 {
    let h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 33)
}

/// The same for texts that differ in case, punctuation, handles and addresses only.
pub(crate) fn fingerprint(text: &str) -> u64 {
    fingerprint_of_words(text).0
}

/// The same, and how many words the text has, handles and addresses among them.
pub(crate) fn fingerprint_of_words(text: &str) -> (u64, usize) {
    let mut h = FNV_OFFSET;
    let mut words = 0;
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        words += 1;
        if word.starts_with('@') || word.starts_with("http") || word == "RT" {
            continue;
        }
        for c in word.chars() {
            if c.is_ascii_alphanumeric() {
                h = step(h, c.to_ascii_lowercase() as u8);
            } else if !c.is_ascii() && is_letter(c) {
                let mut bytes = [0; 4];
                h = c.encode_utf8(&mut bytes).bytes().fold(h, step);
            }
        }
        h = step(h, b' ');
    }
    (finish(h), words)
}

/// [`char::is_whitespace`], of which there is none between the no-break space and Ogham's.
#[inline]
fn is_space(c: char) -> bool {
    match c {
        '\u{a1}'..='\u{167f}' => false,
        c => c.is_whitespace(),
    }
}

/// [`char::is_alphanumeric`]; in what Latin languages use all but two signs are letters.
#[inline]
fn is_letter(c: char) -> bool {
    match c {
        '\u{c0}'..='\u{24f}' => c != '×' && c != '÷',
        c => c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str) -> Vec<(Kind, String)> {
        let mut text = Text::new();
        text.read(s);
        text.tokens()
            .iter()
            .map(|t| (t.kind, text.norm(t).to_owned()))
            .collect()
    }

    fn words(s: &str) -> Vec<String> {
        read(s)
            .into_iter()
            .filter(|(k, _)| *k == Kind::Word)
            .map(|(_, w)| w)
            .collect()
    }

    #[test]
    fn case_accents_and_zero_width_fold() {
        assert_eq!(
            words("ATENCIÓN pésima nin\u{303}o a\u{200b}sí"),
            ["atencion", "pesima", "nino", "asi"]
        );
    }

    #[test]
    fn elongation_keeps_both_readings() {
        let mut text = Text::new();
        text.read("buenísimoooo goood");
        let [a, b] = text.tokens() else {
            panic!("two tokens")
        };
        assert_eq!(
            (text.norm(a), text.long_norm(a)),
            ("buenisimo", Some("buenisimoo"))
        );
        assert_eq!((text.norm(b), text.long_norm(b)), ("god", Some("good")));
    }

    #[test]
    fn a_last_letter_drawn_out_is_one() {
        assert_eq!(
            words("lindaa AMEII voo free naa Hawaii"),
            ["linda", "amei", "voo", "free", "naa", "hawai"]
        );
    }

    #[test]
    fn clitics_and_possessives() {
        assert_eq!(
            words("I don't know, Iberia's crew can’t, I'll"),
            ["i", "dont", "know", "iberia", "crew", "cant", "i'll"]
        );
    }

    #[test]
    fn kinds() {
        use Kind::*;
        let kinds: Vec<Kind> =
            read("@a_b #TodoMal https://x.y/z?a=1 12:30 👩‍👧 :-) jajaja ... kkkkk 50€")
                .into_iter()
                .map(|t| t.0)
                .collect();
        assert_eq!(
            kinds,
            [
                Handle,
                Hashtag,
                Word,
                Word,
                Url,
                Number,
                Emoji,
                Emoticon,
                Laughter,
                Punctuation,
                Laughter,
                Number,
                Punctuation
            ]
        );
    }

    #[test]
    fn entities_and_escapes() {
        assert_eq!(
            words(r"atenci&oacute;n c\u2019mon tom &amp; jerry"),
            ["atencion", "c'mon", "tom", "jerry"]
        );
    }

    #[test]
    fn offsets_point_into_the_original() {
        let s = "Ñandú &amp; ¡PÉSIMO!";
        let mut text = Text::new();
        text.read(s);
        let spans: Vec<&str> = text
            .tokens()
            .iter()
            .map(|t| &s[t.start as usize..t.end as usize])
            .collect();
        assert!(spans.contains(&"Ñandú") && spans.contains(&"PÉSIMO"));
    }

    #[test]
    fn short_cuts_agree_with_the_standard_library() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_space(c), c.is_whitespace(), "{c:?}");
            assert_eq!(is_letter(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn every_prefix_of_odd_text_reads() {
        let s = "\0 &#x1F600; \\ud83d 👩‍👧‍👦🏽 \u{202e}abc\u{202c} שלום &lt;3 :'( @ # a'b' ...";
        let mut text = Text::new();
        for (i, _) in s.char_indices() {
            text.read(&s[..i]);
        }
        text.read(&"a".repeat(1 << 20));
        assert_eq!(text.tokens().len(), 1);
    }
}
