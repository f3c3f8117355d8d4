use serde_json::Value;

use crate::Place;

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

const LABELLED: &str = "tweet,feel,want,about,lang
\"Pésimo servicio, un desastre\",NEGATIVE,complaint,Aurora Air,es
\"Me perdieron la maleta, qué vergüenza\",negative,complaint,,es
\"Gracias, excelente vuelo\",Positive,other,,es
\"The crew was wonderful, thank you\",positive,other,,en
\"Aurora Air vuela a Lima\",neutral,other,Aurora Air,es
";

#[test]
fn eval_as_json_and_as_a_table() {
    let place = Place::new();
    place.write("l.csv", LABELLED);
    let run = place.run("eval sentiment l.csv --text tweet --label feel --json --errors e.jsonl");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let e = json(&run.out);
    assert_eq!((&e["task"], &e["n"]), (&"sentiment".into(), &5.into()));
    for key in [
        "accuracy",
        "macro_f1",
        "macro_recall",
        "per_class",
        "confusion",
        "ece",
        "ece_by_chance",
    ] {
        assert!(!e[key].is_null(), "{key}");
    }
    assert_eq!(e["per_class"]["negative"]["support"], 2);
    let wrong = place.read("e.jsonl").lines().count() as f64;
    assert!((e["accuracy"].as_f64().expect("a number") - (5.0 - wrong) / 5.0).abs() < 1e-9);

    let run = place.run("eval sentiment l.csv --text tweet --label feel");
    assert!(
        run.out.contains("precision") && run.out.lines().all(|l| l.chars().count() <= 80),
        "{}",
        run.out
    );
}

#[test]
fn eval_says_how_sure_it_is_in_parts_and_against_another_model() {
    let place = Place::new();
    let rows: Vec<String> = (0..30)
        .map(|i| {
            let (text, label) = [
                ("Pésimo servicio, un desastre", "negative"),
                ("Gracias, excelente vuelo", "positive"),
                ("Qué maravilla, tres horas tirados en la puerta", "negative"),
            ][i % 3];
            let (locale, channel) = (["es-MX", "es-ES"][i % 2], ["x", "reviews"][i % 2]);
            format!("\"{text} {i}\",{label},{locale},{channel}")
        })
        .collect();
    let rows = rows.join("\n");
    place.write("l.csv", format!("text,label,language,channel\n{rows}"));
    place.write(
        "t.csv",
        training()
            .replace("praise", "positive")
            .replace("complaint", "negative"),
    );
    place.run("train sentiment t.csv --start none --epochs 2 --output m.avz");
    let args =
        "eval sentiment l.csv --slice dialect --slice length --slice channel --against m.avz";
    let e = json(&place.run(&format!("{args} --json --errors e.jsonl")).out);
    let interval = &e["intervals"]["accuracy"];
    let at = |v: &Value| v.as_f64().expect("a number");
    assert!(
        at(&interval["low"]) <= at(&e["accuracy"]) && at(&e["accuracy"]) <= at(&interval["high"])
    );
    let points = e["reliability"].as_array().expect("points");
    let n: u64 = points.iter().filter_map(|p| p["n"].as_u64()).sum();
    assert_eq!(n, 30);
    assert_eq!(e["slices"]["dialect"]["es-MX"]["n"], 15);
    assert_eq!(e["slices"]["channel"]["reviews"]["n"], 15);
    assert!(e["slices"]["length"]["1 to 10 words"]["n"].is_u64());
    assert!(at(&e["against"]["mcnemar"]["p_value"]) <= 1.0);
    let mistakes: Vec<Value> = place.read("e.jsonl").lines().map(json).collect();
    let sure: Vec<f64> = mistakes.iter().map(|m| at(&m["confidence"])).collect();
    assert!(sure.is_sorted_by(|a, b| a >= b), "{sure:?}");
    assert!(mistakes.iter().all(|m| m["evidence"].is_array()));
    let documented = include_str!("../../../../docs/formats.md");
    for field in e.as_object().expect("an object").keys() {
        assert!(documented.contains(&format!("`{field}`")), "{field}");
    }
    let page = place.run(args).out;
    assert!(
        page.contains("reliability") && page.contains("McNemar"),
        "{page}"
    );
    assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
}

#[test]
fn eval_of_one_label_against_the_rest() {
    let place = Place::new();
    place.write("l.csv", LABELLED);
    let run = place.run("eval intent l.csv --text tweet --label want --positive complaint --json");
    assert_eq!(run.status, 0, "{}", run.err);
    let e = json(&run.out);
    assert_eq!(e["f1"], e["per_class"]["complaint"]["f1"]);
    assert_eq!(e["per_class"]["rest"]["support"], 3);
    assert_eq!(
        place
            .run("eval intent l.csv --text tweet --label want")
            .status,
        2
    );
    let run = place.run("eval intent l.csv --text tweet --label want --positive complain");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("never predicted"), "{}", run.err);
}

#[test]
fn eval_does_not_guess_labels() {
    let place = Place::new();
    for label in ["neg", "0", "malo"] {
        place.write("l.csv", format!("text,label\nhola,{label}\n"));
        let run = place.run("eval sentiment l.csv");
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.contains(&format!("`{label}`")), "{}", run.err);
        assert!(
            run.err.contains("negative, neutral, positive"),
            "{}",
            run.err
        );
    }
}

#[test]
fn eval_of_language_and_entities_does_not_see_the_truth() {
    let place = Place::new();
    let protocol = crate::PROTOCOL;
    place.write("p.toml", protocol).write(
        "l.csv",
        "text,language,entity\nlos vuelos de Aurora Air salen tarde,en,Boreas\nthe flights are late,en,\n",
    );
    let e = json(&place.run("eval language l.csv --label language --json").out);
    assert_eq!(e["accuracy"], 0.5);
    let e = json(
        &place
            .run("eval entity l.csv --label entity --protocol p.toml --json")
            .out,
    );
    assert_eq!(e["confusion"]["Boreas"]["Aurora Air"], 1);
    assert_eq!(e["confusion"]["none"]["none"], 1);
    let run =
        place.run("eval entity l.csv --label entity --protocol p.toml --skip-unlabelled --json");
    assert_eq!(json(&run.out)["n"], 1);
    assert!(run.err.contains("1 rows without a label"), "{}", run.err);
    assert_eq!(place.run("eval entity l.csv --label entity").status, 2);
}

fn training() -> String {
    let good = ["gracias", "excelente", "genial", "maravilloso", "perfecto"];
    let bad = ["pésimo", "desastre", "horrible", "vergüenza", "fatal"];
    let pair = |i: usize| {
        let (good, bad) = (good[i % 5], bad[i % 5]);
        format!("el vuelo {i} {good},praise\nel vuelo {i} {bad},complaint\n")
    };
    let rows: Vec<String> = (0..40).map(pair).collect();
    format!("text,label\n{}", rows.concat())
}

#[test]
fn train_inspect_and_use_a_model() {
    let place = Place::new();
    place.write("l.csv", training());
    let run = place.run(
        "train intent l.csv --epochs 3 --date 2026-03-01 --validation l.csv --output m.avz --json",
    );
    assert_eq!(run.status, 0, "{}", run.err);
    let metrics = json(&run.out);
    assert_eq!(metrics["held_out"]["n"], 80);
    assert_eq!(metrics["validation"]["n"], 80);
    let first = std::fs::read(place.path("m.avz")).expect("the model was written");
    place.run("train intent l.csv --epochs 3 --date 2026-03-01 --output m.avz");
    assert!(first == std::fs::read(place.path("m.avz")).expect("the model was written"));

    let run = place.run("model inspect m.avz");
    assert_eq!(run.status, 0);
    for word in [
        "intent",
        "complaint, praise",
        "l.csv",
        "80",
        "2026-03-01",
        "held-out accuracy",
    ] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    let card = json(&place.run("model inspect m.avz --json").out);
    assert_eq!(card["card"]["examples"], 80);

    let run = place.run("eval intent l.csv --model m.avz --json");
    assert!(
        json(&run.out)["accuracy"].as_f64().expect("a number") > 0.9,
        "{}",
        run.out
    );
}

#[test]
fn one_intent_is_told_from_all_else_whatever_that_is_called() {
    let place = Place::new();
    place.write("l.csv", training().replace("praise", "not one"));
    let run = place.run("train intent l.csv --validation l.csv --output m.avz --json");
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(
        run.err.contains("not one counted as `other`"),
        "{}",
        run.err
    );
    assert!(json(&run.out)["validation"]["accuracy"].as_f64() > Some(0.9));

    let run = place.run("eval intent l.csv --model m.avz --json");
    let e = json(&run.out);
    assert!(e["accuracy"].as_f64() > Some(0.9), "{e}");
    assert_eq!(e["per_class"]["other"]["support"], 40);
    let run = place.run("eval intent l.csv --model m.avz --positive complaint --json");
    assert!(json(&run.out)["f1"].as_f64() > Some(0.9));
    // What is no complaint by this model is told by the shipped one.
    place.write("q.csv", "text\n¿a qué hora sale el vuelo? gracias\n");
    let said = json(&place.run("classify q.csv --model m.avz").out);
    assert_eq!(said["intents"], serde_json::json!(["question"]));

    place.write("n.csv", "text,label\nuno,a\ndos,b\n");
    let run = place.run("train intent n.csv --output n.avz");
    assert_eq!(run.status, 2);
    assert!(
        run.err.contains("no label is an intent: write complaint"),
        "{}",
        run.err
    );
}

#[test]
fn a_topic_model_says_in_use_what_it_said_when_it_was_measured() {
    let place = Place::new();
    let three = |i: usize| {
        format!(
            "el vuelo {i} salió tarde,puntualidad\nla maleta {i} llegó rota,equipaje\nhola {i},\n"
        )
    };
    let rows: Vec<String> = (0..40).map(three).collect();
    place.write("l.csv", format!("text,label\n{}", rows.concat()));
    let run = place.run("train topic l.csv --validation l.csv --output m.avz --json");
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(json(&run.out)["validation"]["accuracy"].as_f64() > Some(0.97));
    place.write("q.csv", "text\nla maleta 99 llegó rota\nhola 77\n");
    let run = place.run("classify q.csv --model m.avz");
    let names = |line: &str| -> Vec<Value> {
        let topics = json(line)["topics"].as_array().cloned().unwrap_or_default();
        topics.iter().map(|t| t["name"].clone()).collect()
    };
    let said: Vec<Vec<Value>> = run.out.lines().map(names).collect();
    assert_eq!(said, [vec![Value::from("equipaje")], vec![]]);
}

#[test]
fn training_goes_on_from_a_model_and_refuses_what_it_cannot() {
    let place = Place::new();
    let sentiment = training()
        .replace("praise", "positive")
        .replace("complaint", "Negative");
    place.write("l.csv", sentiment);
    let run = place.run("train sentiment l.csv --epochs 1 --start shipped --output m.avz");
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(
        run.out
            .starts_with("passes: 1\nheld out, sentiment: 80 texts"),
        "{}",
        run.out
    );
    for wrong in [
        "train intent l.csv --start m.avz --output n.avz",
        "train topic l.csv --start shipped --output n.avz",
        "train urgency l.csv --output n.avz",
        "train entity l.csv --output n.avz",
    ] {
        let run = place.run(wrong);
        assert_eq!(run.status, 2, "{wrong}");
        assert!(!place.path("n.avz").exists());
    }
}

#[test]
fn simulate_is_repeatable_and_tells_the_truth() {
    let place = Place::new();
    let run = place.run("simulate flash-burst --seed 7 --days 3 --incidents i.csv");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.lines().count() > 500);
    assert!(
        run.out
            .lines()
            .next()
            .is_some_and(|l| json(l)["timestamp"].is_string())
    );
    assert!(
        place
            .read("i.csv")
            .starts_with("incident,entity,start,end,kind\n")
    );
    assert!(run.out == place.run("simulate flash-burst --seed 7 --days 3").out);
    let list = place.run("simulate --list");
    assert!(list.out.contains("flash-burst") && list.out.lines().all(|l| l.chars().count() <= 80));
    let run = place.run("simulate sharknado");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("flash-burst"), "{}", run.err);
    assert_eq!(place.run("simulate").status, 2);
}

#[test]
fn a_simulated_stream_comes_with_labels_that_can_be_trained_on() {
    let place = Place::new();
    let run = place.run(
        "simulate calm --days 1 --languages es=1,pt=1 --noise 0 --labels l.csv --label-noise 0.1",
    );
    let labels = place.read("l.csv");
    assert_eq!(labels.lines().count(), run.out.lines().count() + 1);
    let trained = place.run(
        "train sentiment l.csv --start none --epochs 2 --folds 3 --class-weights none --output m.avz --json",
    );
    let n = run.out.lines().count();
    assert_eq!(json(&trained.out)["held_out"]["n"], n);
    let wrong = place.run("simulate calm --languages fr=1");
    assert!(
        wrong.status == 2 && wrong.err.contains("es=6"),
        "{}",
        wrong.err
    );
}
