"""The harness: simulate, replay against known incidents, choose thresholds, train."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, fields
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from . import _avizor
from ._classifier import read_models, warn_of_rejects
from ._html import escape
from ._progress import shown
from ._signal import Signal
from ._standing import read
from ._table import Table
from ._time import instant, milliseconds, span
from .errors import FoldedLabelsWarning, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from ._progress import Progress
    from ._protocol import Protocol
    from ._types import Incidents, Input, ModelSource


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


class _Shown:
    """What prints as a table of few rows, in a terminal and in a notebook."""

    __slots__ = ()

    def _caption(self) -> str:
        raise NotImplementedError

    def _rows(self) -> list[list[str]]:
        raise NotImplementedError

    def __str__(self) -> str:
        rows = self._rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        return "\n".join([self._caption(), *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rows = self._rows()
        header = "".join(f"<th>{escape(cell)}</th>" for cell in head)
        body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in rows)
        return f"<p>{escape(self._caption())}</p><table><tr>{header}</tr>{body}</table>"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A stream that can be simulated."""

    name: str
    """What to call it by."""
    description: str
    """What happens, and when; days are counted from 1."""
    expect: str
    """What should be raised, and what should not."""
    days: float
    """How long it lasts unless asked otherwise."""
    rate: float
    """Mentions a day unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that a protocol should raise."""

    incident: str
    """Its name, unique."""
    entity: str
    """Whom it happens to, as the protocol names it."""
    start: datetime
    """When it begins, which may be well before anybody notices."""
    end: datetime
    """When talk is back to what it was."""
    kind: str = "incident"
    """What it is."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the command and the Rust crate write as JSON."""
        start, end = (datetime.fromisoformat(values[name]) for name in ["start", "end"])
        return cls(values["incident"], values["entity"], start, end, values["kind"])

    def to_dict(self) -> dict[str, str]:
        """Give plain values that JSON can write; times in RFC 3339."""
        start, end = (instant(milliseconds(at)).isoformat() for at in [self.start, self.end])
        return {
            "incident": self.incident,
            "entity": self.entity,
            "start": start,
            "end": end,
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated stream and the truth about it."""

    mentions: Table
    """In order of arrival, which in ``late-data`` is not the order of event time."""
    incidents: list[Incident]
    """What should be raised; empty where nothing should."""


def scenarios() -> list[Scenario]:
    """List what `simulate` can simulate."""
    return [Scenario(*values) for values in _avizor.list_scenarios()]


def simulate(
    scenario: str,
    *,
    seed: int = 1,
    days: int | None = None,
    start: datetime | None = None,
    rate: float | None = None,
) -> Simulation:
    """Simulate a stream of mentions with a known onset.

    Parameters
    ----------
    scenario : str
        Name of one of `scenarios`.
    seed : int, default 1
        Another seed, another stream of the same scenario; the same seed, the same stream.
    days : int, optional
        Length; the scenario's own by default.
    start : datetime, optional
        When the stream begins, with a time zone.
    rate : float, optional
        Mentions a day, the competitor's included; the scenario's own by default.

    Returns
    -------
    Simulation
        Everything in it is invented.

    Raises
    ------
    InputError
        For an unknown scenario or an impossible size.

    Examples
    --------
    >>> stream = avizor.simulate("flash-burst", seed=7)
    >>> stream.incidents[0].kind
    'flash-burst'
    """
    at = None if start is None else milliseconds(start)
    table, incidents = _avizor.run_simulation(scenario, seed, days, at, rate)
    return Simulation(Table(table), [Incident.from_dict(i) for i in json.loads(incidents)])


class Recording:
    """A history whose mentions have been read once, to be replayed under as many rules as one likes.

    Made by `record`. Good for every protocol with the same entities, competitors and topics. Pickles.
    """

    __slots__ = ("_inner",)

    def __init__(self, inner: _avizor.Recording) -> None:
        self._inner = inner

    def __len__(self) -> int:
        return len(self._inner)

    @property
    def extent(self) -> tuple[datetime, datetime] | None:
        """The first and the last moment, in UTC; None where there is no mention."""
        extent = self._inner.extent()
        return extent and (instant(extent[0]), instant(extent[1]))

    def __reduce__(self) -> tuple[Any, ...]:
        return Recording._restored, (self._inner.to_bytes(),)

    @staticmethod
    def _restored(data: bytes) -> Recording:
        return Recording(_avizor.Recording.from_bytes(data))

    def __repr__(self) -> str:
        extent = self.extent
        when = f" from {extent[0]:%Y-%m-%d %H:%M} to {extent[1]:%Y-%m-%d %H:%M} UTC" if extent else ""
        return f"<Recording of {len(self):,} mentions{when}>"


def record(
    protocol: Protocol,
    data: Input,
    *,
    model: ModelSource | Iterable[ModelSource] | None = None,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> Recording:
    """Read a history once, for `backtest`, `tune` and `Protocol.diff`.

    Parameters
    ----------
    protocol : Protocol
        Whose entities and topics are looked for.
    data, columns, timezone, threads, progress
        As for `Monitor.observe`.
    model
        As for `Classifier`.

    Raises
    ------
    InputError, MissingColumnError, ModelError
        As for `Monitor.observe`.

    Warns
    -----
    RejectedRowsWarning
        Where rows could not be read.
    """
    recording, rows, rejected, first = _record(protocol, data, model, columns, timezone, threads, progress)
    if first:
        warn_of_rejects(rejected, rows, first)
    return recording


def _record(
    protocol: Protocol,
    data: Input,
    model: ModelSource | Iterable[ModelSource] | None = None,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    threads: int | None = None,
    progress: Progress = False,
) -> tuple[Recording, int, int, tuple[int, str, str] | None]:
    models = read_models(model)
    with shown(progress, data) as told:
        inner, rows, rejected, first = _avizor.record(
            protocol._inner, models, data, columns, timezone, threads, told
        )
    return Recording(inner), rows, rejected, first


def recorded(protocol: Protocol, data: Input | Recording, threads: int | None = None) -> Recording:
    """Give the history as a recording, read now where it is none."""
    if isinstance(data, Recording):
        return data
    recording, rows, rejected, first = _record(protocol, data, threads=threads)
    if first:
        warn_of_rejects(rejected, rows, first, up=4)
    return recording


def incidents_json(incidents: Incidents) -> str:
    """Write incidents as the extension takes them."""
    if isinstance(incidents, (str, PathLike)):
        return _avizor.incidents_from_csv(Path(incidents).read_text(encoding="utf-8-sig"))
    rows = [i if isinstance(i, Incident) else _incident(i) for i in incidents]
    return json.dumps([row.to_dict() for row in rows])


def _incident(row: Mapping[str, Any]) -> Incident:
    missing = {"incident", "entity", "start", "end"} - row.keys()
    if missing:
        raise InputError(
            f"an incident lacks {', '.join(sorted(missing))}: it has incident, entity, start, end, kind"
        )
    values = {field.name: row[field.name] for field in fields(Incident) if field.name in row}
    for name in ["start", "end"]:
        if isinstance(values[name], str):
            values[name] = datetime.fromisoformat(values[name])
    return Incident(**values)


def severity_of(protocol: Protocol, level: str | None) -> int:
    """Give the severity from which alarms count."""
    if level is None:
        return 0
    for known in protocol.to_dict()["levels"]:
        if known["name"] == level:
            return int(known["severity"])
    raise InputError(f"there is no level called `{level}`: the levels are {', '.join(protocol.levels)}")


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    """Its lower end."""
    high: float
    """Its upper end."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one incident."""

    incident: str
    """Its name."""
    kind: str
    """What it is."""
    entity: str
    """Whom it happens to."""
    start: datetime
    """When it begins, in UTC."""
    detected_at: datetime | None
    """When the first due alarm fired; None where it was missed."""
    delay_minutes: float | None
    """From the start to there."""
    lead_minutes: float | None
    """From there to the hour with most mentions; negative where the peak had passed."""
    trigger: str | None
    """The trigger that fired."""
    level: str | None
    """The level it raised."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the command writes as JSON."""
        return read(cls, values, start=_time(values["start"]), detected_at=_time(values["detected_at"]))


@dataclass(frozen=True, repr=False, slots=True)
class Backtest(_Shown):
    """How a protocol did over a history whose incidents are known. Print it."""

    days: float
    """From the first mention to the last."""
    incidents: int
    """How many there were."""
    detected: int
    """How many were detected."""
    detection_rate: float | None
    """The share of them; None where there was no incident."""
    detection_rate_interval: Interval | None
    """Its interval (Clopper and Pearson)."""
    median_delay_minutes: float | None
    """Over the detected ones."""
    median_lead_minutes: float | None
    """Over the detected ones: how long before the peak the alarm came."""
    alarms: int
    """Alarms of every kind."""
    false_alarms: int
    """Those that were not due."""
    false_alarms_per_month: float
    """A month of 30.44 days."""
    false_alarms_per_month_interval: Interval
    """Its interval (Garwood)."""
    false_alarms_by_trigger: dict[str, int]
    """False alarms by trigger; triggers without one are left out."""
    minutes_in_level: dict[str, dict[str, float]]
    """By entity and level, the minutes in which that level was the gravest in force."""
    fates: list[Fate]
    """What became of each incident, in the order given."""
    log: list[dict[str, Any]]
    """Every change of state of a trigger and, for a firing, what it was worth."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], log: list[dict[str, Any]] | None = None) -> Self:
        """Read what ``avizor backtest --json`` writes."""
        rate = values["detection_rate_interval"]
        return read(
            cls,
            values,
            detection_rate_interval=rate and Interval(**rate),
            false_alarms_per_month_interval=Interval(**values["false_alarms_per_month_interval"]),
            fates=[Fate.from_dict(fate) for fate in values["fates"]],
            log=log or [],
        )

    def _caption(self) -> str:
        interval = self.false_alarms_per_month_interval
        delay = f", median delay {_minutes(self.median_delay_minutes)} min" if self.detected else ""
        return (
            f"{self.days:.1f} days: {self.detected} of {self.incidents} incidents detected{delay}; "
            f"{self.false_alarms} false alarms, {self.false_alarms_per_month:.2f} a month "
            f"(95 %: {interval.low:.2f} to {interval.high:.2f})"
        )

    def _rows(self) -> list[list[str]]:
        head = ["incident", "start", "delay min", "lead min", "level", "trigger"]
        return [head] + [
            [
                fate.incident,
                f"{fate.start:%Y-%m-%d %H:%M}",
                _minutes(fate.delay_minutes),
                _minutes(fate.lead_minutes),
                fate.level or "missed",
                fate.trigger or "",
            ]
            for fate in self.fates
        ]


def backtest(
    protocol: Protocol,
    history: Input | Recording,
    incidents: Incidents,
    *,
    grace: str | timedelta = "1h",
    level: str | None = None,
    threads: int | None = None,
) -> Backtest:
    """Replay a history whose incidents are known, and judge the protocol by it.

    An alarm is one firing of one trigger for one entity. It is due from the start of an incident of its entity
    to the incident's end and `grace` more; the first that is due detects the incident, and every alarm that is
    not due is a false one.

    Parameters
    ----------
    protocol : Protocol
        What to judge.
    history : Recording, or data as for `Monitor.observe`
        The mentions.
    incidents : list of Incident, list of dict, or path
        What happened; a path is of a CSV file with the columns incident, entity, start, end, kind.
    grace : str or timedelta, default "1h"
        How long after an incident's end an alarm is still about it.
    level : str, optional
        Count alarms of this level and graver ones only.
    threads : int, optional
        For reading a history that is no recording.

    Raises
    ------
    InputError
        Where there is no mention, an incident is of somebody whom the protocol does not watch, or the
        recording was made for other entities or topics.

    Examples
    --------
    >>> stream = avizor.simulate("flash-burst", seed=7)
    >>> result = avizor.backtest(protocol, stream.mentions, stream.incidents)  # doctest: +SKIP
    """
    recording = recorded(protocol, history, threads)
    result, log = json.loads(
        _avizor.run_backtest(
            protocol._inner,
            recording._inner,
            incidents_json(incidents),
            span(grace),
            severity_of(protocol, level),
        )
    )
    return Backtest.from_dict(result, log)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a set of triggers does over a stretch of a history."""

    days: float
    """Its length."""
    incidents: int
    """Incidents that begin in it."""
    detected: int
    """Those that were detected."""
    mean_delay_minutes: float | None
    """Over all incidents; a missed one counts with its whole length. None where there is no incident."""
    false_alarms: int
    """Alarms that were not due."""
    false_alarms_per_month: float
    """A month of 30.44 days."""
    false_alarms_per_month_interval: Interval
    """Its interval (Garwood)."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the command writes as JSON."""
        interval = Interval(**values["false_alarms_per_month_interval"])
        return read(cls, values, false_alarms_per_month_interval=interval)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set of triggers and how it does."""

    searched: Outcome
    """On the days that the search saw."""
    held_out: Outcome
    """On the days that it did not see."""
    edits: list[dict[str, str]]
    """Values that differ from the protocol's: trigger, what, from, to."""
    dropped: list[str]
    """Triggers that are left out."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what the command writes as JSON."""
        scores = {name: Outcome.from_dict(values[name]) for name in ["searched", "held_out"]}
        return read(cls, values, **scores)


@dataclass(frozen=True, repr=False, slots=True)
class Tuned(_Shown):
    """What a search for better thresholds found. Print it; draw it with `avizor.plots.pareto`."""

    budget: float
    """False alarms a month that were accepted."""
    variants: int
    """Variants of single triggers that were replayed."""
    rule_sets: int
    """Sets of triggers that were looked at."""
    present: Candidate
    """The protocol as it is."""
    chosen: Candidate
    """What was chosen under the budget."""
    nested: Outcome
    """Choosing on all parts but one and judging on that one, summed up."""
    cheapest: Candidate | None
    """The least change that is better than the present protocol in all respects, on the days searched."""
    front: list[Candidate]
    """Sets that no other dominates on the days searched, by rising false alarms."""
    protocol: str
    """The chosen protocol file, comments and all."""
    diff: str
    """The difference to the present one, as ``diff -u`` writes it."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], budget: float) -> Self:
        """Read what ``avizor tune --json`` writes."""
        cheapest = values["cheapest"]
        return read(
            cls,
            values,
            budget=budget,
            present=Candidate.from_dict(values["present"]),
            chosen=Candidate.from_dict(values["chosen"]),
            nested=Outcome.from_dict(values["nested"]),
            cheapest=cheapest and Candidate.from_dict(cheapest),
            front=[Candidate.from_dict(candidate) for candidate in values["front"]],
        )

    def _caption(self) -> str:
        return (
            f"{self.variants} variants of single triggers, {self.rule_sets} sets of triggers; "
            f"budget {self.budget:g} false alarms a month"
        )

    def _rows(self) -> list[list[str]]:
        named = [
            ("present, searched", self.present.searched),
            ("chosen, searched", self.chosen.searched),
            ("chosen, nested estimate", self.nested),
            ("present, held out", self.present.held_out),
            ("chosen, held out", self.chosen.held_out),
        ]
        rows = [["", "found", "mean delay min", "false a month", "95 %"]]
        for name, score in named:
            interval = score.false_alarms_per_month_interval
            rows.append(
                [
                    name,
                    f"{score.detected}/{score.incidents}",
                    _minutes(score.mean_delay_minutes),
                    f"{score.false_alarms_per_month:.2f}",
                    f"{interval.low:.2f} to {interval.high:.2f}",
                ]
            )
        return rows


def tune(
    protocol: Protocol,
    history: Input | Recording,
    incidents: Incidents,
    *,
    budget: float = 1.0,
    triggers: Iterable[str] = (),
    may_drop: bool = True,
    variants: int = 48,
    draws: int = 1000,
    held_out: float = 0.3,
    folds: int = 3,
    grace: str | timedelta = "1h",
    level: str | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = False,
) -> Tuned:
    """Choose thresholds, windows and waits under a budget of false alarms.

    Every trigger is varied and replayed; sets of triggers are scored by adding up. The end of the history is
    held out: nothing is chosen on it, and the result says how the chosen protocol does there.

    Parameters
    ----------
    protocol : Protocol
        What to go out from.
    history, incidents, grace, level
        As for `backtest`.
    budget : float, default 1.0
        False alarms a month that are accepted, of all triggers and entities together.
    triggers : iterable of str, optional
        Change these only.
    may_drop : bool, default True
        Whether a trigger may be left out, where others raise its level and no test names it.
    variants : int, default 48
        Variants of each trigger at most.
    draws : int, default 1000
        Random sets of triggers looked at, beside those of the search.
    held_out : float, default 0.3
        Share of the history, its end, that nothing is chosen on; in (0, 1).
    folds : int, default 3
        Parts of the rest for the nested estimate.
    seed : int, default 1
        The same gives the same answer.
    threads : int, optional
        1 to 1024; one for each core by default. The answer is the same for any number.
    progress : bool or callable, default False
        As for `Classifier.classify`; counts variants.

    Returns
    -------
    Tuned
        ``avizor.Protocol(result.protocol)`` is the chosen protocol.

    Raises
    ------
    InputError
        Where there is nothing to choose by or to change.
    """
    recording = recorded(protocol, history, threads)
    options = _avizor.TuneOptions(
        budget=budget,
        rules=list(triggers),
        may_drop=may_drop,
        per_rule=variants,
        draws=draws,
        seed=seed,
        held_out=held_out,
        folds=folds,
        grace=span(grace),
        severity=severity_of(protocol, level),
    )
    with shown(progress, None, " variants") as told:
        result = _avizor.run_tune(
            protocol._inner, recording._inner, incidents_json(incidents), options, threads, told
        )
    return Tuned.from_dict(json.loads(result), budget)


@dataclass(frozen=True, repr=False, slots=True)
class ProtocolChange(_Shown):
    """What a second protocol changes over the same mentions. Print it."""

    before: Backtest
    """The first one's result."""
    after: Backtest
    """The second one's."""
    added: list[dict[str, str]]
    """Alarms that only the second raises: at, entity, trigger, level."""
    removed: list[dict[str, str]]
    """Alarms that only the first raises."""
    moved: list[tuple[dict[str, str], dict[str, str]]]
    """The same trigger for the same entity, but at another moment: before and after."""
    shifts: list[dict[str, Any]]
    """Incidents that are found at another moment: incident, before_minutes, after_minutes, earlier_minutes."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what ``avizor protocol diff --json`` writes."""
        before, after = (Backtest.from_dict(values[name]) for name in ["before", "after"])
        return read(cls, values, before=before, after=after, moved=[tuple(pair) for pair in values["moved"]])

    def _caption(self) -> str:
        return f"{len(self.added)} alarms added, {len(self.removed)} removed, {len(self.moved)} moved"

    def _rows(self) -> list[list[str]]:
        rows = [["", "at", "entity", "trigger", "level"]]
        named = [("+", a) for a in self.added] + [("-", a) for a in self.removed]
        named += [("from", old) for old, _ in self.moved] + [("to", new) for _, new in self.moved]
        named.sort(key=lambda item: item[1]["at"])
        return rows + [
            [sign, *(alarm[k] for k in ["at", "entity", "trigger", "level"])] for sign, alarm in named
        ]


@dataclass(frozen=True, repr=False, slots=True)
class TestResult:
    """How one test of a protocol went. Print it."""

    __test__ = False  # pytest collects what is called so

    name: str
    """The test's name."""
    replay: str
    """What was replayed."""
    passed: bool
    """Whether everything expected fired, and nothing where nothing was expected."""
    missing: str | None
    """Why it failed."""
    fired: list[Signal]
    """What fired, in order."""
    incidents: list[Incident]
    """What the replay holds that should be raised."""
    line: str
    """The whole in one line."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], line: str) -> Self:
        """Read what the extension writes."""
        return read(
            cls,
            values,
            passed=values["missing"] is None,
            fired=[Signal.from_dict(signal) for signal in values["fired"]],
            incidents=[Incident.from_dict(incident) for incident in values["incidents"]],
            line=line,
        )

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return self.line

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class PerClass:
    """Scores of one label."""

    precision: float
    """Share of the predictions of it that are right."""
    recall: float
    """Share of it that was found."""
    f1: float
    """Their harmonic mean."""
    support: int
    """Rows whose truth it is."""


@dataclass(frozen=True, repr=False, slots=True)
class Evaluation(_Shown):
    """Predictions against the truth. Print it."""

    task: str
    """Name of the task."""
    n: int
    """Labelled rows."""
    accuracy: float
    """Share of rows that are right."""
    macro_f1: float
    """Mean F1 over the labels that occur in the truth."""
    macro_recall: float
    """Mean recall over the labels that occur in the truth."""
    per_class: dict[str, PerClass]
    """By label."""
    confusion: dict[str, dict[str, int]]
    """Truth, prediction, rows."""
    ece: float | None
    """Expected calibration error, 15 bins of equal width; None where there are no probabilities."""
    ece_by_chance: float | None = None
    """The ``ece`` that a perfectly calibrated model, as sure of each text, is expected to get on as many texts."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what ``avizor eval --json`` writes."""
        per_class = {name: read(PerClass, scores) for name, scores in values["per_class"].items()}
        return read(cls, values, per_class=per_class)

    def _caption(self) -> str:
        ece = "" if self.ece is None else f", calibration error {self.ece:.3f}"
        if self.ece_by_chance is not None:
            ece += f" (by chance {self.ece_by_chance:.3f})"
        return (
            f"{self.task}, {self.n:,} texts not trained on: accuracy {self.accuracy:.3f}, "
            f"macro F1 {self.macro_f1:.3f}{ece}"
        )

    def _rows(self) -> list[list[str]]:
        rows = [["label", "precision", "recall", "F1", "texts"]]
        for name, c in self.per_class.items():
            rows.append([name, f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}", str(c.support)])
        return rows


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and how it did on texts that it had not seen."""

    model: bytes
    """What `Classifier`, `Monitor` and the command take as a model."""
    held_out: Evaluation
    """Over the held-out folds."""

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to a file (``.avz``)."""
        Path(path).write_bytes(self.model)

    def __repr__(self) -> str:
        return f"<Trained model of {len(self.model):,} bytes>\n{self.held_out}"

    def _repr_html_(self) -> str:
        return self.held_out._repr_html_()


def train(
    task: str,
    texts: Input,
    labels: Input,
    *,
    start: bool | ModelSource | None = None,
    epochs: int | None = None,
    folds: int | None = None,
    seed: int = 1,
    data: str = "",
    threads: int | None = None,
) -> Trained:
    """Train a model on labelled texts of one's own.

    Parameters
    ----------
    task : str
        ``sentiment``, ``intent``, ``urgency``, ``topic`` or ``language``.
    texts, labels : column, list or iterator of str
        One label for each text. Labels that are no intents count as ``other``, with a `FoldedLabelsWarning`: such a
        model says which texts have the intents that it knows, and leaves the rest to the shipped reader. A text
        about no topic has the label ``none``.
    start : bool, path or bytes, optional
        What to go on from: True for the shipped model, False for nothing, or a model. By default the shipped
        one for sentiment (what it knows is worth more than any few hundred labels), else nothing.
    epochs : int, optional
        Passes over the data at most. By default up to 10,000 texts for intent and topic, and where it goes on from
        a model, are fitted all at once, with the pull towards zero or that model that held-out folds like best.
    folds : int, optional
        Folds of the cross-validation that calibrates and measures.
    seed : int, default 1
        The same gives the same model.
    data : str, optional
        What the texts are, for the model's card.
    threads : int, optional
        1 to 1024; one for each core by default. The model is the same for any number.

    Raises
    ------
    InputError
        Where texts and labels do not go together, there are fewer than two labels, or the task does not know
        one of them.
    ModelError
        For a start that is no usable model.

    Notes
    -----
    After Ctrl-C the work that nobody waits for any more ends by itself, in the background.
    """
    if start is None:
        start = task == "sentiment"
    shipped, origin = (start, None) if isinstance(start, bool) else (False, read_models(start)[0])
    model, held_out, folded = _avizor.run_training(
        task, texts, labels, shipped, origin, epochs, folds, seed, data, threads
    )
    if folded:
        message = f"{', '.join(folded)} counted as `other`: no intent is called so"
        warnings.warn(message, FoldedLabelsWarning, stacklevel=2)
    return Trained(model, Evaluation.from_dict(json.loads(held_out)))
