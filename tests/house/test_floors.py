"""The floors are guarded: an import that breaks one is named."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.house.files import HOME, ROOMS, python_files

LINT = Path(sys.executable).parent / "lint-imports"


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-logo", "--no-cache"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_control_each_kind_of_broken_floor_is_named(tmp_path: Path) -> None:
    for room in (*ROOMS, "sandbox", "client"):
        shutil.copytree(
            HOME / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.html")
        )
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    (tmp_path / "org" / "services" / "peek.py").write_text("from oms import models\n")
    (tmp_path / "oms" / "services" / "peek.py").write_text("from inventory import models\n")
    (tmp_path / "sandbox" / "peek.py").write_text("from oms import drafts\n")
    (tmp_path / "client" / "peek.py").write_text("from org.api import signing\n")
    (tmp_path / "outbox" / "utils.py").write_text("")
    with (tmp_path / "oms" / "routing.py").open("a") as file:
        file.write("\nfrom django.db import models\n")
    (tmp_path / "outbox" / "models.py").write_text("from outbox import services\n")

    done = _lint(tmp_path)

    assert done.returncode == 1
    broken = {line.split(" BROKEN")[0] for line in done.stdout.splitlines() if " BROKEN" in line}
    assert broken >= {
        "Calls go down, news goes up",
        "Only inventory touches the ledger and its tables",
        "The outside world knows nothing of the house",
        "The client knows the house by its API alone",
        "Decisions know no database, no clock, no network",
        "Inside outbox",
    }
    assert "org.services.peek -> oms.models" in done.stdout
    assert "oms.services.peek -> inventory.models" in done.stdout
    assert "outbox.utils" in done.stdout


def test_every_room_has_its_contract_and_stands_on_the_floors() -> None:
    settings = tomllib.loads((HOME / "pyproject.toml").read_text())["tool"]["importlinter"]
    contracts = {each["id"]: each for each in settings["contracts"]}

    assert contracts["floors"]["layers"] == list(ROOMS)
    assert set(settings["root_packages"]) == {*ROOMS, "sandbox", "client"}
    for room in set(ROOMS) - {"config", "demo"}:
        assert contracts[f"inside-{room}"]["exhaustive"] is True


def test_pure_modules_that_may_see_django_see_only_its_translations() -> None:
    settings = tomllib.loads((HOME / "pyproject.toml").read_text())["tool"]["importlinter"]
    (pure,) = [each for each in settings["contracts"] if each["id"] == "pure"]
    excepted = {line.split(" -> ")[0] for line in pure["ignore_imports"]}

    seen = {
        node.module
        for source in python_files()
        if source.module in excepted
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django")
    }

    assert seen <= {"django.utils.translation", "django.utils.functional"}
