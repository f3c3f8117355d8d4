"""Text to HTML, without what `html` drags in on import."""

from __future__ import annotations

_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def escape(text: str) -> str:
    """Write a text so that HTML, in an attribute or outside, shows it as it is."""
    return text.translate(_MARKS)
