use std::fs;

use avizor_encoder::Encoder;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde_json::json;
use tempfile::TempDir;

use crate::{FAMILIES, copy, edit, expected};

/// Loads a folder that is wrong and gives what is said of it, with what caused it.
fn fault(folder: &TempDir) -> String {
    let error = Encoder::load(folder.path()).expect_err("it is wrong");
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    format!("{error} {}", cause.unwrap_or_default())
}

#[test]
fn a_missing_file_is_named() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = copy("bert");
        fs::remove_file(folder.path().join(name)).expect("it was there");
        let said = fault(&folder);
        assert!(said.contains(name), "{said}");
    }
    let folder = copy("bert");
    fs::rename(
        folder.path().join("model.safetensors"),
        folder.path().join("pytorch_model.bin"),
    )
    .expect("writable");
    assert!(
        fault(&folder).contains("safe_serialization"),
        "{}",
        fault(&folder)
    );
    fs::write(folder.path().join("model.safetensors.index.json"), "{}").expect("writable");
    assert!(
        fault(&folder).contains("max_shard_size"),
        "{}",
        fault(&folder)
    );
}

#[test]
fn a_model_of_another_kind_is_refused() {
    for (key, value, said) in [
        ("model_type", json!("gpt2"), "`gpt2`"),
        ("model_type", json!(null), "``"),
        ("position_embedding_type", json!("relative_key"), "relative"),
        ("is_decoder", json!(true), "decoder"),
        (
            "problem_type",
            json!("multi_label_classification"),
            "problem_type",
        ),
        ("hidden_act", json!("swish"), "`swish`"),
        ("num_attention_heads", json!(5), "sizes"),
        ("hidden_size", json!(0), "sizes"),
        ("hidden_size", json!(32), "the shape [16, 16]"),
        ("vocab_size", json!(10_000), "[320, 16]"),
        ("num_hidden_layers", json!(3), "encoder.layer.2"),
        ("max_position_embeddings", json!(32), "position_embeddings"),
        ("id2label", json!({"0": "yes"}), "id2label"),
        ("id2label", json!({"0": "a", "1": "b"}), "classifier.weight"),
        ("vocab_size", json!("many"), "config.json"),
        ("layer_norm_eps", json!(-1.0), "sizes"),
    ] {
        let folder = copy("bert");
        edit(&folder, "config.json", |c| c[key] = value);
        let fault = fault(&folder);
        assert!(fault.contains(said), "{key}: {fault}");
    }
    // Another family's weights under this family's name.
    let folder = copy("distilbert");
    edit(&folder, "config.json", |c| c["model_type"] = json!("bert"));
    assert!(
        fault(&folder).contains("model.safetensors"),
        "{}",
        fault(&folder)
    );
}

#[test]
fn a_model_without_a_head_gives_embeddings_only() {
    let folder = copy("bert");
    edit(&folder, "config.json", |c| {
        c["architectures"] = json!(["BertForTokenClassification"]);
    });
    let encoder = Encoder::load(folder.path()).expect("its trunk is whole");
    assert!(encoder.labels().is_empty() && encoder.embed(&["hola"]).is_ok());
    let said = encoder.logits(&["hola"]).expect_err("no head").to_string();
    assert!(said.contains("avizor train"), "{said}");
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let folder = copy("bert");
    edit(&folder, "tokenizer.json", |t| {
        t["added_tokens"][0]["id"] = json!(9999);
        t["model"]["vocab"]["[PAD]"] = json!(9999);
    });
    assert!(
        fault(&folder).contains("another model"),
        "{}",
        fault(&folder)
    );
    let folder = copy("bert");
    edit(&folder, "special_tokens_map.json", |t| {
        t["pad_token"] = json!("<nothing>");
    });
    assert!(fault(&folder).contains("`<nothing>`"), "{}", fault(&folder));
    let folder = copy("bert");
    edit(&folder, "special_tokens_map.json", |t| {
        t["pad_token"] = json!("[UNK]");
    });
    assert!(
        fault(&folder).contains("padding token"),
        "{}",
        fault(&folder)
    );
    let folder = copy("bert");
    edit(&folder, "tokenizer.json", |t| {
        t["post_processor"] = json!(null);
    });
    assert!(
        fault(&folder).contains("beginning and the end"),
        "{}",
        fault(&folder)
    );
    let folder = copy("bert");
    fs::write(folder.path().join("tokenizer.json"), "{\"version\"").expect("writable");
    assert!(
        fault(&folder).contains("tokenizer.json"),
        "{}",
        fault(&folder)
    );
}

#[test]
fn the_map_of_special_tokens_may_lack_where_another_file_says_it() {
    let folder = copy("roberta");
    fs::remove_file(folder.path().join("special_tokens_map.json")).expect("it was there");
    assert!(Encoder::load(folder.path()).is_ok());
    fs::remove_file(folder.path().join("tokenizer_config.json")).expect("it was there");
    edit(&folder, "config.json", |c| c["pad_token_id"] = json!(null));
    assert!(fault(&folder).contains("pad_token"), "{}", fault(&folder));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let folder = copy("distilbert");
    let path = folder.path().join("model.safetensors");
    let whole = fs::read(&path).expect("there");
    for length in [0, 4, 8, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).expect("writable");
        assert!(
            fault(&folder).contains("not whole"),
            "{length}: {}",
            fault(&folder)
        );
    }
    let mut longer = whole.clone();
    longer.push(0);
    fs::write(&path, longer).expect("writable");
    assert!(fault(&folder).contains("not whole"));
    let mut damaged = whole;
    damaged[..8].copy_from_slice(&[0xff; 8]);
    fs::write(&path, damaged).expect("writable");
    assert!(fault(&folder).contains("not whole"));
}

/// The fixture's weights in another precision.
fn convert(family: &str, kind: Dtype, number: fn(f32) -> Vec<u8>) -> TempDir {
    let folder = copy(family);
    let path = folder.path().join("model.safetensors");
    let bytes = fs::read(&path).expect("there");
    let tensors = SafeTensors::deserialize(&bytes).expect("whole");
    let converted: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, view)| {
            let numbers = view.data().chunks_exact(4);
            let data = numbers.flat_map(|b| number(f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
            (name.to_owned(), view.shape().to_vec(), data.collect())
        })
        .collect();
    let views = converted.iter().map(|(name, shape, data)| {
        let view = TensorView::new(kind, shape.clone(), data).expect("it fits");
        (name.clone(), view)
    });
    fs::write(&path, serialize(views, None).expect("it fits")).expect("writable");
    folder
}

fn bfloat(x: f32) -> Vec<u8> {
    let bits = x.to_bits();
    let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1));
    ((rounded >> 16) as u16).to_le_bytes().to_vec()
}

/// Rounds towards zero, which is near enough here; what is smaller than a normal half becomes 0.
fn half(x: f32) -> Vec<u8> {
    let bits = x.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 127 + 15;
    let value = match exponent {
        1..=30 => sign | (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16,
        _ => sign,
    };
    value.to_le_bytes().to_vec()
}

#[test]
fn half_precision_is_read_and_nearly_the_same() {
    for family in FAMILIES {
        let expected = expected(family);
        let texts: Vec<&str> = expected.iter().map(|e| e.text.as_str()).collect();
        for (kind, number, near) in [
            (Dtype::F16, half as fn(f32) -> Vec<u8>, 0.05),
            (Dtype::BF16, bfloat, 0.3),
            (Dtype::F64, |x| f64::from(x).to_le_bytes().to_vec(), 1e-4),
        ] {
            let folder = convert(family, kind, number);
            let encoder = Encoder::load(folder.path()).expect("half precision is read");
            let read = encoder
                .logits(&texts)
                .expect("it is run in single precision");
            for (row, e) in read.rows.iter().zip(&expected) {
                for (a, b) in row.iter().zip(&e.logits) {
                    assert!((a - b).abs() < near, "{family} {kind:?}: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn weights_that_are_no_numbers_are_told_of() {
    let folder = convert("bert", Dtype::F32, |_| f32::NAN.to_le_bytes().to_vec());
    let encoder = Encoder::load(folder.path()).expect("the file is whole");
    let said = encoder
        .embed(&["hola"])
        .expect_err("no numbers")
        .to_string();
    assert!(said.contains("no numbers"), "{said}");
    let folder = convert("bert", Dtype::I32, |x| (x as i32).to_le_bytes().to_vec());
    assert!(fault(&folder).contains("I32"), "{}", fault(&folder));
}
