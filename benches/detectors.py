"""river's drift detectors as detectors of surprise, on the series that `avizor surprise` reads.

usage: detectors.py DETECTOR INPUT.csv   DETECTOR = adwin, page-hinkley, kswin

Reads ``timestamp,value`` and prints ``timestamp,value,anomaly_score``: 1 in the rows where the detector says
that the series has changed, 0 elsewhere. The detectors are as river makes them, but for the values: a count is read as
ln(1 + count), since they were made for numbers near 1.
"""

import argparse
import csv
import math
import sys
from pathlib import Path


def detector(name: str) -> object:
    """Make one of river's detectors."""
    from river import drift

    if name == "adwin":
        return drift.ADWIN()
    if name == "page-hinkley":
        return drift.PageHinkley()
    return drift.KSWIN(seed=1)


def main() -> None:
    """Run one detector over one series."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("detector", choices=["adwin", "page-hinkley", "kswin"])
    parser.add_argument("file", type=Path)
    args = parser.parse_args()
    watch = detector(args.detector)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["timestamp", "value", "anomaly_score"])
    with args.file.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            watch.update(math.log1p(float(row["value"])))
            out.writerow([row["timestamp"], row["value"], int(watch.drift_detected)])


if __name__ == "__main__":
    main()
