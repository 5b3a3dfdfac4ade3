"""Step: do we know every item that was sold? Pure."""

from __future__ import annotations

from oms.facts import Finding, OrderFacts


def check(order: OrderFacts) -> list[Finding]:
    """Every line that counts names one of our SKUs."""
    return [
        Finding(
            "unmapped_sku",
            f"lines[{line.position}].sku",
            {"outer_code": line.outer_code, "platform_sku_id": line.platform_sku_id,
             "title": line.title},
        )
        for line in order.lines
        if line.counts and line.sku_id is None
    ]  # fmt: skip
