from __future__ import annotations

import math
import multiprocessing
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import avizor

GOOD = "Excelente servicio, muchas gracias"
BAD = "Perdieron mi maleta, qué desastre"


def test_texts_become_rows_in_order() -> None:
    table = avizor.classify([GOOD, BAD])
    assert table["sentiment"] == ["positive", "negative"]
    assert table["language"] == ["es", "es"]
    assert table.column_names == [
        "language",
        "sentiment",
        "sentiment_score",
        "p_negative",
        "p_neutral",
        "p_positive",
        "urgency",
        "urgency_score",
        "urgency_forced",
        "intent",
        "intents",
        "topics",
        "department",
        "entities",
        "fingerprint",
        "repeat",
    ]
    for row in table:
        assert math.isclose(row["p_negative"] + row["p_neutral"] + row["p_positive"], 1.0)
        assert math.isclose(row["p_positive"] - row["p_negative"], row["sentiment_score"], abs_tol=1e-12)


def test_reasons_for_urgency_all_intents_and_copies_are_columns() -> None:
    burnt = "El cargador se incendió y mi hija se quemó la mano. ¿Quién responde?"
    table = avizor.classify([burnt, f"RT @ana: {burnt}", GOOD])
    assert table["urgency_forced"] == ["safety", "safety", None]
    assert [found[0] for found in table["intents"]] == table["intent"]
    assert table["fingerprint"][0] == table["fingerprint"][1] != table["fingerprint"][2]
    assert table["repeat"] == [None, "retweet", None]


@pytest.mark.parametrize("data", [BAD, {"text": BAD}, [BAD], ({"text": BAD},), iter([BAD])])
def test_one_text_in_any_wrapping(data: object) -> None:
    assert avizor.classify(data)["sentiment"] == ["negative"]


@pytest.mark.parametrize("data", [[], (), iter([])])
def test_nothing_is_an_empty_table(data: list[str]) -> None:
    table = avizor.classify(data)
    assert len(table) == 0
    assert "sentiment" in table.column_names
    assert "0 rows" in repr(table)


def test_missing_texts_keep_their_places() -> None:
    table = avizor.classify([None, BAD, float("nan"), ""])
    assert table["sentiment"] == [None, "negative", None, "neutral"]
    assert table[0] == dict.fromkeys(table.column_names)
    assert avizor.classify([None, None])["sentiment"] == [None, None]


def test_more_rows_than_a_piece() -> None:
    def texts() -> Iterator[str]:
        for i in range(40_000):
            yield BAD if i % 2 else GOOD

    sentiment = avizor.classify(texts())["sentiment"]
    assert sentiment[:2] == ["positive", "negative"]
    assert sentiment[-2:] == ["positive", "negative"]
    assert len(sentiment) == 40_000


@pytest.mark.parametrize("evidence", [False, True])
def test_any_number_of_threads_gives_the_same(evidence: bool) -> None:
    texts = [f"{BAD if i % 3 else GOOD} {i} 🧳" for i in range(2_000)]
    classifier = avizor.Classifier(evidence=evidence)
    expected = classifier.classify(texts, threads=1).to_pylist()
    for threads in [2, 3, 8, None]:
        assert classifier.classify(texts, threads=threads).to_pylist() == expected


def test_python_threads_share_a_classifier() -> None:
    classifier = avizor.Classifier()
    found: list[list[str]] = []

    def work() -> None:
        found.append(classifier.classify([GOOD, BAD] * 500, threads=2)["sentiment"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["positive", "negative"] * 500] * 4


def _classify(n: int) -> list[str]:
    sentiment: list[str] = avizor.classify([BAD] * n, threads=2)["sentiment"]
    return sentiment


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    assert _classify(300) == ["negative"] * 300
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(_classify, (300,)).get(timeout=30) == ["negative"] * 300


def test_evidence_counts_characters() -> None:
    text = "🧳😡 ¡Qué vergüenza! Perdieron mi maleta, qué desastre 👩‍👩‍👧"
    row = avizor.Classifier(evidence=True).classify([text])[0]
    spans = {text[e["start"] : e["end"]] for e in row["evidence"] if e["end"] > e["start"]}
    assert "desastre" in spans
    assert all(span == span.strip() for span in spans)
    assert all(0 <= e["start"] <= e["end"] <= len(text) for e in row["evidence"])
    total = sum(e["weight"] for e in row["evidence"] if e["kind"] == "sentiment")
    assert total == pytest.approx(row["sentiment_score"], abs=1e-3)


def test_evidence_of_missing_rows_is_missing() -> None:
    rows = avizor.classify([None, BAD], evidence=True)["evidence"]
    assert rows[0] is None
    assert rows[1]


def test_dicts_keep_ids_and_use_other_fields() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 7, "text": BAD},
        {"id": "b", "text": "ok", "language": "en", "followers": 12.0},
    ]
    table = avizor.classify(rows)
    assert table["id"] == ["7", "b"]
    assert table["language"] == ["es", "en"]
    assert avizor.classify([{"text": BAD}, {"text": GOOD}])["id"] == ["1", "2"]


def test_columns_are_renamed() -> None:
    rows: list[dict[str, Any]] = [{"tweet": BAD, "text": 3.5}]
    assert avizor.classify(rows, columns={"text": "tweet"})["sentiment"] == ["negative"]


def test_broken_rows_keep_their_places_and_warn() -> None:
    rows: list[dict[str, Any]] = [
        {"text": BAD},
        {"text": None},
        {"text": GOOD, "followers": "many"},
        {"text": GOOD},
    ]
    with pytest.warns(avizor.RejectedRowsWarning, match=r"2 of 4 rows .* row 2: `text` is missing"):
        table = avizor.classify(rows)
    assert table["sentiment"] == ["negative", None, None, "positive"]
    assert table["id"] == ["1", None, None, "4"]


def test_a_protocol_brings_entities_and_topics(protocol: avizor.Protocol) -> None:
    table = avizor.classify(["@auroraair perdió mi maleta"], protocol=protocol)
    assert table["entities"] == [["Aurora Air"]]
    assert table["topics"] == [["equipaje"]]
    assert table["department"] == ["operaciones"]


def test_classifier_pickles(protocol: avizor.Protocol) -> None:
    classifier = avizor.Classifier(protocol, evidence=True)
    again = pickle.loads(pickle.dumps(classifier))
    assert again.protocol == protocol
    assert again.evidence
    texts = ["@auroraair perdió mi maleta", GOOD]
    assert again.classify(texts).to_pylist() == classifier.classify(texts).to_pylist()
    assert "Aurora Air" in repr(again)


@pytest.mark.parametrize("threads", [0, 5_000])
def test_threads_out_of_range(threads: int) -> None:
    with pytest.raises(avizor.InputError, match="1 to 1024"):
        avizor.classify([GOOD], threads=threads)


def test_models_that_are_none() -> None:
    with pytest.raises(avizor.ModelError, match="not a usable model"):
        avizor.Classifier(model=b"nonsense that is long enough for a head")
    with pytest.raises(FileNotFoundError):
        avizor.Classifier(model="no-such-model.avz")


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    data = tmp_path / "labelled.csv"
    lines = [
        f"{text} {i},{label}"
        for i in range(30)
        for text, label in [("blup", "negative"), ("blap", "positive")]
    ]
    lines += [f"blep {i},neutral" for i in range(30)]
    data.write_text("text,label\n" + "\n".join(lines) + "\n", encoding="utf-8")
    path = tmp_path / "own.avz"
    train = ["train", "sentiment", str(data), "--text", "text", "--label", "label", "--output", str(path)]
    done = subprocess.run(
        [sys.executable, "-m", "avizor", *train], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    texts = ["blup 3", "blap 3"]
    by_path = avizor.Classifier(model=path)
    expected = by_path.classify(texts).to_pylist()
    assert expected != avizor.classify(texts).to_pylist()
    assert "1 own models" in repr(by_path)
    for classifier in [
        avizor.Classifier(model=path.read_bytes()),
        avizor.Classifier(model=[str(path)]),
        pickle.loads(pickle.dumps(by_path)),
    ]:
        assert classifier.classify(texts).to_pylist() == expected
