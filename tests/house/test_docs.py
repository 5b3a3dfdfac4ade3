"""What the pages for people say is true: variables, files and commands exist."""

from __future__ import annotations

import ast
import re

from tests.house.files import HOME, ROOMS, python_files

CALLS = {"os.environ.get", "environment.get", "os.environ.setdefault"}
READERS = {"text", "flag", "number", "words"}
# Told to the programs by the supervisor itself, or by tools of others.
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE", "MAKELEVEL"}


def _variables() -> set[str]:
    """Names that settings, launcher and rooms read from the environment."""
    found = set()
    for source in python_files():
        if source.room not in {*ROOMS, "launch", "bench"}:
            continue
        for node in source.nodes:
            if not isinstance(node, ast.Call) or not node.args:
                continue
            first = node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            call = ast.unparse(node.func)
            if call in CALLS or (call.startswith("env.") and call[4:] in READERS):
                found.add(first.value)
    return found - NOT_FOR_PEOPLE


def test_every_variable_is_on_the_configuration_page() -> None:
    page = (HOME / "docs" / "configuration.md").read_text()
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", page))
    variables = _variables()

    assert len(variables) > 15
    assert variables - told == set()


def test_links_of_our_pages_lead_somewhere() -> None:
    pages = [HOME / "README.md", HOME / "CHANGELOG.md", *(HOME / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(HOME)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(), re.MULTILINE))
    pages = (HOME / "README.md").read_text() + (HOME / "docs" / "architecture.md").read_text()

    assert set(re.findall(r"`make ([a-z]+)", pages)) <= targets
