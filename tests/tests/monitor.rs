//! What a monitor promises of any stream at all.

use std::sync::LazyLock;

use avizor::{Classifier, Mention, Monitor, Protocol, ReputationRow, Signal, Span, Timestamp};
use avizor_tests::{SMALL, monitor, protocol};
use proptest::collection::vec;
use proptest::prelude::*;

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(|| protocol(SMALL));
static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&PROTOCOL).with_evidence(false));

const MINUTE: i64 = 60_000;
/// A little after midnight, so that how late the first mention comes moves it across the end of an hour.
const START: i64 = 1_772_409_600_000 + 9 * MINUTE;
const LATENESS: i64 = 15 * MINUTE;

const TEXTS: [&str; 10] = [
    "@auroraair pésimo servicio, un desastre",
    "@auroraair me perdieron la maleta y nadie contesta",
    "qué bien ha ido el vuelo con aurora air, gracias",
    "aurora air abre una ruta a Lisboa",
    "brisa es una vergüenza, no vuelvo a volar con ellos",
    "@brisa gracias por todo, una tripulación encantadora",
    "boreas fatal, aurora air en cambio muy bien",
    "hoy llueve en Madrid",
    "@auroraair これは本当にひどいサービスです",
    "",
];

/// Distance to the one before in milliseconds, what it says, who says it, and how late it arrives.
#[derive(Clone, Debug)]
struct Draft {
    gap: i64,
    text: usize,
    author: u8,
    followers: Option<u64>,
    from_brand: bool,
    delay: i64,
}

fn draft() -> impl Strategy<Value = Draft> {
    let gap = prop_oneof![
        12 => 0..4 * MINUTE,
        4 => 4 * MINUTE..90 * MINUTE,
        1 => 90 * MINUTE..3 * 24 * 60 * MINUTE,
    ];
    let followers = proptest::option::of(0_u64..2_000_000);
    let brand = proptest::bool::weighted(0.05);
    (gap, 0..TEXTS.len(), 0_u8..9, followers, brand, 0..=LATENESS).prop_map(
        |(gap, text, author, followers, from_brand, delay)| Draft {
            gap,
            text,
            author,
            followers,
            from_brand,
            delay,
        },
    )
}

fn mentions(drafts: &[Draft]) -> Vec<Mention> {
    let mut at = START;
    drafts
        .iter()
        .enumerate()
        .map(|(i, d)| {
            at += d.gap;
            Mention {
                author: (d.author > 0).then(|| format!("a{}", d.author)),
                followers: d.followers,
                from_brand: d.from_brand,
                ..Mention::new(format!("m{i}"), Timestamp::from_millis(at), TEXTS[d.text])
            }
        })
        .collect()
}

/// The same mentions, each up to the allowed lateness later than it was written.
fn delayed(drafts: &[Draft], mentions: &[Mention]) -> Vec<Mention> {
    let mut order: Vec<usize> = (0..mentions.len()).collect();
    order.sort_by_key(|&i| mentions[i].timestamp.millis() + drafts[i].delay);
    order.into_iter().map(|i| mentions[i].clone()).collect()
}

fn fresh() -> Monitor {
    monitor(&PROTOCOL, &CLASSIFIER)
}

fn feed(monitor: &mut Monitor, mentions: &[Mention]) -> Vec<Signal> {
    mentions.iter().flat_map(|m| monitor.observe(m)).collect()
}

fn whole(mentions: &[Mention]) -> (Monitor, Vec<Signal>) {
    let mut monitor = fresh();
    let mut signals = feed(&mut monitor, mentions);
    signals.extend(monitor.finish());
    (monitor, signals)
}

fn reputations(monitor: &Monitor) -> Vec<ReputationRow> {
    ["Aurora Air", "Brisa", "Boreas"]
        .iter()
        .flat_map(|name| monitor.reputation(name, Span::days(1)).expect("known"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn order_within_the_lateness_does_not_matter(drafts in vec(draft(), 0..120)) {
        let sorted = mentions(&drafts);
        let (one, signals) = whole(&sorted);
        let (other, also) = whole(&delayed(&drafts, &sorted));
        prop_assert_eq!(one.counts().late, 0);
        prop_assert_eq!(one.counts(), other.counts());
        prop_assert_eq!(reputations(&one), reputations(&other));
        prop_assert_eq!(signals, also);
    }

    #[test]
    fn telling_the_time_in_between_does_not_matter(drafts in vec(draft(), 0..80)) {
        let sorted = mentions(&drafts);
        let (one, signals) = whole(&sorted);
        let mut other = fresh();
        let mut also = Vec::new();
        let mut last = sorted.first().map_or(START, |m| m.timestamp.millis());
        for m in &sorted {
            let step = ((m.timestamp.millis() - last) / 7).max(1);
            for t in 0..7 {
                also.extend(other.advance(Timestamp::from_millis(last + t * step).min(m.timestamp)));
            }
            also.extend(other.observe(m));
            last = m.timestamp.millis();
        }
        also.extend(other.finish());
        prop_assert_eq!(signals, also);
        prop_assert_eq!(one.counts(), other.counts());
        prop_assert_eq!(one.snapshot().unwrap(), other.snapshot().unwrap());
    }

    #[test]
    fn a_stop_and_a_restart_leave_no_trace(
        drafts in vec(draft(), 1..100),
        stops in vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let stream = delayed(&drafts, &mentions(&drafts));
        let (never, signals) = whole(&stream);
        let mut stops: Vec<usize> = stops.iter().map(|s| s.index(stream.len() + 1)).collect();
        stops.sort_unstable();
        let mut monitor = fresh();
        let mut also = Vec::new();
        let mut from = 0;
        for to in stops {
            also.extend(feed(&mut monitor, &stream[from..to]));
            from = to;
            let bytes = monitor.snapshot().unwrap();
            monitor = Monitor::restore_with(PROTOCOL.clone(), CLASSIFIER.clone(), &bytes).unwrap();
            prop_assert_eq!(monitor.snapshot().unwrap(), bytes);
        }
        also.extend(feed(&mut monitor, &stream[from..]));
        also.extend(monitor.finish());
        prop_assert_eq!(signals, also);
        prop_assert_eq!(never.snapshot().unwrap(), monitor.snapshot().unwrap());
        prop_assert_eq!(reputations(&never), reputations(&monitor));
    }

    #[test]
    fn every_mention_has_one_fate(
        rows in vec((0_u32..60, prop_oneof![8 => 0..86_400_000_i64, 1 => any::<i64>()], 0..TEXTS.len(), any::<bool>()), 0..80),
    ) {
        let mut monitor = fresh();
        let mut ids = std::collections::HashSet::new();
        for (i, (id, at, text, brand)) in rows.iter().enumerate() {
            let before = monitor.counts();
            let mention = Mention {
                from_brand: *brand && *text % 3 == 0,
                ..Mention::new(format!("m{id}"), Timestamp::from_millis(START.saturating_add(*at)), TEXTS[*text])
            };
            monitor.observe(&mention);
            let c = monitor.counts();
            prop_assert_eq!(c.observed, i as u64 + 1);
            prop_assert_eq!(c.counted + c.duplicates + c.late + c.from_brand + c.unmatched, c.observed);
            prop_assert_eq!(c.duplicates - before.duplicates, u64::from(!ids.insert(*id)));
            prop_assert!(c.unsupported_language <= c.counted);
        }
    }

    #[test]
    fn twice_collected_is_counted_once(drafts in vec(draft(), 1..60)) {
        let once = mentions(&drafts);
        let twice: Vec<Mention> = once.iter().flat_map(|m| [m.clone(), m.clone()]).collect();
        let (one, signals) = whole(&once);
        let (two, also) = whole(&twice);
        prop_assert_eq!(signals, also);
        prop_assert_eq!(two.counts().duplicates, once.len() as u64);
        prop_assert_eq!(two.counts().counted, one.counts().counted);
        prop_assert_eq!(reputations(&one), reputations(&two));
    }
}
