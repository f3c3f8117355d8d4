//! The scanner: one walk over the characters, one token at a time.

use std::ops::Range;

use super::fold::{fold, is_emoji, is_ignorable, is_skin_tone};
use super::shapes::{emoticon, is_laughter, starts_url};
use super::{
    CAPS, CLAUSE_START, ELONGATED, FNV_OFFSET, IN_HASHTAG, IN_PHRASE_TAG, Kind, LINE_START, TITLE,
    Token, finish, hash, step,
};

pub(super) fn scan(original: &str, norm: &mut String, tokens: &mut Vec<Token>) {
    let s = &original[..original.floor_char_boundary(super::LONGEST)];
    // Most words read as they are written, but for capitals: their forms are slices of this copy.
    norm.push_str(s);
    norm.make_ascii_lowercase();
    Scanner {
        s,
        norm,
        tokens,
        pending: CLAUSE_START,
    }
    .run();
}

struct Scanner<'a> {
    s: &'a str,
    norm: &'a mut String,
    tokens: &'a mut Vec<Token>,
    /// Flags for the next token.
    pending: u8,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.s.len() {
            at = self.next(at);
        }
    }

    /// Reads what starts at `at`; returns where it ends (always further on).
    fn next(&mut self, at: usize) -> usize {
        match self.s.as_bytes()[at] {
            b' ' => return at + 1,
            b'h' | b'H' | b'w' | b'W' => {}
            b if b.is_ascii_alphabetic() => return self.word(at),
            _ => {}
        }
        let (c, len) = decode(self.s, at);
        let rest = &self.s.as_bytes()[at..];
        match c {
            '\n' | '\r' => {
                self.pending |= CLAUSE_START | LINE_START;
                at + len
            }
            c if c.is_whitespace() || is_ignorable(c) => at + len,
            '@' if self.word_follows(at + len) => self.handle(at),
            '#' | '＃' if self.word_follows(at + len) => self.hashtag(at, at + len),
            c if c.is_ascii_digit() => self.number(at),
            'h' | 'H' | 'w' | 'W' if starts_url(rest) => self.url(at),
            c if is_word(c) => self.word(at),
            _ => self.symbol(at, c, len),
        }
    }

    fn word_follows(&self, at: usize) -> bool {
        at < self.s.len() && is_word_or_digit(decode(self.s, at).0)
    }

    fn push(&mut self, start: usize, end: usize, from: usize, kind: Kind, flags: u8) {
        let hash = hash(&self.norm.as_bytes()[from..]);
        self.push_hashed(start, end, from..self.norm.len(), kind, flags, hash);
    }

    fn push_hashed(
        &mut self,
        start: usize,
        end: usize,
        form: Range<usize>,
        kind: Kind,
        flags: u8,
        hash: u64,
    ) {
        self.tokens.push(Token {
            start: start as u32,
            end: end as u32,
            kind,
            flags: flags | std::mem::take(&mut self.pending),
            from: form.start as u32,
            to: form.end as u32,
            long_to: form.end as u32,
            hash,
        });
    }

    fn handle(&mut self, start: usize) -> usize {
        let from = self.norm.len();
        self.norm.push('@');
        let end = self.fold_while(start + 1, |c| c.is_alphanumeric() || c == '_');
        self.push(start, end, from, Kind::Handle, 0);
        end
    }

    fn url(&mut self, start: usize) -> usize {
        let end = self.s[start..]
            .find(char::is_whitespace)
            .map_or(self.s.len(), |n| start + n);
        let from = self.norm.len();
        self.norm.push_str("http");
        self.push(start, end, from, Kind::Url, 0);
        end
    }

    /// `12`, `12:30`, `1.250,50`, `90%`; digits glued to letters (`2h`, `3ras`) are a word.
    fn number(&mut self, start: usize) -> usize {
        let b = self.s.as_bytes();
        let mut end = start;
        while end < b.len()
            && (b[end].is_ascii_digit()
                || (b".,:/".contains(&b[end]) && b.get(end + 1).is_some_and(u8::is_ascii_digit)))
        {
            end += 1;
        }
        if end < b.len() && is_word(decode(self.s, end).0) {
            return self.word(start);
        }
        let hash = hash(&self.norm.as_bytes()[start..end]);
        self.push_hashed(start, end, start..end, Kind::Number, 0, hash);
        end
    }

    /// The hashtag as a whole, then its words: split at capitals, digits and underscores.
    fn hashtag(&mut self, start: usize, body: usize) -> usize {
        let from = self.norm.len();
        self.norm.push('#');
        let end = self.fold_while(body, |c| c.is_alphanumeric() || c == '_');
        self.push(start, end, from, Kind::Hashtag, 0);
        let mut at = body;
        let first = self.tokens.len();
        while at < end {
            let next = hashtag_word_end(&self.s[..end], at);
            if next > at && is_word_or_digit(decode(self.s, at).0) {
                let from = self.norm.len();
                self.fold_while_until(at, next);
                self.push(at, next, from, Kind::Word, IN_HASHTAG);
            }
            at = next.max(at + decode(self.s, at).1);
        }
        if self.tokens.len() - first > 1 {
            for token in &mut self.tokens[first..] {
                token.flags |= IN_PHRASE_TAG;
            }
        }
        end
    }

    fn fold_while(&mut self, mut at: usize, keep: impl Fn(char) -> bool) -> usize {
        while at < self.s.len() {
            let (c, len) = decode(self.s, at);
            if !(keep(c) || is_ignorable(c)) {
                break;
            }
            let (a, b) = fold(c);
            self.norm.extend(a);
            self.norm.extend(b);
            at += len;
        }
        at
    }

    fn fold_while_until(&mut self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            let (c, len) = decode(self.s, at);
            let (a, b) = fold(c);
            self.norm.extend(a);
            self.norm.extend(b);
            at += len;
        }
    }

    /// A word with its inner apostrophes; runs of three letters or more are reduced.
    fn word(&mut self, start: usize) -> usize {
        let (end, shape) = self.plain(start);
        if shape.repeated || !self.ends_at(end) {
            return self.mixed(start);
        }
        let kind = self.word_kind(start..end, false);
        let hash = finish(shape.hash);
        self.push_hashed(start, end, start..end, kind, shape.case(), hash);
        end
    }

    /// Reads plain letters, digits and underscores as far as they go.
    #[inline]
    fn plain(&self, start: usize) -> (usize, Shape) {
        let written = &self.s.as_bytes()[start..];
        let lower = &self.norm.as_bytes()[start..];
        let mut shape = Shape::default();
        let (mut before, mut last) = (0, 0);
        let mut end = start;
        for (&w, &b) in written.iter().zip(lower) {
            if PLAIN[b as usize] == 0 {
                break;
            }
            let letter = PLAIN[b as usize] == LETTER;
            let thrice = b == last && b == before;
            shape.hash = step(shape.hash, b);
            shape.letters += usize::from(letter);
            shape.capitals += usize::from(w != b);
            shape.repeated |= thrice && letter;
            (before, last) = (last, b);
            end += 1;
        }
        shape.repeated |= before == last && drawn_out(last as char, shape.letters);
        shape.first_capital = written[0] != lower[0];
        (end, shape)
    }

    /// Whether nothing at `at` could go on with a word.
    #[inline]
    fn ends_at(&self, at: usize) -> bool {
        let next = self.s.as_bytes().get(at);
        next.is_none_or(|b| b.is_ascii() && !b"'*&\\".contains(b))
    }

    /// A word with other characters among its letters, read one by one.
    fn mixed(&mut self, start: usize) -> usize {
        let from = self.norm.len();
        let mut at = start;
        let mut shape = Shape::default();
        let mut last = ['\0'; 2];
        while at < self.s.len() {
            let (c, len) = decode(self.s, at);
            if !self.belongs(c, at + len, at > start) {
                break;
            }
            shape.letters += usize::from(c.is_alphabetic());
            shape.capitals += usize::from(c.is_uppercase());
            shape.first_capital |= at == start && c.is_uppercase();
            let (a, b) = fold(c);
            for f in a.into_iter().chain(b) {
                shape.repeated |= last == [f; 2] && f.is_alphabetic();
                last = [last[1], f];
                self.norm.push(f);
            }
            at += len;
        }
        shape.repeated |= last[0] == last[1] && drawn_out(last[1], shape.letters);
        if shape.repeated {
            self.elongated(start, at, from, shape.case());
        } else if self.norm.as_bytes()[from..].contains(&b'\'') {
            self.clitic(start, at, from, shape.case());
        } else {
            let kind = self.word_kind(from..self.norm.len(), false);
            self.push(start, at, from, kind, shape.case());
        }
        at
    }

    #[inline]
    fn word_kind(&self, form: Range<usize>, repeated: bool) -> Kind {
        if is_laughter(&self.norm.as_bytes()[form], repeated) {
            Kind::Laughter
        } else {
            Kind::Word
        }
    }

    /// Whether `c`, which ends at `next`, goes on with a word.
    fn belongs(&self, c: char, next: usize, inside: bool) -> bool {
        if is_word_or_digit(c) || is_ignorable(c) {
            return true;
        }
        let joins = matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '*' | '´');
        inside && joins && next < self.s.len() && is_word(decode(self.s, next).0)
    }

    /// Reads the word in `norm[from..]` with single letters for long runs, then with doubled ones behind it.
    fn elongated(&mut self, start: usize, end: usize, from: usize, caps: u8) {
        let raw = from..self.norm.len();
        let from = raw.end;
        push_runs(self.norm, raw.clone(), 1);
        let to = self.norm.len();
        let kind = self.word_kind(from..to, true);
        push_runs(self.norm, raw, 2);
        let h = hash(&self.norm.as_bytes()[from..to]);
        self.push_hashed(start, end, from..to, kind, caps | ELONGATED, h);
        if let Some(token) = self.tokens.last_mut() {
            token.long_to = self.norm.len() as u32;
        }
    }

    /// `don't` reads `dont`, `iberia's` reads `iberia`; `i'll` keeps its apostrophe, for `ill` is another word.
    fn clitic(&mut self, start: usize, end: usize, from: usize, caps: u8) {
        if self.norm[from..].ends_with("n't") {
            let at = self.norm.len() - 2;
            self.norm.remove(at);
        } else if self.norm[from..].ends_with("'s") {
            self.norm.truncate(self.norm.len() - 2);
        }
        self.push(start, end, from, Kind::Word, caps);
    }

    /// Emoji, emoticons, punctuation.
    fn symbol(&mut self, start: usize, c: char, len: usize) -> usize {
        if is_emoji(c) {
            return self.emoji(start);
        }
        let rest = &self.s.as_bytes()[start..];
        let (prefix, body): (usize, &[u8]) = if rest.starts_with(b"&lt;3") {
            (3, b"<3")
        } else {
            (0, rest)
        };
        if let Some((n, form)) = emoticon(body) {
            let end = start + n + prefix;
            if self.s.is_char_boundary(end) {
                let from = self.norm.len();
                self.norm.push_str(form);
                self.push(start, end, from, Kind::Emoticon, 0);
                return end;
            }
        }
        self.punctuation(start, c, len)
    }

    fn emoji(&mut self, start: usize) -> usize {
        let from = self.norm.len();
        let mut at = start;
        let mut joined = true;
        while at < self.s.len() {
            let (c, len) = decode(self.s, at);
            let flag = matches!(c as u32, 0x1F1E6..=0x1F1FF);
            if is_skin_tone(c) || (at > start && ('\u{FE00}'..='\u{FE0F}').contains(&c)) {
                at += len;
            } else if c == '\u{200D}' && at > start {
                joined = true;
                self.norm.push(c);
                at += len;
            } else if is_emoji(c) && joined {
                joined = flag && at == start;
                self.norm.push(c);
                at += len;
            } else {
                break;
            }
        }
        let kept = self.norm[from..].trim_end_matches('\u{200D}').len();
        self.norm.truncate(from + kept);
        self.push(start, at, from, Kind::Emoji, 0);
        at
    }

    fn punctuation(&mut self, start: usize, c: char, len: usize) -> usize {
        let from = self.norm.len();
        let mut at = start;
        let mut end = start + len;
        while at < self.s.len() {
            let (d, n) = decode(self.s, at);
            if d != c {
                break;
            }
            at += n;
            end = at;
        }
        let (a, _) = fold(c);
        self.norm.push(a.unwrap_or(c));
        let many = end - start > len;
        if many {
            self.norm.push(a.unwrap_or(c));
        }
        self.push(
            start,
            end,
            from,
            Kind::Punctuation,
            if many { ELONGATED } else { 0 },
        );
        if matches!(
            c,
            '.' | ',' | ';' | ':' | '!' | '?' | '¡' | '¿' | '…' | '(' | ')' | '|' | '—' | '–' | '/'
        ) || (c == '-' && self.spaced(start))
        {
            self.pending |= CLAUSE_START;
        }
        end
    }

    fn spaced(&self, at: usize) -> bool {
        at > 0 && self.s.as_bytes()[at - 1] == b' '
    }
}

/// What is told of a word while it is read.
struct Shape {
    hash: u64,
    /// A letter came three times in a row.
    repeated: bool,
    letters: usize,
    capitals: usize,
    first_capital: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            hash: FNV_OFFSET,
            repeated: false,
            letters: 0,
            capitals: 0,
            first_capital: false,
        }
    }
}

impl Shape {
    /// Flags of how the word is written.
    fn case(&self) -> u8 {
        if self.letters >= 3 && self.capitals == self.letters {
            CAPS
        } else if self.first_capital && self.capitals == 1 && self.letters >= 2 {
            TITLE
        } else {
            0
        }
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
/// What needs neither decoding nor folding once it is in lower case.
const PLAIN: [u8; 256] = {
    let mut table = [0; 256];
    let mut b: u8 = 0;
    while b < 128 {
        if b.is_ascii_lowercase() {
            table[b as usize] = LETTER;
        } else if b.is_ascii_digit() || b == b'_' {
            table[b as usize] = DIGIT;
        }
        b += 1;
    }
    table
};

/// Whether a word of so many letters that ends in this one twice is drawn out: no word of Spanish, English or
/// Portuguese ends in `aa`, `ii` or `uu` (`lindaa`, `ameii`), many do in other pairs (`voo`, `free`).
#[inline]
fn drawn_out(last: char, letters: usize) -> bool {
    letters > 3 && matches!(last, 'a' | 'i' | 'u')
}

/// Writes `norm[raw]` again at the end, with `keep` letters of each run of three or more, or two where it is drawn out.
fn push_runs(norm: &mut String, raw: Range<usize>, keep: usize) {
    let mut at = raw.start;
    while let Some(c) = norm[at..raw.end].chars().next() {
        let rest = norm[at..raw.end].trim_start_matches(c);
        let run = (raw.end - at - rest.len()) / c.len_utf8();
        at = raw.end - rest.len();
        let long = run >= 3 || run == 2 && rest.is_empty() && drawn_out(c, usize::MAX);
        norm.extend(std::iter::repeat_n(c, if long { keep } else { run }));
    }
}

/// Where the hashtag's word that starts at `at` ends: before a capital that follows a small letter,
/// between letters and digits, at an underscore, and before the last capital of `ABCword`.
fn hashtag_word_end(s: &str, at: usize) -> usize {
    let mut chars = s[at..].char_indices().peekable();
    let mut before = '\0';
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|&(_, d)| d);
        let cut = c == '_'
            || (before != '\0'
                && ((c.is_uppercase() && !before.is_uppercase())
                    || (c.is_numeric() != before.is_numeric())
                    || (c.is_uppercase()
                        && before.is_uppercase()
                        && next.is_some_and(char::is_lowercase))));
        if cut {
            return at + i;
        }
        before = c;
    }
    s.len()
}

#[inline]
fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic())
}

#[inline]
fn is_word_or_digit(c: char) -> bool {
    is_word(c) || c.is_ascii_digit() || c == '_'
}

/// The character at `at` and the bytes it takes, with HTML entities and `\uXXXX` escapes read as what they mean.
#[inline]
fn decode(s: &str, at: usize) -> (char, usize) {
    let b = s.as_bytes();
    match b[at] {
        b'&' => entity(b, at).unwrap_or(('&', 1)),
        b'\\' => escape(b, at).unwrap_or(('\\', 1)),
        c if c < 0x80 => (c as char, 1),
        _ => {
            let c = s[at..].chars().next().unwrap_or('\u{FFFD}');
            (c, c.len_utf8())
        }
    }
}

/// `\u2019`, as some collectors leave it; a lone surrogate is read as a space.
fn escape(b: &[u8], at: usize) -> Option<(char, usize)> {
    let hex = b.get(at + 2..at + 6).filter(|_| b[at + 1] == b'u')?;
    let code = u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
    Some((char::from_u32(code).unwrap_or(' '), 6))
}

/// `&amp;`, `&#8217;`, `&#x1F600;`, `&eacute;`: the entities that web pages leave in texts.
fn entity(b: &[u8], at: usize) -> Option<(char, usize)> {
    let end = b[at..].iter().take(10).position(|&x| x == b';')?;
    let name = std::str::from_utf8(&b[at + 1..at + end]).ok()?;
    let c = if let Some(number) = name.strip_prefix('#') {
        let code = number.strip_prefix(['x', 'X']).map_or_else(
            || number.parse().ok(),
            |hex| u32::from_str_radix(hex, 16).ok(),
        )?;
        char::from_u32(code).unwrap_or(' ')
    } else {
        named(name)?
    };
    Some((c, end + 1))
}

fn named(name: &str) -> Option<char> {
    let simple = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',

        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "quot" | "ldquo" | "rdquo" | "laquo" | "raquo" => '"',
        "iexcl" => '¡',
        "iquest" => '¿',
        "euro" => '€',
        _ => '\0',
    };
    if simple != '\0' {
        return Some(simple);
    }
    // `eacute`, `ntilde` ...: the letter and the name of its mark; folding would drop the mark anyway.
    let mut chars = name.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    matches!(
        chars.as_str(),
        "acute" | "grave" | "circ" | "tilde" | "uml" | "cedil" | "ring"
    )
    .then_some(letter)
}
