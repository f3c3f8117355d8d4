from __future__ import annotations

import copy
import json
import pickle
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import avizor

AIRLINE = Path(__file__).parents[2] / "examples" / "airline.toml"


@pytest.fixture(scope="module")
def airline() -> avizor.Protocol:
    return avizor.Protocol.load(AIRLINE)


@pytest.fixture(scope="module")
def stream() -> avizor.Simulation:
    return avizor.simulate("flash-burst", seed=7)


@pytest.fixture(scope="module")
def recording(airline: avizor.Protocol, stream: avizor.Simulation) -> avizor.Recording:
    return avizor.record(airline, stream.mentions)


def command(*arguments: str, text: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "avizor", *arguments], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_scenario_says_what_it_is() -> None:
    names = [scenario.name for scenario in avizor.scenarios()]
    assert "calm" in names
    assert len(names) == len(set(names))
    assert all(s.description and s.expect and s.days > 0 and s.rate > 0 for s in avizor.scenarios())


def test_simulations_repeat_and_begin_when_asked() -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC)
    first = avizor.simulate("calm", seed=3, days=1, start=start, rate=50)
    again = avizor.simulate("calm", seed=3, days=1, start=start, rate=50)
    assert first.mentions.to_pylist() == again.mentions.to_pylist()
    assert first.incidents == []
    assert all(start <= at < start + timedelta(days=2) for at in first.mentions["timestamp"])
    with pytest.raises(avizor.InputError, match="no scenario called `storm`"):
        avizor.simulate("storm")
    with pytest.raises(avizor.TimeError, match="without zone"):
        avizor.simulate("calm", start=datetime(2026, 6, 1))  # noqa: DTZ001


def test_rust_and_python_raise_the_same_signals_byte_for_byte(
    airline: avizor.Protocol, stream: avizor.Simulation
) -> None:
    monitor = avizor.Monitor(airline)
    # The extension's own lines, before Python reads them.
    monitor._inner.observe(stream.mentions, None, None, 2, None)
    monitor._inner.finish()
    ours = "".join(f"{line}\n" for line in monitor._inner.take_signals())
    mentions = command("simulate", "flash-burst", "--seed", "7")
    theirs = command("watch", "-", "--protocol", str(AIRLINE), text=mentions)
    assert ours == theirs
    assert ours.count("\n") > 3
    # And what Python made of them says the same.
    values = [json.loads(line) for line in ours.splitlines()]
    assert [avizor.Signal.from_dict(value).to_dict() for value in values] == values


def test_a_backtest_is_that_of_the_command(
    airline: avizor.Protocol,
    stream: avizor.Simulation,
    recording: avizor.Recording,
    tmp_path: Path,
) -> None:
    result = avizor.backtest(airline, recording, stream.incidents)
    assert result == avizor.backtest(airline, stream.mentions, [i.to_dict() for i in stream.incidents])
    assert (result.incidents, result.detected) == (1, 1)
    assert result.fates[0].delay_minutes is not None
    assert any(line["verdict"] == "detection" for line in result.log)
    incidents = tmp_path / "incidents.csv"
    mentions = tmp_path / "mentions.jsonl"
    mentions.write_text(command("simulate", "flash-burst", "--seed", "7", "--incidents", str(incidents)))
    arguments = ["--protocol", str(AIRLINE), "--incidents", str(incidents), "--json"]
    theirs = json.loads(command("backtest", str(mentions), *arguments))
    assert avizor.Backtest.from_dict(theirs, result.log) == result
    assert avizor.backtest(airline, recording, incidents) == result
    assert "1 of 1 incidents detected" in str(result)
    assert "<td>flash-burst-1</td>" in result._repr_html_()
    assert avizor.backtest(airline, recording, incidents, level=airline.levels[-1]).alarms <= result.alarms


def test_histories_that_cannot_be_judged(
    airline: avizor.Protocol, recording: avizor.Recording, protocol: avizor.Protocol
) -> None:
    incident = {
        "incident": "x",
        "entity": "Nobody",
        "start": "2026-03-01T10:00:00Z",
        "end": "2026-03-01T11:00:00Z",
    }
    with pytest.raises(avizor.InputError, match="whom the protocol does not watch"):
        avizor.backtest(airline, recording, [incident])
    with pytest.raises(avizor.InputError, match="an incident lacks end"):
        avizor.backtest(airline, recording, [{k: v for k, v in incident.items() if k != "end"}])
    with pytest.raises(avizor.InputError, match="other entities or topics"):
        avizor.backtest(protocol, recording, [])
    with pytest.raises(avizor.InputError, match="no level called `panic`"):
        avizor.backtest(airline, recording, [], level="panic")
    with pytest.raises(avizor.DurationError):
        avizor.backtest(airline, recording, [], grace="soon")
    with pytest.raises(avizor.InputError, match="bare texts"):
        avizor.record(airline, ["a"])


def test_recordings_and_results_are_carried_elsewhere(
    airline: avizor.Protocol, stream: avizor.Simulation, recording: avizor.Recording
) -> None:
    result = avizor.backtest(airline, recording, stream.incidents)
    for carry in [lambda x: pickle.loads(pickle.dumps(x)), copy.copy, copy.deepcopy]:
        again = carry(recording)
        assert len(again) == len(recording)
        assert again.extent == recording.extent
        assert avizor.backtest(carry(airline), again, carry(stream).incidents) == carry(result) == result


def test_tuning_keeps_what_was_held_out_apart(
    airline: avizor.Protocol, stream: avizor.Simulation, recording: avizor.Recording
) -> None:
    told: list[int] = []
    options = {"budget": 2.0, "variants": 4, "draws": 20, "held_out": 0.2, "triggers": ["ola-negativa"]}
    tuned = avizor.tune(airline, recording, stream.incidents, progress=told.append, **options)  # type: ignore[arg-type]
    again = avizor.tune(airline, recording, stream.incidents, threads=1, **options)  # type: ignore[arg-type]
    assert tuned == again
    assert sum(told) > 0
    assert tuned.chosen.searched.false_alarms_per_month <= 2.0
    assert tuned.front
    assert "chosen, held out" in str(tuned)
    chosen = avizor.Protocol(tuned.protocol)
    change = airline.diff(chosen, recording, stream.incidents)
    assert change.before.detected == 1
    assert str(change).startswith(f"{len(change.added)} alarms added")
    with pytest.raises(avizor.InputError, match="no rule called `nope`"):
        avizor.tune(airline, recording, stream.incidents, triggers=["nope"])


def test_a_protocol_against_itself_changes_nothing(
    airline: avizor.Protocol, stream: avizor.Simulation, recording: avizor.Recording
) -> None:
    change = airline.diff(airline, recording, stream.incidents)
    assert (change.added, change.removed, change.moved, change.shifts) == ([], [], [], [])
    assert change.before == change.after


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_a_signal_stops_the_lab(
    airline: avizor.Protocol, stream: avizor.Simulation, recording: avizor.Recording
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            avizor.tune(airline, recording, stream.incidents, variants=1_000)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_protocol_tests_itself(tmp_path: Path, stream: avizor.Simulation) -> None:
    pa = pytest.importorskip("pyarrow")
    source = AIRLINE.read_text(encoding="utf-8").split("[[test]]")[0]
    test = '[[test]]\nname = "{}"\nreplay = "{}"\nexpect = {}\n'
    path = tmp_path / "p.toml"
    fires = '[{ trigger = "ola-negativa", before = "2h" }]'
    path.write_text(
        source + test.format("a", "flash-burst", fires) + test.format("b", "day.csv", "[]"), "utf-8"
    )
    rows = [r for r in stream.mentions.to_pylist() if r["timestamp"] < stream.incidents[0].start]
    from pyarrow import csv

    csv.write_csv(pa.Table.from_pylist(rows[:200]), tmp_path / "day.csv")
    protocol = avizor.Protocol.load(path)
    results = protocol.test()
    assert [r.name for r in results] == ["a", "b"]
    assert all(results)
    assert results[0].fired[0].trigger
    assert results[0].incidents[0].kind == "flash-burst"
    assert str(results[1]).startswith("pass  b (day.csv)")
    assert pickle.loads(pickle.dumps(protocol)).test()[1].passed
    with pytest.raises(avizor.InputError, match="no file beside the protocol and no scenario"):
        avizor.Protocol(protocol.source).test()
    wrong = avizor.Protocol(source + test.format("c", "calm", '[{ trigger = "ola-negativa" }]')).test()
    assert not wrong[0]
    assert wrong[0].missing


def test_training_on_ones_own_labels(tmp_path: Path) -> None:
    texts = [f"{word} {i}" for i in range(40) for word in ["blup", "blap", "blep"]]
    labels = ["negative", "positive", "neutral"] * 40
    trained = avizor.train("sentiment", texts, labels, data="invented", folds=3)
    assert (
        trained.model == avizor.train("sentiment", texts, labels, data="invented", folds=3, threads=1).model
    )
    assert trained.held_out.n == 120
    assert "macro F1" in repr(trained)
    path = tmp_path / "own.avz"
    trained.save(path)
    assert avizor.classify(["blup 3", "blap 4"], model=path)["sentiment"] == ["negative", "positive"]
    assert "invented" in command("model", "inspect", str(path))
    own = avizor.train("topic", texts, ["a", "b", "c"] * 40, epochs=2)
    assert set(own.held_out.per_class) == {"a", "b", "c"}
    more = avizor.train("sentiment", texts, labels, start=trained.model, epochs=1)
    assert more.model != trained.model


def test_an_own_model_of_topics_takes_the_place_of_the_default_ones() -> None:
    texts = [f"{word} {i}" for i in range(40) for word in ["llegó tarde", "maleta rota", "buenos días"]]
    own = avizor.train("topic", texts, ["puntualidad", "equipaje", "none"] * 40)
    read = avizor.classify(["llegó tarde otra vez", "buenos días a todos"], model=own.model)
    assert read["topics"] == [["puntualidad"], []]


def test_one_intent_told_from_all_else() -> None:
    texts = [f"{word} {i}" for i in range(40) for word in ["blup", "¿cuándo abren blap?"]]
    with pytest.warns(avizor.FoldedLabelsWarning, match="^no counted as `other`"):
        own = avizor.train("intent", texts, ["complaint", "no"] * 40)
    assert set(own.held_out.per_class) == {"complaint", "other"}
    read = avizor.classify(["blup 7", "¿cuándo abren blap?"], model=own.model)
    assert read["intent"] == ["complaint", "question"]


@pytest.mark.parametrize(
    ("task", "texts", "labels", "message"),
    [
        ("mood", ["a"], ["b"], "no task called `mood`"),
        ("sentiment", ["a", "b"], ["negative"], "2 texts but 1 labels"),
        ("sentiment", ["a", None], ["negative", "positive"], "row 2 of the texts is missing"),
        ("sentiment", ["a", "b"], ["sad", "negative"], "sad"),
    ],
)
def test_labels_that_cannot_train(task: str, texts: list[str], labels: list[str], message: str) -> None:
    with pytest.raises(avizor.InputError, match=message):
        avizor.train(task, texts, labels)
