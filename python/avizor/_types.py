"""What a caller may hand over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from ._lab import Incident

    Incidents: TypeAlias = Iterable[Incident] | Iterable[Mapping[str, Any]] | str | PathLike[str]
    """What happened: incidents, dicts of their fields, or the path of a CSV file."""
    PandasFrame: TypeAlias = "pandas.DataFrame | pandas.Series[Any]"
    PolarsFrame: TypeAlias = polars.DataFrame | polars.Series
    ArrowFrame: TypeAlias = (
        pyarrow.Table | pyarrow.RecordBatch | pyarrow.RecordBatchReader | pyarrow.Array | pyarrow.ChunkedArray
    )


class ArrowStream(Protocol):
    """Anything that gives Arrow streams: tables and columns of pandas 3, polars, pyarrow, DuckDB."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class ArrowArray(Protocol):
    """Anything that gives one Arrow array: ``pyarrow.Array``, ``nanoarrow.Array``."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> object: ...


Text: TypeAlias = str | None
Row: TypeAlias = Mapping[str, Any]
Input: TypeAlias = (
    ArrowStream
    | ArrowArray
    | str
    | Row
    | Iterable[Text]
    | Iterable[Row]
    | Iterable[ArrowStream]
    | Iterable[ArrowArray]
)
"""Texts or mentions: a table or column of any Arrow library, an iterator of these, a list, or a single one."""

ModelSource: TypeAlias = str | PathLike[str] | bytes
"""A model of ``avizor train``: its path or its bytes."""
