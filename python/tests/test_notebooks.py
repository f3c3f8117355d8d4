"""The notebooks run from top to bottom, and the Spanish one and its English twin do the same."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

matplotlib = pytest.importorskip("matplotlib")
pytest.importorskip("pandas")
pytest.importorskip("pyarrow")

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def cells(path: Path, kind: str) -> list[str]:
    book = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    matplotlib.use("Agg")
    monkeypatch.chdir(path.parent)
    names: dict[str, Any] = {}
    for source in cells(path, "code"):
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)  # noqa: S102, the notebooks are the project's own
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)  # noqa: S307
            # As a notebook shows it.
            assert getattr(shown, "_repr_html_", shown.__repr__)()
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")


def test_every_notebook_has_its_twin() -> None:
    assert len(NOTEBOOKS) == 10
    for number in range(1, 6):
        twins = [path for path in NOTEBOOKS if path.stem.startswith(f"{number}_")]
        assert len(twins) == 2
        kinds = [[len(cells(path, kind)) for kind in ["markdown", "code"]] for path in twins]
        assert kinds[0] == kinds[1]
