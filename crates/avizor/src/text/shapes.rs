//! Laughter, emoticons and addresses: shapes that no dictionary lists.

/// Whether a folded word is laughter: `jajaja`, `jeje`, `hahaha`, `kkkk`, `rsrs`, `jsjs`, `lol`.
///
/// `repeated` says that a letter was repeated three times or more before folding.
#[inline]
pub(super) fn is_laughter(word: &[u8], repeated: bool) -> bool {
    // Few words begin like laughter.
    match word {
        [] => false,
        [only] => repeated && b"kj".contains(only),
        [first, second, rest @ ..] => {
            STARTS[*first as usize] & 1 != 0
                && STARTS[*second as usize] & 2 != 0
                && rest.first().is_none_or(|b| STARTS[*b as usize] & 4 != 0)
                && laughs(word, repeated)
        }
    }
}

/// Bits: laughter may have this letter in the first place, in the second, in the third.
const STARTS: [u8; 256] = {
    let places: [&[u8]; 3] = [b"jhkrsaeiulx", b"jhkrsaeiudom", b"jhkrsaeiufldx"];
    let mut table = [0; 256];
    let mut place = 0;
    while place < places.len() {
        let mut i = 0;
        while i < places[place].len() {
            table[places[place][i] as usize] |= 1 << place;
            i += 1;
        }
        place += 1;
    }
    table
};

fn laughs(b: &[u8], repeated: bool) -> bool {
    match b {
        b"lol" | b"lmao" | b"lmfao" | b"rofl" | b"xd" | b"xdd" | b"jsjs" | b"rs" | b"kk" => true,
        b"xdx" | b"ja" | b"ha" => repeated,
        _ => {
            b.len() >= 4
                && b[..3].iter().all(|x| b"jhkrsaeiu".contains(x))
                && (syllables(b, b'j')
                    || syllables(b, b'h')
                    || letters(b, b"ks")
                    || letters(b, b"rs")
                    || letters(b, b"js"))
        }
    }
}

/// Consonant `c` and one vowel in turn, in any phase, with small slips (`jajaaj`) allowed.
fn syllables(b: &[u8], c: u8) -> bool {
    let vowel = b.iter().copied().find(|x| b"aeiu".contains(x));
    let twice = b.iter().filter(|x| **x == c).nth(1).is_some();
    twice && vowel.is_some_and(|v| b.iter().all(|&x| x == c || x == v))
}

fn letters(b: &[u8], set: &[u8]) -> bool {
    b.iter().all(|x| set.contains(x)) && set.iter().all(|x| b.contains(x))
}

/// Longest emoticon at the start of `s`: its length in bytes and its canonical form.
pub(super) fn emoticon(s: &[u8]) -> Option<(usize, &'static str)> {
    const FIXED: [(&str, &str); 16] = [
        ("</3", "</3"),
        ("<3", "<3"),
        ("^_^", "^^"),
        ("^^", "^^"),
        ("-_-", "-_-"),
        ("-.-", "-_-"),
        ("t_t", "t_t"),
        (";_;", "t_t"),
        (">_<", ">_<"),
        ("o_o", "o_o"),
        ("._.", "._."),
        ("u_u", "u_u"),
        ("¬¬", "¬¬"),
        ("¬_¬", "¬¬"),
        ("\\o/", "\\o/"),
        (":v", ":v"),
    ];
    // What mostly stands there is none.
    if matches!(
        s,
        [
            b',' | b'!' | b'?' | b'"' | b'\'' | b'(' | b')' | b'&' | b'@' | b'/' | b'$',
            ..
        ]
    ) {
        return None;
    }
    for (form, canonical) in FIXED {
        if s.len() >= form.len() && s[..form.len()].eq_ignore_ascii_case(form.as_bytes()) {
            return Some((form.len(), canonical));
        }
    }
    faces(s)
}

/// Eyes, optional tear, optional nose, mouth: `:)`, `;-)`, `:'(`, `=D`, `:/`.
fn faces(s: &[u8]) -> Option<(usize, &'static str)> {
    let mut i = 0;
    let wink = match s.first()? {
        b':' | b'=' => false,
        b';' => true,
        _ => return None,
    };
    i += 1;
    let tear = s.get(i) == Some(&b'\'');
    i += usize::from(tear);
    i += usize::from(
        matches!(s.get(i), Some(b'-' | b'o' | b'^'))
            && s.get(i + 1).is_some_and(|m| b")(]D[/\\|P*p".contains(m)),
    );
    let mouth = *s.get(i)?;
    let canonical = match (mouth, wink, tear) {
        (b')' | b']', _, true) => ":')",
        (b'(' | b'[', _, true) => ":'(",
        (b')' | b']', true, _) => ";)",
        (b')' | b']', false, _) => ":)",
        (b'(' | b'[', ..) => ":(",
        (b'D', ..) => ":d",
        (b'/' | b'\\', false, _) => ":/",
        (b'|', false, _) => ":|",
        (b'P' | b'p', ..) => ":p",
        (b'*', ..) => ":*",
        (b'3', false, _) => ":3",
        (b'O' | b'o', false, _) => ":o",
        (b'$', false, _) => ":$",
        (b'S' | b's', false, _) => ":s",
        (b'@', false, _) => ":@",
        _ => return None,
    };
    i += 1;
    if mouth.is_ascii_alphanumeric()
        && s.get(i).is_some_and(u8::is_ascii_alphanumeric)
        && s.get(i) != Some(&mouth)
    {
        return None; // `:parte` is a colon and a word
    }
    while s.get(i) == Some(&mouth) {
        i += 1;
    }
    Some((i, canonical))
}

/// Whether an address starts here.
pub(super) fn starts_url(s: &[u8]) -> bool {
    let has = |p: &[u8]| s.len() >= p.len() && s[..p.len()].eq_ignore_ascii_case(p);
    has(b"http://")
        || has(b"https://")
        || has(b"www.")
        || (has(b"http") && s.get(4).is_none_or(|b| !b.is_ascii_alphanumeric()))
}
