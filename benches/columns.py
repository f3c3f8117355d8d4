"""A million mentions as a column: how fast Python classifies them beside Rust, and in how much memory.

    cargo build --release --locked -p avizor-benches --example throughput
    python benches/columns.py target/release/examples/throughput

The wheel must be a release build (`make wheel WHEEL_ARGS=--release`). Both use one thread and count the processor's
time of the fastest round, so that a busy machine does not pass for a slow program. Prints one JSON object a library.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 1_000_000
ROUNDS = 5


def texts() -> list[str]:
    """Invented texts of the simulator, repeated to a million."""
    import avizor

    stream = avizor.simulate("flash-burst", seed=1)
    some: list[str] = stream.mentions["text"]
    # Numbered, so that no two are the same.
    return [f"{some[i % len(some)]} {i}" for i in range(ROWS)]


def column(library: str, values: list[str]) -> object:
    """Make a column of a library of the texts."""
    if library == "polars":
        import polars

        return polars.Series("text", values)
    import pyarrow

    return pyarrow.chunked_array([pyarrow.array(values)])


def measure(library: str) -> dict[str, float]:
    """Give rows a second of the processor's time, and the peak of memory over input plus output."""
    import avizor

    data = column(library, texts())
    avizor.classify(["a"])
    base = resident()
    rates = []
    out = None
    for _ in range(ROUNDS):
        del out  # one answer at a time
        start = time.process_time()
        out = avizor.classify(data, threads=1)
        rates.append(ROWS / (time.process_time() - start))
    peak = status("VmHWM")
    size, answer = buffers(data), buffers(out)
    # What was there before the call holds the input and the interpreter; the call's own peak is beside it.
    return {
        "per_second": round(max(rates)),
        "input_mb": round(size / 1e6),
        "output_mb": round(answer / 1e6),
        "peak_over_input_plus_output": round((peak - base + size) / (size + answer), 2),
    }


def buffers(data: Any) -> int:  # noqa: ANN401, whatever either library has
    """Bytes of all buffers, those of views included: `estimated_size` of polars leaves them out."""
    if type(data).__module__.startswith("polars"):
        import polars

        data = data.to_arrow(compat_level=polars.CompatLevel.newest())
    return int(data.nbytes)


def resident() -> int:
    """Bytes of memory in use now, the highest so far reset."""
    gc.collect()
    # What was freed and not given back would hide the call's own memory.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return status("VmRSS")


def status(name: str) -> int:
    """Bytes, from the kernel: VmRSS is what is in use, VmHWM its highest since the last reset.

    Not `ru_maxrss`: it remembers the process before `exec`, which the reset does not reach.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith(f"{name}:"))
    return int(found.split()[1]) * 1024


def rust(program: str) -> float:
    """Mentions a second of the Rust crate over the same texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for i, text in enumerate(texts()[:100_000]):
            file.write(json.dumps({"id": str(i), "timestamp": 0, "text": text}) + "\n")
        file.flush()
        done = subprocess.run([program, "classify", file.name], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["per_second"])


def main() -> None:
    """Print what was measured, each library in a process of its own."""
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[2])))
        return
    base = rust(sys.argv[1])
    for library in ["polars", "pyarrow"]:
        run = [sys.executable, __file__, sys.argv[1], library]
        found = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
        print(json.dumps({"library": library, "of_rust": round(found["per_second"] / base, 3), **found}))


if __name__ == "__main__":
    main()
