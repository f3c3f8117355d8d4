"""avizor: a watchful eye on what people say about an organisation.

Texts or a table in, a table out; every decision explained in the text's own words.

>>> import avizor
>>> avizor.classify(["Excelente servicio, gracias", "Perdieron mi maleta, qué desastre"])["sentiment"]
['positive', 'negative']

Offsets of evidence count characters (code points), as Python's strings do; the Rust crate counts bytes.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._avizor import __version__
from ._classifier import Classifier, classify, explain
from ._explanation import Evidence, Explanation
from ._hands import AlarmBudget, OpenSignal
from ._monitor import Counts, Monitor, Reject
from ._protocol import Protocol, ProtocolSummary
from ._report import Report
from ._signal import Signal, SignalAuthor, SignalTopic, SignalWindow
from ._table import Table
from .errors import (
    AvizorError,
    DurationError,
    FoldedLabelsWarning,
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
    UnknownSignalError,
)

if TYPE_CHECKING:
    from . import plots, spark
    from ._lab import (
        Backtest,
        Candidate,
        Evaluation,
        Fate,
        Incident,
        Interval,
        Outcome,
        PerClass,
        ProtocolChange,
        Recording,
        Scenario,
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
    from ._standing import (
        Attribution,
        Cause,
        ChangePoint,
        Drift,
        Gap,
        GoalReport,
        Grown,
        Influence,
        Influencer,
        Kpi,
        MixDrift,
        Score,
        SeriesDrift,
        Shift,
        Voice,
    )

__all__ = [
    "AlarmBudget",
    "Attribution",
    "AvizorError",
    "Backtest",
    "Candidate",
    "Cause",
    "ChangePoint",
    "Classifier",
    "Counts",
    "Drift",
    "DurationError",
    "Evaluation",
    "Evidence",
    "Explanation",
    "Fate",
    "FoldedLabelsWarning",
    "ForeignSnapshotError",
    "FormatError",
    "Gap",
    "GoalReport",
    "Grown",
    "Incident",
    "Influence",
    "Influencer",
    "InputError",
    "Interval",
    "Kpi",
    "MissingColumnError",
    "MixDrift",
    "ModelError",
    "Monitor",
    "OpenSignal",
    "Outcome",
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
    "SeriesDrift",
    "Shift",
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
    "UnknownSignalError",
    "Voice",
    "__version__",
    "backtest",
    "classify",
    "explain",
    "plots",
    "record",
    "scenarios",
    "simulate",
    "spark",
    "train",
    "tune",
]

# What is not wanted in every session is imported when it is asked for: so `import avizor` stays quick.
_LATER = {
    **dict.fromkeys(
        [
            "Backtest",
            "Candidate",
            "Evaluation",
            "Fate",
            "Incident",
            "Interval",
            "Outcome",
            "PerClass",
            "ProtocolChange",
            "Recording",
            "Scenario",
            "Simulation",
            "TestResult",
            "Trained",
            "Tuned",
            "backtest",
            "record",
            "scenarios",
            "simulate",
            "train",
            "tune",
        ],
        "._lab",
    ),
    **dict.fromkeys(
        [
            "Attribution",
            "Cause",
            "ChangePoint",
            "Drift",
            "Gap",
            "GoalReport",
            "Grown",
            "Influence",
            "Influencer",
            "Kpi",
            "MixDrift",
            "Score",
            "SeriesDrift",
            "Shift",
            "Voice",
        ],
        "._standing",
    ),
}


def __getattr__(name: str) -> object:
    if name in {"plots", "spark"}:
        return import_module(f".{name}", __name__)
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LATER[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
