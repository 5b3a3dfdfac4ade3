"""What can go wrong with an order: each code with its class, deadline and ready actions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What a person may do about an exception.
RETRY = "retry"  # look again now
ACCEPT = "accept"  # it is all right as it is
MAP = "map"  # say which SKU is meant
INTERCEPT = "intercept"  # ask the carrier to bring it back
RECALL = "recall"  # take it back from the floor and look for another warehouse
CLOSE = "close"  # dealt with outside


@dataclass(frozen=True, slots=True)
class Policy:
    """How an exception of one code is treated.

    `blocks`: the order does not move on. `retryable`: the machine tries again by itself.
    `within`: a person should have dealt with it by then.
    """

    label: str | Promise
    actions: tuple[str, ...]
    blocks: bool = True
    retryable: bool = False
    within: timedelta = timedelta(hours=4)


OUT_OF_STOCK = "out_of_stock"
UNMAPPED_SKU = "unmapped_sku"
INTERNAL = "internal"
PLATFORM_HOLD = "platform_hold"
CANCELLED_AFTER_SHIPPING = "cancelled_after_shipping"
REFUNDED_AFTER_SHIPPING = "refunded_after_shipping"
CHANGED_AFTER_SHIPPING = "changed_after_shipping"
SHIPPED_OUTSIDE = "shipped_outside"
REVIVED_AFTER_CANCEL = "revived_after_cancel"
SHIPPED_IN_PART = "shipped_in_part"
REFUND_REQUESTED = "refund_requested"
FLOOR_SHORT = "floor_short"

_JUDGE = (RETRY, ACCEPT)
_BACK = (INTERCEPT, CLOSE)

POLICIES = {
    OUT_OF_STOCK: Policy(_("Out of stock"), (RETRY,), retryable=True, within=timedelta(hours=24)),
    UNMAPPED_SKU: Policy(_("Unknown item"), (MAP, RETRY)),
    INTERNAL: Policy(_("Unexpected error"), (RETRY,), retryable=True, within=timedelta(hours=1)),
    PLATFORM_HOLD: Policy(
        _("The platform forbids shipping"), (RETRY, ACCEPT), within=timedelta(hours=24)
    ),
    REFUND_REQUESTED: Policy(_("The buyer wants a refund"), _JUDGE, within=timedelta(hours=24)),
    CANCELLED_AFTER_SHIPPING: Policy(
        _("Cancelled after shipping"), _BACK, blocks=False, within=timedelta(hours=1)
    ),
    REFUNDED_AFTER_SHIPPING: Policy(
        _("Refunded after shipping"), _BACK, blocks=False, within=timedelta(hours=1)
    ),
    CHANGED_AFTER_SHIPPING: Policy(_("Changed after shipping"), _BACK, blocks=False),
    # Accepting it would send the goods a second time; closing ends the order.
    SHIPPED_OUTSIDE: Policy(_("The platform says it was shipped, we did not"), (RETRY, CLOSE)),
    REVIVED_AFTER_CANCEL: Policy(_("Alive again after it was cancelled"), (CLOSE,)),
    SHIPPED_IN_PART: Policy(_("Only a part has left"), (CLOSE,), blocks=False),
    FLOOR_SHORT: Policy(_("The shelf does not give it"), (RECALL, CLOSE), blocks=False),
    "missing_lines": Policy(_("No lines"), (RETRY,)),
    "bad_quantity": Policy(_("Impossible quantity"), (RETRY,)),
    "duplicate_line": Policy(_("The same line twice"), _JUDGE),
    "missing_receiver": Policy(_("Receiver is incomplete"), (RETRY, ACCEPT)),
    "masked_receiver": Policy(_("Receiver is masked"), (RETRY, ACCEPT)),
    "odd_text": Policy(_("Characters that labels cannot print"), _JUDGE),
    "odd_note": Policy(_("Odd characters in a note"), (CLOSE,), blocks=False),
    "amounts_differ": Policy(_("Amounts do not add up"), _JUDGE),
    "bad_amount": Policy(_("Impossible amount"), _JUDGE),
    "text_too_long": Policy(_("Text was cut"), (CLOSE,), blocks=False),
    "unknown_state": Policy(_("Unknown state at the platform"), _JUDGE),
}
# Found once, when it happened: neither a newer version nor the end of the order clears them.
LASTING = (
    CANCELLED_AFTER_SHIPPING,
    REFUNDED_AFTER_SHIPPING,
    CHANGED_AFTER_SHIPPING,
    REVIVED_AFTER_CANCEL,
)
# Codes that connectors invent: a person looks, and may say that it is all right.
_FROM_OUTSIDE = Policy(_("The platform's data is odd"), _JUDGE)


def policy(code: str) -> Policy:
    """How to treat this code."""
    return POLICIES.get(code, _FROM_OUTSIDE)


# Seconds before the machine tries again, by attempts so far; then every half hour.
BACK_OFF_S = (5, 15, 60, 300, 900)
LONGEST_BACK_OFF_S = 1800


def back_off(attempts: int) -> timedelta:
    """How long to wait after this many attempts (1 for the first)."""
    if attempts <= len(BACK_OFF_S):
        return timedelta(seconds=BACK_OFF_S[max(attempts, 1) - 1])
    return timedelta(seconds=LONGEST_BACK_OFF_S)
