"""Figures, with matplotlib (``pip install "avizor[plot]"``), which is imported when the first is drawn.

Each function draws on the axes that it is given, or on a figure of its own, and returns the axes. Colours are told
apart by every kind of colour vision and in grey: negative is the darkest and hatched, neutral the lightest. Labels
are in Spanish, English or Portuguese.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.dates import DateLocator

    from ._lab import Tuned
    from ._signal import Signal, SignalAuthor

    Frame: TypeAlias = Any
    """A table of ours, or a data frame of any library: columns by name."""

__all__ = [
    "attribution",
    "influence",
    "pareto",
    "reliability",
    "reputation",
    "share_of_voice",
    "topics",
    "what_grew",
]

_NEGATIVE, _NEUTRAL, _POSITIVE, _LINE, _ACCENT = "#8f2d1f", "#dddddd", "#5fb39b", "#1f3a5f", "#d98e04"
_SENTIMENTS = [("negative", _NEGATIVE, "///"), ("neutral", _NEUTRAL, ""), ("positive", _POSITIVE, "")]
# Of Okabe and Ito 2008, in an order whose greys differ from neighbour to neighbour; hatches beyond that.
_SERIES = ["#0072b2", "#e69f00", "#009e73", "#f0e442", "#d55e00", "#cc79a7", "#56b4e9", "#000000"]
_HATCHES = ["", "//", "", "..", "\\\\", "", "xx", ""]
_SURPRISING = 0.01
"""A window whose drift is less probable than this is marked."""


@cache
def _labels(language: str) -> dict[str, str]:
    import tomllib

    source = Path(__file__).with_name("plots.toml").read_text(encoding="utf-8")
    labels: dict[str, dict[str, str]] = tomllib.loads(source)
    if language not in labels:
        raise InputError(f"there are no labels in `{language}`: language is one of {', '.join(labels)}")
    return labels[language]


def _own(ax: Axes | None, height: float = 4.5) -> Axes:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(9, height), layout="constrained")[1]


def reputation(
    table: Frame,
    signals: Iterable[Signal] = (),
    *,
    title: str | None = None,
    language: str = "es",
) -> tuple[Axes, Axes]:
    """Draw the score with its interval and the signals, and below it the mentions by sentiment.

    Parameters
    ----------
    table : Table or data frame
        What `Monitor.reputation` returned.
    signals : iterable of Signal, optional
        Those of the same entity; their firings are marked, in UTC as everything.
    title : str, optional
        The entity's name by default.
    language : str, default "es"
        Of the labels: ``es``, ``en`` or ``pt``.

    Returns
    -------
    tuple of matplotlib.axes.Axes
        The score's and the mentions'.
    """
    import matplotlib.pyplot as plt
    from matplotlib.dates import date2num

    t = _labels(language)
    rows = _columns(table)
    name = next(iter(rows["entity"]), "")
    starts = [float(date2num(at)) for at in rows["start"]]
    ends = [float(date2num(at)) for at in rows["end"]]
    middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
    widths = [0.9 * (end - start) for start, end in zip(starts, ends, strict=True)]
    figure, axes = plt.subplots(2, 1, sharex=True, height_ratios=[2, 1], figsize=(9, 5), layout="constrained")
    above, below = axes

    low, score, high = (_numbers(rows[name]) for name in ["score_low", "score", "score_high"])
    above.axhline(0, color="0.7", linewidth=0.8)
    above.fill_between(middles, low, high, color=_LINE, alpha=0.18, linewidth=0, label=t["interval"])
    above.plot(middles, score, color=_LINE, marker=".", label=t["net"])
    marked = [
        (at, value)
        for at, value, p in zip(middles, score, _numbers(rows["drift_p_value"]), strict=True)
        if p < _SURPRISING
    ]
    if marked:
        label = t["surprising"].format(p=_SURPRISING)
        above.scatter(*zip(*marked, strict=True), s=70, facecolors="none", edgecolors=_NEGATIVE, label=label)
    _mark(above, [s for s in signals if s.state == "firing" and s.entity == name], t)
    above.set(title=title or name, ylabel=t["score"], ylim=(-105, 105))
    above.legend(loc="best", fontsize="small")

    _stack(below, middles, rows, widths, t)
    below.set(ylabel=t["mentions"], ylim=(0, 1.1 * max(map(sum, _stacks(rows)), default=0) or 1))
    below.legend(loc="lower left", bbox_to_anchor=(0, 1), fontsize="small", ncols=3, frameon=False)
    _dates(below)
    figure.align_ylabels(list(axes))
    return above, below


def _mark(ax: Axes, firing: list[Signal], t: Mapping[str, str]) -> None:
    """Draw a line at each firing, told apart by level."""
    from matplotlib.dates import date2num

    levels = list(dict.fromkeys(signal.level for signal in firing))
    styles = ["--", "-.", ":", "-"]
    for signal in firing:
        style = styles[levels.index(signal.level) % len(styles)]
        ax.axvline(float(date2num(signal.at)), color=_ACCENT, linestyle=style, linewidth=1.5)
    for i, level in enumerate(levels):
        label = t["signal"].format(level=level)
        ax.plot([], [], color=_ACCENT, linestyle=styles[i % len(styles)], linewidth=1.5, label=label)


def _stacks(rows: Mapping[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name] for name, _, _ in _SENTIMENTS), strict=True))


def _stack(
    ax: Axes,
    places: list[float],
    rows: Mapping[str, Sequence[Any]],
    widths: list[float],
    t: Mapping[str, str],
) -> None:
    bottom = [0] * len(places)
    for name, colour, hatch in _SENTIMENTS:
        ax.bar(
            places,
            rows[name],
            widths,
            bottom=bottom,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            label=t[name],
        )
        bottom = [base + n for base, n in zip(bottom, rows[name], strict=True)]


def topics(table: Frame, *, most: int = 12, ax: Axes | None = None, language: str = "es") -> Axes:
    """Draw topics by sentiment as a heat map: each row the shares of one topic, with its mentions.

    Parameters
    ----------
    table : Table or data frame
        With the columns ``topics`` and ``sentiment``, as `classify` returns them. A text of several topics
        counts for each.
    most : int, default 12
        Topics at most, those with most mentions.
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    language : str, default "es"
        Of the labels.
    """
    t = _labels(language)
    rows = _columns(table)
    counts: dict[str, Counter[str]] = {}
    for names, sentiment in zip(rows["topics"], rows["sentiment"], strict=True):
        if isinstance(sentiment, str):
            for name in list(names if names is not None else []) or [t["no_topic"]]:
                counts.setdefault(str(name), Counter())[sentiment] += 1
    largest = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))[:most]
    ax = _own(ax, 1.6 + 0.36 * max(len(largest), 3))
    order = [name for name, _, _ in _SENTIMENTS]
    shares = [[count[name] / count.total() for name in order] for _, count in largest]
    ax.imshow(shares or [[0, 0, 0]], cmap="cividis_r", vmin=0, vmax=1, aspect="auto")
    for y, row in enumerate(shares):
        for x, share in enumerate(row):
            ax.text(
                x, y, f"{share:.0%}", ha="center", va="center", color="black" if share < 0.45 else "white"
            )
    ax.set_xticks(range(3), [t[name] for name in order])
    ax.set_yticks(
        range(len(largest)), [f"{name} ({_whole(count.total(), language)})" for name, count in largest]
    )
    ax.tick_params(length=0)
    ax.set_title(t["topics"])
    return ax


def share_of_voice(tables: Iterable[Frame], *, ax: Axes | None = None, language: str = "es") -> Axes:
    """Draw who is talked about, window by window, as shares of all mentions.

    Parameters
    ----------
    tables : iterable of Table or data frame
        What `Monitor.reputation` returned for each entity and competitor, with one length of window.
    ax, language
        As for `topics`.
    """
    from matplotlib.dates import date2num

    t = _labels(language)
    ax = _own(ax)
    by_name: dict[str, dict[float, float]] = {}
    ends: dict[float, float] = {}
    for table in tables:
        rows = _columns(table)
        for name, start, end, share in zip(
            rows["entity"], rows["start"], rows["end"], _numbers(rows["share_of_voice"]), strict=True
        ):
            at = float(date2num(start))
            ends[at] = float(date2num(end))
            by_name.setdefault(name, {})[at] = share
    starts = sorted(ends)
    bottom = [0.0] * len(starts)
    widths = [0.95 * (ends[at] - at) for at in starts]
    # Of whom nobody spoke there is nothing to see.
    spoken = {name: shares for name, shares in by_name.items() if any(shares.values())}
    for i, (name, shares) in enumerate(spoken.items()):
        heights = [shares.get(at, 0.0) for at in starts]
        middles = [(at + ends[at]) / 2 for at in starts]
        ax.bar(
            middles,
            heights,
            widths,
            bottom=bottom,
            label=name,
            color=_SERIES[i % len(_SERIES)],
            hatch=_HATCHES[i % len(_HATCHES)],
            edgecolor="white",
            linewidth=0.5,
        )
        bottom = [base + height for base, height in zip(bottom, heights, strict=True)]
    ax.set(title=t["share_of_voice"], ylabel=t["share"], ylim=(0, 1))
    ax.yaxis.set_major_formatter(_percent)
    if spoken:
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1), fontsize="small", frameon=False)
    _dates(ax)
    return ax


def what_grew(
    rows: Iterable[Mapping[str, Any]],
    *,
    most: int = 12,
    ax: Axes | None = None,
    language: str = "es",
) -> Axes:
    """Draw what grew most and what shrank most, as bars.

    Parameters
    ----------
    rows : iterable of mappings
        With ``name`` and ``change`` (mentions a day, after less before) and, where known, ``low`` and ``high``,
        the ends of the change's interval.
    most : int, default 12
        Bars at most, those with the greatest change either way.
    ax, language
        As for `topics`.
    """
    t = _labels(language)
    largest = sorted(rows, key=lambda row: -abs(row["change"]))[:most]
    largest.sort(key=lambda row: row["change"])
    ax = _own(ax, 1.6 + 0.33 * max(len(largest), 3))
    places = list(range(len(largest)))
    changes = [float(row["change"]) for row in largest]
    spread = [_spread(row, change) for row, change in zip(largest, changes, strict=True)]
    ax.barh(
        places,
        changes,
        color=[_LINE if change >= 0 else _NEUTRAL for change in changes],
        edgecolor=_LINE,
        xerr=list(zip(*spread, strict=True)) or None,
        error_kw={"ecolor": _ACCENT, "capsize": 2},
    )
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.set_yticks(places, [str(row["name"]) for row in largest])
    ax.set(title=t["what_grew"], xlabel=t["change"])
    return ax


def _spread(row: Mapping[str, Any], value: float) -> tuple[float, float]:
    low, high = row.get("low"), row.get("high")
    return (0.0 if low is None else max(value - low, 0.0), 0.0 if high is None else max(high - value, 0.0))


def influence(
    authors: Iterable[SignalAuthor] | Iterable[Mapping[str, Any]],
    *,
    named: int = 8,
    ax: Axes | None = None,
    language: str = "es",
) -> Axes:
    """Draw authors: reach against mentions, the darker the more negative; the strongest are named.

    Parameters
    ----------
    authors : iterable of SignalAuthor or mappings
        With ``author``, ``mentions``, ``negative`` and ``followers``.
    named : int, default 8
        How many are named, those with most reach (mentions times followers).
    ax, language
        As for `topics`.
    """
    from matplotlib.ticker import MaxNLocator

    t = _labels(language)
    ax = _own(ax)
    rows = [_fields(author) for author in authors]
    mentions = [row["mentions"] for row in rows]
    # A logarithm of nobody is no place; they stand at one.
    followers = [max(row["followers"] or 0, 1) for row in rows]
    shares = [row["negative"] / max(row["mentions"], 1) for row in rows]
    dots = ax.scatter(
        followers,
        mentions,
        c=shares,
        cmap="cividis_r",
        vmin=0,
        vmax=1,
        s=60,
        edgecolors="0.2",
        linewidths=0.6,
    )
    loudest = sorted(range(len(rows)), key=lambda i: -mentions[i] * followers[i])[:named]
    for turn, i in enumerate(sorted(loudest, key=lambda i: followers[i])):
        # Neighbours at the same height would write over each other.
        ax.annotate(
            str(rows[i]["author"]),
            (followers[i], mentions[i]),
            xytext=(4, [8, -14, 20, -26, 32, -38, 44, -50][turn % 8]),
            textcoords="offset points",
            fontsize="small",
        )
    ax.figure.colorbar(dots, ax=ax, label=t["negative_share"], format=_percent)
    top = 1.25 * max(mentions, default=1)
    ax.set(title=t["influence"], xlabel=t["followers"], ylabel=t["mentions"], xscale="log", ylim=(0, top))
    ax.margins(x=0.15)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return ax


def _fields(author: SignalAuthor | Mapping[str, Any]) -> Mapping[str, Any]:
    names = ["author", "mentions", "negative", "followers"]
    return author if isinstance(author, Mapping) else {name: getattr(author, name) for name in names}


def attribution(
    parts: Iterable[tuple[str, float]],
    before: float,
    *,
    ax: Axes | None = None,
    language: str = "es",
) -> Axes:
    """Draw what moved a score, part by part, from what it was to what it is, as a waterfall.

    Parameters
    ----------
    parts : iterable of (str, float)
        Names and what each added, in points; they sum to the whole change.
    before : float
        The score that it began with.
    ax, language
        As for `topics`.
    """
    t = _labels(language)
    ax = _own(ax)
    steps = list(parts)
    level = before
    edges = [before]
    ax.bar(0, before, color=_LINE)
    for place, (_, change) in enumerate(steps, start=1):
        colour, hatch = (_POSITIVE, "") if change >= 0 else (_NEGATIVE, "///")
        ax.bar(place, change, bottom=level, color=colour, hatch=hatch, edgecolor="white")
        ax.plot([place - 0.6, place + 0.4], [level, level], color="0.4", linewidth=0.8)
        level += change
        edges.append(level)
        tip = max(level, level - change)
        ax.annotate(
            f"{change:+.1f}",
            (place, tip),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize="small",
        )
    last = len(steps) + 1
    ax.bar(last, level, color=_LINE)
    ax.axhline(0, color="0.3", linewidth=0.8)
    names = [t["before"], *(name for name, _ in steps), t["after"]]
    ax.set_xticks(range(last + 1), names, rotation=30, ha="right", rotation_mode="anchor")
    low, high = min(*edges, 0.0), max(*edges, 0.0)
    room = 0.12 * (high - low or 1)
    ax.set(title=t["attribution"], ylabel=t["points"], ylim=(low - room, high + room))
    return ax


def pareto(tuned: Tuned, *, ax: Axes | None = None, language: str = "es") -> Axes:
    """Draw what `tune` found: delay against false alarms, with what is, what was chosen, and the budget.

    Parameters
    ----------
    tuned : Tuned
        What `tune` returned.
    ax, language
        As for `topics`.
    """
    t = _labels(language)
    ax = _own(ax)
    front = [c.searched for c in tuned.front if c.searched.mean_delay_minutes is not None]
    places = sorted((score.false_alarms_per_month, score.mean_delay_minutes or 0.0) for score in front)
    if places:
        ax.plot(*zip(*places, strict=True), color=_LINE, marker=".", drawstyle="steps-post", label=t["front"])
    ax.axvline(tuned.budget, color="0.4", linestyle=":", label=t["budget"])
    for name, score, marker, colour in [
        ("present", tuned.present.searched, "s", _NEGATIVE),
        ("chosen", tuned.chosen.searched, "D", _ACCENT),
        ("held_out", tuned.chosen.held_out, "o", "white"),
    ]:
        if score.mean_delay_minutes is not None:
            place = ([score.false_alarms_per_month], [score.mean_delay_minutes])
            ax.scatter(*place, marker=marker, color=colour, edgecolors="0.1", s=70, zorder=3, label=t[name])
    ax.set(title=t["pareto"], xlabel=t["false_alarms"], ylabel=t["delay"], ylim=(0, None))
    ax.set_xlim(left=-0.03 * ax.get_xlim()[1])
    ax.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return ax


def reliability(
    confidence: Iterable[float],
    right: Iterable[bool],
    *,
    bins: int = 10,
    ax: Axes | None = None,
    language: str = "es",
) -> Axes:
    """Draw how often predictions of each probability were right; on the diagonal they can be believed.

    Parameters
    ----------
    confidence : iterable of float
        Probability that was given to the prediction, in [0, 1].
    right : iterable of bool
        Whether the prediction was right.
    bins : int, default 10
        Bins of equal width; empty ones are not drawn. Bars are 95 % intervals (Wilson 1927).
    ax, language
        As for `topics`.
    """
    t = _labels(language)
    ax = _own(ax)
    groups: dict[int, list[tuple[float, bool]]] = {}
    for p, hit in zip(confidence, right, strict=True):
        groups.setdefault(min(int(p * bins), bins - 1), []).append((float(p), bool(hit)))
    ax.plot([0, 1], [0, 1], color="0.5", linestyle="--", label=t["perfect"])
    xs, ys, below, above = [], [], [], []
    for _, pairs in sorted(groups.items()):
        share = sum(hit for _, hit in pairs) / len(pairs)
        low, high = _wilson(share, len(pairs))
        xs.append(sum(p for p, _ in pairs) / len(pairs))
        ys.append(share)
        below.append(share - low)
        above.append(high - share)
    ax.errorbar(xs, ys, yerr=[below, above], color=_LINE, marker="o", capsize=3, label=t["observed"])
    for x, y, (_, pairs) in zip(xs, ys, sorted(groups.items()), strict=True):
        ax.annotate(
            _whole(len(pairs), language),
            (x, y),
            xytext=(6, -10),
            textcoords="offset points",
            fontsize="x-small",
        )
    ax.set(title=t["reliability"], xlabel=t["confidence"], ylabel=t["right"], xlim=(0, 1), ylim=(0, 1.02))
    ax.xaxis.set_major_formatter(_percent)
    ax.yaxis.set_major_formatter(_percent)
    ax.legend(fontsize="small", loc="upper left")
    return ax


def _wilson(share: float, n: int) -> tuple[float, float]:
    z = 1.959964
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _columns(table: Frame) -> Mapping[str, Sequence[Any]]:
    """Columns of a table of ours, or of a frame of any library, as sequences."""
    if hasattr(table, "to_pydict"):
        columns: Mapping[str, Sequence[Any]] = table.to_pydict()
        return columns
    return {name: list(table[name]) for name in table.columns}


def _numbers(values: Iterable[float | None]) -> list[float]:
    """Missing values as NaN, which leaves a gap."""
    return [float("nan") if value is None else float(value) for value in values]


def _whole(n: int, language: str) -> str:
    """Thousands as a language parts them."""
    return f"{n:,}" if language == "en" else f"{n:,}".replace(",", "\u202f")


def _percent(value: float, _: object = None) -> str:
    return f"{value:.0%}"


def _dates(ax: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator: DateLocator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    # Months as numbers: their names would be those of the system's language.
    ax.xaxis.set_major_formatter(
        ConciseDateFormatter(
            locator,
            formats=["%Y", "%m", "%d", "%H:%M", "%H:%M", "%S.%f"],
            zero_formats=["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"],
            offset_formats=["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d %H:%M"],
        )
    )
