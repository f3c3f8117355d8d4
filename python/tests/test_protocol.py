from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import avizor
from conftest import PROTOCOL


def test_a_file_is_read(tmp_path: Path, protocol: avizor.Protocol) -> None:
    path = tmp_path / "p.toml"
    path.write_text("\ufeff" + PROTOCOL, encoding="utf-8")
    assert avizor.Protocol.load(path) == avizor.Protocol.load(str(path)) == protocol
    assert protocol.source == PROTOCOL
    with pytest.raises(FileNotFoundError):
        avizor.Protocol.load(tmp_path / "none.toml")
    path.write_bytes(b'version = 1\nlanguage = "\xf1"\n')
    with pytest.raises(avizor.ProtocolError, match="line 2, column 13: this is not UTF-8"):
        avizor.Protocol.load(path)


def test_what_it_says(protocol: avizor.Protocol) -> None:
    assert protocol.language == "es"
    assert protocol.timezone == "Europe/Madrid"
    assert protocol.entities == ["Aurora Air"]
    assert protocol.competitors == ["Boreas"]
    assert protocol.topics == ["equipaje"]
    assert protocol.levels == ["alerta"]
    assert protocol.triggers == ["ola-negativa"]
    assert "Aurora Air" in repr(protocol)
    assert protocol.to_dict()["triggers"][0]["keep_firing_for"] == "1h"


def test_the_summary_reads_well(protocol: avizor.Protocol) -> None:
    summary = protocol.check()
    text = str(summary)
    assert repr(summary) == text
    assert "  Aurora Air  written aurora air, @auroraair; but not aurora boreal" in text
    assert "  alerta  severity 2, community-manager answers within 1h, 1 action" in text
    assert "  ola-negativa  alerta when negative >= 3 over 30m, until false for 1h" in text
    assert "  equipaje  2 phrases, to operaciones" in text
    assert "add [[test]]" in text
    assert "negative &gt;= 3" in summary._repr_html_()


def test_errors_say_where() -> None:
    with pytest.raises(avizor.ProtocolError, match="negativ") as caught:
        avizor.Protocol.parse(PROTOCOL.replace("negative >= 3", "negativ >= 3"))
    lines = PROTOCOL.splitlines()
    assert "negative >= 3" in lines[caught.value.line - 1]
    assert caught.value.column >= 1
    assert isinstance(caught.value, ValueError)


def test_it_pickles_and_hashes(protocol: avizor.Protocol) -> None:
    again = pickle.loads(pickle.dumps(protocol))
    assert again == protocol
    assert len({again, protocol}) == 1
    assert again != PROTOCOL
