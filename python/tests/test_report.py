from __future__ import annotations

import copy
import html
import json
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

import avizor
from conftest import mentions

AIRLINE = Path(__file__).parents[2] / "examples" / "airline.toml"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def airline() -> avizor.Protocol:
    return avizor.Protocol.load(AIRLINE)


@pytest.fixture(scope="module")
def crisis(airline: avizor.Protocol) -> avizor.Monitor:
    monitor = avizor.Monitor(airline)
    monitor.observe(avizor.simulate("flash-burst", seed=7).mentions)
    monitor.finish()
    return monitor


def test_the_page_is_that_of_the_command(crisis: avizor.Monitor, tmp_path: Path) -> None:
    mentions = tmp_path / "mentions.jsonl"
    page = tmp_path / "report.html"
    run = [sys.executable, "-m", "avizor"]
    with mentions.open("w") as out:
        subprocess.run([*run, "simulate", "flash-burst", "--seed", "7"], stdout=out, check=True)
    watch = ["watch", str(mentions), "--protocol", str(AIRLINE), "--report", str(page)]
    subprocess.run([*run, *watch], stdout=subprocess.DEVNULL, check=True)
    ours = crisis.report(source=mentions.name)
    assert ours.html == page.read_text(encoding="utf-8")
    assert "Aurora Air" in ours.html


def test_saved_shown_and_titled(crisis: avizor.Monitor, tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    report = crisis.report(path, title="<Semana>", source="una prueba")
    assert path.read_text(encoding="utf-8") == report.html
    assert "&#60;Semana&#62;" in report.html or "&lt;Semana&gt;" in report.html
    assert "una prueba" in report.html
    shown = report._repr_html_()
    assert "<html" not in shown
    assert html.unescape(re.findall('srcdoc="(.*?)"', shown, re.DOTALL)[0]) == report.html
    with pytest.raises(avizor.DurationError):
        crisis.report(window="soon")


def test_what_was_gathered_is_carried_along(crisis: avizor.Monitor) -> None:
    page = crisis.report().html
    assert pickle.loads(pickle.dumps(crisis)).report().html == page
    assert copy.deepcopy(crisis).report().html == page


def test_nobody_is_named(protocol: avizor.Protocol) -> None:
    monitor = avizor.Monitor(protocol)
    rows = mentions(30, "@auroraair pésimo, escriban a maria.lopez@example.com o al +34 612 345 678")
    monitor.observe([{**row, "author": "marialopez_real"} for row in rows])
    monitor.finish()
    page = monitor.report().html
    for private in ["marialopez_real", "maria.lopez@example.com", "612 345 678"]:
        assert private not in page
    assert "[correo]" in page


def browse(page: Path, *flags: str) -> tuple[str, str]:
    """The page's DOM once its scripts have run, and what the console said."""
    assert CHROMIUM
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [
        "--enable-logging=stderr",
        "--v=0",
        "--virtual-time-budget=10000",
        f"--user-data-dir={page.parent}/c",
    ]
    done = subprocess.run(
        [*command, *flags, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return done.stdout, "\n".join(console)


def audited(page: str, folder: Path) -> dict[str, list[str]]:
    harness = Path(__file__).with_name("audit.html").read_text(encoding="utf-8")
    path = folder / "audit.html"
    path.write_text(harness.replace("PAGE", quote(page)), encoding="utf-8")
    dom, _ = browse(path, "--window-size=1300,900")
    found = re.findall(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert found, dom[-2_000:]
    assert found[0], dom[-2_000:]
    problems: dict[str, list[str]] = json.loads(html.unescape(found[0]))
    return problems


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_a_browser_finds_nothing_wrong(crisis: avizor.Monitor, tmp_path: Path) -> None:
    page = crisis.report(source="redes").html
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    _, console = browse(path)
    assert console == ""
    assert audited(page, tmp_path) == {"narrow": [], "wide": []}


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_the_browser_would_see_what_is_wrong(tmp_path: Path) -> None:
    page = '<p style="color:#999;width:2000px">a</p><a href="#gone">b</a>'
    found = audited(page, tmp_path)
    for problems in found.values():
        text = "\n".join(problems)
        assert "scrolls sideways" in text
        assert "2.85:1 of 4.5" in text
        assert "a link to nowhere: #gone" in text
    path = tmp_path / "page.html"
    path.write_text("<script>console.error('wrong')</script>", encoding="utf-8")
    assert "wrong" in browse(path)[1]


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_reports_of_nothing(protocol: avizor.Protocol, language: str) -> None:
    source = protocol.source.replace('language = "es"', f'language = "{language}"')
    page = avizor.Monitor(avizor.Protocol(source)).report().html
    assert f'<html lang="{language}">' in page
