"""What people do to signals, and what they may ask of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import _avizor
from ._signal import Signal
from ._time import milliseconds


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """A signal that is pending, firing or acknowledged."""

    id: str
    """The same through its life."""
    entity: str
    """Name of the entity."""
    trigger: str
    """Name of the trigger."""
    level: str
    """Name of the level it is at."""
    state: str
    """``pending``, ``firing`` or ``acknowledged``."""
    since: datetime
    """When the condition began to hold, in UTC."""
    fired: datetime | None
    """When it fired; None before that."""
    respond_by: datetime | None
    """By when somebody has to answer."""
    acknowledged: dict[str, Any] | None
    """Who has taken it and when, as in the JSON: by, at."""
    confirmation: str | dict[str, Any]
    """``not_needed``, ``awaited``, or who has confirmed it: given, with by and at."""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> OpenSignal:
        """Read what the Rust crate writes as JSON."""
        times = {
            name: values[name] and datetime.fromisoformat(values[name])
            for name in ("since", "fired", "respond_by")
        }
        return cls(**{**values, **times})


@dataclass(frozen=True, slots=True)
class AlarmBudget:
    """What a rule with ``alarms_per_month`` was asked for, and what has come of it."""

    entity: str
    """Name of the entity."""
    trigger: str
    """Name of the trigger."""
    asked: float
    """Alarms a month that the protocol accepts."""
    threshold: float
    """The surprise, as -log10 of a probability, that a window needs now."""
    months: float
    """Months of history."""
    alarms: int
    """Times that the rule has fired."""
    rate: float
    """Alarms a month; 0 without history."""
    low: float
    """Lower end of the rate's 90 % interval."""
    high: float
    """Upper end."""


class Hands:
    """The part of `Monitor` that people act by."""

    __slots__ = ()

    if TYPE_CHECKING:
        _inner: _avizor.Monitor

    def acknowledge(self, signal: Signal | OpenSignal | str, by: str, at: datetime) -> Signal:
        """Take a firing signal: it rises no more.

        Parameters
        ----------
        signal : Signal, OpenSignal or str
            The signal, or its id.
        by : str
            Who takes it; it stays in the log.
        at : datetime
            Event time, with a time zone. An act before the last closed window is told at that window's end.

        Returns
        -------
        Signal
            The change of state, for the log; `observe` does not return it again.

        Raises
        ------
        UnknownSignalError
            Where no signal of that id fires.
        TimeError
            For a datetime without zone.
        """
        return self._act("acknowledge", signal, by, at)

    def confirm(self, signal: Signal | OpenSignal | str, by: str, at: datetime) -> Signal:
        """Confirm a firing signal of a level that asks for it, and so take it.

        Its actions and statement are given out from then on. Parameters and errors as for `acknowledge`.
        """
        return self._act("confirm", signal, by, at)

    def dismiss(self, signal: Signal | OpenSignal | str, by: str, at: datetime) -> Signal:
        """Say that a firing signal is nothing: it ends, and the rule rests for its cooldown.

        Parameters and errors as for `acknowledge`.
        """
        return self._act("dismiss", signal, by, at)

    def _act(self, what: str, signal: Signal | OpenSignal | str, by: str, at: datetime) -> Signal:
        name = signal if isinstance(signal, str) else signal.id
        return Signal.from_dict(json.loads(_avizor.act(self._inner, what, name, by, milliseconds(at))))

    def open_signals(self) -> list[OpenSignal]:
        """List the signals that are pending, firing or acknowledged, by id."""
        return [OpenSignal.from_dict(values) for values in json.loads(_avizor.open_signals(self._inner))]

    def budgets(self) -> list[AlarmBudget]:
        """Say of each rule with ``alarms_per_month`` what was asked for and what has come of it, entity by entity."""
        return [AlarmBudget(**values) for values in json.loads(_avizor.budgets(self._inner))]
