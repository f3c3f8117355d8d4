//! The published JSON Schema against the program that reads the file: the same fields, the same needed ones, the same
//! words to choose from.

use std::collections::BTreeSet;

use avizor::Protocol;
use avizor_tests::{AIRLINE, ready};
use serde_json::Value;

const SCHEMA: &str = include_str!("../../crates/avizor/protocols/protocol.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// The message with which a file is refused.
fn refused(file: &str) -> String {
    Protocol::parse(file)
        .expect_err("it is to be refused")
        .to_string()
}

/// The names in backticks after `expected`.
fn expected(message: &str) -> BTreeSet<String> {
    let (_, list) = message
        .split_once("expected")
        .expect("it says what it expects");
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn named(table: &Value, what: &str) -> BTreeSet<String> {
    match &table[what] {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(names) => names
            .iter()
            .filter_map(|n| n.as_str().map(str::to_owned))
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// Each table's heading in a file, and its place in the schema.
const TABLES: [(&str, &str); 10] = [
    ("[[entity]]", "entity"),
    ("[[competitor]]", "entity"),
    ("[[topic]]", "topic"),
    ("[calendar]", "calendar"),
    ("[[level]]", "level"),
    ("[[trigger]]", "trigger"),
    ("[[silence]]", "silence"),
    ("[[inhibition]]", "inhibition"),
    ("[[goal]]", "goal"),
    ("[[test]]", "test"),
];

#[test]
fn the_same_fields() {
    let schema = schema();
    let top = expected(&refused("version = 1\nnonsense = 1\n"));
    assert_eq!(named(&schema, "properties"), top);
    for (heading, name) in TABLES {
        let message = refused(&format!("version = 1\n{heading}\nnonsense = 1\n"));
        let table = &schema["$defs"][name];
        assert_eq!(named(table, "properties"), expected(&message), "{heading}");
        assert_eq!(table["additionalProperties"], false, "{heading}");
    }
    let message = refused(
        "version = 1\n[[test]]\nname = \"x\"\nreplay = \"calm\"\nexpect = [{ nonsense = 1 }]\n",
    );
    let item = &schema["$defs"]["test"]["properties"]["expect"]["items"];
    assert_eq!(named(item, "properties"), expected(&message));
}

#[test]
fn the_same_needed_ones() {
    let schema = schema();
    for (heading, name) in TABLES {
        let table = &schema["$defs"][name];
        let mut needed = named(table, "required");
        // Each message names the first that is missing; it is given, in the schema's own terms, until none is.
        let mut file = format!("version = 1\n{heading}\n");
        while let Some(missing) = Protocol::parse(&file)
            .map_or_else(|e| e.to_string(), |_| String::new())
            .split_once("missing field `")
            .and_then(|(_, rest)| rest.split('`').next().map(str::to_owned))
        {
            assert!(needed.remove(&missing), "{heading} {missing}");
            let value = match &table["properties"][&missing]["type"] {
                Value::String(kind) if kind == "array" => "[]",
                Value::String(kind) if kind == "integer" => "1",
                _ => "\"1h\"",
            };
            file = format!("{file}{missing} = {value}\n");
        }
        // An empty list of phrases is read, and refused by what it means.
        needed.remove("phrases");
        assert!(needed.is_empty(), "{heading}: {needed:?}");
    }
}

#[test]
fn the_same_words_to_choose_from() {
    let schema = schema();
    for (heading, name, field) in [
        (
            "[[trigger]]\nname = \"a\"\nlevel = \"a\"\nwindow = \"1h\"\nwhen = \"volume > 1\"",
            "trigger",
            "crisis",
        ),
        ("[[topic]]\nname = \"a\"", "topic", "dimension"),
    ] {
        let message = refused(&format!("version = 1\n{heading}\n{field} = \"nonsense\"\n"));
        let words = &schema["$defs"][name]["properties"][field];
        assert_eq!(named(words, "enum"), expected(&message), "{field}");
    }
}

#[test]
fn the_same_indicators_for_goals() {
    let computed = avizor::reputation::kpi_definitions().iter();
    let names = computed
        .filter(|d| d.instead.is_empty())
        .map(|d| d.name.clone());
    let schema = schema();
    let offered = named(&schema["$defs"]["goal"]["properties"]["kpi"], "enum");
    assert_eq!(offered, names.collect());
}

#[test]
fn files_that_are_sound_keep_to_it() {
    let mut files = ready();
    files.push(("examples/airline.toml".to_owned(), AIRLINE.to_owned()));
    assert_eq!(
        files.len(),
        16,
        "five trades in three languages, and the example"
    );
    for (name, text) in files {
        Protocol::parse(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let file: Value = toml::from_str(&text).expect("it is TOML");
        let mut wrong = Vec::new();
        check(&schema(), &schema(), &file, String::new(), &mut wrong);
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

/// What of JSON Schema the schema uses.
fn check(root: &Value, rule: &Value, value: &Value, path: String, wrong: &mut Vec<String>) {
    if let Some(name) = rule["$ref"].as_str() {
        let target = &root["$defs"][name.trim_start_matches("#/$defs/")];
        check(root, target, value, path, wrong);
        return;
    }
    let kind = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Number(n) if n.is_i64() => "integer",
        _ => "number",
    };
    let wanted = rule["type"].as_str().unwrap_or(kind);
    if wanted != kind && !(wanted == "number" && kind == "integer") {
        wrong.push(format!("{path} is {kind}, not {wanted}"));
    }
    if let Some(words) = rule["enum"].as_array()
        && !words.contains(value)
    {
        wrong.push(format!("{path} is {value}"));
    }
    if let Value::Array(items) = value {
        for (i, item) in items.iter().enumerate() {
            check(root, &rule["items"], item, format!("{path}[{i}]"), wrong);
        }
    }
    if let Value::Object(map) = value {
        for name in named(rule, "required") {
            if !map.contains_key(&name) {
                wrong.push(format!("{path} lacks {name}"));
            }
        }
        for (name, inner) in map {
            match rule["properties"].get(name) {
                Some(property) => check(root, property, inner, format!("{path}.{name}"), wrong),
                None => wrong.push(format!("{path} has {name}")),
            }
        }
    }
}
