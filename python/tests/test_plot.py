from __future__ import annotations

import pytest

import avizor
from conftest import DAY, mentions


def test_reputation_is_drawn(protocol: avizor.Protocol) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    monitor = avizor.Monitor(protocol)
    for day in range(6):
        text = "@auroraair excelente, gracias" if day < 5 else "@auroraair pésimo, un desastre"
        rows = mentions(2 if day == 2 else 20, text)
        for row in rows:
            row.update(id=f"{day} {row['id']}", timestamp=row["timestamp"] + day * DAY)
        monitor.observe(rows)
    above, below = monitor.plot("Aurora Air")
    assert above.get_title() == "Aurora Air"
    labels = above.get_legend_handles_labels()[1]
    assert labels == ["90 % interval", "score", "unlike its past (p < 0.01)"]
    assert below.get_ylim()[1] > 20
    above.figure.canvas.draw()
    plt.close("all")
    avizor.Monitor(protocol).plot("Boreas")
    plt.close("all")
