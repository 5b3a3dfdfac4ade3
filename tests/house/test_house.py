"""The house rules hold everywhere, and each rule sees what it forbids."""

from __future__ import annotations

import pytest

from tests.house import files
from tests.house.page_rules import PAGE_RULES, SCRIPT_RULES
from tests.house.python_rules import RULES, Rule

ALL_RULES = [(rule, "python") for rule in RULES]
ALL_RULES += [(rule, "template") for rule in PAGE_RULES]
ALL_RULES += [(rule, "script") for rule in SCRIPT_RULES]
READ = {"python": files.python_files, "template": files.templates, "script": files.scripts}
NAMES = [f"{kind}: {rule.name}" for rule, kind in ALL_RULES]


@pytest.mark.parametrize(("rule", "kind"), ALL_RULES, ids=NAMES)
def test_the_rule_holds_everywhere(rule: Rule, kind: str) -> None:
    broken = [f"{source.path}: {each}" for source in READ[kind]() for each in rule.finds(source)]

    if broken:
        pytest.fail(f"{rule.name} ({rule.why}):\n" + "\n".join(broken), pytrace=False)


@pytest.mark.parametrize(("rule", "kind"), ALL_RULES, ids=NAMES)
def test_control_the_rule_sees_a_planted_sample(rule: Rule, kind: str) -> None:
    assert rule.finds(rule.bad) != []
    assert rule.finds(rule.good) == []


def test_sources_are_found_at_all() -> None:
    assert len(files.python_files()) > 50
    assert "inventory/apps.py" in {source.path for source in files.python_files()}
    assert files.templates() != []


def test_migrations_are_named_for_their_intent() -> None:
    unnamed = [source.path for source in files.migrations() if "_auto_" in source.name]

    assert unnamed == []


def test_pure_modules_exist() -> None:
    known = {source.module for source in files.python_files()}

    assert [name for name in files.pure_modules() if name not in known] == []
