//! The fast path asks the allocator for nothing once its buffers have grown and it has seen the words:
//! only a word that two others have pushed out of memory is stemmed again, which allocates.

use allocation_counter::measure;
use avizor::Classifier;
use avizor::classify::Scratch;
use avizor_tests::scenario;

#[test]
fn sentiment_hardly_allocates_in_steady_state() {
    let mentions = scenario("calm", 3);
    let words: usize = mentions
        .iter()
        .map(|m| m.text.split_whitespace().count())
        .sum();
    let classifier = Classifier::new();
    let mut scratch = Scratch::default();
    let mut read = || {
        for mention in &mentions {
            std::hint::black_box(classifier.sentiment(&mut scratch, &mention.text));
        }
    };
    read();
    let allocations = measure(read).count_total;
    assert!(
        allocations * 1_000 <= words as u64,
        "{allocations} allocations for {words} words"
    );
}
