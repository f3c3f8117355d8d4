"""The organisation's protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _avizor
from ._html import escape
from ._time import span
from .errors import ProtocolError

if TYPE_CHECKING:
    from datetime import timedelta
    from os import PathLike

    from ._lab import ProtocolChange, Recording, TestResult
    from ._types import Incidents, Input


class Protocol:
    """A protocol that has been read and found sound: whom to watch, what to call a crisis, who answers.

    Parameters
    ----------
    source : str
        The protocol, in TOML.

    Raises
    ------
    ProtocolError
        With the line and column of what is wrong, and how to put it right.

    See Also
    --------
    Protocol.load : reads a file.
    """

    __slots__ = ("_folder", "_inner", "_outline")

    def __init__(self, source: str) -> None:
        self._folder: Path | None = None
        self._inner = _avizor.Protocol(source)
        self._outline: dict[str, Any] = json.loads(self._inner.outline())

    @classmethod
    def parse(cls, source: str) -> Protocol:
        """Read a protocol from text; the same as ``Protocol(source)``."""
        return cls(source)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Protocol:
        """Read a protocol file.

        Parameters
        ----------
        path : str or path
            A TOML file in UTF-8.

        Raises
        ------
        ProtocolError
            Where the file is not valid.
        OSError
            Where it cannot be read.
        """
        data = Path(path).read_bytes()
        try:
            source = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            column = error.start - data.rfind(b"\n", 0, error.start)
            message = f"protocol, line {line}, column {column}: this is not UTF-8; save the file as UTF-8"
            raise ProtocolError(message, line, column) from None
        protocol = cls(source)
        protocol._folder = Path(path).parent
        return protocol

    @property
    def source(self) -> str:
        """The protocol as it was written."""
        return self._inner.source

    @property
    def language(self) -> str:
        """Language of explanations: ``es``, ``en`` or ``pt``."""
        return str(self._outline["language"])

    @property
    def timezone(self) -> str:
        """IANA name of the zone in which days begin and end."""
        return str(self._outline["timezone"])

    @property
    def entities(self) -> list[str]:
        """Names of the organisation's entities."""
        return self._names("entities")

    @property
    def competitors(self) -> list[str]:
        """Names of those it is compared with."""
        return self._names("competitors")

    @property
    def topics(self) -> list[str]:
        """Names of the topics; empty where the default taxonomy is used."""
        return self._names("topics")

    @property
    def levels(self) -> list[str]:
        """Names of the levels, by rising severity."""
        return self._names("levels")

    @property
    def triggers(self) -> list[str]:
        """Names of the triggers, in the order of the file."""
        return self._names("triggers")

    def _names(self, part: str) -> list[str]:
        return [item["name"] for item in self._outline[part]]

    def check(self) -> ProtocolSummary:
        """Say what the protocol says, for a person to compare with what was meant.

        Returns
        -------
        ProtocolSummary
            Prints as text, and shows as a table in notebooks. A protocol that is not valid never comes
            this far: reading it raises `ProtocolError`.
        """
        return ProtocolSummary(self._outline)

    def test(self, *, seed: int = 1, threads: int | None = None) -> list[TestResult]:
        """Run the protocol's own tests, each a replay and what must fire in it, or that nothing may.

        Parameters
        ----------
        seed : int, default 1
            Seed of the simulated scenarios.
        threads : int, optional
            1 to 1024; one for each core by default.

        Returns
        -------
        list of TestResult
            One for each ``[[test]]`` of the file; each is true where it passed. ``assert all(p.test())`` is a
            test of the protocol.

        Raises
        ------
        InputError
            For a test that cannot be run. `replay` names a scenario, or a file of mentions beside the protocol
            (in the working directory for a protocol that was not loaded from a file).
        """
        from ._lab import TestResult

        folder = "." if self._folder is None else self._folder
        results = json.loads(_avizor.test_protocol(self._inner, seed, str(folder), threads))
        return [TestResult.from_dict(r["trial"], r["line"]) for r in results]

    def diff(
        self,
        other: Protocol,
        history: Input | Recording,
        incidents: Incidents = (),
        *,
        grace: str | timedelta = "1h",
        level: str | None = None,
        threads: int | None = None,
    ) -> ProtocolChange:
        """Say what another protocol changes over the same mentions.

        Parameters
        ----------
        other : Protocol
            The second protocol; this one is the first.
        history : Recording, or data as for `Monitor.observe`
            The mentions. Where the two have other entities or topics, data that can be read twice.
        incidents, grace, level, threads
            As for `backtest`.

        Raises
        ------
        InputError
            As for `backtest`.
        """
        from ._lab import ProtocolChange, Recording, incidents_json, recorded, severity_of

        if self.same_scope(other) and not isinstance(history, Recording):
            history = recorded(self, history, threads)
        before, after = ((p._inner, recorded(p, history, threads)._inner) for p in [self, other])
        severity = severity_of(self, level)
        found = _avizor.diff(*before, *after, incidents_json(incidents), span(grace), severity)
        return ProtocolChange.from_dict(json.loads(found))

    def same_scope(self, other: Protocol) -> bool:
        """Say whether another protocol has the same entities, competitors and topics."""
        parts = ["entities", "competitors", "topics"]
        return all(self._outline[part] == other._outline[part] for part in parts)

    def to_dict(self) -> dict[str, Any]:
        """Give what the protocol says, defaults filled in, as plain values."""
        outline: dict[str, Any] = json.loads(self._inner.outline())
        return outline

    def __reduce__(self) -> tuple[Any, ...]:
        return Protocol._restored, (self.source, self._folder)

    @classmethod
    def _restored(cls, source: str, folder: Path | None) -> Protocol:
        protocol = cls(source)
        protocol._folder = folder
        return protocol

    def __eq__(self, other: object) -> bool:
        return self.source == other.source if isinstance(other, Protocol) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        who = ", ".join(self.entities)
        return f"<Protocol of {who}: {len(self.triggers)} triggers, {len(self.levels)} levels>"


@dataclass(frozen=True, repr=False, slots=True)
class ProtocolSummary:
    """A protocol in words. Print it."""

    outline: dict[str, Any]

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Headings, and under each of them names and what is said of them."""
        o = self.outline
        general = [
            ("language", o["language"]),
            ("time zone", o["timezone"]),
            ("waits for late mentions", o["allowed_lateness"]),
        ]
        people = [
            (heading, [(e["name"], _entity(e)) for e in o[part]])
            for heading, part in [("entities", "entities"), ("competitors", "competitors")]
        ]
        topics = [(t["name"], _topic(t)) for t in o["topics"]]
        levels = [(level["name"], _level(level)) for level in o["levels"]]
        triggers = [(t["name"], _trigger(t)) for t in o["triggers"]]
        tests = [(t["name"], _test(t)) for t in o["tests"]]
        return [
            ("protocol", general),
            *people,
            ("topics", topics or [("the default taxonomy", "none is listed")]),
            ("levels", levels),
            ("triggers", triggers or [("none", "no signal will ever fire")]),
            ("tests", tests or [("none", "add [[test]]: a protocol that is not tested is a guess")]),
        ]

    def __str__(self) -> str:
        lines: list[str] = []
        for heading, items in self.sections():
            if items:
                width = max(len(name) for name, _ in items)
                lines += [heading, *(f"  {name.ljust(width)}  {text}".rstrip() for name, text in items)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            f'<tr><th colspan="2" style="text-align:left">{escape(heading)}</th></tr>'
            + "".join(
                f'<tr><td style="text-align:left">{escape(name)}</td>'
                f'<td style="text-align:left">{escape(text)}</td></tr>'
                for name, text in items
            )
            for heading, items in self.sections()
            if items
        ]
        return f"<table>{''.join(rows)}</table>"


def _entity(entity: dict[str, Any]) -> str:
    parts = ["written " + ", ".join(entity["aliases"])] if entity["aliases"] else ["written as its name only"]
    if entity["exclude"]:
        parts.append("but not " + ", ".join(entity["exclude"]))
    if entity["context"]:
        parts.append("beside one of " + ", ".join(entity["context"]))
    return "; ".join(parts)


def _topic(topic: dict[str, Any]) -> str:
    parts = [f"{len(topic['phrases'])} phrases"]
    if topic["department"]:
        parts.append(f"to {topic['department']}")
    return ", ".join(parts)


def _level(level: dict[str, Any]) -> str:
    actions = len(level["actions"])
    return (
        f"severity {level['severity']}, {level['owner']} answers within {level['respond_within']}, "
        f"{actions} action{'' if actions == 1 else 's'}"
    )


def _trigger(trigger: dict[str, Any]) -> str:
    hold = "" if trigger["for"] == "0s" else f" for {trigger['for']}"
    return (
        f"{trigger['level']} when {trigger['when']} over {trigger['window']}{hold}, "
        f"until false for {trigger['keep_firing_for']}"
    )


def _test(test: dict[str, Any]) -> str:
    expected = len(test["expect"])
    what = f"{expected} signal{'' if expected == 1 else 's'}" if expected else "no signal"
    return f"{test['replay']} must raise {what}"
