"""What an approval keeps of a decision about one freeze: how large it is, and what would be done.

Units that stay in the books are let go of (`stock.unfreeze`); those that leave them, scrapped or
sent back, are a loss by their value, under the policies that free units have too (`stock.scrap`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse

from freeze_rules.services import disposing
from freeze_rules.services.disposal_lines import REWORK, Disposal, Way
from freeze_rules.services.orders import FreezeRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import reach
from inventory.selectors.places import grades
from org import roles
from org.approving import Change, Facts, Granted, Payload
from org.callers import Caller, SignedIn
from org.scope import Scope
from org.selectors import head_office_id

LETS_GO = "stock.unfreeze"
SCRAPS = "stock.scrap"


def kind_of(disposal: Disposal | None) -> str:
    """Under which policies the decision is asked for."""
    leaves = disposal is not None and disposal.way in disposing.LEAVES
    return SCRAPS if leaves else LETS_GO


def hold_of(payload: Payload) -> stock.HoldView | None:
    """The freeze that the request is about, open or closed."""
    return found_hold(payload["hold_id"])


def found_hold(hold_id: int) -> stock.HoldView | None:
    """The freeze, wherever it is, open or closed."""
    found = stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)
    return found[0] if found else None


def place_of(hold_ids: Sequence[int]) -> tuple[int, int | None]:
    """The unit and the warehouse that all of these freezes lie in.

    The head office when they lie in several units, no warehouse when they lie in several.
    """
    held = reach.holds(hold_ids=hold_ids, documents=[])
    places = {place for each in held for place in each.places}
    units = {unit for unit, _house in places}
    if any(each.everywhere for each in held) or len(units) != 1:
        return head_office_id(), None
    houses = {house for _unit, house in places}
    return units.pop(), houses.pop() if len(houses) == 1 else None


def facts_of(hold: stock.HoldView, qty: int | None, disposal: Disposal | None = None) -> Facts:
    """How large it is, what it is for and what becomes of the units."""
    units = hold.open if qty is None else min(qty, hold.open)
    amount = hold.cost * units / hold.open if hold.open else Decimal(0)
    places = (hold.warehouse_code, hold.location_code, hold.lot_code)
    where = " · ".join(each for each in places if each)
    goods = f"{hold.sku_code} {hold.sku_name}".strip()
    if hold.more_skus:
        goods = f"{goods} +{hold.more_skus}"
    impact: list[tuple[str, int | str]] = [("reason", hold.reason_label)]
    if hold.review_at is not None:
        impact.append(("review", f"{hold.review_at:%Y-%m-%d}"))
    if hold.note:
        impact.append(("note", hold.note))
    if disposal is not None:
        impact += _becomes(disposal, units)
    return Facts(
        subject=" · ".join(each for each in (hold.document, goods, where, f"{units:,}") if each),
        amount=amount.quantize(Decimal("0.01")),
        qty=units,
        traits=("SAFETY",) if hold.is_safety else (),
        changes=(
            Change(
                what=goods or hold.document, where=where, code=hold.sku_code, before=hold.open,
                after=hold.open - units, url=reverse("hold", args=[hold.id]),
            ),
        ),
        impact=tuple(impact),
        links=(("hold", reverse("hold", args=[hold.id])),),
    )  # fmt: skip


def _becomes(disposal: Disposal, units: int) -> list[tuple[str, int | str]]:
    if disposal.way == Way.REGRADE:
        return [("regraded", units), ("grade", dict(grades()).get(disposal.grade, ""))]
    if disposal.way == Way.REWORK:
        labels = {view.code: view.label for view in stock.reasons(by_hand=False)}
        return [("becomes", labels.get(REWORK, ""))]
    if disposal.way == Way.RETURN:
        to = f"{disposal.supplier} {disposal.paper}".strip()
        return [("sent_back", units), ("supplier", to)]
    return [("scrapped", units)] if disposal.way == Way.SCRAP else []


def disposal_in(payload: Payload) -> Disposal | None:
    """What was decided; None when the units are let go of as they are."""
    kept = payload.get("disposal")
    return None if kept is None else Disposal.of(kept)


def fingerprint(payload: Payload, lock: bool) -> str:
    """All of a freeze is all that was shown; so many units of it stay the same while it lasts."""
    if lock:
        inventory.keep_still(hold_ids=[payload["hold_id"]])
    hold = hold_of(payload)
    if hold is None:
        return "gone"
    qty = payload["qty"]
    said = [hold.id, hold.closed_at is not None, hold.reason_code, hold.is_safety, qty]
    said.append(hold.open if qty is None else hold.open >= qty)
    if "disposal" in payload:
        said.append(sorted(payload["disposal"].items()))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def hold_to_let_go(hold_id: int, by: Caller, disposal: Disposal | None) -> stock.HoldView:
    """The freeze, all of whose goods lie where the caller may release and take them this way.

    Raises:
        FreezeRefused: not_allowed, unknown_hold.
    """
    asked = {roles.STOCK_RELEASE}
    if disposal is not None and disposal.way in disposing.ALSO:
        asked.add(disposing.ALSO[Way(disposal.way)])
    if not all(by.may(each) for each in asked):
        raise FreezeRefused("not_allowed")
    found, held = found_hold(hold_id), reach.holds(hold_ids=[hold_id], documents=[])
    # Goods travel with their freeze: where they lie counts as well as the warehouse it names.
    scopes = [by.scope(each) for each in asked]
    if found is None or not all(held[0].inside(scope) for scope in scopes):
        raise FreezeRefused("unknown_hold")
    return found


def carry_out(hold: stock.HoldView, disposal: Disposal, granted: Granted) -> str:
    """Do what was agreed to, in the name of whoever asked; gives the document of the freeze.

    Raises:
        FreezeRefused: not_allowed, unknown_hold, and as `disposing.carry_out`.
        inventory.Refused: the ledger says no.
    """
    hold_to_let_go(hold.id, SignedIn(granted.maker), disposal)
    return disposing.carry_out(
        hold, disposal, key=granted.key, actor=granted.maker.actor, owner_id=granted.maker.pk,
        approval=granted.number, approved_by=[each.actor for each in granted.deciders],
    ).document  # fmt: skip
