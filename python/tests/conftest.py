from __future__ import annotations

from typing import Any

import pytest

import avizor

PROTOCOL = """
version = 1
language = "es"
timezone = "Europe/Madrid"

[[entity]]
name = "Aurora Air"
aliases = ["aurora air", "@auroraair"]
exclude = ["aurora boreal"]

[[competitor]]
name = "Boreas"
aliases = ["boreas", "@boreas"]

[[topic]]
name = "equipaje"
dimension = "products_services"
department = "operaciones"
phrases = ["maleta", "equipaje"]

[[level]]
name = "alerta"
severity = 2
owner = "community-manager"
respond_within = "1h"
actions = ["avisar a dirección"]

[[trigger]]
name = "ola-negativa"
level = "alerta"
window = "30m"
when = "negative >= 3"
keep_firing_for = "1h"
"""

DAY = 86_400_000
START = 1_772_359_200_000  # 2026-03-01T10:00:00Z


@pytest.fixture
def protocol() -> avizor.Protocol:
    return avizor.Protocol.parse(PROTOCOL)


def mentions(n: int, text: str = "@auroraair pésimo servicio, un desastre") -> list[dict[str, Any]]:
    """One mention each second."""
    return [{"id": f"m{i}", "timestamp": START + 1000 * i, "text": text, "author": f"a{i}"} for i in range(n)]
