"""What happens around the work: signals, other threads, other processes."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest

import avizor


def column(rows: int) -> Any:
    """A column of many rows that costs the memory of few."""
    pa = pytest.importorskip("pyarrow")
    chunk = pa.array(["Perdieron mi maleta, qué desastre"] * 10_000)
    return pa.chunked_array([chunk] * (rows // 10_000))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
@pytest.mark.parametrize("threads", [1, 2])
def test_a_signal_stops_it(threads: int) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    data = column(50_000_000)
    avizor.classify(["a"])
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            avizor.classify(data, threads=threads)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_python_goes_on_meanwhile() -> None:
    data = column(30_000)
    avizor.classify(["a"])
    worker = threading.Thread(target=avizor.classify, args=(data,), kwargs={"threads": 1})
    worker.start()
    turns, longest, last = 0, 0.0, time.perf_counter()
    start = last
    while worker.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        turns, longest, last = turns + 1, max(longest, now - last), now
    assert turns > 10
    assert longest < (last - start) / 2
