"""Rows of a CSV file as measurements need them, and how long commands take.

usage: rows.py lines FILE                              the mentions as JSON Lines
       rows.py half FILE [--other]                     one half of the rows, or the other, by the hash of the id
       rows.py draw FILE --rows N --seed S [--other]   N rows drawn by the hash of seed and id, or all but these
       rows.py many FILE --rows N                      N rows: the file's own, then those with some words left out
       rows.py seconds COMMAND...                      {"seconds": how long it took}; its output is dropped
       rows.py extra COMMAND OTHER                     {"extra_percent": how much more processor time than the other}
"""

import argparse
import csv
import json
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from statistics import median
from zlib import crc32

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """Give the rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(rows: Iterable[Row], columns: Iterable[str]) -> None:
    """Print rows as CSV."""
    out = csv.DictWriter(sys.stdout, list(columns))
    out.writeheader()
    out.writerows(rows)


def lines(rows: list[Row]) -> None:
    """Print mentions as JSON Lines, without what is told of their language."""
    for row in rows:
        kept = ("id", "timestamp", "text", "author", "channel", "entity")
        print(json.dumps({name: row[name] for name in kept if row.get(name)}, ensure_ascii=False))


def half(rows: list[Row], *, other: bool) -> list[Row]:
    """Give one half of the rows; which half a row is in depends on its id alone."""
    return [row for row in rows if crc32(row["id"].encode()) % 2 == int(other)]


def draw(rows: list[Row], count: int, seed: int) -> tuple[list[Row], list[Row]]:
    """Give so many rows, the same for the same seed, and the others; both in the file's order."""
    ranked = sorted(rows, key=lambda row: crc32(f"{seed} {row['id']}".encode()))
    chosen = {row["id"] for row in ranked[:count]}
    return [r for r in rows if r["id"] in chosen], [r for r in rows if r["id"] not in chosen]


def many(rows: list[Row]) -> Iterable[Row]:
    """Give all rows without end: from the second time on each ninth word is left out, another one each time."""
    turn = 0
    while True:
        for number, row in enumerate(rows):
            words = row["text"].split()
            kept = [word for place, word in enumerate(words) if turn == 0 or (place + number + turn) % 9]
            yield row | {"id": f"{row['id']}-{turn}", "text": " ".join(kept)}
        turn += 1


def extra(command: str, other: str, rounds: int = 7) -> float:
    """Compare two commands' processor time, per cent, the two taking turns; the middle of some rounds."""

    def spent(line: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(shlex.split(line), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    times = [(spent(command), spent(other)) for _ in range(rounds)]
    return 100 * (median(one for one, _ in times) / median(two for _, two in times) - 1)


def main() -> None:
    """Do one of the above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["lines", "half", "draw", "many", "seconds", "extra"])
    parser.add_argument("file")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--other", action="store_true", help="all rows but these")
    args, rest = parser.parse_known_args()
    if args.what == "seconds":
        begun = time.monotonic()
        subprocess.run([args.file, *rest], check=True, stdout=subprocess.DEVNULL)
        json.dump({"seconds": time.monotonic() - begun}, sys.stdout)
        return
    if args.what == "extra":
        json.dump({"extra_percent": extra(args.file, *rest)}, sys.stdout)
        return
    rows = read(Path(args.file))
    columns = rows[0].keys()
    if args.what == "lines":
        lines(rows)
    elif args.what == "half":
        write(half(rows, other=args.other), columns)
    elif args.what == "draw":
        chosen, others = draw(rows, args.rows, args.seed)
        write(others if args.other else chosen, columns)
    else:
        write(islice(many(rows), args.rows), columns)


if __name__ == "__main__":
    main()
