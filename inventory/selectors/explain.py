"""Why is it not more? From on hand to available, with the document behind every unit."""

from __future__ import annotations

from inventory.models import Balance, Sku
from inventory.selectors.explain_claims import claims_in_balances, named
from inventory.selectors.explain_covers import covers_over
from inventory.selectors.explain_frees import freed_next, largest_first
from inventory.selectors.explanations import Explanation, SkuExplanation, WarehousePart
from org.scope import Scope


def explain(
    *,
    sku_id: int,
    warehouse_id: int,
    grade: str = "ZP",
    owner: str = "SELF",
    scope: Scope | None = None,
) -> Explanation | None:
    """The waterfall of one balance: the largest claims of each reason are named, the rest counted.

    None when the warehouse is outside the scope or never had the SKU. At most nine statements,
    however many claims there are.
    """
    seen = scope or Scope.everything()
    rows = seen.limit(Balance.objects.select_related("sku", "warehouse"), "warehouse__unit")
    balance = rows.filter(
        sku_id=sku_id, warehouse_id=warehouse_id, grade=grade, owner=owner
    ).first()
    if balance is None:
        return None
    claims = claims_in_balances([balance.pk])
    groups, steps = named(claims)
    on_hand, held, version = claims.balances[balance.pk]
    return Explanation(
        sku_id=sku_id,
        sku_code=balance.sku.code,
        sku_name=balance.sku.name,
        warehouse_id=warehouse_id,
        warehouse_code=balance.warehouse.code,
        grade=grade,
        on_hand=on_hand,
        held=held,
        available=on_hand - held,
        by_reason=largest_first(
            [(group.reason_code, group.reason_label, group.units) for group in groups]
        ),
        steps=steps,
        unnamed=held - sum(step.qty for step in steps),
        balance_id=balance.pk,
        owner=owner,
        version=version,
        groups=groups,
        also_forbids=covers_over(balance_ids=[balance.pk]),
        freed_next=freed_next(
            steps, sku_ids=[sku_id], warehouse_ids=[warehouse_id], grade=grade, scope=seen
        ),
    )


def explain_sku(*, sku_id: int, grade: str = "ZP", scope: Scope) -> SkuExplanation | None:
    """The waterfall of a SKU over all warehouses in the scope, all owners together.

    None when no warehouse in the scope ever had it.
    """
    sku = Sku.objects.filter(pk=sku_id).first()
    rows = scope.limit(Balance.objects.select_related("warehouse"), "warehouse__unit")
    balances = list(rows.filter(sku_id=sku_id, grade=grade).order_by("warehouse__code", "id"))
    if sku is None or not balances:
        return None
    claims = claims_in_balances([row.pk for row in balances])
    groups, steps = named(claims)
    parts = tuple(
        WarehousePart(
            balance_id=row.pk,
            warehouse_id=row.warehouse_id,
            warehouse_code=row.warehouse.code,
            warehouse_name=row.warehouse.name,
            warehouse_kind=row.warehouse.kind,
            grade=row.grade,
            owner=row.owner,
            on_hand=on_hand,
            held=held,
            available=on_hand - held,
        )
        for row in balances
        for on_hand, held, _ in (claims.balances[row.pk],)
    )
    held = sum(part.held for part in parts)
    return SkuExplanation(
        sku_id=sku_id,
        sku_code=sku.code,
        sku_name=sku.name,
        on_hand=sum(part.on_hand for part in parts),
        held=held,
        available=sum(part.available for part in parts),
        parts=parts,
        groups=groups,
        steps=steps,
        unnamed=held - sum(step.qty for step in steps),
        freed_next=freed_next(
            steps,
            sku_ids=[sku_id],
            warehouse_ids={part.warehouse_id for part in parts},
            grade=grade,
            scope=scope,
        ),
    )
