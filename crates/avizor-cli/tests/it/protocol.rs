use crate::{PROTOCOL, Place, stream};

#[test]
fn check_shows_what_is_in_the_file() {
    let place = Place::new();
    place.write("p.toml", PROTOCOL);
    let run = place.run("protocol check p.toml");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    for word in [
        "p.toml: valid",
        "Aurora Air",
        "Boreas",
        "equipaje",
        "alerta",
        "negative >= 3",
    ] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
}

#[test]
fn faults_have_line_and_column() {
    let place = Place::new();
    place.write("p.toml", PROTOCOL.replace("negative >= 3", "negativ >= 3"));
    for command in [
        "protocol check p.toml",
        "protocol test p.toml",
        "watch - --protocol p.toml",
    ] {
        let run = place.run(command);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{command}");
        assert!(
            run.err.starts_with("p.toml:28:9: "),
            "{command}: {}",
            run.err
        );
        assert!(run.err.contains("negativ"), "{}", run.err);
    }
    let run = place.run("protocol check nowhere.toml");
    assert_eq!(run.status, 2);
    assert!(
        run.err.contains("cannot read `nowhere.toml`"),
        "{}",
        run.err
    );
}

fn with_test(replay: &str, expect: &str) -> String {
    format!(
        "{PROTOCOL}\n[[test]]\nname = \"la prueba\"\nreplay = \"{replay}\"\nexpect = {expect}\n"
    )
}

#[test]
fn tests_replay_files_beside_the_protocol() {
    let place = Place::new();
    std::fs::create_dir(place.path("sub")).expect("a folder");
    place.write("sub/m.jsonl", stream());
    place.write(
        "sub/p.toml",
        with_test(
            "m.jsonl",
            "[{ trigger = \"ola-negativa\", level = \"alerta\" }]",
        ),
    );
    let run = place.run("protocol test sub/p.toml");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(run.out.lines().count(), 1);
    assert!(
        run.out
            .starts_with("pass  la prueba (m.jsonl); fired: alerta by ola-negativa for Aurora Air"),
        "{}",
        run.out
    );

    place.write("sub/p.toml", with_test("m.jsonl", "[]"));
    let run = place.run("protocol test sub/p.toml");
    assert_eq!(run.status, 1);
    assert!(
        run.out
            .starts_with("FAIL  la prueba (m.jsonl): nothing was expected; fired: "),
        "{}",
        run.out
    );

    place.write("sub/p.toml", with_test("n.jsonl", "[]"));
    let run = place.run("protocol test sub/p.toml");
    assert_eq!(run.status, 2);
    assert!(
        run.err
            .contains("no file beside the protocol and no scenario"),
        "{}",
        run.err
    );
}

#[test]
fn tests_replay_scenarios() {
    let place = Place::new();
    let expect = "[{ level = \"alerta\", before = \"6h\" }]";
    let protocol = with_test("flash-burst", expect).replace("negative >= 3", "negative >= 30");
    place.write("p.toml", protocol);
    let run = place.run("protocol test p.toml --seed 3");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("min after the onset"), "{}", run.out);

    // Others take the places of the invented airlines.
    let others = |test: &str| test.replace("urora", "lborada").replace("oreas", "risa");
    let protocol = with_test("flash-burst", expect).replace("negative >= 3", "negative >= 30");
    place.write("p.toml", others(&protocol));
    let run = place.run("protocol test p.toml --seed 3");
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("for Alborada Air"), "{}", run.out);

    // Silence about somebody else is no proof.
    place
        .write("m.jsonl", stream())
        .write("p.toml", others(&with_test("m.jsonl", "[]")));
    let run = place.run("protocol test p.toml");
    assert_eq!(run.status, 1);
    assert!(
        run.out
            .contains("no mention is about anybody in this protocol"),
        "{}",
        run.out
    );

    place.write(
        "p.toml",
        with_test("calm", "[{ level = \"alerta\", before = \"1h\" }]"),
    );
    assert_eq!(place.run("protocol test p.toml").status, 2);
}
