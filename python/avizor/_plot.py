"""Figures of reputation, with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._table import Table

# Told apart by every kind of colour vision, and in grey.
_NEGATIVE, _NEUTRAL, _POSITIVE, _LINE = "#b5402a", "#c9c9c9", "#2f8f6b", "#1f3a5f"
_SURPRISING = 0.01
"""A window whose drift is less probable than this is marked."""


def reputation(table: Table, entity: str) -> tuple[Axes, Axes]:
    """Draw the score with its interval, and below it the mentions by sentiment."""
    import matplotlib.pyplot as plt
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

    rows = table.to_pydict()
    starts = [float(date2num(at)) for at in rows["start"]]
    ends = [float(date2num(at)) for at in rows["end"]]
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    widths = [0.9 * (end - start) for start, end in zip(starts, ends, strict=True)]
    figure, axes = plt.subplots(2, 1, sharex=True, height_ratios=[2, 1], figsize=(9, 5), layout="constrained")
    above, below = axes

    low, score, high = (_numbers(rows[name]) for name in ["score_low", "score", "score_high"])
    above.axhline(0, color="0.7", linewidth=0.8)
    above.fill_between(middles, low, high, color=_LINE, alpha=0.18, linewidth=0, label="90 % interval")
    above.plot(middles, score, color=_LINE, marker=".", label="score")
    marked = [
        (at, value)
        for at, value, p in zip(middles, score, rows["drift_p_value"], strict=True)
        if p is not None and p < _SURPRISING
    ]
    if marked:
        above.scatter(
            *zip(*marked, strict=True),
            s=70,
            facecolors="none",
            edgecolors=_NEGATIVE,
            label=f"unlike its past (p < {_SURPRISING})",
        )
    above.set(title=entity, ylabel="net sentiment, -100 to 100", ylim=(-105, 105))
    above.legend(loc="best", fontsize="small")

    bottom = [0] * len(middles)
    for name, colour in [("negative", _NEGATIVE), ("neutral", _NEUTRAL), ("positive", _POSITIVE)]:
        below.bar(middles, rows[name], widths, bottom=bottom, color=colour, label=name)
        bottom = [base + n for base, n in zip(bottom, rows[name], strict=True)]
    below.set(ylabel="mentions", ylim=(0, 1.1 * max(bottom, default=0) or 1))
    below.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize="small", ncols=3, frameon=False)
    locator = AutoDateLocator()
    below.xaxis.set_major_locator(locator)
    below.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    figure.align_ylabels(list(axes))
    return above, below


def _numbers(values: list[float | None]) -> list[float]:
    """Missing values as NaN, which leaves a gap."""
    return [float("nan") if value is None else value for value in values]
