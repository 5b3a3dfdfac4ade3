"""Step: do the amounts add up? Pure; rules in `oms.drafts.OrderDraft`."""

from __future__ import annotations

from decimal import Decimal

from oms.facts import Finding, OrderFacts

CENT = Decimal("0.01")


def check(order: OrderFacts) -> list[Finding]:
    """Lines, goods and total agree, to the cent per line (shares of a discount are rounded)."""
    found = []
    goods = Decimal(0)
    for line in order.lines:
        if line.told_qty:
            return []  # With an impossible quantity no sum means anything; that is found already.
        goods += line.unit_price * line.qty
        expected = line.unit_price * line.qty - line.discount
        if abs(expected - line.amount) > CENT:
            found.append(_differs(f"lines[{line.position}].amount", expected, line.amount))
    slack = CENT * max(len(order.lines), 1)
    if abs(goods - order.goods_amount) > slack:
        found.append(_differs("goods_amount", goods, order.goods_amount))
    total = order.goods_amount - order.discount + order.freight + order.tax
    if abs(total - order.total) > slack:
        found.append(_differs("total", total, order.total))
    return found


def _differs(field: str, expected: Decimal, told: Decimal) -> Finding:
    return Finding("amounts_differ", field, {"expected": str(expected), "told": str(told)})
