//! Check digits. Each takes digits or characters without separators.

/// Payment cards (ISO/IEC 7812-1, annex B); all alike is no number.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 1 {
                d * 2 / 10 + d * 2 % 10
            } else {
                *d
            }
        })
        .sum();
    sum.is_multiple_of(10) && !all_alike(digits) && digits[0] != 0
}

/// IBAN (ISO 7064, MOD 97-10): check digits run from 02 to 98.
pub(super) fn iban(chars: &[char]) -> bool {
    if matches!(chars[2..4], ['0', '0' | '1'] | ['9', '9']) {
        return false;
    }
    let turned = chars[4..].iter().chain(&chars[..4]);
    let rest = turned.fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(n) if n < 10 => (rest * 10 + n) % 97,
        Some(n) => (rest * 100 + n) % 97,
        None => rest,
    });
    rest == 1
}

/// Spanish DNI and NIE: the letter is the number modulo 23.
pub(super) fn dni(number: u32, letter: char) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    LETTERS[(number % 23) as usize] == letter.to_ascii_uppercase() as u8
}

/// Brazilian CPF: two digits modulo 11.
pub(super) fn cpf(d: &[u32]) -> bool {
    let check = |n: usize| {
        let sum: u32 = d[..n]
            .iter()
            .zip((2..=n as u32 + 1).rev())
            .map(|(d, w)| d * w)
            .sum();
        sum * 10 % 11 % 10
    };
    d.len() == 11 && !all_alike(d) && check(9) == d[9] && check(10) == d[10]
}

/// Chilean RUT: modulo 11 with weights 2 to 7 from the right; `None` stands for K.
pub(super) fn rut(number: &[u32], check: Option<u32>) -> bool {
    let sum: u32 = number
        .iter()
        .rev()
        .zip((2..=7).cycle())
        .map(|(d, w)| d * w)
        .sum();
    match 11 - sum % 11 {
        11 => check == Some(0),
        10 => check.is_none(),
        n => check == Some(n),
    }
}

/// Argentine CUIT and CUIL: modulo 11, of a person or a company.
pub(super) fn cuit(d: &[u32]) -> bool {
    const PREFIXES: [u32; 8] = [20, 23, 24, 25, 26, 27, 30, 33];
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    if d.len() != 11 || !(PREFIXES.contains(&(d[0] * 10 + d[1])) || d[0] * 10 + d[1] == 34) {
        return false;
    }
    let sum: u32 = d.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    (11 - sum % 11) % 11 == d[10]
}

/// Mexican CURP: the last digit over 17 characters of an alphabet with Ñ.
pub(super) fn curp(chars: &[char]) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";
    let value = |c: char| ALPHABET.chars().position(|a| a == c);
    let Some(sum) = chars[..17]
        .iter()
        .enumerate()
        .try_fold(0, |sum, (i, c)| Some(sum + value(*c)? * (18 - i)))
    else {
        return false;
    };
    chars[17].to_digit(10) == Some(((10 - sum % 10) % 10) as u32)
}

fn all_alike(d: &[u32]) -> bool {
    d.iter().all(|x| *x == d[0])
}
