//! Generated numbers: valid ones are found, others are left alone.

use proptest::prelude::*;

use super::*;

/// Digits of a seed, most significant first.
fn digits(mut seed: u64, n: usize) -> Vec<u32> {
    let mut out = vec![0; n];
    for d in out.iter_mut().rev() {
        *d = (seed % 10) as u32;
        seed /= 10;
    }
    out
}

fn written(d: &[u32]) -> String {
    d.iter().map(u32::to_string).collect()
}

/// The check digit that makes `test` true, written behind the number.
fn completed(number: &[u32], test: impl Fn(&[u32]) -> bool) -> Option<Vec<u32>> {
    (0..10).map(|c| [number, &[c]].concat()).find(|d| test(d))
}

fn grouped(text: &str, sizes: &[usize], gap: &str) -> String {
    let (mut rest, mut parts) = (text, Vec::new());
    for &n in sizes {
        let (part, after) = rest.split_at(n.min(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts.join(gap) + rest
}

fn cpf_of(nine: &[u32]) -> Option<Vec<u32>> {
    (0..100)
        .map(|c| [nine, &[c / 10, c % 10]].concat())
        .find(|d| checksum::cpf(d))
}

fn letter_of(number: u32) -> char {
    ('A'..='Z').find(|l| checksum::dni(number, *l)).unwrap()
}

/// A valid number of each kind from one seed.
fn valid(seed: u64) -> Vec<(Kind, String)> {
    let mut all = Vec::new();
    let mut card = vec![4];
    card.extend(digits(seed, 14));
    if let Some(d) = completed(&card, checksum::luhn) {
        let card = written(&d);
        all.push((Kind::Card, grouped(&card, &[4, 4, 4, 4], " ")));
        all.push((Kind::Card, grouped(&card, &[4, 4, 4, 4], "-")));
        all.push((Kind::Card, card));
    }
    let number = (seed % 100_000_000) as u32;
    all.push((Kind::Document, format!("{number:08}{}", letter_of(number))));
    all.push((Kind::Document, format!("{number:08}-{}", letter_of(number))));
    let lead = (seed % 3) as u32;
    let seven = number % 10_000_000;
    let nie = letter_of(lead * 10_000_000 + seven);
    all.push((
        Kind::Document,
        format!("{}{seven:07}{nie}", ['X', 'Y', 'Z'][lead as usize]),
    ));
    if let Some(d) = cpf_of(&digits(seed, 9)) {
        let plain = written(&d);
        let dotted = grouped(&plain[..9], &[3, 3, 3], ".");
        all.push((Kind::Document, format!("{dotted}-{}", &plain[9..])));
        all.push((Kind::Document, plain));
    }
    let cuit = [&[2, 0][..], &digits(seed, 8)].concat();
    if let Some(d) = completed(&cuit, checksum::cuit) {
        all.push((Kind::Document, grouped(&written(&d), &[2, 8, 1], "-")));
    }
    let rut = [&[1][..], &digits(seed, 7)].concat();
    let check = (0..10)
        .find(|c| checksum::rut(&rut, Some(*c)))
        .map_or("K".into(), |c| c.to_string());
    let body = written(&rut);
    all.push((
        Kind::Document,
        format!("{}-{check}", grouped(&body, &[2, 3, 3], ".")),
    ));
    all.push((Kind::Document, format!("{body}-{check}")));
    let account = written(&digits(seed, 20));
    let iban = (2..99)
        .map(|c| format!("ES{c:02}{account}"))
        .find(|i| checksum::iban(&i.chars().collect::<Vec<_>>()))
        .unwrap();
    all.push((Kind::Account, grouped(&iban, &[4; 6], " ")));
    all.push((Kind::Account, iban));
    let (a, b) = (seed % 1_000_000, seed / 7 % 10_000);
    let mobile = format!("6{:08}", seed % 100_000_000);
    all.push((Kind::Phone, grouped(&mobile, &[3, 3, 3], " ")));
    all.push((Kind::Phone, grouped(&mobile, &[3, 2, 2, 2], " ")));
    all.push((Kind::Phone, format!("+34 {mobile}")));
    all.push((Kind::Phone, format!("+52 55 {:04} {b:04}", a % 10_000)));
    all.push((Kind::Phone, format!("(11) 9{:04}-{b:04}", a % 10_000)));
    all.push((
        Kind::Phone,
        format!("(0{}) 4{:03}-{b:04}", 11 + seed % 80, a % 1_000),
    ));
    all.push((
        Kind::Phone,
        format!("3{:02} {:03} {b:04}", a % 100, a % 1_000),
    ));
    all.push((Kind::Phone, format!("+56 9 {:04} {b:04}", a % 10_000)));
    all.push((Kind::Phone, format!("(212) 555-{b:04}")));
    let l = |n: u64| b"BCDFGHJKLMNPRSTVWXYZ"[(n % 20) as usize] as char;
    all.push((Kind::Plate, format!("{b:04} {}{}{}", l(seed), l(a), l(b))));
    all.push((
        Kind::Plate,
        format!(
            "{}{}{}{}{}{:02}",
            l(a),
            l(b),
            l(seed),
            b % 10,
            l(seed / 3),
            a % 100
        ),
    ));
    all.push((
        Kind::Plate,
        format!("placa {}{}{}-{:03}", l(a), l(b), l(seed), b % 1_000),
    ));
    all.push((Kind::Email, format!("ana.{a}+x@correo{b}.example")));
    all
}

/// What is nobody's: wrong check digits, orders, amounts, dates, flights, hours, scores, versions.
fn nobodys(seed: u64) -> Vec<String> {
    let mut all = Vec::new();
    let sixteen = [&[4][..], &digits(seed, 15)].concat();
    if !checksum::luhn(&sixteen) {
        all.push(grouped(&written(&sixteen), &[4, 4, 4, 4], " "));
    }
    let number = (seed % 100_000_000) as u32;
    let wrong = ('A'..='Z')
        .find(|l| !"IOU".contains(*l) && !checksum::dni(number, *l))
        .unwrap();
    all.push(format!("{number:08}{wrong}"));
    let eleven = digits(seed, 11);
    if !checksum::cpf(&eleven) {
        let plain = written(&eleven);
        all.push(format!(
            "{}-{}",
            grouped(&plain[..9], &[3, 3, 3], "."),
            &plain[9..]
        ));
    }
    let cuit = [&[2, 0][..], &digits(seed, 9)].concat();
    if !checksum::cuit(&cuit) {
        all.push(grouped(&written(&cuit), &[2, 8, 1], "-"));
    }
    let rut = [&[1][..], &digits(seed, 7)].concat();
    let check = (0..10).find(|c| !checksum::rut(&rut, Some(*c))).unwrap();
    all.push(format!("{}-{check}", written(&rut)));
    let iban: String = format!("ES00{}", written(&digits(seed, 20)));
    all.push(iban);
    let (a, b) = (seed % 1_000_000, seed / 7 % 10_000);
    all.push(format!("pedido {}", 100_000_000 + seed % 800_000_000));
    all.push(format!("order {}", 1_000_000_000 + seed % 8_000_000_000));
    all.push(format!("protocolo {:012}", seed % 1_000_000_000_000));
    all.push(format!(
        "{}.{:03}.{:03} pesos",
        1 + a % 99,
        b % 1_000,
        a % 1_000
    ));
    all.push(format!("${}", 10_000_000 + number % 90_000_000));
    all.push(format!("{}.{:03},{:02} €", 1 + a % 99, b % 1_000, a % 100));
    all.push(format!(
        "20{:02}-{:02}-{:02}",
        a % 40,
        1 + a % 12,
        1 + b % 28
    ));
    all.push(format!("{:02}/{:02}/2026", 1 + b % 28, 1 + a % 12));
    all.push(format!("{:02}.{:02}.2026", 1 + b % 28, 1 + a % 12));
    all.push(format!("vuelo AU{b:04}"));
    all.push(format!("{:02}:{:02}", a % 24, b % 60));
    all.push(format!("{}-{}", a % 9, b % 9));
    all.push(format!("192.168.{}.{}", a % 256, b % 256));
    all.push(format!("versión {}.{}.{}", a % 20, b % 20, a % 7));
    all.push(format!("{} seguidores", 1_000_000 + number));
    all.push(format!("código BIENVENIDA{b}"));
    all
}

const BEFORE: [&str; 4] = ["", "mi dato es ", "aquí va: ", "olha, "];
const AFTER: [&str; 4] = ["", " gracias", ", por favor.", "; e aí?"];

#[test]
fn generated_numbers() {
    let (mut valid_count, mut found, mut others, mut spared) = (0, 0, 0, 0);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for i in 0..500 {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let around = |text: &str| format!("{}{text}{}", BEFORE[i % 4], AFTER[i / 4 % 4]);
        for (kind, number) in valid(seed >> 8) {
            valid_count += 1;
            let text = around(&number);
            let hit = super::find(&text).iter().any(|p| {
                p.kind == kind
                    && text[p.start..p.end]
                        .chars()
                        .filter(char::is_ascii_digit)
                        .count()
                        == number.chars().filter(char::is_ascii_digit).count()
            });
            found += usize::from(hit);
            if !hit && valid_count - found <= 10 {
                println!("missed {kind:?}: {text}");
            }
        }
        for number in nobodys(seed >> 8) {
            others += 1;
            let text = around(&number);
            let hits = super::find(&text);
            spared += usize::from(hits.is_empty());
            if !hits.is_empty() && others - spared <= 20 {
                println!("taken {:?}: {text}", hits[0].kind);
            }
        }
    }
    let recall = found as f64 / valid_count as f64;
    let wrong = (others - spared) as f64;
    let precision = found as f64 / (found as f64 + wrong);
    println!(
        "personal data: recall {recall:.4} of {valid_count}, precision {precision:.4}, {spared} of {others} others spared"
    );
    assert!(recall >= 0.99);
    assert!(precision >= 0.98 && spared as f64 >= 0.98 * others as f64);
}

proptest! {
    #[test]
    fn any_text_is_masked_without_a_panic(text in "\\PC{0,80}") {
        let masked = mask(&text, |_| "·");
        prop_assert!(find(&text).iter().all(|p| p.start < p.end && text.get(p.start..p.end).is_some()));
        prop_assert_eq!(find(&text).is_empty(), masked == text);
    }

    #[test]
    fn odd_numbers_are_read_without_a_panic(text in "[0-9A-Za-z+(). /@_-]{0,60}") {
        let _ = mask(&text, |_| "·");
    }
}
