"""A correction as something that may need consent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.models import HoldLine, Warehouse
from inventory.requests import AdjustRequest, Line, Refused
from inventory.selectors.masters import unit_of_warehouse
from inventory.services.correcting.lines import (
    CorrectionLine,
    Measured,
    counted,
    digest_of,
    measure,
)
from inventory.services.correcting.refusals import CorrectionRefused
from inventory.services.verbs import adjust
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.services import record

CODE = "stock.adjust"
SHOWN = 100


def lines_of(payload: Payload) -> list[CorrectionLine]:
    """The lines that a payload holds."""
    return [CorrectionLine.from_json(each) for each in payload["lines"]]


def facts_of(measured: Sequence[Measured], *, warehouse: Warehouse) -> Facts:
    """How large it is, what changes and who would feel it."""
    first = measured[0]
    more = f" +{len(measured) - 1}" if len(measured) > 1 else ""
    net = sum(each.change for each in measured)
    subject = f"{first.sku.code} {first.sku.name}{more} · {warehouse.code} · {net:+,}"
    return Facts(
        subject=subject,
        amount=sum((each.value for each in measured), Decimal(0)),
        qty=sum(abs(each.change) for each in measured),
        changes=tuple(_change(each, warehouse.code) for each in measured[:SHOWN]),
        impact=tuple(_impact(measured, warehouse.pk)),
        links=tuple(_links(first, warehouse.pk)),
    )


def _change(each: Measured, house: str) -> Change:
    where = [house, each.location.code]
    if each.lot is not None:
        where.append(each.lot.code)
    if each.line.grade != "ZP":
        where.append(each.line.grade)
    return Change(
        what=f"{each.sku.code} {each.sku.name}",
        code=each.sku.code,
        where=" · ".join(where),
        before=each.before,
        after=each.after,
        unit_name=each.sku.unit_name,
        url="" if each.cell_id is None else reverse("stock-cell", args=[each.cell_id]),
    )


def _impact(measured: Sequence[Measured], warehouse_id: int) -> list[tuple[str, int | str]]:
    """Net value, what stays to be sold, and how many promised units would be missing."""
    net = sum((each.change * each.sku.unit_cost for each in measured), Decimal(0))
    changes: dict[tuple[int, str, str], int] = defaultdict(int)
    available = {}
    for each in measured:
        key = (each.line.sku_id, each.line.grade, each.line.owner)
        changes[key] += each.change
        available[key] = each.available
    missing = sum(max(0, -(available[key] + change)) for key, change in changes.items())
    found: list[tuple[str, int | str]] = [("net_value", f"{net:+,.2f}")]
    if len(changes) == 1:
        found.append(("available_now", sum(available.values())))
    if missing:
        rows = HoldLine.objects.filter(
            open__gt=0,
            balance__warehouse_id=warehouse_id,
            balance__sku_id__in={key[0] for key in changes},
            hold__role="COMMITMENT",
        )
        found.append(("missing", missing))
        found.append(("orders", rows.values("hold__document").distinct().count()))
    return found


def _links(first: Measured, warehouse_id: int) -> list[tuple[str, str]]:
    explained = reverse("stock-explained", args=[first.sku.pk, warehouse_id, first.line.grade])
    if first.cell_id is None:
        return [("explained", explained)]
    return [
        ("explained", explained),
        ("ledger", f"{reverse('stock-journal')}?cell={first.cell_id}"),
    ]


def summarize(payload: Payload) -> Facts:
    """The facts of a correction now."""
    warehouse = Warehouse.objects.get(pk=payload["warehouse_id"])
    try:
        return facts_of(measure(lines_of(payload), warehouse_id=warehouse.pk), warehouse=warehouse)
    except CorrectionRefused as refused:
        # What can no longer be booked is no longer measured; whoever decides is told why.
        return Facts(subject=f"{warehouse.code}: {refused.code}")


def fingerprint(payload: Payload, lock: bool) -> str:
    """What it would do now."""
    try:
        return digest_of(
            measure(lines_of(payload), warehouse_id=payload["warehouse_id"], lock=lock)
        )
    except CorrectionRefused as refused:
        return f"refused:{refused.code}"


def book(
    lines: Sequence[CorrectionLine], *, warehouse_id: int, key: str, document: str, why: str,
    actor: str,
) -> None:  # fmt: skip
    """Book counted lines, a posting for each location, all of them or none.

    Raises:
        Refused: the ledger says no; the caller's transaction must not be committed then.
    """
    places: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        places[line.location_id].append(
            Line(
                sku_id=line.sku_id, qty=line.qty, lot_id=line.lot_id, grade=line.grade,
                owner=line.owner, serials=line.serials,
            )
        )  # fmt: skip
    outcomes = adjust(
        [
            AdjustRequest(
                key=f"{key}:{location_id}",
                document=document,
                warehouse_id=warehouse_id,
                location_id=location_id,
                counted=tuple(found),
                why=why[:200],
            )
            for location_id, found in sorted(places.items())
        ],
        actor=actor,
    )
    for outcome in outcomes:
        outcome.check()


def _apply(payload: Payload, granted: Granted) -> str:
    """Book what was approved, under the locks that the last look took.

    Raises:
        CannotApply: the ledger or the books say no.
    """
    warehouse_id, document = payload["warehouse_id"], payload["document"] or granted.number
    try:
        measured = measure(lines_of(payload), warehouse_id=warehouse_id, lock=True)
        book(
            counted(measured), warehouse_id=warehouse_id, key=granted.key, document=document,
            why=payload["why"], actor=granted.maker.actor,
        )  # fmt: skip
    except (Refused, CorrectionRefused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    record(
        actor=granted.maker.actor,
        action="stock.corrected",
        subject=document,
        after={
            "approval": granted.number,
            "approved_by": [each.actor for each in granted.deciders],
            "units": sum(abs(each.change) for each in measured),
        },
        unit_id=unit_of_warehouse(warehouse_id),
    )
    return str(document)


KIND = ApprovalKind(
    code=CODE,
    name=_("Correction of stock"),
    permission=roles.STOCK_ADJUST,
    summarize=summarize,
    fingerprint=fingerprint,
    apply=_apply,
    words={
        "before": _("On the books"),
        "after": _("After it"),
        "net_value": _("Net value at cost"),
        "available_now": _("Available now"),
        "missing": _("Promised units that would be missing"),
        "orders": _("Documents with a claim on these SKUs"),
        "explained": _("Explain the stock"),
        "ledger": _("Ledger of the cell"),
    },
)
