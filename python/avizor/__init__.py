"""avizor: a watchful eye on what people say about an organisation.

Texts or a table in, a table out; every decision explained in the text's own words.

>>> import avizor
>>> avizor.classify(["Excelente servicio, gracias", "Perdieron mi maleta, qué desastre"])["sentiment"]
['positive', 'negative']

Offsets of evidence count characters (code points), as Python's strings do; the Rust crate counts bytes.
"""

from ._avizor import __version__
from ._classifier import Classifier, classify, explain
from ._explanation import Evidence, Explanation
from ._monitor import Counts, Monitor, Reject
from ._protocol import Protocol, ProtocolSummary
from ._signal import Signal, SignalAuthor, SignalTopic, SignalWindow
from ._table import Table
from .errors import (
    AvizorError,
    DurationError,
    ForeignSnapshotError,
    FormatError,
    InputError,
    MissingColumnError,
    ModelError,
    ProtocolError,
    RejectedRowsWarning,
    SnapshotError,
    TimeError,
    UnknownEntityError,
)

__all__ = [
    "AvizorError",
    "Classifier",
    "Counts",
    "DurationError",
    "Evidence",
    "Explanation",
    "ForeignSnapshotError",
    "FormatError",
    "InputError",
    "MissingColumnError",
    "ModelError",
    "Monitor",
    "Protocol",
    "ProtocolError",
    "ProtocolSummary",
    "Reject",
    "RejectedRowsWarning",
    "Signal",
    "SignalAuthor",
    "SignalTopic",
    "SignalWindow",
    "SnapshotError",
    "Table",
    "TimeError",
    "UnknownEntityError",
    "__version__",
    "classify",
    "explain",
]
