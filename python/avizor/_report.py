"""A page for the people who decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ._html import escape

if TYPE_CHECKING:
    from os import PathLike


@dataclass(frozen=True, repr=False, slots=True)
class Report:
    """One self-contained page of HTML, made by `Monitor.report`. Shows in notebooks."""

    html: str
    """The page."""

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html, encoding="utf-8", newline="\n")

    def __repr__(self) -> str:
        return f"<Report of {len(self.html):,} characters: save() it, or show it in a notebook>"

    def _repr_html_(self) -> str:
        # A frame of its own: the page's styles are for a page. `sandbox` keeps it from doing anything.
        page = escape(self.html)
        return (
            f'<iframe srcdoc="{page}" sandbox style="width:100%;height:40em;border:1px solid #ccc"></iframe>'
        )
