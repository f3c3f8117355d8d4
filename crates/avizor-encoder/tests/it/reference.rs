use avizor_encoder::Encoder;

use crate::{FAMILIES, copy, edit, expected, fixture};

/// The reference's own numbers are rounded to six digits.
const CLOSE: f32 = 1e-4;

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn every_family_agrees_with_pytorch() {
    for family in FAMILIES {
        let encoder = Encoder::load(&fixture(family)).expect(family);
        assert_eq!(encoder.family().name(), family);
        assert_eq!(encoder.labels(), ["negative", "neutral", "positive"]);
        let expected = expected(family);
        let texts: Vec<&str> = expected.iter().map(|e| e.text.as_str()).collect();
        let logits = encoder.logits(&texts).expect(family);
        let embeddings = encoder.embed(&texts).expect(family);
        let mut spread = 0.0_f32;
        for (i, e) in expected.iter().enumerate() {
            assert_eq!(
                encoder.tokens(&e.text).expect(family).ids,
                e.ids,
                "{family}: {}",
                e.text
            );
            let difference = largest_difference(&logits.rows[i], &e.logits);
            assert!(difference < CLOSE, "{family}: {difference} of {}", e.text);
            let difference = largest_difference(&embeddings.rows[i], &e.embedding);
            assert!(difference < CLOSE, "{family}: {difference} of {}", e.text);
            spread = spread.max(largest_difference(&e.logits, &expected[0].logits));
        }
        // A model to which all texts are alike would agree by chance.
        assert!(spread > 0.1, "{family}: {spread}");
        assert!(
            logits.cut >= 1,
            "{family}: the last text is longer than the model reads"
        );
        assert_eq!(
            logits.tokens,
            expected.iter().map(|e| e.ids.len()).sum::<usize>()
        );
    }
}

#[test]
fn a_text_alone_is_as_among_others_and_threads_change_nothing() {
    for family in FAMILIES {
        let one = Encoder::load(&fixture(family))
            .and_then(|e| e.with_threads(1))
            .expect(family);
        let many = Encoder::load(&fixture(family))
            .and_then(|e| e.with_threads(3))
            .expect(family);
        let expected = expected(family);
        let texts: Vec<String> = (0..8)
            .flat_map(|_| expected.iter().map(|e| e.text.clone()))
            .collect();
        let together = one.embed(&texts).expect(family);
        assert_eq!(together, many.embed(&texts).expect(family));
        for (text, row) in texts.iter().zip(&together.rows).take(expected.len()) {
            let alone = &one.embed(&[text]).expect(family).rows[0];
            assert!(largest_difference(alone, row) < 1e-5, "{family}: {text}");
        }
        let length: f32 = together.rows[1].iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-4);
    }
    let nothing: [&str; 0] = [];
    let encoder = Encoder::load(&fixture("bert")).expect("bert");
    assert!(encoder.embed(&nothing).expect("no text").rows.is_empty());
}

/// Read to its first layer a model is the one that has no other.
#[test]
fn the_first_layers_are_a_smaller_model() {
    let texts = ["el vuelo salió tarde", "thank you, great crew 👏🏽"];
    for family in FAMILIES {
        let whole = || Encoder::load(&fixture(family)).expect("a fixture");
        let small = copy(family);
        edit(&small, "config.json", |config| {
            let layers = if family == "distilbert" {
                "n_layers"
            } else {
                "num_hidden_layers"
            };
            config[layers] = 1.into();
        });
        let small = Encoder::load(small.path()).expect("fewer layers than weights");
        let cut = whole().with_layers(1).expect("one of two");
        let rows = |encoder: &Encoder| encoder.embed(&texts).expect("it runs").rows;
        assert_eq!(rows(&small), rows(&cut), "{family}");
        assert_ne!(rows(&whole()), rows(&cut), "{family}");
        assert_ne!(whole().fingerprint(), cut.fingerprint());
        assert!(cut.labels().is_empty(), "its labels are the last layer's");
        let words = whole().with_layers(0).expect("words alone");
        assert_eq!(rows(&words)[0].len(), words.width());
        let all = whole().with_layers(2).expect("all of them");
        assert_eq!(all.fingerprint(), whole().fingerprint());
        let said = whole().with_layers(3).expect_err("there are two");
        assert!(said.to_string().contains("2 layers"), "{said}");
    }
}

#[test]
fn any_text_at_all_is_read() {
    let encoders: Vec<Encoder> = FAMILIES
        .iter()
        .map(|f| Encoder::load(&fixture(f)).expect("a fixture"))
        .collect();
    let odd = [
        "\0\u{1}\u{7f}".to_owned(),
        "\u{200d}\u{fe0f}\u{202e}\u{feff}".to_owned(),
        "[PAD] <pad> [CLS] </s> <mask>".to_owned(),
        "a".repeat(100_000),
        "😡".repeat(5000),
        "\u{0300}".repeat(300),
        "日本語 العربية ไทย".to_owned(),
        " \n\t ".to_owned(),
    ];
    for encoder in &encoders {
        let read = encoder.logits(&odd).expect("texts are no errors");
        assert!(read.rows.iter().flatten().all(|x| x.is_finite()));
        assert!(odd.iter().all(|t| {
            encoder
                .tokens(t)
                .is_ok_and(|t| t.ids.len() <= encoder.limit())
        }));
    }
}
