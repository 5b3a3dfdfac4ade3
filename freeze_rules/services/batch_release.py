"""Many freezes that somebody lets go of at once: weighed, shown and agreed to as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from inventory import selectors as stock
from inventory import services as inventory
from org.approving import Change, Facts, Payload
from org.scope import Scope

# Freezes that an approver is shown; the sums count all.
SHOWN = 50


def is_batch(payload: Payload) -> bool:
    """True when a request names several freezes."""
    return "hold_ids" in payload


def holds_in(payload: Payload) -> list[stock.HoldView]:
    """The freezes of a request, as they are now, by id."""
    ids = list(payload["hold_ids"])
    found = stock.holds(scope=Scope.everything(), ids=ids, closed=True, limit=len(ids))
    return sorted(found, key=lambda hold: hold.id)


def facts_of_many(holds: Sequence[stock.HoldView]) -> Facts:
    """How large all of them are together, and what would be for sale again."""
    first = [hold.document for hold in holds[:3]]
    more = [f"+{len(holds) - 3}"] if len(holds) > 3 else []
    units = sum(hold.open for hold in holds)
    return Facts(
        subject=" · ".join([*first, *more, f"{units:,}"]),
        amount=sum((hold.cost for hold in holds), Decimal(0)).quantize(Decimal("0.01")),
        qty=units,
        traits=("SAFETY",) if any(hold.is_safety for hold in holds) else (),
        changes=tuple(
            Change(
                what=f"{hold.sku_code} {hold.sku_name}".strip() or hold.document,
                where=hold.warehouse_code, code=hold.sku_code, before=hold.open, after=0,
                url=reverse("hold", args=[hold.id]),
            )
            for hold in holds[:SHOWN]
        ),
        impact=(("freezes", len(holds)),),
    )  # fmt: skip


def fingerprint(payload: Payload, lock: bool) -> str:
    """The same freezes, open as they were shown."""
    if lock:
        inventory.keep_still(hold_ids=list(payload["hold_ids"]))
    said = [
        [hold.id, hold.closed_at is not None, hold.reason_code, hold.is_safety, hold.open]
        for hold in holds_in(payload)
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def key_of(holds: Sequence[stock.HoldView]) -> str:
    """The same freezes with the same units are asked for once."""
    said = json.dumps([[hold.id, hold.open] for hold in holds])
    return f"many:{hashlib.sha256(said.encode()).hexdigest()[:32]}"
