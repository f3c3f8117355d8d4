//! Digits in groups, as people write long numbers.

/// A run of digits.
#[derive(Debug)]
pub(super) struct Group {
    pub start: usize,
    pub end: usize,
    pub digits: Vec<u32>,
}

/// Digits of one number at most: nothing that is looked for has more.
const MOST: usize = 24;

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Of any script that writes tens with full-width forms too.
pub(super) fn digit(c: char) -> Option<u32> {
    match c {
        '\u{ff10}'..='\u{ff19}' => Some(c as u32 - 0xff10),
        c => c.to_digit(10),
    }
}

/// The groups of digits that begin at `at`, parted by at most two separators.
pub(super) fn groups(chars: &[char], at: usize) -> Option<Vec<Group>> {
    let first = chars[at];
    if digit(first).is_none() && !"+(".contains(first) {
        return None;
    }
    let mut groups: Vec<Group> = Vec::new();
    let (mut count, mut gap) = (0, 0);
    for (i, &c) in chars.iter().enumerate().skip(at) {
        if let Some(d) = digit(c) {
            count += 1;
            match groups.last_mut() {
                Some(group) if group.end == i => {
                    group.end = i + 1;
                    group.digits.push(d);
                }
                _ => groups.push(Group {
                    start: i,
                    end: i + 1,
                    digits: vec![d],
                }),
            }
            gap = 0;
            if count > MOST {
                break;
            }
        } else if " .-()+\u{a0}/".contains(c) && gap < 2 {
            gap += 1;
        } else {
            break;
        }
    }
    (!groups.is_empty()).then_some(groups)
}

/// What stands between the groups, one string a gap.
pub(super) fn gaps(chars: &[char], run: &[Group]) -> Vec<String> {
    run.windows(2)
        .map(|pair| chars[pair[0].end..pair[1].start].iter().collect())
        .collect()
}
