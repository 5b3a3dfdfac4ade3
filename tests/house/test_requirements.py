"""Everything we install is pinned, directly or in constraints.txt."""

from __future__ import annotations

import re
from importlib import metadata

from tests.house.files import HOME


def _pins(name: str) -> dict[str, str]:
    pins = {}
    for line in (HOME / name).read_text().splitlines():
        words = line.split("#", 1)[0].strip()
        if words and not words.startswith("-"):
            assert "==" in words, f"{name}: {words} is not pinned"
            package, version = words.split("==")
            pins[_normal(package)] = version
    return pins


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package.split("[", 1)[0]).lower()


def test_direct_pins_agree_with_the_resolved_set() -> None:
    resolved = _pins("constraints.txt")
    direct = _pins("requirements.txt") | _pins("requirements-dev.txt")

    assert {name: resolved.get(name) for name in direct} == direct


def test_every_indirect_requirement_is_in_the_resolved_set() -> None:
    resolved = _pins("constraints.txt")
    missing = set()
    for package in resolved:
        for words in metadata.requires(package) or []:
            if "extra ==" in words or ";" in words:
                continue
            name = re.match(r"[A-Za-z0-9._-]+", words)
            assert name is not None
            if _normal(name[0]) not in resolved:
                missing.add(f"{package} needs {words}")

    assert missing == set()
