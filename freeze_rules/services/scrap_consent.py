"""What leaves the books as something that may need somebody's consent: scrapped, or sent back.

Free units and frozen ones alike, by their value at cost, under policies of their own: nobody sells
what is destroyed, so the policies about releases have no say.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext_lazy

from freeze_rules.services import commanded, disposal_consent
from freeze_rules.services.freeze_consent import unit_to_ask
from freeze_rules.services.orders import FreezeRefused
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.selectors import scope_of

CODE = disposal_consent.SCRAPS
SHOWN = 20


def place_of(request: inventory.ScrapRequest) -> tuple[int, int | None]:
    """The unit and the warehouse that the goods lie in."""
    return unit_to_ask(request.warehouse_id), request.warehouse_id


def _request(payload: Payload) -> inventory.ScrapRequest:
    return cast("inventory.ScrapRequest", commanded.request_in(payload))


def summarize(payload: Payload) -> Facts:
    """Units, their value at cost, and what would be left to sell and under each freeze."""
    if not commanded.is_command(payload):
        hold = disposal_consent.hold_of(payload)
        if hold is None:
            return Facts(subject=f"H-{payload['hold_id']}")
        disposal = disposal_consent.disposal_in(payload)
        return disposal_consent.facts_of(hold, payload["qty"], disposal)
    request = _request(payload)
    lost: Counter[int] = Counter()
    free: Counter[int] = Counter()
    frozen: Counter[int] = Counter()
    for line in request.lines:
        lost[line.sku_id] += line.qty
        if line.hold_id is None:
            free[line.sku_id] += line.qty
        else:
            frozen[line.hold_id] += line.qty
    size = commanded.size_of(lost, document=request.document)
    freezes = commanded.freezes_in(payload)
    impact: list[tuple[str, int | str]] = [
        ("scrapped" if request.to == "SCRAPPED" else "sent_back", size.units)
    ]
    if frozen:
        impact.append(("frozen", frozen.total()))
    return Facts(
        subject=size.subject,
        amount=size.amount,
        qty=size.units,
        traits=("SAFETY",) if any(hold.is_safety for hold in freezes) else (),
        changes=(*_of_free(request.warehouse_id, free, size), *_of_frozen(freezes, frozen)),
        impact=(*impact, ("why", request.why)),
        links=tuple(("hold", reverse("hold", args=[hold.id])) for hold in freezes[:1]),
    )


def _of_free(house: int, lost: Counter[int], size: commanded.Size) -> list[Change]:
    """What is for sale of each SKU, now and afterwards."""
    there = stock.available(sku_ids=set(lost), warehouse_ids={house}, kits=False)
    return [
        Change(
            what=size.names[sku], code=size.codes[sku], before=there.get((house, sku), 0),
            after=there.get((house, sku), 0) - lost[sku],
        )
        for sku in sorted(lost)[:SHOWN]
    ]  # fmt: skip


def _of_frozen(freezes: Sequence[stock.HoldView], lost: Counter[int]) -> list[Change]:
    """What each freeze holds, now and afterwards."""
    return [
        Change(
            what=f"{hold.sku_code} {hold.sku_name}".strip() or hold.document,
            where=f"{hold.document} · {hold.reason_label}", code=hold.sku_code, before=hold.open,
            after=hold.open - lost[hold.id], url=reverse("hold", args=[hold.id]),
        )
        for hold in freezes[:SHOWN]
    ]  # fmt: skip


def _fingerprint(payload: Payload, lock: bool) -> str:
    """The same goods out of the same cells, as long as the ledger would take them from there.

    The cells are locked by the ledger when it is done; it refuses what is not there any more.
    """
    if not commanded.is_command(payload):
        return disposal_consent.fingerprint(payload, lock)
    refusal = commanded.plan_of(payload).refusal
    said = [_request(payload).fingerprint(), refusal.code if refusal is not None else ""]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Take them out of the books in the name of whoever asked.

    Raises:
        CannotApply: not_allowed, unknown_hold, unknown_warehouse, and what the ledger refuses.
    """
    try:
        if not commanded.is_command(payload):
            return _dispose(payload, granted)
        request = _request(payload)
        if not granted.maker.may(roles.STOCK_SCRAP):
            raise FreezeRefused("not_allowed")
        scope = scope_of(granted.maker, permission=roles.STOCK_SCRAP)
        if not stock.warehouses(scope=scope, ids=[request.warehouse_id]):
            raise FreezeRefused("unknown_warehouse")
        return commanded.carry_out(
            payload, granted=granted, action="stock.scrapped", told="units",
            units=sum(line.qty for line in request.lines),
        )  # fmt: skip
    except (FreezeRefused, inventory.Refused) as wrong:
        raise CannotApply(wrong.code, str(wrong)) from wrong


def _dispose(payload: Payload, granted: Granted) -> str:
    """What was decided on the page of a freeze.

    Raises:
        FreezeRefused: unknown_hold, and as `disposal_consent.carry_out`.
        inventory.Refused: the ledger says no.
    """
    hold, disposal = disposal_consent.hold_of(payload), disposal_consent.disposal_in(payload)
    if hold is None or disposal is None:
        raise FreezeRefused("unknown_hold")
    return disposal_consent.carry_out(hold, disposal, granted)


KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Scrapping of stock"),
    permission=roles.STOCK_SCRAP,
    summarize=summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    words={
        "before": gettext_lazy("Now, for sale or under the freeze"),
        "after": gettext_lazy("Afterwards"),
        "SAFETY": gettext_lazy("Safety freeze"),
        "scrapped": gettext_lazy("Units scrapped"),
        "sent_back": gettext_lazy("Units sent back to the supplier"),
        "supplier": gettext_lazy("Supplier and document"),
        "frozen": gettext_lazy("Of them frozen"),
        "reason": gettext_lazy("Frozen because of"),
        "review": gettext_lazy("Review date"),
        "note": gettext_lazy("Note of the freeze"),
        "hold": gettext_lazy("Page of the freeze"),
        "why": gettext_lazy("Reason"),
    },
)
