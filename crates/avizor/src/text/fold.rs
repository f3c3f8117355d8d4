//! Characters to their plain form: case, accents, look-alikes.

/// One or two plain characters for `c`, already in lower case. Marks that carry no letter give none.
#[inline]
pub(super) fn fold(c: char) -> (Option<char>, Option<char>) {
    if c.is_ascii() {
        return (Some(c.to_ascii_lowercase()), None);
    }
    let plain = match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' | 'ª' => 'a',
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'Ē' | 'ę' | 'Ę' | 'ě' | 'Ě' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'Ī' | 'ı' | 'İ' => 'i',
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'Ō' | 'ő' | 'Ő' | 'º' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'Ū' | 'ů' | 'Ů' | 'ű' | 'Ű' => 'u',
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' => 'n',
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' => 'c',
        'ý' | 'ÿ' | 'Ý' | 'Ÿ' => 'y',
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' => 's',
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => 'z',
        'ł' | 'Ł' => 'l',
        '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{00B4}' | '\u{201B}' => '\'',
        'ß' => return (Some('s'), Some('s')),
        'æ' | 'Æ' => return (Some('a'), Some('e')),
        'œ' | 'Œ' => return (Some('o'), Some('e')),
        // Full-width forms (U+FF01..FF5E) are ASCII shifted by 0xFEE0.
        '\u{FF01}'..='\u{FF5E}' => {
            let ascii = char::from_u32(c as u32 - 0xFEE0).unwrap_or(c);
            return (Some(ascii.to_ascii_lowercase()), None);
        }
        // Mathematical alphanumerics, used to dress up Latin letters (U+1D400..1D6A3, runs of 26).
        '\u{1D400}'..='\u{1D6A3}' => {
            let ascii = b'a' + ((c as u32 - 0x1D400) % 26) as u8;
            return (Some(ascii as char), None);
        }
        c if is_ignorable(c) => return (None, None),
        c => {
            let mut lower = c.to_lowercase();
            return (lower.next(), lower.next().filter(|&d| !is_ignorable(d)));
        }
    };
    (Some(plain), None)
}

/// Combining marks, zero-width characters, direction marks, soft hyphens and variation selectors.
#[inline]
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{FE00}'..='\u{FE0F}')
}

/// Whether `c` starts or continues an emoji sequence (Unicode Technical Standard 51, the blocks in use).
#[inline]
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c as u32, 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x25A0..=0x25FF | 0x203C | 0x2049 | 0x00A9 | 0x00AE | 0x2122)
}

/// Skin tones; they change nothing in what an emoji says.
#[inline]
pub(super) fn is_skin_tone(c: char) -> bool {
    matches!(c as u32, 0x1F3FB..=0x1F3FF)
}

/// `s` folded as a word is, and each run of white space as one space. For data files and phrases.
pub(crate) fn fold_text(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.trim().chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            continue;
        }
        let (a, b) = fold(c);
        out.extend(a);
        out.extend(b);
    }
    out
}
