"""Presets taken as people do it: one takes it, another enables it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from freeze_rules.models import Rule
from freeze_rules.services import presets, rules
from tests import given


def taken(code: str, **parameters: Any) -> Rule:
    """A preset that freezes."""
    writer, second = given.person(), given.person()
    with transaction.atomic():
        rule = presets.install(code=code, person=writer, parameters=parameters)
    with transaction.atomic():
        rules.ask(rule_id=rule.pk, person=writer)
    with transaction.atomic():
        return rules.enable(rule_id=rule.pk, person=second)
