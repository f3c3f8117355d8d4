"""The table that every call returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from . import _avizor
from ._html import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas
    import polars
    import pyarrow

_SHOWN = 10
_WIDTH = 40


class Table:
    """Columns that any Arrow program reads without a copy.

    Returned by `classify`, `Classifier.classify` and `Monitor.reputation`; not made by hand. pandas 3,
    polars, pyarrow and DuckDB take it as it is (``polars.DataFrame(table)``), through the Arrow PyCapsule
    interface. Immutable; pickles.

    Examples
    --------
    >>> table = avizor.classify(["gracias", "qué horror"])
    >>> len(table)
    2
    >>> table["sentiment"]
    ['positive', 'negative']
    >>> table[1]["sentiment"]
    'negative'
    """

    __slots__ = ("_inner",)

    def __init__(self, inner: _avizor.Table) -> None:
        self._inner = inner

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the columns as an Arrow stream, in a capsule."""
        return self._inner.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Give the columns' names and types as an Arrow schema, in a capsule."""
        return self._inner.__arrow_c_schema__()

    def __len__(self) -> int:
        return len(self._inner)

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in their order."""
        return [name for name, _ in self._inner.schema()]

    @property
    def schema(self) -> dict[str, str]:
        """Arrow type of each column, by name."""
        return dict(self._inner.schema())

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice) -> Table: ...
    def __getitem__(self, key: str | int | slice) -> list[Any] | dict[str, Any] | Table:
        """Give a column by its name, a row by its number, or a slice of rows (without a copy)."""
        if isinstance(key, str):
            return self._inner.column(key)
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            if step != 1:
                raise ValueError("a table is sliced with a step of 1")
            return Table(self._inner.slice(start, max(stop - start, 0)))
        at = key + len(self) if key < 0 else key
        if not 0 <= at < len(self):
            raise IndexError(f"row {key} of a table of {len(self)} rows")
        return Table(self._inner.slice(at, 1)).to_pylist()[0]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over rows, as dicts."""
        step = 4096
        for start in range(0, len(self), step):
            yield from Table(self._inner.slice(start, step)).to_pylist()

    def to_pydict(self) -> dict[str, list[Any]]:
        """Give the columns as lists of Python values, by name."""
        return {name: self._inner.column(name) for name in self.column_names}

    def to_pylist(self) -> list[dict[str, Any]]:
        """Give the rows as dicts. Instants are aware datetimes in UTC, nulls are None."""
        columns = self.to_pydict()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_pandas(self) -> pandas.DataFrame:
        """Give a pandas data frame with a fresh index; lists stay Arrow's (``pandas.ArrowDtype``).

        Raises
        ------
        ImportError
            Where pandas is not installed (``pip install "avizor[pandas]"``).
        """
        import pandas

        try:
            import pyarrow
        except ImportError:
            return pandas.DataFrame(self.to_pydict(), columns=self.column_names)

        def kept(kind: pyarrow.DataType) -> pandas.ArrowDtype | None:
            # Lists as numpy objects would cost a hundred bytes each.
            return pandas.ArrowDtype(kind) if pyarrow.types.is_nested(kind) else None

        frame: pandas.DataFrame = pyarrow.table(self).to_pandas(types_mapper=kept)
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Give a polars data frame, without a copy.

        Raises
        ------
        ImportError
            Where polars is not installed (``pip install "avizor[polars]"``).
        """
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> pyarrow.Table:
        """Give a pyarrow table, without a copy.

        Raises
        ------
        ImportError
            Where pyarrow is not installed (``pip install "avizor[pyarrow]"``).
        """
        import pyarrow

        return pyarrow.table(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._inner.to_ipc(),)

    def __repr__(self) -> str:
        names = self.column_names
        rows = [[_cell(value) for value in row.values()] for row in self[:_SHOWN]]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [names, *rows]
        ]
        return "\n".join([f"Table: {self._size()}", *lines, *self._more()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.column_names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>"
            for row in self[:_SHOWN]
        )
        foot = "".join(f"<p>{escape(line)}</p>" for line in [self._size(), *self._more()])
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}"

    def _size(self) -> str:
        return f"{len(self):,} rows x {len(self.column_names)} columns"

    def _more(self) -> list[str]:
        more = len(self) - _SHOWN
        return [f"... {more:,} more rows"] if more > 0 else []


def _restore(data: bytes) -> Table:
    return Table(_avizor.Table.from_ipc(data))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
