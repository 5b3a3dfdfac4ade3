"""Rules for tests, written and enabled as people do it: one writes, another enables."""

from __future__ import annotations

import itertools
from typing import Any

from django.db import transaction

from freeze_rules.models import Rule
from freeze_rules.services import events, judging, rules
from inventory import selectors as stock
from org.scope import Scope
from tests import given

_count = itertools.count(1)


def draft(**parts: Any) -> rules.RuleDraft:
    """A rule of these parts; a QC freeze of received goods where nothing is said."""
    parameters = parts.pop("parameters", {})
    name = parts.pop("name", f"Rule {next(_count)}")
    priority = parts.pop("priority", 0)
    definition = {"trigger": "goods.received", "scope": "lot", "reason": "QC", **parts}
    return rules.RuleDraft(
        name=name, definition=definition, parameters=parameters, priority=priority
    )


def written(**parts: Any) -> Rule:
    """A rule in DRAFT."""
    with transaction.atomic():
        return rules.create_rule(draft=draft(**parts), person=given.person())


def enabled(**parts: Any) -> Rule:
    """A rule that freezes; `by` are its writer and who enables it."""
    writer, second = parts.pop("by", None) or (given.person(), given.person())
    with transaction.atomic():
        rule = rules.create_rule(draft=draft(**parts), person=writer)
    with transaction.atomic():
        rules.ask(rule_id=rule.pk, person=writer)
    with transaction.atomic():
        return rules.enable(rule_id=rule.pk, person=second)


def shadowed(**parts: Any) -> Rule:
    """A rule that only notes."""
    writer = given.person()
    with transaction.atomic():
        rule = rules.create_rule(draft=draft(**parts), person=writer)
    with transaction.atomic():
        return rules.shadow(rule_id=rule.pk, person=writer)


def happens(kind: str, *, goods: Any = (), **more: Any) -> events.Happening:
    """Tell an event and give it."""
    house = more.pop("warehouse", "WH1")
    happening = events.Happening(
        kind=kind,
        key=more.pop("key", f"{kind}:{next(_count)}"),
        warehouse_id=given.warehouse_id(house) if house else None,
        goods=[goods_of(*each) for each in goods],
        **more,
    )
    with transaction.atomic():
        events.note([happening], told_by="system:test")
    return happening


def goods_of(
    sku: str, qty: int = 0, lot_id: int | None = None, location_id: int | None = None
) -> events.Goods:
    """Goods by SKU code."""
    return events.Goods(sku_id=given.sku(sku), qty=qty, lot_id=lot_id, location_id=location_id)


def judge() -> judging.Judged:
    """Judge what waits."""
    with transaction.atomic():
        return judging.judge_batch()


def tell(kind: str, **more: Any) -> judging.Judged:
    """Tell an event and judge it."""
    happens(kind, **more)
    return judge()


def open_holds(reason: str = "") -> list[stock.HoldView]:
    """Open freezes, of one reason."""
    found = stock.holds(scope=Scope.everything(), limit=200)
    return [each for each in found if reason in ("", each.reason_code)]
