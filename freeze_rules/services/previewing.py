"""What a searching rule would freeze on present stock, before it runs. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.definition import read
from freeze_rules.models import Rule
from freeze_rules.selectors.replaying import book_of
from freeze_rules.selectors.weighing import weigh
from freeze_rules.services import laying, limits, scanning
from freeze_rules.services.effects import Effects, effects
from freeze_rules.services.laying import Laid
from inventory import selectors as stock
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
    """All it would lay now. `effects` are those of the first `planned` claims."""

    claims: int
    units: int
    value: Decimal
    skus: int
    warehouses: int
    beyond: str
    rows: list[PreviewRow]
    planned: int
    effects: Effects


def preview(rule: Rule, *, scope: Scope) -> Preview:
    """What the rule, or its waiting change, would freeze now in the scope's warehouses.

    Raises:
        DefinitionWrong, ConditionRefused: it cannot be judged.
    """
    version = rule.next_version or rule.version
    assert version is not None, "A rule that is shown has a version."
    now, book = timezone.now(), book_of(rule)
    houses = {view.id for view in stock.warehouses(scope=scope)}
    found = [
        each
        for each in scanning.finds(read(version.definition), parameters=rule.parameters)
        if each.warehouse_id in houses
    ]
    hits = weigh(found, book, now=now).hits
    places = laying.places_of(hits)
    laid = [each for hit in hits for each in laying.claims_of(hit, places, now=now)]
    taken = limits.estimates(laid)
    broken = limits.beyond(laid, taken, now=now)
    return Preview(
        claims=len(laid),
        units=sum(units for units, _worth in taken),
        value=sum((value for _taken, value in taken), Decimal(0)),
        skus=len({each.scope.sku_id for each in laid}),
        warehouses=len({each.scope.warehouse_id for each in laid}),
        beyond=str(broken[rule.pk]) if rule.pk in broken else "",
        rows=_rows(laid[:SHOWN], taken),
        planned=min(len(laid), PLANNED),
        effects=effects(laid[:PLANNED], scope=scope, now=now),
    )


def _rows(laid: list[Laid], taken: list[tuple[int, Decimal]]) -> list[PreviewRow]:
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
            units=units,
            value=value,
        )
        for each, (units, value) in zip(laid, taken, strict=False)
    ]
