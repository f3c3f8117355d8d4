"""Instants and lengths of time between Python and the extension."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .errors import TimeError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def instant(ms: int) -> datetime:
    """Turn epoch milliseconds into an aware datetime in UTC."""
    return _EPOCH + ms * _MILLISECOND


def milliseconds(at: datetime) -> int:
    """Turn an aware datetime into epoch milliseconds."""
    if at.tzinfo is None:
        value = at.isoformat()
        raise TimeError(f"`{value}` is a time without zone: give it a tzinfo", value)
    return (at - _EPOCH) // _MILLISECOND


def span(length: str | timedelta) -> str:
    """Write a length of time as the protocol does: ``90s``, ``30m``, ``6h``, ``7d``."""
    return f"{length // timedelta(seconds=1)}s" if isinstance(length, timedelta) else length
