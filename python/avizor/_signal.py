"""What a monitor says."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ._html import escape


@dataclass(frozen=True, slots=True)
class SignalWindow:
    """The stretch of event time that was judged."""

    start: datetime
    """Inclusive, in UTC."""
    end: datetime
    """Exclusive, in UTC."""


@dataclass(frozen=True, slots=True)
class SignalTopic:
    """A topic that the talk is about."""

    name: str
    """Name in the taxonomy; empty for terms of no topic."""
    share: float
    """Share of the window's mentions that speak of it, in [0, 1]."""
    terms: list[str]
    """Terms that grew most against the entity's past, strongest first."""


@dataclass(frozen=True, slots=True)
class SignalAuthor:
    """An author who carries the talk."""

    author: str
    """As the collector names them."""
    mentions: int
    """Mentions in the window."""
    negative: int
    """Negative ones among them."""
    followers: int
    """Followers, as last seen."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One change of state of one trigger for one entity.

    All changes of one fire share an `id`; `state` tells them apart.
    """

    id: str
    """``trigger/entity/start``: the same through the life of one fire."""
    entity: str
    """Name of the entity."""
    trigger: str
    """Name of the trigger."""
    level: str
    """Name of the level."""
    state: str
    """``pending``, ``firing``, ``acknowledged`` or ``resolved``."""
    at: datetime
    """Event time of the change, in UTC: the end of the window that decided it."""
    window: SignalWindow
    """The window that decided it."""
    indicators: dict[str, int | float]
    """Every value that the condition read."""
    condition: str
    """The condition, as the protocol writes it."""
    topics: list[SignalTopic]
    """What the talk is about, with the terms that grew."""
    mentions: list[str]
    """Ids of the strongest examples, strongest first."""
    authors: list[SignalAuthor]
    """Who carries it, most mentions first."""
    owner: str
    """Who has to act."""
    respond_by: datetime | None
    """By when, from the moment it fires; None while pending or once resolved."""
    actions: list[str]
    """What the protocol says to do."""
    explanation: str
    """One sentence in the protocol's language."""
    life: dict[str, Any]
    """Where it stands, as in the JSON: since when, who has taken it, whether it is confirmed, how it ended."""
    evidence: dict[str, Any]
    """Why to believe it, as in the JSON: baseline, p_value, counterfactual, budget_threshold."""
    response: dict[str, Any]
    """Who may answer and how, as in the JSON: may_answer, departments, strategy, statement."""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Signal:
        """Read what `to_dict`, the command ``avizor watch`` or the Rust crate wrote as JSON."""
        window = values["window"]
        respond_by = values["respond_by"]
        return cls(
            **{
                **values,
                "at": datetime.fromisoformat(values["at"]),
                "window": SignalWindow(
                    datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"])
                ),
                "topics": [SignalTopic(**topic) for topic in values["topics"]],
                "authors": [SignalAuthor(**author) for author in values["authors"]],
                "respond_by": respond_by and datetime.fromisoformat(respond_by),
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Give plain values that JSON can write; times in RFC 3339."""
        values = asdict(self)
        values["at"] = _written(self.at)
        values["window"] = {"start": _written(self.window.start), "end": _written(self.window.end)}
        values["respond_by"] = self.respond_by and _written(self.respond_by)
        return values

    def __str__(self) -> str:
        lines = [f"{_written(self.at)}  {self.level} {self.state}: {self.entity} ({self.trigger})"]
        lines.append(f"  {self.explanation}")
        if self.respond_by:
            lines.append(f"  {self.owner} answers by {_written(self.respond_by)}")
            lines += [f"  - {action}" for action in self.actions]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        colour = {"firing": "#b42318", "resolved": "#027a48"}.get(self.state, "#b54708")
        answer = ""
        if self.respond_by:
            actions = "".join(f"<li>{escape(action)}</li>" for action in self.actions)
            answer = f"<p>{escape(self.owner)}: {_written(self.respond_by)}</p><ul>{actions}</ul>"
        return (
            f'<div style="border-left:4px solid {colour};padding-left:0.8em">'
            f"<p><b>{escape(self.level)}</b> {escape(self.state)}: {escape(self.entity)} "
            f"({escape(self.trigger)}), {_written(self.at)}</p>"
            f"<p>{escape(self.explanation)}</p>{answer}</div>"
        )


def _written(at: datetime) -> str:
    """RFC 3339 in UTC, as the Rust crate writes it."""
    text = at.isoformat()
    if at.microsecond:
        text = text.replace("+00:00", "").rstrip("0") + "+00:00"
    return text.replace("+00:00", "Z")
