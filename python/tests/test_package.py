from __future__ import annotations

import doctest
import importlib
import os
import pickle
import pkgutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import avizor
from avizor import errors


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)


def test_import_brings_no_other_library() -> None:
    code = "import sys, avizor; avizor.classify(['hola']); print(*sys.modules)"
    loaded = run(sys.executable, "-c", code).stdout.split()
    assert "avizor" in loaded
    assert not {"pandas", "pyarrow", "polars", "matplotlib", "numpy", "IPython"} & set(loaded)


@pytest.mark.skipif(sys.platform == "win32", reason="no CPU time of children there")
def test_import_is_fast() -> None:
    def best(code: str) -> float:
        times = []
        for _ in range(5):
            start = os.times()
            assert run(sys.executable, "-c", code).returncode == 0
            end = os.times()
            # CPU time, so that a busy machine does not fail the test.
            times.append(sum(end[2:4]) - sum(start[2:4]))
        return min(times)

    assert best("import avizor") - best("pass") < 0.150


def test_everything_public_is_documented() -> None:
    for name in avizor.__all__:
        if name != "__version__":
            assert getattr(avizor, name).__doc__, name
    assert avizor.__version__.count(".") == 2


def test_errors_are_of_one_family_and_pickle() -> None:
    samples: list[errors.AvizorError] = [
        errors.ProtocolError("m", 1, 2),
        errors.TimeError("m", "v"),
        errors.DurationError("m", "v"),
        errors.UnknownEntityError("m", "n"),
        errors.FormatError("m"),
        errors.ModelError("m"),
        errors.SnapshotError("m"),
        errors.ForeignSnapshotError("m", "t"),
        errors.InputError("m"),
        errors.MissingColumnError("m", "c"),
    ]
    for error in samples:
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == "m"
        assert vars(again) == vars(error)
    assert str(errors.AvizorError()) == ""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (5, "int cannot be read"),
        ([5], "row 1 is a int: pass texts"),
        (["a", {"text": "b"}], "row 1 is a str: pass dicts"),
        ([{"text": "b"}, None], "row 2 is a NoneType: pass dicts"),
        ([b"bytes"], "row 1 is a bytes"),
        ([{"text": [1]}], "row 1: `text` is a list: write text"),
        (["a\ud83d"], "half a character"),
        ([{"tweet": "a"}], "no column `text`"),
    ],
)
def test_input_that_cannot_be_read(data: object, message: str) -> None:
    with pytest.raises(avizor.InputError, match=message):
        avizor.classify(data)


def test_options_that_cannot_be_understood() -> None:
    with pytest.raises(avizor.InputError, match="known names: id, timestamp"):
        avizor.classify(["a"], columns={"tekst": "tweet"})
    with pytest.raises(avizor.InputError, match="IANA"):
        avizor.classify(["a"], timezone="Madrid")


def test_the_script_and_the_module_are_the_command() -> None:
    script = Path(sysconfig.get_path("scripts")) / "avizor"
    by_module = run(sys.executable, "-m", "avizor", "--version")
    by_script = run(str(script), "--version")
    assert by_script.returncode == by_module.returncode
    assert (by_script.stdout, by_script.stderr) == (by_module.stdout, by_module.stderr)


def test_examples_in_the_documentation_are_true() -> None:
    tried = 0
    for module in pkgutil.iter_modules(avizor.__path__, "avizor."):
        if module.name not in {"avizor.__main__", "avizor._avizor"}:
            result = doctest.testmod(importlib.import_module(module.name), extraglobs={"avizor": avizor})
            assert result.failed == 0
            tried += result.attempted
    assert doctest.testmod(avizor).failed == 0
    assert tried > 5
