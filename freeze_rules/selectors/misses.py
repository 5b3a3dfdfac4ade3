"""What a rule should have seen and did not: goods that turned out bad though nothing had fired.

Frozen by hand for its reason; or, of goods within its condition, come back defective, failed in an
inspection or reported damaged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules import conditions
from freeze_rules.models import Incident, Inspection, ManualFreeze, Outcome, Rule, Verdict
from freeze_rules.selectors.replaying import as_live, hits, of_goods
from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from freeze_rules.selectors.weighing import Heard, Item
from inventory import selectors as stock
from inventory.selectors import past_arrivals, reach
from inventory.selectors.arrivals import arrivals
from inventory.selectors.past_arrivals import Sought
from org.scope import Scope

WEEK = timedelta(days=7)
# A rule that fired so long before had seen the goods.
SEEN = timedelta(days=90)
MOST = 1_000
SHOWN = 100
BY_HAND, RETURNED, FAILED, DAMAGED = "BY_HAND", "RETURNED", "FAILED", "DAMAGED"
CAUSES = {
    BY_HAND: _("Frozen by hand"),
    RETURNED: _("Came back defective"),
    FAILED: _("Failed the inspection"),
    DAMAGED: _("Reported damaged"),
}
# What a rule hears itself it cannot miss.
HEARS = {
    "return.received": RETURNED,
    "inspection.failed": FAILED,
    "inspection.partial": FAILED,
    "damage.reported": DAMAGED,
}
# A condition that asks nothing of goods covers them all: it is about faults only for these.
OF_QUALITY = frozenset({"QC", "DEFECT", "DAMAGE", "RECALL", "SUPPLIER"})


@dataclass(frozen=True, kw_only=True)
class Miss:
    """Goods that turned out bad although the rule had not fired for them."""

    cause: str
    number: str
    at: datetime
    sku: str
    lot: str
    warehouse: str
    units: int
    note: str

    @property
    def cause_label(self) -> str:
        """How it came to light."""
        return str(CAUSES[self.cause])


def misses(*, rule: Rule, scope: Scope, since: datetime) -> list[Miss]:
    """All of them since then, the newest first; at most a hundred.

    Raises:
        DefinitionWrong, ConditionRefused: the rule cannot be judged.
    """
    version = rule.version
    reason = str(version.definition.get("reason", "")) if version else ""
    found = _by_hand(rule.pk, reason, scope, since)
    found += _turned_out_bad(rule, reason, scope, since)
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def _by_hand(rule_id: int, reason: str, scope: Scope, since: datetime) -> list[Miss]:
    """Freezes by hand for this reason of SKUs that the rule had not met in the week before."""
    fired = Verdict.objects.filter(
        version__rule_id=rule_id,
        sku=OuterRef("sku"),
        at__lte=OuterRef("at"),
        at__gte=OuterRef("at") - WEEK,
    )
    rows = ManualFreeze.objects.filter(reason_code=reason, at__gte=since, sku__isnull=False)
    rows = scope.limit(rows.exclude(Exists(fired)), "warehouse__unit")
    return [
        Miss(
            cause=BY_HAND,
            number=row.number,
            at=row.at,
            sku=row.sku.code if row.sku else "",
            lot=row.lot.code if row.lot else "",
            warehouse=row.warehouse.code if row.warehouse else "",
            units=row.qty or 0,
            note=row.note,
        )
        for row in rows.select_related("sku", "lot", "warehouse").order_by("-at")[:SHOWN]
    ]


def _turned_out_bad(rule: Rule, reason: str, scope: Scope, since: datetime) -> list[Miss]:
    """Goods within the rule's condition that no rule had frozen before they turned out bad."""
    reasons = {view.code: view for view in stock.reasons(by_hand=False)}
    if rule.version is None or reason not in reasons or reasons[reason].role != "FREEZE":
        return []
    # The rule as it runs, not the change that waits.
    live = as_live(Rule(pk=rule.pk, version=rule.version, name=rule.name,
                        parameters=rule.parameters))  # fmt: skip
    node = conditions.without_events(conditions.parse(live.definition.condition, rule.parameters))
    if node == conditions.ALWAYS and reason not in OF_QUALITY:
        return []
    own = HEARS.get(live.definition.trigger)
    told = [
        each
        for cause, read in ((RETURNED, _returned), (FAILED, _failed), (DAMAGED, _damaged))
        if cause != own
        for each in read(live.definition.trigger, scope, since)
    ]
    return _named(_unseen(_inside(told, of_goods(live, node)), rule.pk))


@dataclass(frozen=True, kw_only=True)
class _Bad:
    """Goods that turned out bad, told as if the rule's own event spoke of them."""

    cause: str
    number: str
    note: str
    heard: Heard


def _bad(
    cause: str, *, number: str, note: str, kind: str, at: datetime, item: Item, key: str
) -> _Bad:
    heard = Heard(
        id=None, kind=kind, key=key, document=number, warehouse_id=item.warehouse_id,
        occurred_at=at, facts={}, items=(item,),
    )  # fmt: skip
    return _Bad(cause=cause, number=number, note=note, heard=heard)


def _returned(kind: str, scope: Scope, since: datetime) -> list[_Bad]:
    """What customers brought back that is not good any more."""
    houses = None if scope.is_everything else [each.id for each in stock.warehouses(scope=scope)]
    sought = Sought(
        kinds=("RETURN",), since=since, until=timezone.now(), houses=houses,
        having={"cell.grade": ["CC", "JS", "XS"]},
    )  # fmt: skip
    return [
        _bad(
            RETURNED, number=arrival.document, note="", kind=kind, at=arrival.at,
            key=f"miss:P{arrival.posting_id}:{at}",
            item=Item(
                sku_id=line.sku_id, qty=line.qty, lot_id=line.lot_id, location_id=None,
                warehouse_id=line.warehouse_id, grade="ZP",
            ),
        )
        for arrival in arrivals(past_arrivals.last_of(sought, limit=MOST))
        for at, line in enumerate(arrival.lines)
        if line.grade != "ZP"
    ]  # fmt: skip


def _failed(kind: str, scope: Scope, since: datetime) -> list[_Bad]:
    rows = Inspection.objects.filter(
        result__in=[Inspection.Result.FAILED, Inspection.Result.PARTIAL], decided_at__gte=since
    )
    return [
        _bad(
            FAILED, number=row.number, note=row.note, kind=kind, at=row.decided_at or row.asked_at,
            key=f"miss:{row.number}",
            item=Item(
                sku_id=row.sku_id, qty=row.failed, lot_id=row.lot_id, location_id=None,
                warehouse_id=row.warehouse_id, grade="ZP",
            ),
        )
        for row in scope.limit(rows, "warehouse__unit").order_by("-id")[:MOST]
    ]  # fmt: skip


def _damaged(kind: str, scope: Scope, since: datetime) -> list[_Bad]:
    rows = Incident.objects.filter(kind=Incident.Kind.DAMAGE, at__gte=since, sku__isnull=False)
    return [
        _bad(
            DAMAGED, number=row.number, note=row.note, kind=kind, at=row.at,
            key=f"miss:{row.number}",
            item=Item(
                sku_id=row.sku_id or 0, qty=row.qty, lot_id=row.lot_id,
                location_id=row.location_id, warehouse_id=row.warehouse_id, grade="ZP",
            ),
        )
        for row in scope.limit(rows, "warehouse__unit").order_by("-id")[:MOST]
    ]  # fmt: skip


def _inside(told: Sequence[_Bad], live: LiveRule) -> list[_Bad]:
    """Those that the rule's condition, without what only events tell, is about."""
    book = RuleBook()
    book.add(live)
    met = {hit.event.key for hit in hits([each.heard for each in told], book)}
    return [each for each in told if each.heard.key in met]


def _unseen(told: Sequence[_Bad], rule_id: int) -> list[_Bad]:
    """Those whose SKU and lot no freeze of a rule had met in the time before."""
    items = [each.heard.items[0] for each in told]
    if not items:
        return []
    rows = Verdict.objects.filter(
        sku_id__in={item.sku_id for item in items},
        outcome__in=[Outcome.FROZEN, Outcome.WOULD_FREEZE],
        at__gte=min(each.heard.occurred_at for each in told) - SEEN,
    )
    fired: dict[int, list[tuple[int | None, datetime]]] = {}
    for sku, lot, at, outcome, own in rows.values_list(
        "sku_id", "lot_id", "at", "outcome", "version__rule_id"
    ):
        # Another rule's shadow froze nothing.
        if outcome == Outcome.FROZEN or own == rule_id:
            fired.setdefault(sku or 0, []).append((lot, at))
    return [each for each in told if not _seen(each.heard, fired)]


def _seen(heard: Heard, fired: Mapping[int, Iterable[tuple[int | None, datetime]]]) -> bool:
    item = heard.items[0]
    return any(
        (lot is None or item.lot_id is None or lot == item.lot_id)
        and heard.occurred_at - SEEN <= at <= heard.occurred_at
        for lot, at in fired.get(item.sku_id, ())
    )


def _named(told: Collection[_Bad]) -> list[Miss]:
    items = [each.heard.items[0] for each in told]
    skus = stock.skus({item.sku_id for item in items})
    lots = stock.lots({item.lot_id for item in items if item.lot_id})
    houses = reach.warehouse_codes({item.warehouse_id for item in items if item.warehouse_id})
    return [
        Miss(
            cause=each.cause,
            number=each.number,
            at=each.heard.occurred_at,
            sku=skus[item.sku_id].code,
            lot=lots[item.lot_id].code if item.lot_id else "",
            warehouse=houses.get(item.warehouse_id or 0, ""),
            units=item.qty,
            note=each.note,
        )
        for each, item in zip(told, items, strict=True)
    ]
