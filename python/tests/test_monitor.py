from __future__ import annotations

import json
import pickle
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import avizor
from conftest import DAY, START, mentions


def test_a_wave_fires_and_says_why(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    signals = monitor.observe(mentions(20)) + monitor.finish()
    firing = next(s for s in signals if s.state == "firing")
    assert firing.trigger == "ola-negativa"
    assert firing.entity == "Aurora Air"
    assert firing.level == "alerta"
    assert firing.owner == "community-manager"
    assert firing.actions == ["avisar a dirección"]
    assert firing.indicators["negative"] >= 3
    assert firing.respond_by is not None
    assert firing.respond_by - firing.at == timedelta(hours=1)
    assert firing.window.end - firing.window.start == timedelta(minutes=30)
    assert firing.at.tzinfo is not None
    assert "Aurora Air" in str(firing)
    assert "Aurora Air" in firing._repr_html_()
    assert avizor.Signal.from_dict(json.loads(json.dumps(firing.to_dict()))) == firing
    assert pickle.loads(pickle.dumps(firing)) == firing


def test_counts_tell_every_row(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    rows = mentions(3)
    rows += [rows[0], {**rows[1], "id": "brand", "from_brand": True}, {**rows[1], "id": "x", "text": "hola"}]
    rows += [{"id": "y", "timestamp": "yesterday", "text": "hola"}]
    rejected = pytest.warns(
        avizor.RejectedRowsWarning, match=r"1 of 7 rows .* row 7: `timestamp` is `yesterday`"
    )
    with (
        rejected,
        pytest.warns(avizor.SkippedRowsWarning, match="of 7 rows, 1 have an id that was seen before"),
    ):
        monitor.observe(rows)
    assert monitor.counts == avizor.Counts(
        observed=6,
        counted=3,
        duplicates=1,
        late=0,
        from_brand=1,
        unmatched=1,
        unsupported_language=0,
        ahead=0,
        rejected=1,
    )
    (reject,) = monitor.rejects
    assert reject.row == 7
    assert "RFC 3339" in reject.reason
    assert '"id":"y"' in reject.raw
    assert "6 mentions observed, 1 rejected" in repr(monitor)


def test_times_in_any_form(protocol: avizor.Protocol) -> None:
    at = datetime.fromtimestamp(START / 1000, UTC)
    times: list[Any] = [
        START,
        float(START),
        str(START),
        at,
        at.isoformat(),
        at.isoformat().replace("+00:00", "Z"),
    ]
    monitor = avizor.Monitor(protocol)
    monitor.observe({"id": str(i), "timestamp": t, "text": "@auroraair"} for i, t in enumerate(times))
    assert monitor.counts.counted == len(times)
    lateness = protocol.to_dict()["allowed_lateness"]
    assert lateness.endswith("m")
    assert monitor.watermark == at - timedelta(minutes=int(lateness[:-1]))


def test_naive_times_ask_for_their_zone(protocol: avizor.Protocol) -> None:
    naive = [{**row, "timestamp": datetime(2026, 3, 1, 11)} for row in mentions(2)]  # noqa: DTZ001
    monitor = avizor.Monitor(protocol)
    assert monitor.watermark is None
    with pytest.warns(avizor.RejectedRowsWarning, match=r"all 2 rows .* a time without zone"):
        monitor.observe(naive)
    monitor.observe(naive, timezone="Europe/Madrid")
    assert monitor.counts.counted == 2
    with pytest.raises(avizor.InputError, match="IANA"):
        monitor.observe(naive, timezone="Madrid")


def test_only_the_first_rejects_are_kept(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    with pytest.warns(avizor.RejectedRowsWarning, match=r"all 1,500 rows"):
        monitor.observe([{"id": None, "timestamp": START, "text": "x"}] * 1_500)
    assert monitor.counts.rejected == 1_500
    assert len(monitor.rejects) == 1_000


def test_missing_columns_are_named(protocol: avizor.Protocol) -> None:
    with pytest.raises(avizor.MissingColumnError, match="it has id, timestamp, tweet") as caught:
        avizor.Monitor(protocol).observe([{"id": "1", "timestamp": START, "tweet": "x"}])
    assert caught.value.column == "text"
    assert 'columns={"text": "tweet"}' in caught.value.__notes__[0]


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_any_number_of_threads_and_any_cut_gives_the_same(protocol: avizor.Protocol, threads: int) -> None:
    rows = mentions(600)
    whole = avizor.Monitor(protocol)
    expected = [*whole.observe(rows, threads=1), *whole.finish()]
    parts = avizor.Monitor(protocol)
    signals = [s for i in range(0, 600, 70) for s in parts.observe(rows[i : i + 70], threads=threads)]
    assert [*signals, *parts.finish()] == expected
    assert expected


def test_snapshot_and_pickle_go_on_as_if_nothing_had_stopped(protocol: avizor.Protocol) -> None:
    rows = mentions(4_000)
    whole = avizor.Monitor(protocol)
    expected = [*whole.observe(rows), *whole.finish()]
    first = avizor.Monitor(protocol)
    head = first.observe(rows[:1_500])
    for second in [avizor.Monitor.restore(protocol, first.snapshot()), pickle.loads(pickle.dumps(first))]:
        tail = [*second.observe(rows[1_500:]), *second.finish()]
        assert head + tail == expected
        assert second.counts == whole.counts
        assert second.reputation("Aurora Air").to_pylist() == whole.reputation("Aurora Air").to_pylist()


def test_snapshots_that_do_not_fit(protocol: avizor.Protocol) -> None:
    snapshot = avizor.Monitor(protocol).snapshot()
    other = avizor.Protocol(protocol.source.replace("Boreas", "Zephyr"))
    with pytest.raises(avizor.ForeignSnapshotError, match="another protocol") as caught:
        avizor.Monitor.restore(other, snapshot)
    assert caught.value.at.endswith("Z")
    with pytest.raises(avizor.SnapshotError, match="checksum"):
        avizor.Monitor.restore(protocol, snapshot[:-1] + b"\xff")
    with pytest.raises(avizor.FormatError, match="too short"):
        avizor.Monitor.restore(protocol, b"")


def test_reputation_is_a_table_of_windows(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    rows = mentions(20)
    monitor.observe(rows + [{**r, "id": r["id"] + "b", "timestamp": r["timestamp"] + DAY} for r in rows])
    table = monitor.reputation("aurora air")
    assert len(table) == 2
    first = table[0]
    assert first["entity"] == "Aurora Air"
    assert first["start"] == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert first["end"] - first["start"] == timedelta(days=1)
    assert first["volume"] == first["negative"] + first["neutral"] + first["positive"] == 20
    assert -100 <= first["score_low"] <= first["score"] <= first["score_high"] <= 100
    assert first["drift"] is None
    assert table[1]["drift"] is not None
    assert first["share_of_voice"] == 1.0
    assert len(monitor.reputation("Boreas")) == 2
    assert monitor.reputation("Aurora Air", timedelta(hours=6)).to_pylist() == (
        monitor.reputation("Aurora Air", "6h").to_pylist()
    )
    with pytest.raises(avizor.UnknownEntityError, match="it knows Aurora Air, Boreas") as caught:
        monitor.reputation("Aurora")
    assert caught.value.name == "Aurora"
    with pytest.raises(avizor.DurationError, match="30m"):
        monitor.reputation("Boreas", "a day")


def test_time_passes_without_mentions(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    monitor.observe(mentions(20))
    states = [
        s.state for s in monitor.advance(datetime.fromtimestamp(START / 1000, UTC) + timedelta(hours=6))
    ]
    assert states[-1] == "resolved"
    with pytest.raises(avizor.TimeError, match="tzinfo"):
        monitor.advance(datetime(2026, 3, 1))  # noqa: DTZ001


def test_texts_are_no_mentions(protocol: avizor.Protocol) -> None:
    with pytest.raises(avizor.InputError, match="bare texts"):
        avizor.Monitor(protocol).observe(["hola"])


def test_a_failing_producer_loses_nothing(protocol: avizor.Protocol) -> None:
    """What was read before is counted, and its signals come with the next call."""

    def rows() -> Any:
        yield from mentions(32_768)
        raise KeyboardInterrupt

    whole = avizor.Monitor(protocol)
    expected = whole.observe(mentions(32_768)) + whole.finish()
    monitor = avizor.Monitor(protocol)
    with pytest.raises(KeyboardInterrupt):
        monitor.observe(rows(), threads=1)
    assert monitor.counts.observed == 32_768
    assert monitor.finish() == expected


def test_python_threads_share_a_monitor(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    rows = mentions(400)
    threads = [threading.Thread(target=monitor.observe, args=(rows[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert monitor.counts.counted == 400


def test_how_an_entity_stands() -> None:
    airline = avizor.Protocol.load(Path(__file__).parents[2] / "examples" / "airline.toml")
    stream = avizor.simulate("flash-burst", seed=7)
    monitor = avizor.Monitor(airline)
    monitor.observe(stream.mentions)
    start, end = stream.incidents[0].start, stream.incidents[0].end
    of = ("Aurora Air", start, end)
    shift = monitor.drift(*of)
    assert shift is not None
    assert shift.period == (start, end)
    assert shift.sentiment is not None
    assert shift.sentiment.change < 0
    assert shift.attribution is not None
    for causes in shift.attribution.facets.values():
        assert sum(c.contribution for c in causes) == pytest.approx(shift.attribution.change, abs=0.1)
    past = (start - timedelta(days=2), start)
    again = monitor.drift(*of, reference=past)
    assert again is not None
    assert again.reference == past
    grown = monitor.what_grew(*of, count=5)
    assert len(grown) == 5
    assert all(g.mentions > g.expected for g in grown)
    voices = monitor.share_of_voice(*of)
    assert [v.entity for v in voices] == airline.entities + airline.competitors
    assert sum(v.share for v in voices) == pytest.approx(1)
    assert voices[0].score is not None
    assert voices[0].gap is None
    assert set(monitor.topics_compared(*of)) <= set(airline.topics)
    influence = monitor.influencers(*of, count=3)
    assert len(influence.leading) == 3
    assert influence.distinct_authors > 3
    kpis = monitor.kpis(*of)
    assert len({kpi.name for kpi in kpis}) == len(kpis) > 5
    assert all(kpi.title and kpi.formula for kpi in kpis)
    assert monitor.change_points("Aurora Air", "6h") is not None
    with pytest.raises(avizor.UnknownEntityError):
        monitor.drift("Nobody", start, end)
    with pytest.raises(avizor.InputError, match="give \\(start, end\\)"):
        monitor.kpis("Aurora Air", end, start)
    with pytest.raises(avizor.TimeError):
        monitor.kpis("Aurora Air", start.replace(tzinfo=None), end)
