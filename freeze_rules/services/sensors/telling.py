"""What rules hear of an excursion, and what lets go of its freezes by itself."""

from __future__ import annotations

from collections.abc import Sequence

from freeze_rules import formula
from freeze_rules.models import Excursion, ExposedGoods, Watch
from freeze_rules.services import events
from freeze_rules.services.events import Goods, Happening
from inventory.selectors import held_lines

ACTOR = "system:sensors"
# An inspection of these goods, under the excursion's number or none, that has passed.
RELEASE = {"proof": "inspection.passed"}


def tell_rules(excursion: Excursion, rows: Sequence[ExposedGoods]) -> int:
    """Tell the rules, a warehouse at a time; what is told again with nothing new is passed over.

    The freeze itself waits for no rule: rules may do more, such as freeze a wider reach.

    Returns:
        How many events were new.
    """
    until = excursion.ended_at or excursion.last_at
    houses = sorted(
        {row.warehouse_id for row in rows if row.warehouse_id and row.where not in ("GONE",)}
    )
    return events.note(
        [
            Happening(
                kind="sensor.excursion",
                key=f"{excursion.number}:{house}:{_sum_of(rows, house)}",
                occurred_at=excursion.breached_at or excursion.last_at,
                document=excursion.number,
                warehouse_id=house,
                facts={
                    "event.device": excursion.device.code,
                    "event.peak": _told(excursion.peak),
                    "event.dose": _told(excursion.dose),
                    "event.minutes": int((until - excursion.started_at).total_seconds()) // 60,
                    "event.qty": _units(rows, house),
                },
                goods=_goods(rows, house),
            )
            for house in houses
        ],
        told_by=ACTOR,
    )


def _told(thousandths: int) -> int | float:
    """The value in its unit, as a reader writes it: 12 and 8.9; nothing is cut off."""
    whole, rest = divmod(thousandths, 1000)
    return thousandths / 1000 if rest else whole


def _lying(rows: Sequence[ExposedGoods], house: int) -> list[ExposedGoods]:
    return [row for row in rows if row.warehouse_id == house and row.where != "GONE"]


def _units(rows: Sequence[ExposedGoods], house: int) -> int:
    return sum(row.on_hand for row in _lying(rows, house))


def _sum_of(rows: Sequence[ExposedGoods], house: int) -> str:
    """Names the cells, so that new ones are news."""
    return str(max((row.cell_id for row in _lying(rows, house)), default=0))


def _goods(rows: Sequence[ExposedGoods], house: int) -> tuple[Goods, ...]:
    return tuple(
        Goods(
            sku_id=row.sku_id, qty=row.on_hand, lot_id=row.lot_id, location_id=row.location_id,
            grade=row.grade,
        )
        for row in _lying(rows, house)[: events.MOST_GOODS]
    )  # fmt: skip


def wait_for_proof(excursion: Excursion, rows: Sequence[ExposedGoods]) -> None:
    """The freezes of these goods end when an inspection of them has passed; never by time."""
    Watch.objects.bulk_create(
        Watch(
            hold_id=row.hold_id,
            formula=dict(RELEASE),
            hears=sorted(formula.hears(RELEASE)),
            document=excursion.number,
            sku_id=row.sku_id,
            lot_id=row.lot_id,
            warehouse_id=row.warehouse_id,
            location_id=row.location_id,
        )
        for row in rows
        if row.hold_id is not None
    )


def follow_goods(rows: Sequence[ExposedGoods]) -> None:
    """Freezes whose goods have all gone to another warehouse wait for an inspection there.

    Such as those laid on a truck, once it is unloaded: the freeze came along with the goods.
    """
    gone = {row.hold_id for row in rows if row.where == "GONE" and row.hold_id is not None}
    if not gone:
        return
    lines = held_lines.of_holds(gone)
    moved = []
    # In one order, as whoever judges locks them.
    watches = Watch.objects.filter(hold__in=gone, closed_at__isnull=True).order_by("id")
    for watch in watches.select_for_update(of=("self",)):
        houses = {line.warehouse_id for line in lines.get(watch.hold_id, ())}
        if len(houses) == 1 and houses != {watch.warehouse_id}:
            watch.warehouse_id, watch.location_id = houses.pop(), None
            moved.append(watch)
    Watch.objects.bulk_update(moved, ["warehouse", "location"], batch_size=1_000)
