"""Step: does the platform allow us to ship? Pure."""

from __future__ import annotations

from oms import drafts
from oms.codes import PLATFORM_HOLD, REFUND_REQUESTED, SHIPPED_OUTSIDE
from oms.facts import Finding, OrderFacts


def check(order: OrderFacts) -> list[Finding]:
    """A paid order goes out, unless the platform holds it, says that somebody shipped it already,
    or the buyer wants the money back."""
    if order.platform_state == drafts.HOLD:
        return [Finding(PLATFORM_HOLD, "state")]
    if order.platform_state in (drafts.PARTIALLY_SHIPPED, drafts.SHIPPED, drafts.COMPLETED):
        return [Finding(SHIPPED_OUTSIDE, "state", {"told": order.platform_state})]
    return [
        Finding(REFUND_REQUESTED, f"lines[{line.position}].refund")
        for line in order.lines
        if line.counts and line.refund == drafts.REFUND_REQUESTED
    ]
