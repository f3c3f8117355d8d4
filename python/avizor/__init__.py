"""avizor: a watchful eye on what people say about an organisation.

Texts or a table in, a table out; every decision explained in the text's own words.

>>> import avizor
>>> avizor.classify(["Excelente servicio, gracias", "Perdieron mi maleta, qué desastre"])["sentiment"]
['positive', 'negative']

Offsets of evidence count characters (code points), as Python's strings do; the Rust crate counts bytes.
"""

from . import plots
from ._avizor import __version__
from ._classifier import Classifier, classify, explain
from ._explanation import Evidence, Explanation
from ._lab import (
    Backtest,
    Candidate,
    Evaluation,
    Fate,
    Incident,
    Interval,
    PerClass,
    ProtocolChange,
    Recording,
    Scenario,
    Score,
    Simulation,
    TestResult,
    Trained,
    Tuned,
    backtest,
    record,
    scenarios,
    simulate,
    train,
    tune,
)
from ._monitor import Counts, Monitor, Reject
from ._protocol import Protocol, ProtocolSummary
from ._report import Report
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
    SkippedRowsWarning,
    SnapshotError,
    TimeError,
    UnknownEntityError,
)

__all__ = [
    "AvizorError",
    "Backtest",
    "Candidate",
    "Classifier",
    "Counts",
    "DurationError",
    "Evaluation",
    "Evidence",
    "Explanation",
    "Fate",
    "ForeignSnapshotError",
    "FormatError",
    "Incident",
    "InputError",
    "Interval",
    "MissingColumnError",
    "ModelError",
    "Monitor",
    "PerClass",
    "Protocol",
    "ProtocolChange",
    "ProtocolError",
    "ProtocolSummary",
    "Recording",
    "Reject",
    "RejectedRowsWarning",
    "Report",
    "Scenario",
    "Score",
    "Signal",
    "SignalAuthor",
    "SignalTopic",
    "SignalWindow",
    "Simulation",
    "SkippedRowsWarning",
    "SnapshotError",
    "Table",
    "TestResult",
    "TimeError",
    "Trained",
    "Tuned",
    "UnknownEntityError",
    "__version__",
    "backtest",
    "classify",
    "explain",
    "plots",
    "record",
    "scenarios",
    "simulate",
    "train",
    "tune",
]
