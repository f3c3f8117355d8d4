"""Watching a stream of mentions."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _avizor
from ._classifier import read_models, warn_of_rejects
from ._hands import Hands
from ._progress import shown
from ._report import Report
from ._signal import Signal
from ._table import Table
from ._time import instant, milliseconds, span
from .errors import SkippedRowsWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta
    from os import PathLike

    from matplotlib.axes import Axes

    from ._progress import Progress
    from ._protocol import Protocol
    from ._standing import ChangePoint, GoalReport, Grown, Influence, Kpi, Period, Shift, Voice
    from ._types import Input, ModelSource


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that a monitor was given.

    `observed` is the sum of `counted`, `duplicates`, `late`, `from_brand` and `unmatched`.
    """

    observed: int
    """Mentions that were read."""
    counted: int
    """Counted into windows, for at least one entity or competitor."""
    duplicates: int
    """An id that was seen before; counted once."""
    late: int
    """Older than the watermark when they came; in no window."""
    from_brand: int
    """The organisation's own voice; never counted as opinion."""
    unmatched: int
    """About nobody in the protocol."""
    unsupported_language: int
    """Among `counted`: in a language that is not supported, so without sentiment."""
    ahead: int
    """Among `observed`: over a week later than all before them, so event time has not followed them."""
    rejected: int
    """Rows that could not be read, and are no mentions."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read."""

    row: int
    """Its number in the call that brought it, from 1."""
    reason: str
    """What is wrong and what to do."""
    raw: str
    """How the row begins, at most 2,000 bytes."""


class Monitor(Hands):
    """Watches mentions under a protocol: reputation with its uncertainty, and signals.

    Event time only: a window closes when the latest timestamp, less the protocol's allowed lateness, has
    passed its end. The same mentions give the same signals, on any number of threads.

    Parameters
    ----------
    protocol : Protocol
        Whom to watch, what to call a crisis, who answers.
    model : path, bytes, or a list of these, optional
        Models of ``avizor train``; each replaces the shipped one of its task.

    Raises
    ------
    ModelError
        For a model that is damaged, of a newer version, or whose labels are not those of its task.

    Notes
    -----
    Threads may share one; each piece of a table is counted as a whole. Memory is bounded, whatever the
    stream's length. Pickles, with its state.
    """

    __slots__ = ("_inner", "_models", "_protocol")

    def __init__(
        self, protocol: Protocol, *, model: ModelSource | Iterable[ModelSource] | None = None
    ) -> None:
        self._build(protocol, read_models(model))

    def _build(
        self,
        protocol: Protocol,
        models: list[bytes],
        snapshot: bytes | None = None,
        gathered: bytes | None = None,
    ) -> None:
        self._protocol = protocol
        self._models = models
        self._inner = _avizor.Monitor(protocol._inner, models, snapshot, gathered)

    @classmethod
    def restore(
        cls,
        protocol: Protocol,
        snapshot: bytes,
        *,
        model: ModelSource | Iterable[ModelSource] | None = None,
    ) -> Monitor:
        """Go on from a snapshot, as if nothing had stopped.

        Thresholds, levels and texts of the protocol may have changed since; entities, topics, triggers and
        windows may not.

        Parameters
        ----------
        protocol : Protocol
            The protocol of the snapshot.
        snapshot : bytes
            What `snapshot` returned.
        model
            As for the constructor.

        Raises
        ------
        SnapshotError
            For bytes that are damaged, foreign or of a newer version.
        ForeignSnapshotError
            For a snapshot of another protocol.
        """
        monitor = cls.__new__(cls)
        monitor._build(protocol, read_models(model), snapshot)
        return monitor

    @property
    def protocol(self) -> Protocol:
        """The protocol in force."""
        return self._protocol

    def observe(
        self,
        data: Input,
        *,
        columns: Mapping[str, str] | None = None,
        timezone: str | None = None,
        threads: int | None = None,
        progress: Progress = False,
    ) -> list[Signal]:
        """Read mentions, in the order of their time.

        Parameters
        ----------
        data : table, list or iterator
            A table of pandas, polars, pyarrow or DuckDB, an iterator of these, or an iterable of dicts, with
            ``id`` (str), ``timestamp`` (an instant with its zone, RFC 3339 text, or epoch milliseconds) and ``text``;
            and, where known, ``author``, ``followers``, ``verified``, ``channel``, ``url``, ``language``,
            ``entity``, ``likes``, ``shares``, ``replies``, ``reply_to`` and ``from_brand``.
        columns : dict, optional
            The data's names for these, as in ``{"text": "tweet", "timestamp": "created_at"}``.
        timezone : str, optional
            IANA name of the zone of times without one; where None, such rows are rejected.
        threads : int, optional
            1 to 1024; one for each core by default. The signals are the same for any number.
        progress : bool or callable, default False
            As for `Classifier.classify`.

        Returns
        -------
        list of Signal
            The changes of state that the passing of event time brought, in their order.

        Raises
        ------
        InputError
            For data that is no table of mentions.
        MissingColumnError
            For data without one of the three columns that are needed.

        Warns
        -----
        RejectedRowsWarning
            Where rows could not be read; they are in `rejects`, with their reasons.
        SkippedRowsWarning
            Where rows were read but not counted, since their id was known or their window had closed.

        Notes
        -----
        The GIL is released and Ctrl-C stops it within a second. What was read until then is counted, and the
        next call returns its signals.
        """
        before = self.counts
        with shown(progress, data) as told:
            rows, rejected, first = self._inner.observe(data, columns, timezone, threads, told)
        signals = self._signals()
        if first:
            warn_of_rejects(rejected, rows, first)
        self._warn_of_skipped(before, rows)
        return signals

    def _warn_of_skipped(self, before: Counts, rows: int) -> None:
        after = self.counts
        duplicates, late = after.duplicates - before.duplicates, after.late - before.late
        parts = [f"{duplicates:,} have an id that was seen before"] if duplicates else []
        if late:
            parts.append(
                f"{late:,} are older than the watermark (hand them over in order of time, or raise "
                "allowed_lateness in the protocol)"
            )
        if parts:
            message = f"of {rows:,} rows, {' and '.join(parts)}: read, but not counted"
            warnings.warn(message, SkippedRowsWarning, stacklevel=3)

    def advance(self, now: datetime) -> list[Signal]:
        """Tell the monitor that event time has come to `now`, with or without mentions.

        Parameters
        ----------
        now : datetime
            With a time zone.

        Raises
        ------
        TimeError
            For a datetime without zone.
        """
        self._inner.advance(milliseconds(now))
        return self._signals()

    def finish(self) -> list[Signal]:
        """Close every window that has begun: the stream has ended.

        More mentions may follow, but those of windows that were closed will be late.
        """
        self._inner.finish()
        return self._signals()

    def _signals(self) -> list[Signal]:
        return [Signal.from_dict(json.loads(signal)) for signal in self._inner.take_signals()]

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        counts, rejected = self._inner.counts()
        return Counts(**json.loads(counts), rejected=rejected)

    @property
    def rejects(self) -> list[Reject]:
        """The first 1,000 rows that could not be read; `counts` has their full number."""
        return [Reject(*reject) for reject in self._inner.rejects()]

    @property
    def watermark(self) -> datetime | None:
        """The moment before which nothing is waited for, in UTC; None before the first mention."""
        ms = self._inner.watermark()
        return None if ms is None else instant(ms)

    def reputation(self, entity: str, window: str | timedelta = "1d") -> Table:
        """Give an entity's or competitor's reputation, window by window.

        Parameters
        ----------
        entity : str
            Name in the protocol.
        window : str or timedelta, default "1d"
            Length of a window, at least an hour: ``6h``, ``1d``, ``1w``. Windows of whole days begin at
            midnight in the protocol's time zone.

        Returns
        -------
        Table
            One row for each window, from the first mention to the last.

            - ``entity``: its name
            - ``start``, ``end``: the window, in UTC, `end` exclusive
            - ``volume``: mentions in any language
            - ``negative``, ``neutral``, ``positive``: mentions by sentiment
            - ``score``: net sentiment, in [-100, 100]; null below five mentions
            - ``score_low``, ``score_high``: ends of its 90 % credible interval
            - ``effective_n``: mentions that it rests on, the past's weight included
            - ``drift``: Jensen-Shannon distance from the entity's own past, in [0, 1]; null where there
              is not enough of either
            - ``drift_p_value``: probability of at least this difference if nothing had changed
            - ``drift_change``: change of net sentiment, in points of [-200, 200]
            - ``share_of_voice``: its mentions over everybody's, in [0, 1]

        Raises
        ------
        UnknownEntityError
            For a name that the protocol does not have.
        DurationError
            For a length that cannot be read.
        """
        return Table(self._inner.reputation(entity, span(window)))

    def drift(
        self, entity: str, start: datetime, end: datetime, *, reference: Period | None = None
    ) -> Shift | None:
        """Say how an entity's period differs from its past, and what moved it.

        Parameters
        ----------
        entity : str
            Name in the protocol.
        start, end : datetime
            The period, `end` exclusive, with time zones.
        reference : (datetime, datetime), optional
            What to compare it with: by default the four weeks before it, or four times its length if that is more.

        Returns
        -------
        Shift or None
            None where nothing is known of the entity.

        Raises
        ------
        UnknownEntityError
            For a name that the protocol does not have.
        InputError, TimeError
            For a period that ends before it begins, or times without zone.
        """
        from ._standing import Shift, bounds

        found = _avizor.drift(self._inner, entity, bounds((start, end)), reference and bounds(reference))
        values = json.loads(found)
        return values and Shift.from_dict(values)

    def what_grew(
        self,
        entity: str,
        start: datetime,
        end: datetime,
        *,
        reference: Period | None = None,
        count: int = 20,
    ) -> list[Grown]:
        """List the terms and phrases that grew most, at most `count`; parameters and errors as for `drift`."""
        from ._standing import Grown, bounds, read

        of, past = bounds((start, end)), reference and bounds(reference)
        return [read(Grown, g) for g in json.loads(_avizor.what_grew(self._inner, entity, of, past, count))]

    def share_of_voice(self, entity: str, start: datetime, end: datetime) -> list[Voice]:
        """Set an entity beside everybody else, in the order of the protocol; errors as for `drift`."""
        from ._standing import Voice, bounds

        found = _avizor.share_of_voice(self._inner, entity, bounds((start, end)))
        return [Voice.from_dict(voice) for voice in json.loads(found)]

    def topics_compared(self, entity: str, start: datetime, end: datetime) -> dict[str, list[Voice]]:
        """Give `share_of_voice` topic by topic."""
        from ._standing import Voice, bounds

        found = _avizor.topics_compared(self._inner, entity, bounds((start, end)))
        return {t["topic"]: [Voice.from_dict(voice) for voice in t["voices"]] for t in json.loads(found)}

    def influencers(self, entity: str, start: datetime, end: datetime, *, count: int = 20) -> Influence:
        """Say who carries an entity's talk, each list at most `count` long; errors as for `drift`."""
        from ._standing import Influence, bounds

        return Influence.from_dict(
            json.loads(_avizor.influence(self._inner, entity, bounds((start, end)), count))
        )

    def kpis(self, entity: str, start: datetime, end: datetime) -> list[Kpi]:
        """Give every indicator of performance of an entity, in the protocol's language; errors as for `drift`."""
        from ._standing import Kpi, bounds

        found = json.loads(_avizor.kpis(self._inner, entity, bounds((start, end))))
        return [Kpi.from_dict(kpi, self._protocol.language) for kpi in found]

    def goals(self, start: datetime, end: datetime) -> list[GoalReport]:
        """Say of each goal of the protocol whether it was met in a period; errors as for `drift`."""
        from ._standing import GoalReport, bounds

        found = json.loads(_avizor.goals(self._inner, bounds((start, end))))
        return [GoalReport.from_dict(goal, self._protocol.language) for goal in found]

    def change_points(self, entity: str, window: str | timedelta = "1d") -> list[ChangePoint]:
        """Say when an entity's sentiment changed for good; parameters and errors as for `reputation`."""
        from ._standing import ChangePoint

        found = json.loads(_avizor.change_points(self._inner, entity, span(window)))
        return [ChangePoint.from_dict(point) for point in found]

    def plot(
        self,
        entity: str,
        window: str | timedelta = "1d",
        signals: Iterable[Signal] = (),
        *,
        language: str | None = None,
    ) -> tuple[Axes, Axes]:
        """Draw an entity's reputation: the score with its interval, and the mentions by sentiment.

        Parameters
        ----------
        entity, window
            As for `reputation`.
        signals : iterable of Signal, optional
            Those that `observe` returned; the entity's firings are marked.
        language : str, optional
            Of the labels; the protocol's by default.

        Returns
        -------
        tuple of matplotlib.axes.Axes
            The score's and the mentions', to be changed or saved (``axes[0].figure.savefig(...)``).
            Times are in UTC.

        Raises
        ------
        ImportError
            Where matplotlib is not installed (``pip install "avizor[plot]"``).
        UnknownEntityError
            For a name that the protocol does not have.

        See Also
        --------
        avizor.plots : this and other figures.
        """
        from . import plots

        table = self.reputation(entity, window)
        language = language or self._protocol.language
        return plots.reputation(table, signals, title=entity, language=language)

    def report(
        self,
        path: str | PathLike[str] | None = None,
        *,
        window: str | timedelta = "1d",
        title: str | None = None,
        source: str = "Python",
    ) -> Report:
        """Make one page for the people who decide, in the protocol's language.

        The page is one file that loads nothing, so it opens offline and prints to PDF. It says what happened and
        how sure that is, which signals there were, what people say (masked), who carries it, how competitors
        fare, and what the protocol says to do; every sentence links to its numbers and mentions.

        Parameters
        ----------
        path : str or path, optional
            Where to write it.
        window : str or timedelta, default "1d"
            As for `reputation`.
        title : str, optional
            The entities' names by default.
        source : str, optional
            What was read, in words.

        Returns
        -------
        Report
            Shows in notebooks; `Report.save` writes it.

        Notes
        -----
        Mentions to quote are those that signals name and a sample of all that this monitor was given; at most
        20,900 texts are kept. A snapshot does not hold them, a pickle does.
        """
        page = Report(self._inner.report(source, title, span(window)))
        if path is not None:
            page.save(path)
        return page

    def snapshot(self) -> bytes:
        """Give all of the state, versioned and with a checksum, for `restore`.

        The protocol and the models are not in it, nor are `rejects` and what a report quotes.
        """
        return self._inner.snapshot()

    def __reduce__(self) -> tuple[Any, ...]:
        state = (self._protocol, self._models, self.snapshot(), self._inner.gathered())
        return Monitor._restored, state

    @classmethod
    def _restored(cls, protocol: Protocol, models: list[bytes], snapshot: bytes, gathered: bytes) -> Monitor:
        monitor = cls.__new__(cls)
        monitor._build(protocol, models, snapshot, gathered)
        return monitor

    def __repr__(self) -> str:
        counts = self.counts
        who = ", ".join(self._protocol.entities)
        return f"<Monitor of {who}: {counts.observed:,} mentions observed, {counts.rejected:,} rejected>"
