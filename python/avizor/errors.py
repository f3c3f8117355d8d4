"""What can go wrong. Every message says what to do next.

The classes mirror the error types of the Rust crates; all derive from `AvizorError`.
"""

from __future__ import annotations

__all__ = [
    "AvizorError",
    "DurationError",
    "FoldedLabelsWarning",
    "ForeignSnapshotError",
    "FormatError",
    "InputError",
    "MissingColumnError",
    "ModelError",
    "ProtocolError",
    "RejectedRowsWarning",
    "SkippedRowsWarning",
    "SnapshotError",
    "TimeError",
    "UnknownEntityError",
]


class AvizorError(Exception):
    """Any error of this package."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ProtocolError(AvizorError, ValueError):
    """The protocol file is not valid.

    Parameters
    ----------
    message : str
        What is wrong and how to put it right.
    line : int
        Line of the file, from 1.
    column : int
        Column in characters, from 1.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.line = line
        self.column = column


class TimeError(AvizorError, ValueError):
    """A time that cannot be read, or that has no zone; `value` is what was read."""

    def __init__(self, message: str, value: str) -> None:
        super().__init__(message, value)
        self.value = value


class DurationError(AvizorError, ValueError):
    """A length of time that cannot be read; `value` is what was read."""

    def __init__(self, message: str, value: str) -> None:
        super().__init__(message, value)
        self.value = value


class UnknownEntityError(AvizorError, LookupError):
    """A name that the protocol does not know; `name` is what was asked for."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message, name)
        self.name = name


class UnknownSignalError(AvizorError, LookupError):
    """No signal of this id fires; `id` is what was asked for."""

    def __init__(self, message: str, id: str) -> None:  # noqa: A002
        super().__init__(message, id)
        self.id = id


class FormatError(AvizorError, ValueError):
    """Bytes that are damaged, foreign, or of a newer version."""


class ModelError(FormatError):
    """Bytes that are not a usable model."""


class SnapshotError(FormatError):
    """Bytes that are not a usable snapshot."""


class ForeignSnapshotError(SnapshotError):
    """A snapshot that was taken under another protocol; `at` is its watermark (RFC 3339)."""

    def __init__(self, message: str, at: str) -> None:
        super().__init__(message, at)
        self.at = at


class InputError(AvizorError, ValueError):
    """What was handed over cannot be read at all: its type, its columns, its options."""


class MissingColumnError(InputError):
    """A column that is needed is not there; `column` is the name that was looked for."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message, column)
        self.column = column


class FoldedLabelsWarning(UserWarning):
    """Some labels are no intents, and counted as ``other``."""


class RejectedRowsWarning(UserWarning):
    """Some rows could not be read; the others were."""


class SkippedRowsWarning(UserWarning):
    """Some rows were read, but count for nothing: their id was seen before, or their time is past."""
