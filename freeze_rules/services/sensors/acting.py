"""An excursion that is not forgiven freezes the goods that were there, wherever they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from freeze_rules.measuring import SCALES, dose_written, plain, written
from freeze_rules.models import Excursion, ExposedGoods
from freeze_rules.services.sensors.concerns import concern_of
from freeze_rules.services.sensors.telling import (
    ACTOR,
    RELEASE,
    follow_goods,
    tell_rules,
    wait_for_proof,
)
from freeze_rules.services.sensors.wanderers import doses_for, with_doses
from inventory import services as inventory
from inventory.selectors import exposure
from inventory.selectors.exposure import Exposed
from org import roles
from org import services as org
from org.selectors.notices import people_with
from org.services import notices

# Goods may be moved while they are looked for, and goods on the way meet others: look again.
SOON = timedelta(minutes=1)
# What was shipped may come back.
LATER = timedelta(hours=1)
COMES_BACK_WITHIN = timedelta(days=30)
# On the way the truck is the place: the freeze displaces the transfer's claim and travels on.
WHERE_TO_FREEZE = ("THERE", "MOVED", "STORE", "TRANSIT")
Key = tuple[int, str, int, int | None]


@dataclass(frozen=True)
class Acted:
    """What was done about an excursion; units frozen now, and that left before."""

    number: str
    frozen: int
    shipped: int


def act_on_next(*, now: datetime | None = None) -> Acted | None:
    """Take the next excursion that is due, find its goods, freeze what is not frozen yet.

    Joins the caller's transaction; one excursion each, claimed, so that two may work side by side.
    Safety freezes: they end with a passed inspection or by somebody who may release them.

    Returns:
        What was done; None when nothing is due.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    moment = now or timezone.now()
    excursion = (
        Excursion.objects.filter(chase_at__lte=moment, withdrawn_at__isnull=True)
        .select_related("device__warehouse", "bound", "place__zone", "place__location")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("chase_at", "pk")
        .first()
    )
    if excursion is None:
        return None
    goods = exposure.exposed(
        zone_id=excursion.place.zone_id,
        location_id=excursion.place.location_id,
        since=excursion.started_at,
        until=excursion.ended_at,
        concern=concern_of(excursion.bound),
        cleared=exposure.cleared_cells(excursion.number),
    )
    goods = with_doses(excursion, goods, doses_for(excursion, now=moment))
    if not goods and excursion.breached_at is None and not _has_rows(excursion):
        # Forgiven by itself, and nothing that lay here collected too much elsewhere.
        excursion.chase_at = None
        excursion.save(update_fields=["chase_at"])
        return Acted(excursion.number, 0, 0)
    rows = _kept(excursion, goods)
    follow_goods(rows)
    frozen = _freeze(excursion, rows)
    first = excursion.acted_at is None
    if first:
        excursion.acted_at = moment
    excursion.chase_at = _next_look(excursion, goods, moment, again=first or frozen > 0)
    excursion.save(update_fields=["acted_at", "chase_at"])
    shipped = sum(each.qty for each in goods if each.where == "SHIPPED")
    if first or frozen:
        tell_rules(excursion, rows)
        _tell(excursion, frozen=frozen)
    return Acted(excursion.number, frozen, shipped)


def _has_rows(excursion: Excursion) -> bool:
    return ExposedGoods.objects.filter(excursion=excursion).exists()


def _key_of(each: Exposed) -> Key:
    return (each.cell_id or 0, "" if each.cell_id else each.document, each.sku_id, each.lot_id)


def _kept(excursion: Excursion, goods: Sequence[Exposed]) -> list[ExposedGoods]:
    """The goods as rows: known ones brought up to date, new ones added, vanished ones marked."""
    known = {
        (row.cell_id, row.document if row.where == "SHIPPED" else "", row.sku_id, row.lot_id): row
        for row in ExposedGoods.objects.filter(excursion=excursion)
    }
    rows, new = [], []
    for each in goods:
        row = known.pop(_key_of(each), None)
        if row is None:
            row = ExposedGoods(
                excursion=excursion, sku_id=each.sku_id, lot_id=each.lot_id, grade=each.grade,
                cell_id=each.cell_id or 0,
            )  # fmt: skip
            new.append(row)
        else:
            rows.append(row)
        row.where, row.qty, row.on_hand = each.where, each.qty, each.on_hand
        row.warehouse_id, row.location_id = each.warehouse_id, each.location_id
        row.document, row.left_at = each.document, each.left_at
        row.dose = each.dose
    for row in known.values():
        if row.where != "SHIPPED":
            row.where, row.on_hand = "GONE", 0
        else:
            # All of it came back: what lies in a cell again is a row of its own.
            row.qty = 0
        rows.append(row)
    ExposedGoods.objects.bulk_update(
        rows, ["where", "qty", "on_hand", "warehouse", "location", "document", "left_at", "dose"]
    )
    return [*rows, *ExposedGoods.objects.bulk_create(new)]


def _freeze(excursion: Excursion, rows: Sequence[ExposedGoods]) -> int:
    """Freeze whole cells: exposed and clean units of one lot cannot be told apart."""
    due = [row for row in rows if row.hold_id is None and row.where in WHERE_TO_FREEZE]
    if not due:
        return 0
    requests = [
        inventory.HoldRequest(
            key=f"{excursion.number}:{row.cell_id}",
            document=excursion.number,
            warehouse_id=row.warehouse_id,
            location_id=row.location_id,
            grade=row.grade,
            lines=(inventory.Line(sku_id=row.sku_id, qty=0, lot_id=row.lot_id, grade=row.grade),),
            blanket=True,
            reason=SCALES[excursion.bound.measure].reason,
            policy=inventory.Policy.DISPLACE,
            note=_note(excursion, row),
            rule_version=excursion.number,
            release_condition=dict(RELEASE),
        )
        for row in due
    ]
    frozen = 0
    laid = []
    for row, outcome in zip(due, inventory.hold(requests, actor=ACTOR), strict=True):
        # Nothing lies there any more: the next look finds where it went.
        if outcome.refusal is None and outcome.hold_id is not None:
            row.hold_id = outcome.hold_id
            laid.append(row)
            frozen += row.on_hand
    ExposedGoods.objects.bulk_update(laid, ["hold_id"])
    if laid:
        wait_for_proof(excursion, laid)
        org.record(
            actor=ACTOR, action="sensor.froze", subject=excursion.number,
            unit_id=excursion.device.warehouse.unit_id,
            after={"cells": len(laid), "units": frozen, **said(excursion)},
        )  # fmt: skip
    return frozen


def _note(excursion: Excursion, row: ExposedGoods) -> str:
    """Figures, in no language: "T-01 10.4 °C, 2026-11-22 08:00 +95 min, 10/20"."""
    until = excursion.ended_at or excursion.last_at
    minutes = int((until - excursion.started_at).total_seconds()) // 60
    peak = written(excursion.peak, excursion.bound.measure)
    local = timezone.localtime(excursion.started_at)
    return (
        f"{excursion.device.code} {peak}, {local:%Y-%m-%d %H:%M} +{minutes} min, "
        f"{row.qty}/{row.on_hand}"
    )


def said(excursion: Excursion) -> Mapping[str, str]:
    """The facts of it for trail and events."""
    measure = excursion.bound.measure
    return {
        "device": excursion.device.code,
        "peak": plain(excursion.peak),
        "dose": dose_written(excursion.dose, measure),
        "from": excursion.started_at.isoformat(),
        "until": excursion.ended_at.isoformat() if excursion.ended_at else "",
    }


def _next_look(
    excursion: Excursion, goods: Sequence[Exposed], now: datetime, *, again: bool
) -> datetime | None:
    if again or excursion.ended_at is None or any(each.where == "TRANSIT" for each in goods):
        return now + SOON
    left = [each.left_at for each in goods if each.where == "SHIPPED" and each.left_at]
    if left and now < max(left) + COMES_BACK_WITHIN:
        return now + LATER
    return None


def _tell(excursion: Excursion, *, frozen: int) -> None:
    """Whoever answers for frozen goods there."""
    place = excursion.place.zone or excursion.place.location
    notices.notify(
        kind="sensor.excursion",
        to=people_with(roles.STOCK_HOLD, unit_id=excursion.device.warehouse.unit_id),
        params={
            "number": excursion.number,
            "device": excursion.device.code,
            "place": place.code if place else "",
            "peak": written(excursion.peak, excursion.bound.measure),
            "units": frozen,
        },
        document=excursion.number,
        link=f"/sensors/excursions/{excursion.pk}/",
        urgent=True,
        once=f"{excursion.number}:{frozen}",
    )
