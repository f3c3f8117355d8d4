"""What is wrong with a frame is said in a sentence that a person can act on; nothing is dropped in silence."""

from __future__ import annotations

from typing import Any

import pytest

import avizor
from conftest import START, mentions

pd: Any = pytest.importorskip("pandas")
pl: Any = pytest.importorskip("polars")
pa: Any = pytest.importorskip("pyarrow")


def good(**columns: list[Any]) -> dict[str, list[Any]]:
    """Three mentions by column, some columns replaced."""
    rows = mentions(3)
    return {name: [row[name] for row in rows] for name in rows[0]} | columns


@pytest.fixture(params=["pandas", "polars", "pyarrow"])
def make(request: pytest.FixtureRequest) -> Any:
    return {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[request.param]


def test_a_column_that_is_missing_is_named_with_those_that_are_there(
    make: Any, protocol: avizor.Protocol
) -> None:
    data = good()
    data["tweet"] = data.pop("text")
    with pytest.raises(avizor.MissingColumnError, match=r"no column `text`.*tweet") as caught:
        avizor.Monitor(protocol).observe(make(data))
    assert caught.value.column == "text"
    assert "columns=" in caught.value.__notes__[0]
    avizor.Monitor(protocol).observe(make(data), columns={"text": "tweet"})


def test_a_column_of_a_wrong_type_is_named_with_its_type(make: Any, protocol: avizor.Protocol) -> None:
    with pytest.raises(avizor.InputError, match=r"`text`.*List"):
        avizor.Monitor(protocol).observe(make(good(text=[["a"], ["b"], ["c"]])))
    with pytest.warns(avizor.RejectedRowsWarning, match="all 3 rows .*`followers`"):
        avizor.Monitor(protocol).observe(make(good(followers=["many", "few", "none"])))


def test_nulls_in_needed_columns_are_counted_and_told(make: Any, protocol: avizor.Protocol) -> None:
    for name in ["id", "timestamp", "text"]:
        values = good()[name]
        monitor = avizor.Monitor(protocol)
        with pytest.warns(avizor.RejectedRowsWarning, match=f"1 of 3 rows .* row 2: `{name}` is missing"):
            monitor.observe(make(good(**{name: [values[0], None, values[2]]})))
        assert (monitor.counts.counted, monitor.counts.rejected) == (2, 1)
        assert monitor.rejects[0].row == 2


def test_times_without_zone_ask_for_one(make: Any, protocol: avizor.Protocol) -> None:
    naive = good(timestamp=[pd.Timestamp(START, unit="ms").to_pydatetime()] * 3)
    monitor = avizor.Monitor(protocol)
    with pytest.warns(avizor.RejectedRowsWarning, match="all 3 rows .*without zone.*pass timezone="):
        monitor.observe(make(naive))
    monitor.observe(make(naive), timezone="America/Mexico_City")
    assert monitor.counts.counted == 3
    assert monitor.watermark is not None
    assert monitor.watermark.isoformat() == "2026-03-01T15:45:00+00:00"


def test_mixed_zones_are_each_read_as_written(make: Any, protocol: avizor.Protocol) -> None:
    written = ["2026-03-01T11:00:00+01:00", "2026-03-01T10:00:00Z", "2026-03-01 04:00:00-06:00"]
    monitor = avizor.Monitor(protocol)
    monitor.observe(make(good(timestamp=written)))
    rows = monitor.reputation("Aurora Air", "1h").to_pylist()
    assert [row["volume"] for row in rows] == [3]
    some = ["2026-03-01T11:00:00+01:00", "2026-03-01T10:00:00", "2026-03-01T10:00:00Z"]
    with pytest.warns(avizor.RejectedRowsWarning, match="1 of 3 rows .* row 2: .*without zone"):
        monitor.observe(make(good(timestamp=some, id=["x", "y", "z"])))


def test_duplicate_ids_are_told_and_counted_once(make: Any, protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    with pytest.warns(avizor.SkippedRowsWarning, match="of 3 rows, 2 have an id that was seen before"):
        monitor.observe(make(good(id=["same"] * 3)))
    assert (monitor.counts.counted, monitor.counts.duplicates) == (1, 2)
    assert len(avizor.classify(make(good(id=["same"] * 3)))) == 3


def test_late_rows_are_told(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    monitor.observe(mentions(3))
    late = {"id": "late", "timestamp": START - 86_400_000, "text": "@auroraair"}
    with pytest.warns(avizor.SkippedRowsWarning, match="1 are older than the watermark"):
        monitor.observe([late])
    assert monitor.counts.late == 1


def test_a_million_empty_strings() -> None:
    empty = pa.chunked_array([pa.array([""] * 100_000)] * 10)
    table = avizor.classify(empty)
    assert table["sentiment"].unique().to_pylist() == ["neutral"]
    assert len(table) == 1_000_000


def test_missing_values_of_a_million_rows_stay_where_they_are() -> None:
    nulls = pa.chunked_array([pa.nulls(100_000, pa.string())] * 10)
    assert avizor.classify(nulls)["sentiment"].null_count == 1_000_000
