from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import avizor
from conftest import PROTOCOL, START, mentions

HANDS = Path(__file__).parents[2] / "tests" / "golden" / "hands"
# Nobody takes an alert for a quarter of an hour: it rises, and waits to be confirmed.
RISING = (
    PROTOCOL.replace('respond_within = "1h"\n', 'respond_within = "1h"\nescalate_after = "15m"\n').replace(
        "[[trigger]]",
        """[[level]]
name = "crisis"
severity = 3
owner = "dirección"
respond_within = "30m"
confirm = true
actions = ["reunir al comité"]

[[trigger]]""",
    )
    + "alarms_per_month = 1.0\n"
)


def at(minutes: int) -> datetime:
    return datetime.fromtimestamp(START / 1000, UTC) + timedelta(minutes=minutes)


def fire(monitor: avizor.Monitor) -> avizor.Signal:
    """The wave of twenty complaints fires."""
    signals = monitor.observe(mentions(20)) + monitor.advance(at(25))
    return next(s for s in signals if s.state == "firing")


def test_what_is_taken_rises_no_more() -> None:
    taken = avizor.Monitor(avizor.Protocol.parse(RISING))
    fired = fire(taken)
    (open_one,) = taken.open_signals()
    assert (open_one.id, open_one.state, open_one.acknowledged) == (fired.id, "firing", None)
    assert open_one.respond_by == fired.respond_by
    answer = taken.acknowledge(open_one, "Ana", at(26))
    assert (answer.id, answer.state, answer.level) == (fired.id, "acknowledged", "alerta")
    assert answer.life["acknowledged"]["by"] == "Ana"
    (open_one,) = taken.open_signals()
    assert open_one.state == "acknowledged"
    states = [(s.state, s.level) for s in taken.advance(at(600))]
    assert states == [("resolved", "alerta")]
    assert taken.open_signals() == []


def test_what_nobody_takes_rises_and_waits_for_a_person() -> None:
    monitor = avizor.Monitor(avizor.Protocol.parse(RISING))
    fired = fire(monitor)
    (risen,) = monitor.advance(at(50))
    assert (risen.state, risen.level, risen.actions) == ("firing", "crisis", [])
    assert risen.life["confirmation"] == "awaited"
    confirmed = monitor.confirm(fired.id, "Ana", at(51))
    assert confirmed.actions == ["reunir al comité"]
    (open_one,) = monitor.open_signals()
    assert isinstance(open_one.confirmation, dict)
    assert open_one.confirmation["given"]["by"] == "Ana"
    page = monitor.report().html
    assert "reunir al comité" in page
    assert "subió desde «alerta»" in page


def test_what_is_nothing_ends() -> None:
    monitor = avizor.Monitor(avizor.Protocol.parse(RISING))
    fired = fire(monitor)
    ended = monitor.dismiss(fired, "Ana", at(26))
    assert ended.state == "resolved"
    assert ended.life["end"]["dismissed"]["by"] == "Ana"
    assert monitor.open_signals() == []
    with pytest.raises(avizor.UnknownSignalError) as caught:
        monitor.acknowledge(fired, "Ana", at(27))
    assert caught.value.id == fired.id
    with pytest.raises(avizor.TimeError):
        monitor.dismiss(fired, "Ana", datetime(2026, 3, 1))  # noqa: DTZ001


def test_budgets_tell_what_came_of_them() -> None:
    monitor = avizor.Monitor(
        avizor.Protocol.parse(RISING.replace("negative >= 3", "negative_surprise > 1.0"))
    )
    monitor.observe(mentions(20))
    (budget,) = monitor.budgets()
    assert (budget.entity, budget.trigger, budget.asked) == ("Aurora Air", "ola-negativa", 1.0)
    assert budget.low <= budget.rate <= budget.high
    assert budget.threshold > 0


def test_goals_are_held_against_the_figures(protocol: avizor.Protocol) -> None:
    goals = """
[[goal]]
kpi = "net_sentiment"
at_least = 50

[[goal]]
kpi = "share_of_voice"
at_least = 1

[[goal]]
kpi = "first_response_median"
at_most = 60
"""
    monitor = avizor.Monitor(avizor.Protocol.parse(protocol.source + goals))
    monitor.observe(mentions(20))
    reports = monitor.goals(at(-60), at(60))
    assert [(g.kpi.name, g.met) for g in reports] == [
        ("net_sentiment", False),
        ("share_of_voice", True),
        ("first_response_median", None),
    ]
    assert reports[0].at_least == 50
    assert reports[0].at_most is None


def test_the_log_is_that_of_rust() -> None:
    """`tests/tests/hands.rs` writes and holds the same log."""
    monitor = avizor.Monitor(avizor.Protocol.load(HANDS / "protocol.toml"))
    log = [json.loads(line) for line in (HANDS / "mentions.jsonl").read_text().splitlines()]
    signals = monitor.observe(log)
    for line in (HANDS / "acts.jsonl").read_text().splitlines():
        act = json.loads(line)
        when = datetime.fromisoformat(act["at"])
        signals += monitor.advance(when)
        do = getattr(monitor, act["act"])
        signals.append(do(monitor.open_signals()[0], act["by"], when))
    signals += monitor.advance(datetime.fromisoformat("2026-03-02T23:00:00Z"))
    golden = (HANDS / "log.jsonl").read_text().splitlines()
    assert signals == [avizor.Signal.from_dict(json.loads(line)) for line in golden]
    assert {s.state for s in signals} == {"firing", "acknowledged", "resolved"}
