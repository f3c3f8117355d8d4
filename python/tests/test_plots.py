from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

import avizor
from avizor import plots
from conftest import DAY, mentions

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

LANGUAGES = ["es", "en", "pt"]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    import matplotlib.pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def monitor(protocol: avizor.Protocol) -> avizor.Monitor:
    """Five good days of twenty mentions, two of them on the third, and a bad one."""
    monitor = avizor.Monitor(protocol)
    for day in range(6):
        text = "@auroraair excelente, gracias" if day < 5 else "@auroraair pésimo, un desastre"
        rows = mentions(2 if day == 2 else 20, text)
        for row in rows:
            row.update(id=f"{day} {row['id']}", timestamp=row["timestamp"] + day * DAY)
        monitor.observe(rows)
    return monitor


def drawn(ax: Any) -> list[str]:
    """Every text of a figure, which was drawn whole."""
    ax.figure.canvas.draw()
    texts = ax.figure.findobj(lambda artist: hasattr(artist, "get_text"))
    return [text.get_text() for text in texts if text.get_text()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reputation_with_its_signals(monitor: avizor.Monitor, language: str) -> None:
    signals = monitor.finish()
    above, below = monitor.plot("Aurora Air", signals=signals, language=language)
    t = plots._labels(language)
    assert above.get_title() == "Aurora Air"
    labels = above.get_legend_handles_labels()[1]
    assert labels[:2] == [t["interval"], t["net"]]
    assert t["surprising"].format(p=0.01) in labels
    assert [s for s in signals if s.state == "firing"] == [] or t["signal"].format(level="alerta") in labels
    assert below.get_ylim()[1] > 20
    assert t["negative"] in drawn(below)


def test_an_entity_nobody_spoke_of(protocol: avizor.Protocol) -> None:
    above, _ = avizor.Monitor(protocol).plot("Boreas")
    assert above.get_title() == "Boreas"
    drawn(above)


def test_reputation_from_any_frame(monitor: avizor.Monitor) -> None:
    pytest.importorskip("pandas")
    table = monitor.reputation("Aurora Air")
    ours: Any = plots.reputation(table)[0]
    theirs: Any = plots.reputation(table.to_pandas())[0]
    for one, other in zip(ours.lines, theirs.lines, strict=True):
        assert list(one.get_ydata())[:2] == list(other.get_ydata())[:2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_topics_by_sentiment(protocol: avizor.Protocol, language: str) -> None:
    texts = ["pésima maleta rota", "mi maleta llegó, gracias, excelente", "hola", None]
    table = avizor.classify(texts, protocol=protocol)
    texts_drawn = drawn(plots.topics(table, language=language))
    assert "equipaje (2)" in texts_drawn
    assert f"{plots._labels(language)['no_topic']} (1)" in texts_drawn
    assert texts_drawn.count("50%") == 2
    drawn(plots.topics(avizor.classify([])))


def test_share_of_voice(monitor: avizor.Monitor) -> None:
    ax: Any = plots.share_of_voice([monitor.reputation(name) for name in ["Aurora Air", "Boreas"]])
    assert "Aurora Air" in drawn(ax)
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert max(tops) == pytest.approx(1)
    drawn(plots.share_of_voice([]))


def test_what_grew() -> None:
    rows = [
        {"name": f"t{i}", "change": 10.0 - 3 * i, "low": 9.0 - 3 * i, "high": 12.0 - 3 * i} for i in range(8)
    ]
    ax = plots.what_grew(rows, most=4, language="en")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["t7", "t6", "t1", "t0"]
    assert plots._labels("en")["what_grew"] in drawn(ax)
    drawn(plots.what_grew([{"name": "alone", "change": 1}]))
    drawn(plots.what_grew([]))


def test_influence() -> None:
    authors = [{"author": f"a{i}", "mentions": i + 1, "negative": i, "followers": 10**i} for i in range(6)]
    texts = drawn(plots.influence(authors, named=2))
    assert {"a5", "a4"} <= set(texts)
    assert "a1" not in texts
    signal = avizor.SignalAuthor("b", 3, 1, 0)
    assert "b" in drawn(plots.influence([signal]))


def test_attribution_ends_where_the_parts_lead() -> None:
    ax: Any = plots.attribution([("retraso", -20.0), ("trato", 5.0)], 30.0)
    assert ax.patches[-1].get_height() == pytest.approx(15.0)
    assert "-20.0" in drawn(ax)


def test_a_front() -> None:
    interval = avizor.Interval(0, 5)

    def candidate(delay: float | None, rate: float) -> avizor.Candidate:
        score = avizor.Outcome(30, 2, 2, delay, 1, rate, interval)
        return avizor.Candidate(score, score, [], [])

    front = [candidate(60, 0), candidate(20, 2), candidate(None, 3)]
    tuned = avizor.Tuned(1.0, 3, 3, front[1], front[0], front[0].searched, None, front, "", "")
    t = plots._labels("pt")
    assert {t["front"], t["present"], t["chosen"], t["budget"]} <= set(
        drawn(plots.pareto(tuned, language="pt"))
    )


def test_reliability_of_a_calibrated_source() -> None:
    draw = random.Random(1)
    confidence = [draw.uniform(0.3, 1) for _ in range(3_000)]
    right = [draw.random() < p for p in confidence]
    ax: Any = plots.reliability(confidence, right)
    observed = ax.lines[1]
    assert all(abs(x - y) < 0.07 for x, y in zip(observed.get_xdata(), observed.get_ydata(), strict=True))
    drawn(ax)
    drawn(plots.reliability([1.0], [True]))


def test_every_language_has_every_label() -> None:
    keys = [set(plots._labels(language)) for language in LANGUAGES]
    assert keys[0] == keys[1] == keys[2]
    with pytest.raises(avizor.InputError, match="language is one of es, en, pt"):
        plots.attribution([], 0, language="fr")


def test_figures_are_readable_in_grey() -> None:
    from matplotlib.colors import to_rgb

    def grey(colour: str) -> Any:
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        )
        return 116 * float(0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 3) - 16.0

    lightness = [grey(colour) for _, colour, _ in plots._SENTIMENTS]
    assert min(abs(a - b) for i, a in enumerate(lightness) for b in lightness[:i]) > 15


def test_drawn_on_axes_of_ones_own() -> None:
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    assert plots.attribution([("a", 1.0)], 0.0, ax=ax) is ax
