"""Scrapping free units as something that may need somebody's consent, by a policy of its own.

Frozen units that are scrapped go under the policies about releases (`consent`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import cast

from django.utils.translation import gettext_lazy

from freeze_rules.services import commanded
from freeze_rules.services.freeze_consent import unit_to_ask
from freeze_rules.services.orders import FreezeRefused
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.selectors import scope_of

CODE = "stock.scrap"
SHOWN = 20


def place_of(request: inventory.ScrapRequest) -> tuple[int, int | None]:
    """The unit and the warehouse that the goods lie in."""
    return unit_to_ask(request.warehouse_id), request.warehouse_id


def has_free_units(request: inventory.ScrapRequest) -> bool:
    """True when some of the units are taken from no freeze."""
    return any(line.hold_id is None for line in request.lines)


def _request(payload: Payload) -> inventory.ScrapRequest:
    return cast("inventory.ScrapRequest", commanded.request_in(payload))


def summarize(payload: Payload) -> Facts:
    """Units, their value at cost, and how many of each SKU would be left to sell."""
    request = _request(payload)
    lost: Counter[int] = Counter()
    for line in request.lines:
        if line.hold_id is None:
            lost[line.sku_id] += line.qty
    house = request.warehouse_id
    free = stock.available(sku_ids=set(lost), warehouse_ids={house}, kits=False)
    size = commanded.size_of(lost, document=request.document)
    done = "scrapped" if request.to == "SCRAPPED" else "sent_back"
    return Facts(
        subject=size.subject,
        amount=size.amount,
        qty=size.units,
        changes=tuple(
            Change(
                what=size.names[sku], code=size.codes[sku], before=free.get((house, sku), 0),
                after=free.get((house, sku), 0) - lost[sku],
            )
            for sku in sorted(lost)[:SHOWN]
        ),
        impact=((done, size.units), ("why", request.why)),
    )  # fmt: skip


def _fingerprint(payload: Payload, lock: bool) -> str:
    """The same goods out of the same cells, as long as the ledger would take them from there.

    The cells are locked by the ledger when it is done; it refuses what is not there any more.
    """
    refusal = commanded.plan_of(payload).refusal
    said = [_request(payload).fingerprint(), refusal.code if refusal is not None else ""]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Scrap them in the name of whoever asked.

    Raises:
        CannotApply: not_allowed, unknown_warehouse, and what the ledger refuses.
    """
    request = _request(payload)
    try:
        if not granted.maker.may(roles.STOCK_SCRAP):
            raise FreezeRefused("not_allowed")
        scope = scope_of(granted.maker, permission=roles.STOCK_SCRAP)
        if not stock.warehouses(scope=scope, ids=[request.warehouse_id]):
            raise FreezeRefused("unknown_warehouse")
        return commanded.carry_out(
            payload, granted=granted, action="stock.scrapped", told="units",
            # All that goes, the frozen units too: consent was asked for the free ones only.
            units=sum(line.qty for line in request.lines),
        )  # fmt: skip
    except (FreezeRefused, inventory.Refused) as wrong:
        raise CannotApply(wrong.code, str(wrong)) from wrong


KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Scrapping of stock"),
    permission=roles.STOCK_SCRAP,
    summarize=summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    words={
        "before": gettext_lazy("Sellable now"),
        "after": gettext_lazy("Sellable afterwards"),
        "scrapped": gettext_lazy("Units scrapped"),
        "sent_back": gettext_lazy("Units sent back to the supplier"),
        "why": gettext_lazy("Reason"),
    },
)
