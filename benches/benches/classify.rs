//! What one mention costs, from its language alone to a whole analysis under a large protocol.

use std::hint::black_box;

use avizor::{Classifier, Scratch};
use avizor_benches::{mentions, protocol, texts};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Texts of one round.
const TEXTS: usize = 2_000;

fn main() {
    divan::main();
}

#[divan::bench]
fn language(bencher: Bencher) {
    let (classifier, mut scratch, texts) = (Classifier::new(), Scratch::default(), texts(TEXTS));
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| {
            for text in &texts {
                black_box(classifier.language(&mut scratch, black_box(text)));
            }
        });
}

#[divan::bench]
fn sentiment_and_language(bencher: Bencher) {
    let (classifier, mut scratch, texts) = (Classifier::new(), Scratch::default(), texts(TEXTS));
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| {
            for text in &texts {
                black_box(classifier.sentiment(&mut scratch, black_box(text)));
            }
        });
}

#[divan::bench]
fn whole_without_evidence(bencher: Bencher) {
    whole(bencher, &Classifier::new().with_evidence(false));
}

#[divan::bench]
fn whole_with_evidence(bencher: Bencher) {
    whole(bencher, &Classifier::new());
}

/// (topic phrases, aliases) of a protocol: the cost should hardly grow with them.
#[divan::bench(args = [(20, 20), (2_000, 500), (4_000, 500)])]
fn whole_under_protocol(bencher: Bencher, (phrases, aliases): (usize, usize)) {
    let protocol = protocol(phrases, aliases).expect("the corpora hold enough phrases");
    let classifier = Classifier::for_protocol(&protocol).with_evidence(false);
    whole(bencher, &classifier);
}

fn whole(bencher: Bencher, classifier: &Classifier) {
    let (mut scratch, mentions) = (Scratch::default(), mentions(TEXTS));
    bencher
        .counter(ItemsCount::new(mentions.len()))
        .bench_local(|| {
            for mention in &mentions {
                black_box(classifier.analyse(&mut scratch, black_box(mention)));
            }
        });
}
