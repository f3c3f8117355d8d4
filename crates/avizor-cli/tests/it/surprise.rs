use crate::Place;

fn series() -> String {
    let row = |i: usize| {
        let (day, hour, minute) = (1 + i / 288, i / 12 % 24, i % 12 * 5);
        let value = if i == 1000 { 400 } else { 3 + i * 7 % 5 };
        format!("2015-03-{day:02} {hour:02}:{minute:02}:53,{value}.0\n")
    };
    let rows: Vec<String> = (0..1200).map(row).collect();
    format!("timestamp,value\n{}", rows.concat())
}

#[test]
fn every_row_comes_out_with_a_score() {
    let place = Place::new();
    place.write("s.csv", series());
    let run = place.run("surprise s.csv");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let rows: Vec<&str> = run.out.lines().collect();
    assert_eq!(
        (rows.len(), rows[0]),
        (1201, "timestamp,value,anomaly_score")
    );
    for (row, given) in rows.iter().zip(series().lines()).skip(1) {
        let (kept, score) = row.rsplit_once(',').expect("three columns");
        assert_eq!(kept, given);
        let score: f64 = score.parse().expect("a number");
        assert!((0.0..=1.0).contains(&score));
    }
    assert!(rows[1001].ends_with(",1"), "{}", rows[1001]);
    assert!(place.run_with("surprise -", series()).out == run.out);
}

#[test]
fn a_score_does_not_know_the_future() {
    let place = Place::new();
    let all = series();
    let part: String = all.split_inclusive('\n').take(700).collect();
    let whole = place.run_with("surprise -", all).out;
    let cut = place.run_with("surprise -", part).out;
    assert!(whole.starts_with(&cut));
}

#[test]
fn a_broken_row_stops_with_its_line() {
    let place = Place::new();
    for (row, word) in [
        ("2015-03-01 00:00:53,many", "not a count"),
        ("someday,3", "not a time"),
        ("2015-03-01 00:00:53", "too short"),
    ] {
        place.write(
            "s.csv",
            format!("timestamp,value\n2015-02-28 00:00:00,1\n{row}\n"),
        );
        let run = place.run("surprise s.csv");
        assert_eq!(run.status, 2, "{row}");
        assert!(
            run.err.contains("s.csv:3: ") && run.err.contains(word),
            "{}",
            run.err
        );
        assert_eq!(run.out.lines().count(), 2);
    }
    place.write("s.csv", "time,count\n");
    let run = place.run("surprise s.csv");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("no column `timestamp`"), "{}", run.err);
}
