//! With the feature `encoder`: a transformer beside the fast models. Without: the options say how to get one.

use crate::{Place, stream};

#[cfg(not(feature = "encoder"))]
#[test]
fn without_transformers_the_options_say_how_to_build_them() {
    let place = Place::new();
    place
        .write("m.jsonl", stream())
        .write("l.csv", "text,label\nhola,positive\n");
    for command in [
        "classify m.jsonl --encoder DIR",
        "eval sentiment l.csv --encoder DIR",
        "train sentiment l.csv --encoder DIR --output h.json",
        "train sentiment --teacher DIR --unlabelled m.jsonl --output m.avz",
    ] {
        let run = place.run(command);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{command}");
        assert!(run.err.contains("--features encoder"), "{}", run.err);
    }
}

#[test]
fn options_of_a_transformer_need_one() {
    let place = Place::new();
    place.write("m.jsonl", stream());
    for command in [
        "classify m.jsonl --head h.json",
        "classify m.jsonl --encoder-budget 5%",
        "classify m.jsonl --encoder DIR --encoder-budget 500%",
        "train sentiment m.jsonl --teacher DIR --output m.avz",
        "train sentiment --output m.avz",
    ] {
        assert_eq!(place.run(command).status, 2, "{command}");
    }
}

#[cfg(feature = "encoder")]
mod with_a_transformer {
    use std::path::Path;

    use serde_json::Value;

    use super::{Place, stream};
    use crate::PROTOCOL;

    /// A tiny random classifier: its opinions are of no use, but they are opinions.
    fn model(family: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../avizor-encoder/tests/fixtures")
            .join(family);
        folder.display().to_string()
    }

    fn lines(text: &str) -> Vec<Value> {
        text.lines()
            .map(|l| serde_json::from_str(l).expect("one JSON value a line"))
            .collect()
    }

    fn labelled(n: usize) -> String {
        let row = |i: usize| match i % 3 {
            0 => format!("el vuelo {i} pésimo servicio,negative\n"),
            1 => format!("el vuelo {i} sale a las tres,neutral\n"),
            _ => format!("el vuelo {i} gracias excelente,positive\n"),
        };
        format!("text,label\n{}", (0..n).map(row).collect::<String>())
    }

    #[test]
    fn classify_gives_the_transformers_judgement_and_reasons_that_add_up() {
        let place = Place::new();
        let all = stream();
        let few: Vec<&str> = all.lines().take(12).collect();
        place.write("m.jsonl", few.join("\n"));
        let fast = lines(&place.run("classify m.jsonl").out);
        let run = place.run(&format!("classify m.jsonl --encoder {}", model("bert")));
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(
            run.err.contains("the transformer judged 12 of 12 mentions"),
            "{}",
            run.err
        );
        let judged = lines(&run.out);
        assert!(
            judged
                .iter()
                .zip(&fast)
                .any(|(a, b)| a["sentiment"] != b["sentiment"])
        );
        for analysis in &judged {
            let reasons = analysis["evidence"].as_array().expect("a list");
            let of_sentiment = reasons.iter().filter(|e| e["kind"] == "sentiment");
            let total: f64 = of_sentiment
                .map(|e| e["weight"].as_f64().expect("a number"))
                .sum();
            let score = analysis["sentiment"]["score"].as_f64().expect("a number");
            assert!((total - score).abs() < 1e-9);
        }
    }

    #[test]
    fn a_budget_bounds_what_the_transformer_sees_and_watch_takes_it_too() {
        let place = Place::new();
        place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
        let options = format!("--encoder {} --encoder-budget 5%", model("distilbert"));
        let run = place.run(&format!("classify m.jsonl --no-evidence {options}"));
        assert_eq!(run.status, 0, "{}", run.err);
        let judged = run
            .err
            .split_whitespace()
            .nth(3)
            .and_then(|n| n.parse::<usize>().ok());
        assert!(judged.is_some_and(|n| n > 0 && n <= 22), "{}", run.err);
        let one = place.run(&format!(
            "classify m.jsonl --no-evidence --threads 1 {options}"
        ));
        assert!(one.out == run.out);
        let run = place.run(&format!("watch m.jsonl --protocol p.toml {options}"));
        assert_eq!(run.status, 0, "{}", run.err);
        assert!(run.err.contains("of 432 mentions"), "{}", run.err);
    }

    #[test]
    fn a_head_is_trained_measured_and_used() {
        let place = Place::new();
        place
            .write("l.csv", labelled(90))
            .write("v.csv", labelled(45))
            .write("m.jsonl", stream());
        let train = format!(
            "train topic l.csv --validation v.csv --encoder {} --cache kept --output h.json --json",
            model("roberta")
        );
        let run = place.run(&train);
        assert_eq!(run.status, 0, "{}", run.err);
        let e: Value = serde_json::from_str(&run.out).expect("JSON");
        assert_eq!(
            (
                &e["held_out"]["encoder"]["n"],
                &e["validation"]["encoder"]["n"]
            ),
            (&90.into(), &45.into())
        );
        assert!(e["held_out"]["fast"].is_null());
        let head = place.read("h.json");
        let kept = || {
            let mut files = std::fs::read_dir(place.path("kept")).expect("made");
            let file = files.next().expect("one file").expect("readable");
            file.metadata().expect("readable").len()
        };
        // A hash and sixteen numbers a text; those of the validation are among the others.
        assert_eq!(kept(), 90 * (16 + 16 * 4));
        assert_eq!(place.run(&train).status, 0);
        assert_eq!(kept(), 90 * (16 + 16 * 4));
        assert!(head == place.read("h.json"));

        let sentiment = train
            .replace("train topic", "train sentiment")
            .replace("--json", "")
            .replace("h.json", "s.json");
        let run = place.run(&format!("{sentiment} --embedding"));
        assert_eq!(run.status, 0, "{}", run.err);
        for word in ["fast model", "transformer", "blend", "cascade"] {
            assert!(run.out.contains(word), "{word}: {}", run.out);
        }
        let use_both = format!(
            "classify m.jsonl --no-evidence --encoder {} --head h.json --head s.json",
            model("roberta")
        );
        let run = place.run(&use_both);
        assert_eq!(
            (run.status, run.out.lines().count()),
            (0, 432),
            "{}",
            run.err
        );
        let wrong = place.run(&use_both.replace("roberta", "bert"));
        assert_eq!(wrong.status, 2);
        assert!(wrong.err.contains("another model"), "{}", wrong.err);
        let run = place.run(&format!(
            "eval sentiment v.csv --encoder {} --head s.json --json",
            model("roberta")
        ));
        assert_eq!(run.status, 0, "{}", run.err);

        // A head on the first layer is used on the first layer, and not beside one that reads them all.
        let first = train.replace("h.json", "first.json");
        let run = place.run(&format!("{first} --layers 1"));
        assert_eq!(run.status, 0, "{}", run.err);
        let use_first = use_both.replace("h.json", "first.json");
        let run = place.run(&use_first.replace("--head s.json", ""));
        assert_eq!(run.status, 0, "{}", run.err);
        let mixed = place.run(&use_first);
        assert_eq!(mixed.status, 2);
        assert!(mixed.err.contains("the same --layers"), "{}", mixed.err);
        let beyond = place.run(&format!("{first} --layers 9"));
        assert_eq!(beyond.status, 2);
        assert!(beyond.err.contains("2 layers, not 9"), "{}", beyond.err);
    }

    #[test]
    fn the_fast_model_learns_from_a_teacher() {
        let place = Place::new();
        place
            .write("l.csv", labelled(60))
            .write("m.jsonl", stream());
        let alone = place.run(&format!(
            "train sentiment --teacher {} --unlabelled m.jsonl --epochs 2 --output a.avz --json",
            model("bert")
        ));
        assert_eq!(alone.status, 0, "{}", alone.err);
        assert!(
            alone.err.contains("the teacher judged 432 texts"),
            "{}",
            alone.err
        );
        let both = place.run(&format!(
            "train sentiment l.csv --teacher {} --unlabelled m.jsonl --epochs 2 --output b.avz --json",
            model("bert")
        ));
        assert_eq!(both.status, 0, "{}", both.err);
        let e: Value = serde_json::from_str(&both.out).expect("JSON");
        assert_eq!(e["held_out"]["n"], 60);
        assert_eq!(place.run("classify m.jsonl --model a.avz").status, 0);
        let wrong = place.run(&format!(
            "train topic --teacher {} --unlabelled m.jsonl --output c.avz",
            model("bert")
        ));
        assert!(
            wrong.status == 2 && wrong.err.contains("the teacher decides sentiment"),
            "{}",
            wrong.err
        );
    }

    #[test]
    fn a_folder_that_is_no_model_is_told_of() {
        let place = Place::new();
        place.write("m.jsonl", stream());
        let run = place.run("classify m.jsonl --encoder nowhere");
        assert!(
            run.status == 2 && run.err.contains("`nowhere`"),
            "{}",
            run.err
        );
        std::fs::create_dir(place.path("empty")).expect("writable");
        let run = place.run("classify m.jsonl --encoder empty");
        assert!(
            run.status == 2 && run.err.contains("config.json"),
            "{}",
            run.err
        );
    }
}
