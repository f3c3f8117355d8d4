//! Snapshots that were damaged, cut off or taken by somebody else: errors, never a panic.

use std::sync::LazyLock;

use avizor::{Classifier, Error, Mention, Monitor, Protocol, Timestamp};
use avizor_tests::{AIRLINE, SMALL, monitor, protocol};
use proptest::prelude::*;

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(|| protocol(SMALL));
static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&PROTOCOL).with_evidence(false));
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut monitor = monitor(&PROTOCOL, &CLASSIFIER);
    for i in 0..40 {
        let at = Timestamp::from_millis(1_772_409_600_000 + i * 400_000);
        monitor.observe(&Mention::new(
            format!("m{i}"),
            at,
            "@auroraair pésimo, un desastre",
        ));
    }
    monitor.snapshot().expect("there is memory")
});

fn restore(protocol: &Protocol, bytes: &[u8]) -> Result<Monitor, Error> {
    Monitor::restore_with(protocol.clone(), CLASSIFIER.clone(), bytes)
}

fn refused(bytes: &[u8]) -> bool {
    matches!(
        restore(&PROTOCOL, bytes),
        Err(Error::Format {
            what: "snapshot",
            ..
        })
    )
}

#[test]
fn whole_it_is_read() {
    let restored = restore(&PROTOCOL, &BYTES).expect("it is whole");
    assert_eq!(restored.counts().counted, 40);
}

#[test]
fn cut_off_anywhere() {
    let ends = (0..64).chain((64..BYTES.len()).step_by(37));
    for end in ends {
        assert!(
            refused(&BYTES[..end]),
            "cut off at {end} of {}",
            BYTES.len()
        );
    }
    let mut longer = BYTES.clone();
    longer.push(0);
    assert!(refused(&longer));
}

#[test]
fn nothing_and_other_files() {
    for bytes in [
        &b""[..],
        b"avizor-s",
        AIRLINE.as_bytes(),
        &[0xff; 4096],
        &[0; 4096],
    ] {
        assert!(refused(bytes));
    }
    let model = include_bytes!("../../crates/avizor/models/language.avz");
    assert!(refused(model));
}

#[test]
fn of_a_newer_program() {
    let mut newer = BYTES.clone();
    newer[8] += 1;
    let message = restore(&PROTOCOL, &newer).expect_err("newer").to_string();
    assert!(
        message.contains("use the version that wrote it"),
        "{message}"
    );
}

#[test]
fn of_another_protocol() {
    let others = [
        AIRLINE.to_owned(),
        SMALL.replace("\"Brisa\"", "\"Bruma\""),
        SMALL.replace("\"quejas\"", "\"enfados\""),
        SMALL.replace("window = \"15m\"", "window = \"20m\""),
        SMALL.replace("[[competitor]]", "[[entity]]"),
    ];
    for other in others {
        let error = restore(&protocol(&other), &BYTES).expect_err("another protocol");
        assert!(matches!(error, Error::ForeignSnapshot { .. }), "{error}");
    }
}

#[test]
fn thresholds_may_change_between_stop_and_start() {
    let moved = SMALL
        .replace("volume >= 4", "volume >= 400")
        .replace("respond_within = \"1h\"", "respond_within = \"2h\"");
    let restored = restore(&protocol(&moved), &BYTES).expect("only thresholds have moved");
    assert_eq!(restored.counts().counted, 40);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_damage_is_seen(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = BYTES.clone();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(refused(&bytes));
    }

    #[test]
    fn noise_is_no_snapshot(noise in proptest::collection::vec(any::<u8>(), 0..300), named in any::<bool>()) {
        let mut bytes = if named { BYTES[..12].to_vec() } else { Vec::new() };
        bytes.extend(noise);
        prop_assert!(refused(&bytes));
    }
}
