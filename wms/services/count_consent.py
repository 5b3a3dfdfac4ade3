"""The difference that a count found as something that may need somebody's consent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import scope_units
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.models import Person
from org.selectors.approvals import pending_under
from org.services import approvals
from wms.models import CountLine, CountSheet, CountState
from wms.refusals import FloorRefused
from wms.services import count_booking

CODE = "stock.count"
SHOWN = 100


def facts_of(sheet: CountSheet, lines: Sequence[CountLine]) -> Facts:
    """What was counted, what the books say, and what the difference is worth."""
    differing = [line for line in lines if line.counted != (line.expected or 0)]
    ids = {line.sku_id for line in differing}
    skus, costs = stock.skus(sorted(ids)), scope_units.costs_of(ids)
    lots = stock.lots({line.lot_id for line in differing if line.lot_id is not None})
    gaps = [line.counted - (line.expected or 0) for line in differing]
    place = f"{sheet.warehouse.code} · {sheet.location.code}"
    changes = []
    for line in differing[:SHOWN]:
        sku = skus[line.sku_id]
        where = [place]
        if line.lot_id is not None:
            where.append(lots[line.lot_id].code)
        if line.grade != "ZP":
            where.append(line.grade)
        changes.append(
            Change(
                what=f"{sku.code} {sku.name}", code=sku.code, where=" · ".join(where),
                before=line.expected or 0, after=line.counted, unit_name=sku.unit_name,
            )
        )  # fmt: skip
    values = [gap * costs[line.sku_id] for gap, line in zip(gaps, differing, strict=True)]
    goods = [f"{skus[line.sku_id].code} {skus[line.sku_id].name}" for line in differing[:1]]
    if len(differing) > 1:
        goods = [f"{goods[0]} +{len(differing) - 1}"]
    return Facts(
        subject=" · ".join([sheet.number, *goods, place, f"{sum(gaps):+,}"]),
        amount=sum(map(abs, values), Decimal(0)),
        qty=sum(map(abs, gaps)),
        changes=tuple(changes),
        impact=(("net_value", f"{sum(values, Decimal(0)):+,.2f}"), ("counter", str(sheet.counter))),
        links=(("counts", reverse("counts")),),
    )


def needed_for(
    sheet: CountSheet, lines: Sequence[CountLine], *, person: Person
) -> approvals.Needed | None:
    """Whose consent booking the difference needs; None when nobody's."""
    if all(line.counted == (line.expected or 0) for line in lines):
        return None
    return approvals.needed(
        kind=CODE, facts=facts_of(sheet, lines), unit_id=sheet.warehouse.unit_id,
        warehouse_id=sheet.warehouse_id, person=person,
    )  # fmt: skip


def ask(sheet: CountSheet, needed: approvals.Needed, *, person: Person) -> int:
    """Ask for consent to a count that is handed in; gives the request's id.

    Joins the caller's transaction.

    Raises:
        approvals.ApprovalRefused: nobody_to_ask.
    """
    before = approvals.request_of(sheet.number) or 0
    return approvals.ask(
        kind=CODE,
        payload={"sheet": sheet.pk},
        unit_id=sheet.warehouse.unit_id,
        warehouse_id=sheet.warehouse_id,
        person=person,
        key=f"count:{sheet.number}:{before}",
        document=sheet.number,
        policy=needed.policy,
    ).pk


def pending(sheet: CountSheet) -> str:
    """The number of the request under which it waits for consent; empty when it does not."""
    found = pending_under([sheet.number]).get(sheet.number)
    return "" if found is None else f"AP-{found}"


def _sheet(payload: Payload, *, lock: bool = False) -> CountSheet:
    rows = CountSheet.objects.select_related("warehouse", "location", "counter")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=payload["sheet"])


def _summarize(payload: Payload) -> Facts:
    sheet = _sheet(payload)
    return facts_of(sheet, list(sheet.lines.order_by("pk")))


def _fingerprint(payload: Payload, lock: bool) -> str:
    """The count still waits, and the place is as the books had it when it was handed in."""
    sheet = _sheet(payload, lock=lock)
    lines = list(sheet.lines.order_by("pk"))
    if lock:
        inventory.keep_goods_still(
            warehouse_id=sheet.warehouse_id, sku_ids={line.sku_id for line in lines}
        )
    said = [
        sheet.pk,
        sheet.state == CountState.HANDED_IN,
        [[line.pk, line.counted, line.expected, line.serials] for line in lines],
        count_booking.moved(sheet, lines),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Book what was counted, in the name of whoever asked.

    Raises:
        CannotApply: unknown_count, count_moved, and what the ledger refuses.
    """
    sheet = _sheet(payload, lock=True)
    before = str(sheet.state)
    try:
        if before != CountState.HANDED_IN:
            raise FloorRefused("unknown_count", number=sheet.number)
        lines = list(sheet.lines.all())
        count_booking.must_not_have_moved(sheet, lines)
        count_booking.book(sheet, lines, granted.maker.actor)
    except (FloorRefused, inventory.Refused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    sheet.book()
    count_booking.close(sheet, before, granted.maker.actor)
    return sheet.number


KIND = ApprovalKind(
    code=CODE,
    name=_("Difference of a count"),
    permission=roles.FLOOR_PICK,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    words={
        "before": _("On the books"),
        "after": _("Counted"),
        "net_value": _("Value of the difference"),
        "counter": _("Counted by"),
        "counts": _("Counts"),
    },
)
