"""How an entity stands in a period: what drifted and why, who carries it, against whom."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from ._time import instant, milliseconds
from .errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Period: TypeAlias = tuple[datetime, datetime]
"""Start, inclusive, and end, exclusive; both with a time zone."""

_R = TypeVar("_R")


def read(kind: type[_R], values: Mapping[str, Any], **parts: object) -> _R:
    """Make a result of the values that it knows; `parts` holds those that were read already."""
    known = {field.name: values[field.name] for field in fields(kind) if field.name in values}  # type: ignore[arg-type]
    return kind(**{**known, **parts})


def bounds(period: Period) -> tuple[int, int]:
    """Give a period as the extension takes it."""
    start, end = map(milliseconds, period)
    if start >= end:
        raise InputError(f"the period ends at {period[1]} but begins at {period[0]}: give (start, end)")
    return start, end


@dataclass(frozen=True, slots=True)
class Score:
    """Net sentiment with its 90 % credible interval."""

    value: float
    """Points of [-100, 100]."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""
    effective_n: float
    """Independent mentions that it rests on, the past's weight included."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Net sentiment of one less that of another, with its 90 % credible interval."""

    value: float
    """Points of [-200, 200]."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One of those who are talked about."""

    entity: str
    """Name in the protocol."""
    volume: int
    """Mentions, in any language."""
    share: float
    """Mentions over those of everybody, in [0, 1]."""
    share_low: float
    """Lower end of the share's 90 % interval (Wilson 1927)."""
    share_high: float
    """Its upper end."""
    score: Score | None
    """None where there is not enough data."""
    gap: Gap | None
    """How much better the entity that was asked about stands; None for itself, or without both scores."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        score, gap = values["score"], values["gap"]
        return read(cls, values, score=score and read(Score, score), gap=gap and read(Gap, gap))


@dataclass(frozen=True, slots=True)
class Grown:
    """A term or a phrase that is more frequent than it was."""

    term: str
    """A word, or two that follow each other."""
    mentions: float
    """Mentions in the period that have it, estimated where the sample is not everything."""
    expected: float
    """How many there would be at the rate of the reference."""
    likelihood: float
    """Log-likelihood ratio (Dunning 1993)."""
    q_value: float
    """The false discovery rate at which it is called grown."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One part of a change of net sentiment; contributions are points."""

    facet: str
    """How the mentions were parted: ``topic``, ``channel``, ``language``, ``reach``, ``author`` or ``term``."""
    name: str
    """Which part; empty for the rest."""
    contribution: float
    """How much of the change is its doing; those of one facet add up to the change."""
    by_volume: float
    """Of it, what comes from there being more or fewer of these mentions."""
    by_tone: float
    """Of it, what comes from these mentions being better or worse than before."""
    beyond_share: float
    """How much more than its share of the mentions would make it, in the direction of the change."""
    error: float
    """One standard error of the contribution."""
    now: float
    """Mentions in the period."""
    before: float
    """Mentions in the reference."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A change of net sentiment with its causes. Draw one facet with `avizor.plots.attribution`."""

    change: float
    """Net sentiment of the period less that of the reference, in points of [-200, 200]."""
    leading: list[Cause]
    """The strongest causes of all facets."""
    facets: dict[str, list[Cause]]
    """Every facet with its causes, strongest first, the rest last; each adds up to the change."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        facets = {name: [read(Cause, c) for c in causes] for name, causes in values["facets"]}
        return cls(values["change"], [read(Cause, c) for c in values["leading"]], facets)


@dataclass(frozen=True, slots=True)
class Drift:
    """How two periods differ in sentiment."""

    distance: float
    """Jensen-Shannon distance, in [0, 1]."""
    p_value: float
    """Probability of at least this difference if nothing had changed."""
    change: float
    """Change of net sentiment, in points of [-200, 200]."""


@dataclass(frozen=True, slots=True)
class MixDrift:
    """How two periods differ in what they divide over."""

    distance: float
    """Jensen-Shannon distance, in [0, 1]; 0 where either is empty."""
    p_value: float
    """Probability of at least this difference if nothing had changed."""


@dataclass(frozen=True, slots=True)
class SeriesDrift:
    """Drift of one topic, channel or language."""

    dimension: str
    """Kind of part."""
    name: str
    """Its name."""
    drift: Drift
    """How its sentiment differs."""
    q_value: float
    """The false discovery rate at which it is called changed (Benjamini and Hochberg 1995)."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        return read(cls, values, drift=read(Drift, values["drift"]))


@dataclass(frozen=True, slots=True)
class Shift:
    """How an entity's period differs from a reference."""

    entity: str
    """Name in the protocol."""
    period: Period
    """What was looked at, in UTC."""
    reference: Period
    """What it was compared with."""
    sentiment: Drift | None
    """None where either has fewer than five readable mentions."""
    wasserstein: float | None
    """By how many steps of negative, neutral, positive the average mention moved, in [0, 2]."""
    topics: MixDrift
    """How the talk divides over topics."""
    channels: MixDrift
    """How the talk divides over channels."""
    series: list[SeriesDrift]
    """Every topic, channel and language with enough mentions, surest change first."""
    attribution: Attribution | None
    """What moved net sentiment."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        sentiment, causes = values["sentiment"], values["attribution"]
        return read(
            cls,
            values,
            period=_period(values["period"]),
            reference=_period(values["reference"]),
            sentiment=sentiment and read(Drift, sentiment),
            topics=read(MixDrift, values["topics"]),
            channels=read(MixDrift, values["channels"]),
            series=[SeriesDrift.from_dict(series) for series in values["series"]],
            attribution=causes and Attribution.from_dict(causes),
        )


def _period(values: Mapping[str, str]) -> Period:
    start, end = (datetime.fromisoformat(values[name]) for name in ["start", "end"])
    return instant(milliseconds(start)), instant(milliseconds(end))


@dataclass(frozen=True, slots=True)
class Influencer:
    """One author, as far as the sample knows."""

    author: str
    """Name, as it came."""
    mentions: float
    """Mentions of the entity; estimated where the sample is not everything."""
    followers: int
    """The most followers seen."""
    verified: bool
    """Whether the network marks the author as verified."""
    engagement: float
    """Likes, shares and replies to a mention, on average."""
    consistency: float
    """Days with a mention over days of the period, in (0, 1]."""
    relevance: float
    """Of the author's mentions of anybody in the protocol, the share about the entity, in (0, 1]."""
    stance: float
    """Praise less complaint over mentions that could be read, in [-1, 1]."""
    influence: float
    """In [0, 1]: 0.4 reach + 0.3 engagement + 0.15 consistency + 0.15 relevance."""


@dataclass(frozen=True, slots=True)
class Influence:
    """Who carries an entity's talk."""

    leading: list[Influencer]
    """The most influential authors, of any stance."""
    praise: list[Influencer]
    """The most influential of those that praise more than they complain."""
    complaints: list[Influencer]
    """The most influential of those that complain more than they praise."""
    distinct_authors: float
    """Different authors, within about 3 %; exact while they are few."""
    gini: float
    """Concentration of the mentions: 0 where all have as many, near 1 where one has them all."""
    top10_share: float
    """Share of the mentions that the ten busiest authors wrote, in [0, 1]."""
    exact: bool
    """Whether nothing here is estimated."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        lists = ["leading", "praise", "complaints"]
        return read(cls, values, **{name: [read(Influencer, a) for a in values[name]] for name in lists})


@dataclass(frozen=True, slots=True)
class Kpi:
    """An indicator of performance."""

    name: str
    """Its name in the registry."""
    title: str
    """What to call it, in the protocol's language."""
    formula: str
    """How it is computed."""
    unit: str
    """Its unit."""
    value: float | None
    """None where its denominator is empty, or the mentions do not carry what it needs."""
    of: float
    """The denominator's value."""
    note: str
    """What to beware of, in the protocol's language."""
    instead: list[Kpi]
    """What to look at instead, for vanity measures."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], language: str) -> Self:
        """Read what the Rust crate writes as JSON."""
        definition = values["definition"]
        words = {name: definition[name][language] for name in ["title", "note"]}
        instead = [cls.from_dict(kpi, language) for kpi in values["instead"]]
        return read(cls, {**definition, **values}, instead=instead, **words)


@dataclass(frozen=True, slots=True)
class GoalReport:
    """What came of a goal of the protocol."""

    entity: str
    """Name of the entity."""
    kpi: Kpi
    """The figure that was reached."""
    at_least: float | None
    """Met from this value on, in the indicator's unit."""
    at_most: float | None
    """Met up to this value."""
    met: bool | None
    """None where the indicator has no value."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], language: str) -> Self:
        """Read what the Rust crate writes as JSON."""
        goal = values["goal"]
        limits = {"at_least": goal["at_least"], "at_most": goal["at_most"]}
        return read(cls, {**values, **limits}, kpi=Kpi.from_dict(values["kpi"], language))


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A moment at which an entity's sentiment changed for good."""

    at: datetime
    """The most likely moment, in UTC."""
    earliest: datetime
    """It may have been as early as this."""
    latest: datetime
    """It may have been as late as this."""
    probability: float
    """How sure it is, in [0, 1]."""
    before: float
    """Net sentiment before it."""
    after: float
    """Net sentiment after it."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the Rust crate writes as JSON."""
        times = {name: datetime.fromisoformat(values[name]) for name in ["at", "earliest", "latest"]}
        return read(cls, values, **times)
