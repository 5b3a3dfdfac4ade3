"""The routes of freeze rules."""

from __future__ import annotations

from typing import Any

from org import roles
from tests.freeze_rules import writing
from tests.pages.routes import Route


def _rule() -> list[Any]:
    return [writing.written().pk]


def _step() -> list[Any]:
    return [writing.written().pk, "ask"]


def _verdict() -> list[Any]:
    return [writing.written().pk, 1]


RULE_ROUTES: dict[str, Route] = {
    "freeze-rules": Route(roles.RULES_VIEW),
    "freeze-rule": Route(roles.RULES_VIEW, _rule),
    "rule-act": Route(roles.RULES_EDIT, _step, is_page=False, also=roles.RULES_ENABLE),
    "rule-tune": Route(roles.RULES_EDIT, _rule, is_page=False),
    "rule-verdict": Route(roles.RULES_EDIT, _verdict, is_page=False),
}
