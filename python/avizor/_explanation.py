"""One text, and why it was read as it was."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ._html import escape

_RED, _GREEN, _UNDERLINE, _DIM, _RESET = "\x1b[31m", "\x1b[32m", "\x1b[4m", "\x1b[2m", "\x1b[0m"
_FAINT = 0.02
"""A weight of sentiment below which a word is not coloured."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: a span of the text, the rule that read it, and what it added."""

    start: int
    """First character of the span."""
    end: int
    """One past its last; equal to `start` where the reason is no span (a prior, the author's reach)."""
    kind: str
    """What it explains: ``sentiment``, ``urgency``, ``intent``, ``topic`` or ``entity``."""
    rule: str
    """The rule's name, such as ``lexicon``, ``negation`` or ``model``."""
    weight: float
    """What it added to the score it explains."""


@dataclass(frozen=True, repr=False, slots=True)
class Explanation:
    """One text, its analysis, and the evidence for it.

    Shows in notebooks as coloured words (red against, green for, underlined urgent, dotted for topics and
    entities; the pointer over a word shows the rules). Prints in terminals, with colours where the output
    is one and ``NO_COLOR`` is not set.
    """

    text: str
    """What was written."""
    analysis: dict[str, Any]
    """The whole analysis, as the command ``avizor classify`` writes it, but offsets count characters."""
    evidence: list[Evidence]
    """Why. For sentiment and urgency the weights add up to the score."""

    @classmethod
    def of(cls, text: str, analysis: dict[str, Any]) -> Explanation:
        """Take an analysis apart."""
        return cls(text, analysis, [Evidence(**reason) for reason in analysis["evidence"]])

    @property
    def language(self) -> str:
        """``es``, ``en``, ``pt`` or ``und``."""
        return str(self.analysis["language"])

    @property
    def sentiment(self) -> str:
        """``negative``, ``neutral`` or ``positive``."""
        return str(self.analysis["sentiment"]["label"])

    @property
    def urgency(self) -> str:
        """``low``, ``normal``, ``high`` or ``critical``."""
        return str(self.analysis["urgency"]["level"])

    def _pieces(self) -> list[tuple[str, list[Evidence]]]:
        """Cut the text where any span begins or ends; each piece with the spans that cover it."""
        spans = [reason for reason in self.evidence if reason.start < reason.end]
        cuts = sorted({0, len(self.text), *(r.start for r in spans), *(r.end for r in spans)})
        return [
            (self.text[start:end], [r for r in spans if r.start <= start and end <= r.end])
            for start, end in pairwise(cuts)
        ]

    def _lines(self) -> list[tuple[str, str]]:
        """Say what was decided, part by part."""
        a = self.analysis
        negative, neutral, positive = a["sentiment"]["probabilities"]
        lines = [
            ("language", a["language"]),
            (
                "sentiment",
                f"{a['sentiment']['label']} {a['sentiment']['score']:+.2f} "
                f"(negative {negative:.0%}, neutral {neutral:.0%}, positive {positive:.0%})",
            ),
            ("urgency", f"{a['urgency']['level']} {a['urgency']['score']:.2f}"),
            ("intent", a["intent"]),
        ]
        if a["topics"]:
            lines.append(("topics", ", ".join(f"{t['name']} {t['score']:.2f}" for t in a["topics"])))
        if a["department"]:
            lines.append(("department", a["department"]))
        if a["entities"]:
            named = [f"{e['name']} {e['score']:.2f} ({e['sentiment']['label']})" for e in a["entities"]]
            lines.append(("entities", ", ".join(named)))
        return lines

    def _reasons(self) -> list[tuple[str, str, str, str]]:
        """List kind, span, rule and weight of each reason, strongest first within its kind."""
        order = {
            kind: i
            for i, kind in enumerate(["sentiment", "urgency", "intent", "topic", "entity", "department"])
        }
        reasons = sorted(self.evidence, key=lambda r: (order.get(r.kind, 9), -abs(r.weight)))
        return [(r.kind, self.text[r.start : r.end], r.rule, f"{r.weight:+.3f}") for r in reasons]

    def __str__(self) -> str:
        return self.to_text(colour=_is_terminal())

    def __repr__(self) -> str:
        return self.to_text(colour=False)

    def to_text(self, *, colour: bool = False) -> str:
        """Give what `print` shows, with or without ANSI colours."""
        shown = "".join(_ansi(piece, reasons) for piece, reasons in self._pieces()) if colour else self.text
        lines = [shown, *(f"  {name:<10} {value}" for name, value in self._lines())]
        for kind, span, rule, weight in self._reasons():
            reason = (
                f"    {weight}  {kind:<9} {rule:<14} {span!r}" if span else f"    {weight}  {kind:<9} {rule}"
            )
            lines.append(f"{_DIM}{reason}{_RESET}" if colour else reason)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        words = "".join(_html(piece, reasons) for piece, reasons in self._pieces())
        lines = "".join(f"<tr><th>{escape(n)}</th><td>{escape(v)}</td></tr>" for n, v in self._lines())
        reasons = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in reason) + "</tr>"
            for reason in self._reasons()
        )
        return (
            f'<div><p style="font-size:1.15em;line-height:1.8;white-space:pre-wrap">{words}</p>'
            f'<table style="text-align:left">{lines}</table>'
            "<details><summary>evidence</summary><table><tr><th>explains</th><th>words</th>"
            f"<th>rule</th><th>weight</th></tr>{reasons}</table></details></div>"
        )


def _weight(reasons: list[Evidence]) -> float:
    return sum(r.weight for r in reasons if r.kind == "sentiment")


def _kinds(reasons: list[Evidence]) -> set[str]:
    return {r.kind for r in reasons}


def _ansi(piece: str, reasons: list[Evidence]) -> str:
    weight = _weight(reasons)
    colour = _RED if weight < -_FAINT else _GREEN if weight > _FAINT else ""
    style = colour + (_UNDERLINE if "urgency" in _kinds(reasons) else "")
    return f"{style}{piece}{_RESET}" if style else piece


def _html(piece: str, reasons: list[Evidence]) -> str:
    if not reasons:
        return escape(piece)
    weight = _weight(reasons)
    styles = []
    if abs(weight) > _FAINT:
        rgb = "217,45,32" if weight < 0 else "18,148,82"
        styles.append(f"background:rgba({rgb},{min(0.15 + abs(weight), 0.7):.2f})")
    if "urgency" in _kinds(reasons):
        styles.append("text-decoration:underline")
    if _kinds(reasons) & {"topic", "entity"}:
        styles.append("border-bottom:2px dotted currentColor")
    title = "; ".join(f"{r.kind}: {r.rule} {r.weight:+.3f}" for r in reasons)
    return f'<span title="{escape(title)}" style="{";".join(styles)}">{escape(piece)}</span>'


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
