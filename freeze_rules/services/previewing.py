"""What a rule would freeze on present stock, before it runs. Writes nothing.

A rule that searches is asked as it is. Of one that hears events nobody knows which goods the next
one names: it is shown at most, as if such an event came for all goods that its condition can meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules import conditions
from freeze_rules.models import Rule
from freeze_rules.selectors.replaying import as_live, of_goods
from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from freeze_rules.selectors.weighing import weigh
from freeze_rules.services import laying, limits, scanning
from freeze_rules.services.effects import Effects, effects
from freeze_rules.services.laying import Laid
from freeze_rules.triggers import TRIGGERS, About
from inventory import selectors as stock
from inventory.selectors import facts as stock_facts
from inventory.selectors import reach
from org.scope import Scope

SENTENCES = {
    "nothing_to_search": _(
        "This rule waits for an event: replay the past to see what it would do."
    ),
}
SHOWN = 50
# Claims whose effect on orders, shops and sales is worked out; a page waits for no more.
PLANNED = 50
# Cells that a rule that hears events may reach at most for a page; beyond them it is replayed.
MOST_CELLS = 20_000


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One claim it would lay."""

    sku: str
    lot: str
    warehouse: str
    units: int
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Preview:
    """All it would lay now. `effects` are those of the first `planned` claims.

    `at_most`: as if its event came for everything that it could meet. `events`: how many events
    were supposed to come, where it was asked for some.
    """

    at_most: bool
    events: int
    claims: int
    units: int
    value: Decimal
    skus: int
    warehouses: int
    beyond: str
    rows: list[PreviewRow]
    planned: int
    effects: Effects


def preview(rule: Rule, *, scope: Scope) -> Preview | None:
    """What the rule, or its waiting change, would freeze now in the scope's warehouses.

    None for a rule that hears events where this says nothing: it takes what its event names, its
    condition asks nothing of goods, or it could reach more than `MOST_CELLS` cells.

    Raises:
        DefinitionWrong, ConditionRefused: it cannot be judged.
    """
    live, now = as_live(rule), timezone.now()
    definition = live.definition
    node = conditions.parse(definition.condition, rule.parameters)
    at_most = not TRIGGERS[definition.trigger].scanned
    if at_most:
        node = conditions.without_events(node)
        if not _says_something(live, node, scope):
            return None
        live = of_goods(live, node)
    book = RuleBook()
    book.add(live)
    houses = {view.id for view in stock.warehouses(scope=scope)}
    found = [
        each
        for each in scanning.finds(definition, parameters=rule.parameters, condition=node)
        if each.warehouse_id in houses
    ]
    hits = weigh(found, book, now=now).hits
    places = laying.places_of(hits)
    laid = [each for hit in hits for each in laying.claims_of(hit, places, now=now)]
    return told(rule, laid, scope=scope, now=now, at_most=at_most, events=0)


def told(
    rule: Rule, laid: list[Laid], *, scope: Scope, now: datetime, at_most: bool, events: int
) -> Preview:
    """These claims as a preview: their sums, the limit they would break, whom they would hit."""
    taken = limits.estimates(laid)
    broken = limits.beyond(laid, taken, now=now)
    return Preview(
        at_most=at_most,
        events=events,
        claims=len(laid),
        units=sum(each.units for each in taken),
        value=sum((each.value for each in taken), Decimal(0)),
        skus=len({sku for each in taken for sku in each.by_sku}),
        warehouses=len({house for each in taken for house in each.warehouses}),
        beyond=str(broken[rule.pk]) if rule.pk in broken else "",
        rows=rows_of(laid[:SHOWN], taken),
        planned=min(len(laid), PLANNED),
        effects=effects(laid[:PLANNED], scope=scope, now=now),
    )


def _says_something(live: LiveRule, node: conditions.Node, scope: Scope) -> bool:
    """True when goods that lie here tell how far the rule could go."""
    goods = TRIGGERS[live.definition.trigger].about is About.GOODS
    if not goods or live.definition.quantity.kind == "event" or node == conditions.ALWAYS:
        return False
    where, args = conditions.compile_sql(node)
    return stock_facts.found(where, args, scope=scope).cells <= MOST_CELLS


def rows_of(laid: list[Laid], taken: list[limits.Taken]) -> list[PreviewRow]:
    """Claims for people: what each takes."""
    skus = stock.skus({each.scope.sku_id for each in laid if each.scope.sku_id})
    lots = stock.lots({each.scope.lot_id for each in laid if each.scope.lot_id})
    codes = reach.warehouse_codes(
        {each.scope.warehouse_id for each in laid if each.scope.warehouse_id}
    )
    return [
        PreviewRow(
            sku=skus[each.scope.sku_id].code if each.scope.sku_id else "",
            lot=lots[each.scope.lot_id].code if each.scope.lot_id else "",
            warehouse=codes.get(each.scope.warehouse_id or 0, ""),
            units=would.units,
            value=would.value,
        )
        for each, would in zip(laid, taken, strict=False)
    ]
