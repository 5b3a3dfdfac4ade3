"""What the house rules look at: the sources, read once."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent
ROOMS = (
    "demo", "config", "insights", "channels_sync", "oms", "wms", "freeze_rules", "inventory",
    "webhooks", "org", "outbox",
)  # fmt: skip
BESIDE = ("sandbox", "bench", "launch", "client")


@dataclass(frozen=True)
class Source:
    """One file under its path in the checkout."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return _tree(self.text)

    @property
    def room(self) -> str:
        """The folder at the top: the app, or `tests`."""
        return self.path.split("/", 1)[0]

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def module(self) -> str:
        """The dotted name."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree; many rules look at each."""
        return _nodes(self.text)


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(text)))


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


def _read(paths: list[Path]) -> list[Source]:
    return [
        Source(str(path.relative_to(HOME)), path.read_text(encoding="utf-8"))
        for path in sorted(paths)
    ]


@cache
def python_files() -> list[Source]:
    """All our Python except migrations, which are written once and never change."""
    paths = [HOME / "manage.py"]
    for folder in (*ROOMS, *BESIDE, "tests"):
        paths += [path for path in (HOME / folder).rglob("*.py") if "migrations" not in path.parts]
    return _read(paths)


@cache
def migrations() -> list[Source]:
    """The migrations."""
    return _read([path for room in ROOMS for path in (HOME / room).glob("migrations/0*.py")])


@cache
def templates() -> list[Source]:
    """All page templates, the sandbox's own page included."""
    paths = list((HOME / "templates").rglob("*.html"))
    for folder in (*ROOMS, "sandbox"):
        paths += [path for path in (HOME / folder).rglob("*.html") if "templates" in path.parts]
    return _read(paths)


@cache
def scripts() -> list[Source]:
    """Our own JavaScript; vendored files are theirs."""
    paths = [
        path
        for folder in ("static", "sandbox", *ROOMS)
        for path in (HOME / folder).rglob("*.js")
        if "vendor" not in path.parts and not path.name.endswith(".min.js")
    ]
    return _read(paths)


@cache
def pure_modules() -> tuple[str, ...]:
    """Modules that decide without clock, database or chance: named once, in pyproject.toml."""
    contracts = tomllib.loads((HOME / "pyproject.toml").read_text())["tool"]["importlinter"]
    (pure,) = [each for each in contracts["contracts"] if each["id"] == "pure"]
    return tuple(pure["source_modules"])
