"""A bar that shows how far long work has come."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress: TypeAlias = bool | Callable[[int], object]
    """Whether to show a bar; or what to call with the number of rows, each time some are done."""


@contextmanager
def shown(progress: Progress, data: object, unit: str = " rows") -> Iterator[Callable[[int], object] | None]:
    """Give what is to be called with the number of rows that are done, and close the bar at the end.

    Raises
    ------
    ImportError
        Where a bar is wanted and tqdm is not installed (``pip install "avizor[progress]"``).
    """
    if not isinstance(progress, bool):
        yield progress
    elif not progress:
        yield None
    else:
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError('a progress bar needs tqdm: pip install "avizor[progress]"') from error
        with tqdm(total=_length(data), unit=unit, unit_scale=True) as bar:
            yield bar.update


def _length(data: object) -> int | None:
    """Rows of a table or column, where it knows them."""
    if isinstance(data, (str, dict)):
        return 1
    chunks = isinstance(data, (list, tuple)) and len(data) > 0 and hasattr(data[0], "__arrow_c_stream__")
    return len(data) if hasattr(data, "__len__") and not chunks else None
