from __future__ import annotations

import sys

import pytest

import avizor

TEXT = "🧳 ¡Qué desastre <b>! Perdieron mi maleta"


def test_it_prints_without_colours_where_there_is_no_terminal() -> None:
    explanation = avizor.explain(TEXT)
    text = str(explanation)
    assert text.startswith(TEXT)
    assert "\x1b" not in text
    assert "sentiment  negative -" in text
    assert "'desastre'" in text
    assert repr(explanation) == text


def test_it_prints_with_colours_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    explanation = avizor.explain(TEXT)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m" in str(explanation)
    assert "\x1b" not in repr(explanation)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in str(explanation)


def test_notebooks_show_coloured_words() -> None:
    html = avizor.explain(TEXT)._repr_html_()
    assert "&lt;" in html
    assert "<b>" not in html
    assert "rgba(217,45,32" in html
    assert "sentiment: " in html


def test_evidence_is_in_characters_and_adds_up() -> None:
    explanation = avizor.explain(TEXT)
    assert explanation.sentiment == "negative"
    assert explanation.language == "es"
    assert explanation.urgency in {"low", "normal", "high", "critical"}
    assert "desastre" in {TEXT[e.start : e.end] for e in explanation.evidence}
    total = sum(e.weight for e in explanation.evidence if e.kind == "sentiment")
    assert total == pytest.approx(explanation.analysis["sentiment"]["score"], abs=1e-3)
    assert "".join(piece for piece, _ in explanation._pieces()) == TEXT


@pytest.mark.parametrize("text", ["", "🧳", "日本語のテキスト", "a" * 5_000])
def test_odd_texts(text: str) -> None:
    explanation = avizor.explain(text)
    assert str(explanation)
    assert explanation._repr_html_()


def test_it_uses_a_protocol(protocol: avizor.Protocol) -> None:
    explanation = avizor.explain("@auroraair perdió mi maleta", protocol=protocol)
    assert explanation.analysis["department"] == "operaciones"
    assert "Aurora Air" in str(explanation)
