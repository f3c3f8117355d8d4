//! Small random models of each family, made by `tests/reference.py` with what PyTorch says of some texts.

mod broken;
mod reference;
mod review;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

const FAMILIES: [&str; 4] = ["bert", "roberta", "xlm-roberta", "distilbert"];

/// What PyTorch says of a text.
#[derive(Deserialize)]
struct Expected {
    text: String,
    ids: Vec<u32>,
    embedding: Vec<f32>,
    logits: Vec<f32>,
}

fn fixture(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(family)
}

fn expected(family: &str) -> Vec<Expected> {
    let bytes = fs::read(fixture(family).join("expected.json")).expect("the fixture is there");
    serde_json::from_slice(&bytes).expect("as reference.py writes it")
}

/// A copy of a fixture that a test may spoil.
fn copy(family: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for entry in fs::read_dir(fixture(family)).expect("the fixture is there") {
        let entry = entry.expect("readable");
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("writable");
    }
    folder
}

/// Rewrites a file of JSON.
fn edit(folder: &TempDir, name: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let path = folder.path().join(name);
    let mut value = serde_json::from_slice(&fs::read(&path).expect("there")).expect("JSON");
    change(&mut value);
    fs::write(path, value.to_string()).expect("writable");
}
