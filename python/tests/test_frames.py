from __future__ import annotations

import pickle
from typing import Any

import pytest

import avizor
from conftest import START, mentions

TEXTS = ["Excelente servicio 🎉, muchas gracias", None, "Perdieron mi maleta, qué desastre", ""]
EXPECTED = ["positive", None, "negative", "neutral"]


def series(library: str) -> Any:
    """The texts, as a column of a library."""
    module = pytest.importorskip(library)
    if library == "pandas":
        return module.Series(TEXTS, dtype="str")
    if library == "polars":
        return module.Series("text", TEXTS)
    return module.chunked_array([module.array(TEXTS)])


def column(table: Any, name: str) -> list[Any]:
    """A column of any library's table, with None where a value is missing."""
    values = table[name]
    for method in ["to_pylist", "to_list"]:
        if hasattr(values, method):
            values = getattr(values, method)()
    return [None if value is None or value != value else value for value in values]


def sentiment(data: Any) -> list[Any]:
    return column(avizor.classify(data), "sentiment")


def frame(library: str, rows: list[dict[str, Any]]) -> Any:
    """Rows, as a table of a library."""
    module = pytest.importorskip(library)
    if library == "pandas":
        return module.DataFrame(rows)
    if library == "polars":
        return module.DataFrame(rows)
    if library == "duckdb":
        pytest.importorskip("pyarrow")
        table = frame("pyarrow", rows)
        return module.connect().from_arrow(table)
    return module.Table.from_pylist(rows)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_columns_of_each_library(library: str) -> None:
    assert sentiment(series(library)) == EXPECTED
    assert sentiment(series(library)[2:]) == EXPECTED[2:]
    assert sentiment(series(library)[:0]) == []


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "duckdb"])
def test_tables_of_each_library(library: str, protocol: avizor.Protocol) -> None:
    rows = mentions(20)
    table = frame(library, rows)
    assert column(avizor.classify(table), "id") == [row["id"] for row in rows]
    expected = avizor.Monitor(protocol)
    monitor = avizor.Monitor(protocol)
    assert monitor.observe(table) + monitor.finish() == expected.observe(rows) + expected.finish()
    assert monitor.counts.counted == 20


def test_pandas_times_with_and_without_zone(protocol: avizor.Protocol) -> None:
    pandas = pytest.importorskip("pandas")
    data = frame("pandas", mentions(3))
    data["timestamp"] = pandas.to_datetime(data["timestamp"], unit="ms")
    monitor = avizor.Monitor(protocol)
    with pytest.warns(avizor.RejectedRowsWarning, match="all 3 rows .*pass timezone="):
        monitor.observe(data)
    data["timestamp"] = data["timestamp"].dt.tz_localize("UTC")
    monitor.observe(data)
    assert monitor.counts.counted == 3


def test_pandas_objects_and_numpy_values(protocol: avizor.Protocol) -> None:
    pandas = pytest.importorskip("pandas")
    numpy = pytest.importorskip("numpy")
    assert sentiment(pandas.Series(TEXTS, dtype=object)) == EXPECTED
    assert sentiment(pandas.Series(TEXTS, dtype="category")) == EXPECTED
    assert sentiment(numpy.array(["gracias"])) == ["positive"]
    row = {
        "id": numpy.int64(7),
        "timestamp": pandas.Timestamp(START, unit="ms", tz="UTC"),
        "text": "@auroraair",
        "followers": numpy.float32(3),
        "verified": numpy.bool_(True),
        "author": pandas.NA,
    }
    monitor = avizor.Monitor(protocol)
    monitor.observe([row, {**row, "id": "8", "followers": None, "timestamp": numpy.int64(START)}])
    assert monitor.counts.counted == 2
    with pytest.warns(avizor.RejectedRowsWarning, match="`timestamp` is missing"):
        monitor.observe([{**row, "timestamp": pandas.NaT}])


@pytest.mark.parametrize(
    "kind",
    ["string", "large_string", "string_view", "dictionary", "large_dictionary", "null"],
)
def test_every_arrow_layout_of_text(kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    types = {
        "dictionary": pa.dictionary(pa.int8(), pa.string()),
        "large_dictionary": pa.dictionary(pa.int32(), pa.large_string()),
        "null": pa.null(),
    }
    type_ = types.get(kind) or getattr(pa, kind)()
    values = [None] * 4 if kind == "null" else TEXTS
    plain = pa.array(values, pa.null() if kind == "null" else pa.string())
    array = plain.dictionary_encode().cast(type_) if "dictionary" in kind else plain.cast(type_)
    expected = [None] * 4 if kind == "null" else EXPECTED
    for data in [array, pa.chunked_array([array]), pa.chunked_array([array[:1], array[1:1], array[1:]])]:
        assert sentiment(data) == expected
    assert sentiment(array[1:3]) == expected[1:3]
    table = pa.table({"text": array})
    rows = table.slice(2)
    if kind != "null":
        assert sentiment(rows) == EXPECTED[2:]
        assert sentiment(rows.to_batches()[0]) == EXPECTED[2:]


def test_polars_categories() -> None:
    polars = pytest.importorskip("polars")
    for kind in [polars.Categorical, polars.Enum(["", *filter(None, TEXTS)])]:
        assert sentiment(polars.Series(TEXTS, dtype=kind)) == EXPECTED


def test_a_reader_is_read_batch_by_batch() -> None:
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema({"text": pa.string()})

    def batches() -> Any:
        for _ in range(3):
            yield pa.record_batch({"text": ["gracias", "qué horror"]}, schema=schema)

    table = avizor.classify(pa.RecordBatchReader.from_batches(schema, batches()))
    assert column(table, "sentiment") == ["positive", "negative"] * 3
    assert column(table, "id") == ["1", "2", "3", "4", "5", "6"]
    for chunks in [batches(), list(batches())]:
        assert avizor.classify(chunks).to_pylist() == table.to_pylist()


def test_an_iterator_of_frames_is_one_frame(protocol: avizor.Protocol) -> None:
    pandas = pytest.importorskip("pandas")
    rows = mentions(30)
    chunks = (pandas.DataFrame(rows[start : start + 10]) for start in range(0, 30, 10))
    monitor = avizor.Monitor(protocol)
    monitor.observe(chunks)
    assert monitor.counts.counted == 30
    polars = pytest.importorskip("polars")
    with pytest.raises(avizor.InputError, match="among tables"):
        avizor.classify([polars.DataFrame({"text": ["a"]}), polars.Series(["a"])])
    with pytest.raises(avizor.InputError, match="a str among tables"):
        avizor.classify([polars.DataFrame({"text": ["a"]}), "a"])


def test_the_answer_is_of_the_library_of_the_question() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pa = pytest.importorskip("pyarrow")
    texts = ["gracias", "qué horror"]
    asked = pandas.DataFrame({"text": texts}, index=["b", "a"])
    answer = avizor.classify(asked["text"])
    assert isinstance(answer, pandas.DataFrame)
    joined = asked.join(answer)
    assert joined.loc["a", "sentiment"] == "negative"
    assert isinstance(avizor.classify(asked), pandas.DataFrame)
    assert isinstance(avizor.classify(polars.Series(texts)), polars.DataFrame)
    assert isinstance(avizor.classify(polars.DataFrame({"text": texts})), polars.DataFrame)
    for column in [pa.array(texts), pa.chunked_array([texts]), pa.table({"text": texts})]:
        assert isinstance(avizor.classify(column), pa.Table)
    assert isinstance(avizor.classify(texts), avizor.Table)


def test_duckdb_asks_the_answer() -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    answer = avizor.classify(connection.sql("select 'gracias' as text union all select 'qué horror'"))
    assert isinstance(answer, avizor.Table)
    assert len(connection.sql("select * from answer where sentiment = 'negative'").fetchall()) == 1


def test_a_reader_that_fails() -> None:
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema({"text": pa.string()})

    def batches() -> Any:
        yield pa.record_batch({"text": ["gracias"]}, schema=schema)
        raise ValueError("the collector has stopped")

    with pytest.raises(avizor.InputError, match="the collector has stopped"):
        avizor.classify(pa.RecordBatchReader.from_batches(schema, batches()))


def test_rejected_rows_across_chunks() -> None:
    pa = pytest.importorskip("pyarrow")
    chunk = pa.table({"text": ["gracias", None]})
    with pytest.warns(avizor.RejectedRowsWarning, match="2 of 4 rows .* row 2:"):
        table = avizor.classify(pa.concat_tables([chunk, chunk]))
    assert column(table, "sentiment") == ["positive", None] * 2
    assert column(table, "id") == ["1", None, "3", None]


def test_bytes_that_are_no_text_are_refused() -> None:
    pa = pytest.importorskip("pyarrow")
    broken = pa.array([b"ok", b"\xff\xfe"], pa.binary()).view(pa.string())
    with pytest.raises(avizor.InputError, match="cannot be read"):
        avizor.classify(broken)
    with pytest.raises(avizor.InputError, match="cannot be read"):
        avizor.classify(pa.chunked_array([broken]))


def test_columns_of_other_types_are_refused() -> None:
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(avizor.InputError, match="holds Int64, not text"):
        avizor.classify(pa.array([1, 2]))
    with pytest.raises(avizor.InputError, match="convert it to text"):
        avizor.classify(pa.table({"text": [["a"]]}))
    with pytest.raises(avizor.InputError, match="two columns called `text`"):
        avizor.classify(pa.Table.from_arrays([pa.array(["a"])] * 2, names=["text", "text"]))
    with pytest.raises(avizor.InputError, match="1 of these rows are null"):
        avizor.classify(pa.array([{"text": "a"}, None]))


def test_lazy_frames_are_not_collected_unasked() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(avizor.InputError, match=r"collect\(\) it first"):
        avizor.classify(polars.LazyFrame({"text": ["a"]}))


def test_out_to_every_library() -> None:
    pa = pytest.importorskip("pyarrow")
    table = avizor.classify(["gracias", None, "qué horror"], evidence=True)
    arrow = table.to_pyarrow()
    assert arrow.to_pylist() == table.to_pylist()
    assert arrow.schema == pa.schema(table)
    assert not [f for f in arrow.schema if pa.types.is_unsigned_integer(f.type)]
    polars = pytest.importorskip("polars")
    assert table.to_polars()["sentiment"].to_list() == ["positive", None, "negative"]
    assert polars.DataFrame(table).shape == (3, 17)
    assert polars.DataFrame(table).columns == table.column_names
    pytest.importorskip("pandas")
    pandas = table.to_pandas()
    assert pandas["sentiment"].tolist()[::2] == ["positive", "negative"]
    assert list(pandas.columns) == table.column_names
    assert avizor.classify(["x"] * 3).to_pandas().shape == (3, 16)


def test_pandas_without_pyarrow(monkeypatch: pytest.MonkeyPatch, protocol: avizor.Protocol) -> None:
    pytest.importorskip("pandas")
    monitor = avizor.Monitor(protocol)
    monitor.observe(mentions(9))
    with_pyarrow = monitor.reputation("Aurora Air").to_pandas()
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    without = monitor.reputation("Aurora Air").to_pandas()
    assert list(without.columns) == list(with_pyarrow.columns)
    assert without["volume"].tolist() == with_pyarrow["volume"].tolist() == [9]
    assert without["start"].dt.tz is not None


def test_a_table_goes_in_again() -> None:
    table = avizor.classify(["gracias"])
    renamed = avizor.classify(table, columns={"text": "sentiment"})
    assert len(renamed) == 1


def test_a_table_like_any_sequence() -> None:
    table = avizor.classify([f"mensaje {i}" for i in range(25)])
    assert len(table) == 25
    assert len(table[20:]) == 5
    assert table[-1] == list(table)[24] == table[24:].to_pylist()[0]
    assert len(table[30:]) == 0
    with pytest.raises(IndexError):
        table[25]
    with pytest.raises(KeyError):
        table["nothing"]
    with pytest.raises(ValueError, match="step of 1"):
        table[::2]
    again = pickle.loads(pickle.dumps(table))
    assert again.to_pylist() == table.to_pylist()
    assert again.schema == table.schema
    assert "25 rows" in repr(table)
    assert "15 more rows" in repr(table)
    assert "<td>" in table._repr_html_()
