from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import avizor

FIXTURES = Path(__file__).parents[2] / "crates" / "avizor-encoder" / "tests" / "fixtures"
TEXTS = [
    "Tres horas de retraso y nadie responde",
    "Gracias, un servicio excelente",
    "El vuelo sale a las diez",
]


def is_built() -> bool:
    try:
        avizor.Classifier(encoder="no such folder")
    except avizor.InputError:
        return False
    except avizor.ModelError:
        return True
    raise AssertionError("a folder that is not there was opened")


BUILT = is_built()
built = pytest.mark.skipif(not BUILT, reason="built without transformers: make wheel-encoder")


@pytest.mark.skipif(BUILT, reason="built with transformers")
def test_a_plain_build_says_what_to_build() -> None:
    with pytest.raises(avizor.InputError, match="make wheel-encoder"):
        avizor.Classifier(encoder=FIXTURES / "bert")


def test_its_options_go_with_it() -> None:
    with pytest.raises(avizor.InputError, match="encoder=FOLDER"):
        avizor.Classifier(encoder_budget=0.05)
    with pytest.raises(avizor.InputError, match="encoder=FOLDER"):
        avizor.Classifier(heads=["head.json"])


@built
@pytest.mark.parametrize("family", ["bert", "xlm-roberta"])
def test_the_transformer_judges(family: str) -> None:
    fast = avizor.Classifier()
    both = avizor.Classifier(encoder=FIXTURES / family)
    ours, theirs = fast.classify(TEXTS), both.classify([*TEXTS, None])
    assert theirs["p_negative"][:3] != ours["p_negative"]
    assert theirs["p_negative"][3] is None
    assert theirs["language"][:3] == ours["language"]
    assert both.classify(TEXTS, threads=1)["p_positive"] == both.classify(TEXTS, threads=2)["p_positive"]
    assert pickle.loads(pickle.dumps(both)).classify(TEXTS)["sentiment"] == theirs["sentiment"][:3]
    rows = [{"id": "1", "text": TEXTS[0]}, {"id": None, "text": TEXTS[1]}, {"id": "3", "text": TEXTS[2]}]
    table = both.classify(rows)
    assert table["sentiment"][0] == theirs["sentiment"][0]
    assert table["sentiment"][2] == theirs["sentiment"][2]
    assert family in repr(both)


@built
def test_reasons_add_up() -> None:
    both = avizor.Classifier(encoder=FIXTURES / "bert", evidence=True)
    explained = both.explain(TEXTS[0])
    parts = [e for e in explained.evidence if e.rule.startswith("encoder") and e.kind == "sentiment"]
    score = both.classify(TEXTS)["sentiment_score"][0]
    assert parts
    assert sum(e.weight for e in parts) == pytest.approx(score, abs=1e-4)
    assert both.classify(TEXTS)["evidence"][0]


@built
def test_a_budget_bounds_it() -> None:
    texts = [f"{text} {n}" for n in range(40) for text in TEXTS]
    fast = avizor.Classifier().classify(texts)["p_negative"]
    none = avizor.Classifier(encoder=FIXTURES / "bert", encoder_budget=0.0).classify(texts)["p_negative"]
    some = avizor.Classifier(encoder=FIXTURES / "bert", encoder_budget=0.05).classify(texts)["p_negative"]
    assert none == fast
    seen = sum(a != b for a, b in zip(some, fast, strict=True))
    assert 0 < seen <= 0.05 * len(texts) + 1
    with pytest.raises(avizor.ModelError, match="0 to 1"):
        avizor.Classifier(encoder=FIXTURES / "bert", encoder_budget=1.5)


@built
def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(avizor.ModelError, match="name the one that holds"):
        avizor.Classifier(encoder=tmp_path / "gone")
    with pytest.raises(avizor.ModelError, match=r"config\.json"):
        avizor.Classifier(encoder=tmp_path)
    with pytest.raises(avizor.ModelError, match="head"):
        avizor.Classifier(encoder=FIXTURES / "bert", heads=[tmp_path / "head.json"])
