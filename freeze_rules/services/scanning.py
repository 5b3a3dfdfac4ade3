"""Rules on a schedule: their condition is one search over all stock; what it finds is frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from freeze_rules import conditions
from freeze_rules.definition import Definition, Reach, read
from freeze_rules.models import Rule, RuleState, Watch
from freeze_rules.schedules import next_due
from freeze_rules.selectors.rulebook import live_rules
from freeze_rules.selectors.weighing import Heard, Item
from freeze_rules.services import judging, limits
from freeze_rules.tuning import tuned
from inventory.selectors import facts as stock_facts
from inventory.selectors import found_goods
from org.scope import Scope

# Claims laid in one transaction: some tenths of a second under the locks of their balances.
PART = 500


def due_rules() -> list[int]:
    """Scanned rules whose moment has come, each with its next moment set. Joins the transaction."""
    now = timezone.now()
    rules = list(
        Rule.objects.filter(state__in=[RuleState.ENABLED, RuleState.SHADOW], due_at__lte=now)
        .select_related("version")
        .select_for_update(of=("self",))
    )
    for rule in rules:
        said = tuned(rule.version.definition, rule.parameters) if rule.version else {}
        rule.due_at = next_due(str(said.get("cron", "")), now=now)
        rule.save(update_fields=["due_at"])
    return [rule.pk for rule in rules]


def scan_in_parts(*, rule_id: int) -> int:
    """Search the stock for one rule and freeze what it finds, part by part; claims it laid.

    Opens its own transactions, as its parts must be in the books one after another. What is under
    a claim of this rule already is passed over, so a killed worker's search is simply done again,
    and two searches at once freeze everything once.
    """
    with transaction.atomic(durable=True):
        _keep_apart(rule_id)
        rule, definition = _read(rule_id)
        found = [] if definition is None else _search(rule, definition)
        # One part is weighed when it is laid. Of several none may be in the books before all are.
        weighed = (
            len(found) > PART and definition is not None and limits.is_limited(definition.limits)
        )
        if weighed and not judging.within_limits(found, live_rules(only=rule_id)):
            return 0
    laid = 0
    for start in range(0, len(found), PART):
        with transaction.atomic(durable=True):
            part = found[start : start + PART]
            laid += freeze_found(part, rule_id=rule_id, beyond=weighed)
    return laid


def _keep_apart(rule_id: int) -> None:
    """Of two searches for one rule the later waits, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock("
            "hashtextextended(current_schema() || ' search of rule ' || %s, 0))",
            [str(rule_id)],
        )


def freeze_found(found: Sequence[Heard], *, rule_id: int, beyond: bool = False) -> int:
    """Have the rule judge what its search found; claims it laid. Joins the transaction.

    What another search has frozen meanwhile is passed over.

    Args:
        beyond: its limits were looked at before, or somebody allowed it to go beyond them.
    """
    _keep_apart(rule_id)
    book = live_rules(only=rule_id)
    fresh = _named_by_what_closed(_not_covered(found, rule_id), rule_id)
    return judging.carry_out(fresh, book, releases=False, beyond=beyond)[0]


def found_once(*, rule_id: int) -> list[Heard]:
    """Search once; what is to be frozen whatever the limits say. Joins the transaction.

    Of very many finds the first are given: the next search is stopped again, and asks again.
    """
    _keep_apart(rule_id)
    return _named_by_what_closed(search(rule_id=rule_id)[: judging.MOST_KEPT], rule_id)


def search(*, rule_id: int) -> list[Heard]:
    """What the rule's condition finds now that no open claim of the rule covers."""
    rule, definition = _read(rule_id)
    return [] if definition is None else _search(rule, definition)


def _read(rule_id: int) -> tuple[Rule, Definition | None]:
    """The rule and what its version says as it is tuned; None without one. One statement."""
    rule = Rule.objects.select_related("version").get(pk=rule_id)
    if rule.version is None:
        return rule, None
    return rule, read(tuned(rule.version.definition, rule.parameters))


def _search(rule: Rule, definition: Definition) -> list[Heard]:
    return _not_covered(finds(definition, parameters=rule.parameters), rule.pk)


def _not_covered(found: Sequence[Heard], rule_id: int) -> list[Heard]:
    """Without what open claims of the rule were laid for, or have taken over. One statement."""
    open_now = Watch.objects.filter(
        version__rule_id=rule_id, closed_at__isnull=True, hold__closed_at__isnull=True
    ).values_list("document", "warehouse_id", "sku_id", "lot_id", "location_id")
    names, scopes = set(), set()
    for name, *scope in open_now:
        names.add(name)
        scopes.add(tuple(scope))
    return [
        event for event in found
        if event.document not in names
        and not any(
            (item.warehouse_id, item.sku_id, item.lot_id, item.location_id) in scopes
            for item in event.items
        )
    ]  # fmt: skip


def _named_by_what_closed(found: Sequence[Heard], rule_id: int) -> list[Heard]:
    """The key of each find says which claim on it was the last to close. One statement.

    So the same find is frozen once, and once more when it is found after it was let go of.
    """
    skus = {item.sku_id for event in found for item in event.items}
    before = Watch.objects.filter(
        # Wide claims name no SKU.
        Q(sku__in=skus) | Q(sku=None),
        version__rule_id=rule_id,
        document__in={event.document for event in found},
    )
    last = dict(before.values_list("document").annotate(newest=Max("id")))
    return [replace(event, key=f"{event.key}:{last.get(event.document, 0)}") for event in found]


def finds(
    definition: Definition,
    *,
    parameters: Mapping[str, Any],
    condition: conditions.Node | None = None,
) -> list[Heard]:
    """The goods that a scanned rule's condition finds, as events: one a lot or cell.

    Args:
        condition: another one than the rule's.
    """
    tree = definition.condition if condition is None else condition
    where, args = conditions.compile_sql(tree, parameters)
    ids = stock_facts.cells(where, args, scope=Scope.everything())
    by_cell = definition.reach not in (Reach.LOT, Reach.SKU)
    return [
        _as_event(definition.trigger, each) for each in found_goods.gathered(ids, by_cell=by_cell)
    ]


def _as_event(kind: str, found: found_goods.FoundGoods) -> Heard:
    name = f"L{found.lot_id}" if found.lot_id else f"K{found.sku_id}"
    place = f"@{found.location_id}" if found.location_id else ""
    return Heard(
        id=None,
        kind=kind,
        key=f"scan:{name}{place}:w{found.warehouse_id}",
        document=f"{name}{place}w{found.warehouse_id}",
        warehouse_id=found.warehouse_id,
        occurred_at=timezone.now(),
        facts={},
        searched=True,
        items=(
            Item(
                sku_id=found.sku_id,
                qty=found.units,
                lot_id=found.lot_id,
                location_id=found.location_id,
                warehouse_id=found.warehouse_id,
                grade=found.grade or "ZP",
            ),
        ),
    )
