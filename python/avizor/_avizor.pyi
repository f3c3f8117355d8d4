from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, final

from ._types import Input

__all__ = [
    "Classifier",
    "Monitor",
    "Protocol",
    "Recording",
    "Table",
    "TuneOptions",
    "__version__",
    "act",
    "budgets",
    "change_points",
    "diff",
    "drift",
    "goals",
    "incidents_from_csv",
    "influence",
    "kpis",
    "list_scenarios",
    "open_signals",
    "record",
    "run_backtest",
    "run_command",
    "run_simulation",
    "run_training",
    "run_tune",
    "share_of_voice",
    "test_protocol",
    "topics_compared",
    "what_grew",
]

__version__: str

_Rejected: TypeAlias = tuple[int, str, str]
_Bounds: TypeAlias = tuple[int, int]
_Encoder: TypeAlias = tuple[str, list[str], str | None, float | None]

@final
class Classifier:
    def __new__(
        cls, protocol: Protocol | None, models: list[bytes], evidence: bool, encoder: _Encoder | None
    ) -> Classifier: ...
    def analyse(self, text: str) -> str: ...
    def classify(
        self,
        data: Input,
        columns: Mapping[str, str] | None,
        timezone: str | None,
        threads: int | None,
        progress: Callable[[int], object] | None,
    ) -> tuple[Table, int, _Rejected | None]: ...

@final
class Monitor:
    def __new__(
        cls, protocol: Protocol, models: list[bytes], snapshot: bytes | None, gathered: bytes | None
    ) -> Monitor: ...
    def advance(self, ms: int) -> None: ...
    def counts(self) -> tuple[str, int]: ...
    def finish(self) -> None: ...
    def observe(
        self,
        data: Input,
        columns: Mapping[str, str] | None,
        timezone: str | None,
        threads: int | None,
        progress: Callable[[int], object] | None,
    ) -> tuple[int, int, _Rejected | None]: ...
    def gathered(self) -> bytes: ...
    def report(self, source: str, title: str | None, window: str) -> str: ...
    def rejects(self) -> list[_Rejected]: ...
    def reputation(self, entity: str, window: str) -> Table: ...
    def snapshot(self) -> bytes: ...
    def take_signals(self) -> list[str]: ...
    def watermark(self) -> int | None: ...

@final
class Protocol:
    def __new__(cls, source: str) -> Protocol: ...
    @property
    def source(self) -> str: ...
    def outline(self) -> str: ...

@final
class Table:
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __len__(self) -> int: ...
    def column(self, name: str) -> list[Any]: ...
    @staticmethod
    def from_ipc(data: bytes) -> Table: ...
    def schema(self) -> list[tuple[str, str]]: ...
    def slice(self, start: int, length: int) -> Table: ...
    def to_ipc(self) -> bytes: ...

@final
class Recording:
    def __len__(self) -> int: ...
    def extent(self) -> tuple[int, int] | None: ...
    @staticmethod
    def from_bytes(data: bytes) -> Recording: ...
    def to_bytes(self) -> bytes: ...

@final
class TuneOptions:
    def __new__(
        cls,
        *,
        budget: float,
        rules: list[str],
        may_drop: bool,
        per_rule: int,
        draws: int,
        seed: int,
        held_out: float,
        folds: int,
        grace: str,
        severity: int,
    ) -> TuneOptions: ...

def diff(
    before: Protocol,
    before_history: Recording,
    after: Protocol,
    after_history: Recording,
    incidents: str,
    grace: str,
    severity: int,
) -> str: ...
def incidents_from_csv(text: str) -> str: ...
def list_scenarios() -> list[tuple[str, str, str, float, float]]: ...
def record(
    protocol: Protocol,
    models: list[bytes],
    data: Input,
    columns: Mapping[str, str] | None,
    timezone: str | None,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> tuple[Recording, int, int, _Rejected | None]: ...
def run_backtest(
    protocol: Protocol, recording: Recording, incidents: str, grace: str, severity: int
) -> str: ...
def run_simulation(
    scenario: str, seed: int, days: int | None, start: int | None, rate: float | None
) -> tuple[Table, str]: ...
def run_training(
    task: str,
    texts: Input,
    labels: Input,
    shipped: bool,
    start: bytes | None,
    epochs: int | None,
    folds: int | None,
    seed: int,
    data: str,
    threads: int | None,
) -> tuple[bytes, str, list[str]]: ...
def run_tune(
    protocol: Protocol,
    recording: Recording,
    incidents: str,
    options: TuneOptions,
    threads: int | None,
    progress: Callable[[int], object] | None,
) -> str: ...
def test_protocol(protocol: Protocol, seed: int, folder: str, threads: int | None) -> str: ...
def run_command(arguments: list[str]) -> int: ...
def act(monitor: Monitor, what: str, signal: str, by: str, ms: int) -> str: ...
def budgets(monitor: Monitor) -> str: ...
def change_points(monitor: Monitor, entity: str, window: str) -> str: ...
def drift(monitor: Monitor, entity: str, of: _Bounds, reference: _Bounds | None) -> str: ...
def goals(monitor: Monitor, of: _Bounds) -> str: ...
def influence(monitor: Monitor, entity: str, of: _Bounds, count: int) -> str: ...
def kpis(monitor: Monitor, entity: str, of: _Bounds) -> str: ...
def open_signals(monitor: Monitor) -> str: ...
def share_of_voice(monitor: Monitor, entity: str, of: _Bounds) -> str: ...
def topics_compared(monitor: Monitor, entity: str, of: _Bounds) -> str: ...
def what_grew(monitor: Monitor, entity: str, of: _Bounds, reference: _Bounds | None, count: int) -> str: ...
