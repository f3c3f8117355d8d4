"""The answer in the kind of frame that the question came in. No frame library is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._table import Table


def like(data: object, table: Table) -> Any:  # noqa: ANN401, the frame libraries are not here to be named
    """Give the table as the library of `data` has it, row for row; as it is for anything else."""
    kind = type(data)
    library = kind.__module__.partition(".")[0]
    if library == "pandas" and kind.__name__ in {"DataFrame", "Series"}:
        frame = table.to_pandas()
        frame.index = data.index  # type: ignore[attr-defined]
        return frame
    if library == "polars" and kind.__name__ in {"DataFrame", "Series"}:
        return table.to_polars()
    if library == "pyarrow":
        return table.to_pyarrow()
    return table
