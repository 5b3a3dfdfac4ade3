"""A person has a rule applied to goods or a place: what it would do is shown, then it is done.

The event that a person tells so is for this one rule, and is judged at once.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.models import Event, Outcome, Rule, RuleState, Verdict
from freeze_rules.selectors.rulebook import live_rules
from freeze_rules.selectors.weighing import FOR_RULE, Heard, Hit, Item, weigh
from freeze_rules.services import events, judging, laying, limits
from freeze_rules.services.previewing import PreviewRow, rows_of
from freeze_rules.services.reports.naming import Named
from inventory import selectors as stock
from inventory.selectors import scope_units
from inventory.selectors.scope_units import ScopeOf
from org import roles
from org import services as org
from org.coded import CodedRefusal
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of

KIND = "person.asked"
# Cells of one place that a person may have judged at once.
MOST_CELLS = 2_000
SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_rule": _("There is no such rule: one that runs and that a person may apply."),
    "goods_missing": _("Name the goods or the place to which the rule is applied."),
    "too_many": _("More than 2,000 cells lie there: name the goods as well."),
    "reason_missing": _("Say why."),
    "not_met": _("The rule's condition does not hold for these goods: it freezes nothing."),
    "world_moved": _("Meanwhile it would do something else: look at it again."),
}


class ApplyRefused(CodedRefusal):
    """Nothing was done. `code` is stable, the text is for people."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class Wish:
    """To what a rule is applied and why; without units all that lies there is meant."""

    what: Named
    qty: int | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a rule would freeze; `beyond` says which of its limits would stop it.

    `seen` goes into `apply`, which then does exactly this or nothing.
    """

    seen: str
    met: bool
    units: int
    value: Decimal
    beyond: str
    rows: list[PreviewRow]


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of it: the event, the freezes, and why others are not there."""

    event: str
    holds: list[int]
    units: int
    stopped: bool
    refused: list[str]


def preview(*, rule_id: int, wish: Wish, person: Person) -> Shown:
    """What the rule would do to these goods now. Nothing is written.

    Raises:
        ApplyRefused: not_allowed, unknown_rule, goods_missing, too_many.
    """
    rule = _rule(rule_id)
    hits = weigh([_heard(rule, wish, person)], live_rules(only=rule.pk)).hits
    return _shown(rule, hits)


def apply(*, rule_id: int, wish: Wish, person: Person, key: str, seen: str = "") -> Applied:
    """Tell the rule so and have it judged at once. Joins the caller's transaction.

    The same key does it once.

    Args:
        seen: of the preview that was shown; without one whatever it does now.

    Raises:
        ApplyRefused: as `preview`, and reason_missing, not_met, world_moved.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not wish.why.strip():
        raise ApplyRefused("reason_missing")
    rule = _rule(rule_id)
    name = f"{KIND}:{person.pk}:{key}"[:120]
    known = Event.objects.filter(key=name).first()
    if known is not None:
        return _applied(known)
    told = _heard(rule, wish, person)
    shown = _shown(rule, weigh([told], live_rules(only=rule.pk)).hits)
    if not shown.met:
        raise ApplyRefused("not_met")
    if seen not in ("", shown.seen):
        raise ApplyRefused("world_moved")
    events.note(
        [
            events.Happening(
                kind=KIND, key=name, warehouse_id=told.warehouse_id, facts=told.facts,
                goods=[
                    events.Goods(
                        sku_id=item.sku_id, qty=item.qty, lot_id=item.lot_id,
                        location_id=item.location_id, grade=item.grade,
                    )
                    for item in told.items
                ],
            )
        ],
        told_by=person.actor,
    )  # fmt: skip
    event = Event.objects.get(key=name)
    judging.judge_batch(only=event.pk)
    done = _applied(event)
    org.record(
        actor=person.actor, action="rule.applied", subject=rule.number,
        after={"event": str(event), "units": done.units, "holds": done.holds,
               "why": wish.why.strip()[:400]},
        unit_id=stock.unit_of_warehouse(told.warehouse_id),
    )  # fmt: skip
    return done


def _rule(rule_id: int) -> Rule:
    rule = (
        Rule.objects.select_related("version")
        .filter(pk=rule_id, trigger=KIND, state=RuleState.ENABLED)
        .first()
    )
    if rule is None:
        raise ApplyRefused("unknown_rule")
    return rule


def _heard(rule: Rule, wish: Wish, person: Person) -> Heard:
    what = wish.what
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    if not person.may(roles.STOCK_HOLD) or what.warehouse_id is None:
        raise ApplyRefused("not_allowed")
    if not stock.warehouses(scope=scope, ids=[what.warehouse_id]):
        raise ApplyRefused("not_allowed")
    facts: dict[str, Any] = {
        FOR_RULE: rule.pk, "event.person": person.username,
        **({"event.reason": wish.why.strip()[:200]} if wish.why.strip() else {}),
        **({"location_id": what.location_id} if what.location_id else {}),
        **({"zone_id": what.zone_id} if what.zone_id else {}),
    }  # fmt: skip
    return Heard(
        id=None, kind=KIND, key="preview", document="", warehouse_id=what.warehouse_id,
        occurred_at=timezone.now(), facts=facts, items=_items(wish),
    )  # fmt: skip


def _items(wish: Wish) -> tuple[Item, ...]:
    """The goods that are named, or the cells of a place."""
    what = wish.what
    if what.sku_id is not None:
        scope = ScopeOf(
            warehouse_id=what.warehouse_id, location_id=what.location_id, sku_id=what.sku_id,
            lot_id=what.lot_id,
        )  # fmt: skip
        [there] = scope_units.units_under([scope])
        return (
            Item(
                sku_id=what.sku_id, qty=there.units if wish.qty is None else wish.qty,
                lot_id=what.lot_id, location_id=what.location_id,
                warehouse_id=what.warehouse_id, grade="ZP",
            ),
        )  # fmt: skip
    if what.location_id is None:
        raise ApplyRefused("goods_missing")
    cells = stock.cells(scope=Scope.everything(), location_id=what.location_id)
    if len(cells) > MOST_CELLS:
        raise ApplyRefused("too_many")
    return tuple(
        Item(
            sku_id=cell.sku_id, qty=cell.on_hand, lot_id=cell.lot_id,
            location_id=what.location_id, warehouse_id=what.warehouse_id, grade=cell.grade,
        )
        for cell in cells
        if cell.on_hand > 0
    )  # fmt: skip


def _shown(rule: Rule, hits: list[Hit]) -> Shown:
    now = timezone.now()
    places = laying.places_of(hits)
    laid = [each for hit in hits for each in laying.claims_of(hit, places, now=now)]
    taken = limits.estimates(laid)
    broken = limits.beyond(laid, taken, now=now)
    rows = rows_of(laid, taken)
    told = [[row.sku, row.lot, row.warehouse, row.units] for row in rows]
    seen = hashlib.sha256(json.dumps([rule.version_id, rule.parameters, told]).encode())
    return Shown(
        seen=seen.hexdigest()[:40],
        met=bool(laid),
        units=sum(each.units for each in taken),
        value=sum((each.value for each in taken), Decimal(0)),
        beyond=str(broken[rule.pk]) if rule.pk in broken else "",
        rows=rows,
    )


def _applied(event: Event) -> Applied:
    rows = list(Verdict.objects.filter(event=event).order_by("id"))
    frozen = [row for row in rows if row.outcome == Outcome.FROZEN]
    return Applied(
        event=str(event),
        holds=[row.hold_id for row in frozen if row.hold_id is not None],
        units=sum(row.qty for row in frozen),
        stopped=any(row.outcome == Outcome.STOPPED for row in rows),
        refused=[row.code for row in rows if row.outcome == Outcome.REFUSED],
    )
