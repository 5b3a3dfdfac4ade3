"""Why is it not more? From on hand to available, with the document behind every unit."""

from __future__ import annotations

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from inventory.models import Balance, HoldLine, Reason
from inventory.selectors.explanations import Explanation, Step
from org.scope import Scope

NAMED = 20


def explain(
    *, sku_id: int, warehouse_id: int, grade: str = "ZP", scope: Scope | None = None
) -> Explanation | None:
    """The waterfall of one balance; the largest claims are named, the rest are one figure.

    None when the warehouse is outside the scope or never had the SKU.
    """
    rows = Balance.objects.select_related("sku", "warehouse")
    if scope is not None:
        rows = scope.limit(rows, "warehouse__unit")
    balance = rows.filter(sku_id=sku_id, warehouse_id=warehouse_id, grade=grade).first()
    if balance is None:
        return None
    lines = HoldLine.objects.filter(balance=balance, open__gt=0)
    sums = {
        row["hold__reason_id"]: row["qty"]
        for row in lines.values("hold__reason_id").annotate(qty=Sum("open"))
    }
    reasons = {reason.pk: reason for reason in Reason.objects.filter(id__in=sums)}
    by_reason = sorted(
        ((reasons[pk].code, reasons[pk].label, qty) for pk, qty in sums.items()),
        key=lambda item: -item[2],
    )
    named = (
        lines.values(
            "hold_id", "hold__document", "hold__reason_id", "hold__role", "hold__placed_by"
        )
        .annotate(qty=Sum("open"))
        .order_by("-hold__rank", "-qty", F("hold_id"))[:NAMED]
    )
    steps = tuple(
        Step(
            hold_id=row["hold_id"],
            document=row["hold__document"],
            reason_code=reasons[row["hold__reason_id"]].code,
            reason_label=reasons[row["hold__reason_id"]].label,
            role=row["hold__role"],
            qty=row["qty"],
            placed_by=row["hold__placed_by"],
            frees=_what_frees(row["hold__role"], row["hold_id"], row["hold__document"]),
        )
        for row in named
    )
    return Explanation(
        sku_id=sku_id,
        sku_code=balance.sku.code,
        sku_name=balance.sku.name,
        warehouse_id=warehouse_id,
        warehouse_code=balance.warehouse.code,
        grade=grade,
        on_hand=balance.on_hand,
        held=balance.held,
        available=balance.available,
        by_reason=tuple(by_reason),
        steps=steps,
        unnamed=balance.held - sum(step.qty for step in steps),
    )


def _what_frees(role: str, hold_id: int, document: str) -> str:
    if role == "COMMITMENT":
        return _("Cancel or ship %(document)s") % {"document": document}
    return _("Release H-%(hold)s") % {"hold": hold_id}
