"""The routes of freeze rules."""

from __future__ import annotations

from typing import Any

from org import roles
from tests.freeze_rules import writing
from tests.pages.routes import MACHINE, Route


def _rule() -> list[Any]:
    return [writing.written().pk]


def _step() -> list[Any]:
    return [writing.written().pk, "ask"]


def _verdict() -> list[Any]:
    return [writing.written().pk, 1]


RULE_ROUTES: dict[str, Route] = {
    "freeze-rules": Route(roles.RULES_VIEW),
    "rule-board": Route(roles.RULES_VIEW),
    "rule-board-data": Route(MACHINE),
    "rule-board-file": Route(MACHINE),
    "api-rule-board": Route(roles.RULES_VIEW, speaks_json="GET"),
    "freeze-rule": Route(roles.RULES_VIEW, _rule),
    "freeze-rule-new": Route(roles.RULES_EDIT),
    "freeze-rule-edit": Route(roles.RULES_EDIT, _rule),
    "rule-tell": Route(roles.RULES_TELL),
    "rule-apply": Route(roles.STOCK_HOLD),
    "api-rule-apply": Route(roles.STOCK_HOLD, _rule, speaks_json="POST"),
    "api-rule-apply-preview": Route(roles.STOCK_HOLD, _rule, speaks_json="POST"),
    "rules-export": Route(MACHINE),
    "rules-import": Route(roles.RULES_EDIT),
    "rule-test": Route(roles.RULES_EDIT, _rule, is_page=False),
    "rule-test-drop": Route(roles.RULES_EDIT, _verdict, is_page=False),
    "api-rules": Route(roles.RULES_VIEW, speaks_json="GET"),
    "api-rule": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-events": Route(roles.RULES_TELL, speaks_json="POST"),
    "api-rules-file": Route(roles.RULES_VIEW, speaks_json="GET"),
    "api-rule-step": Route(roles.RULES_VIEW, _rule, speaks_json="POST"),
    "api-rule-parameters": Route(roles.RULES_EDIT, _rule, speaks_json="PUT"),
    "api-rule-tests": Route(roles.RULES_EDIT, _rule, speaks_json="POST"),
    "api-rule-verdicts": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-verdict": Route(roles.RULES_EDIT, _verdict, speaks_json="POST"),
    "api-rule-shadow": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-preview": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-review": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-versions": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-version": Route(roles.RULES_VIEW, _verdict, speaks_json="GET"),
    "api-rule-differences": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "api-rule-moves": Route(roles.RULES_VIEW, _rule, speaks_json="GET"),
    "rule-preview": Route(roles.RULES_VIEW, _rule),
    "rule-shadow": Route(roles.RULES_VIEW, _rule),
    "rule-review": Route(roles.RULES_VIEW, _rule),
    "rule-differences": Route(roles.RULES_VIEW, _rule),
    "rule-reviewed": Route(roles.RULES_EDIT, _rule, is_page=False),
    "api-rule-replays": Route(roles.RULES_VIEW, _rule, speaks_json="POST"),
    "rule-preset": Route(roles.RULES_EDIT, lambda: ["leak"], is_page=False),
    "rule-act": Route(roles.RULES_EDIT, _step, is_page=False, also=roles.RULES_ENABLE),
    "rule-tune": Route(roles.RULES_EDIT, _rule, is_page=False),
    "rule-verdict": Route(roles.RULES_EDIT, _verdict, is_page=False),
}
