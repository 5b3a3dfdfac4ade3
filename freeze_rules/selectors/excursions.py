"""Excursions with the goods they touched, and the curve of a device, for pages and programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from freeze_rules.measuring import dose_written, written
from freeze_rules.models import Excursion, ExcursionRevision, ExposedGoods
from freeze_rules.selectors.numbers import id_in
from freeze_rules.selectors.sensors import BoundView, bound_view
from inventory import selectors as stock
from org.lists.days import within_days
from org.scope import Scope

# Points of a curve: as many as a screen can show.
POINTS = 240
TABS = ("open", "acted", "all")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcursionView:
    """One excursion; values are thousandths, the dose as in `SensorBound`."""

    id: int
    number: str
    state: str
    device: str
    measure: str
    warehouse_code: str
    place: str
    side: str
    side_label: str
    bound: BoundView
    started_at: datetime
    ended_at: datetime | None
    last_at: datetime
    peak: int
    dose: int
    gap_s: int
    readings: int
    breached_at: datetime | None
    acted_at: datetime | None
    found_at: datetime
    revision: int
    # Units that were there; of these shipped ones.
    exposed: int
    shipped: int

    @property
    def minutes(self) -> int:
        """How long, so far."""
        return int(((self.ended_at or self.last_at) - self.started_at).total_seconds()) // 60

    @property
    def peak_shown(self) -> str:
        """With its unit."""
        return written(self.peak, self.measure)

    @property
    def dose_shown(self) -> str:
        """With its unit; empty where the measure has none."""
        return dose_written(self.dose, self.measure)

    @property
    def state_label(self) -> str:
        """What became of it, in words."""
        return self._state[0]

    @property
    def tone(self) -> str:
        """The tone of its state's chip."""
        return self._state[1]

    @property
    def _state(self) -> tuple[str, str]:
        if self.state == "WITHDRAWN":
            return _("Withdrawn"), ""
        if self.state == "OPEN":
            return _("Lasting"), "bad"
        return (_("Over"), "hold") if self.breached_at else (_("Forgiven"), "ok")

    @property
    def gap_minutes(self) -> int:
        """Minutes of it in which the device was silent."""
        return self.gap_s // 60


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsView:
    """Goods that were there, and where they are now; see `ExposedGoods`."""

    where: str
    where_label: str
    sku_code: str
    sku_name: str
    lot_code: str
    grade: str
    warehouse_code: str
    location_code: str
    qty: int
    on_hand: int
    document: str
    left_at: datetime | None
    hold_id: int | None
    # What the goods have collected themselves, with its unit.
    dose_shown: str

    @property
    def mixed(self) -> bool:
        """Exposed and clean units have met in this cell."""
        return self.where not in ("SHIPPED", "GONE") and self.qty < self.on_hand


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What is frozen for an excursion now: units, and what they cost to buy."""

    units: int
    cost: Decimal
    holds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A step of a curve: the lowest and highest value in it, None where nothing was heard."""

    at: datetime
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, kw_only=True)
class ExcursionNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `tab` is one of `TABS`; `words` a number, a device, a zone or a location, whole. Days are local
    days on which it began, both included.
    """

    tab: str = "all"
    words: str = ""
    measure: str = ""
    warehouse_id: int | None = None
    since: date | None = None
    until: date | None = None


def excursions_of(*, scope: Scope, narrowing: ExcursionNarrowing) -> QuerySet[Excursion]:
    """The excursions of a filter, unordered."""
    rows = excursion_rows(scope=scope, tab=narrowing.tab)
    if narrowing.measure:
        rows = rows.filter(device__measure=narrowing.measure)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(device__warehouse_id=narrowing.warehouse_id)
    rows = within_days(rows, "started_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if (number := id_in(words, "EX")) is not None:
        return rows.filter(pk=number)
    return rows.filter(
        Q(device__code__iexact=words)
        | Q(place__zone__code__iexact=words)
        | Q(place__location__code__iexact=words)
    )


def excursion_rows(*, scope: Scope, tab: str = "all") -> QuerySet[Excursion]:
    """The rows of a tab: those that last, those that froze something, all that are none less."""
    rows = scope.limit(Excursion.objects.all(), "device__warehouse__unit")
    if tab == "open":
        return rows.filter(ended_at__isnull=True, withdrawn_at__isnull=True)
    if tab == "acted":
        return rows.filter(acted_at__isnull=False)
    return rows


def excursions(
    *,
    scope: Scope,
    tab: str = "all",
    device: str = "",
    ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ExcursionView]:
    """Excursions, the newest first. One statement."""
    rows = excursion_rows(scope=scope, tab=tab)
    if device:
        rows = rows.filter(device__code=device)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related(
        "device__warehouse", "place__zone", "place__location", "bound__zone__warehouse",
        "bound__sku",
    ).annotate(
        exposed=Sum("goods__qty", default=0),
        shipped=Sum("goods__qty", filter=Q(goods__where="SHIPPED"), default=0),
    )  # fmt: skip
    return [_view(row) for row in rows.order_by("-pk")[:limit]]


def _view(row: Any) -> ExcursionView:
    place = row.place.zone or row.place.location
    return ExcursionView(
        id=row.pk,
        number=row.number,
        state=row.state,
        device=row.device.code,
        measure=row.device.measure,
        warehouse_code=row.device.warehouse.code,
        place=place.code,
        side=row.side,
        side_label=row.get_side_display(),
        bound=bound_view(row.bound),
        started_at=row.started_at,
        ended_at=row.ended_at,
        last_at=row.last_at,
        peak=row.peak,
        dose=row.dose,
        gap_s=row.gap_s,
        readings=row.readings,
        breached_at=row.breached_at,
        acted_at=row.acted_at,
        found_at=row.found_at,
        revision=row.revision,
        exposed=row.exposed,
        shipped=row.shipped,
    )


def goods_of(excursion_id: int) -> list[GoodsView]:
    """Its goods: what lies somewhere first, then what has left."""
    rows = ExposedGoods.objects.filter(excursion=excursion_id).select_related(
        "sku", "lot", "warehouse", "location", "excursion__bound"
    )
    order = {name: place for place, name in enumerate(ExposedGoods.Where.values)}
    found = [
        GoodsView(
            where=row.where,
            where_label=row.get_where_display(),
            sku_code=row.sku.code,
            sku_name=row.sku.name,
            lot_code=row.lot.code if row.lot else "",
            grade=row.grade,
            warehouse_code=row.warehouse.code if row.warehouse else "",
            location_code=row.location.code if row.location else "",
            qty=row.qty,
            on_hand=row.on_hand,
            document=row.document,
            left_at=row.left_at,
            hold_id=row.hold_id,
            dose_shown=dose_written(row.dose, row.excursion.bound.measure),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (order[each.where], each.sku_code, each.location_code))


def held_for(number: str, *, scope: Scope) -> Held:
    """What is frozen under an excursion's number now."""
    rows = stock.holds(scope=scope, documents=[number], limit=1_000)
    return Held(
        units=sum(row.open for row in rows),
        cost=sum((row.cost for row in rows), Decimal(0)),
        holds=len(rows),
    )


def revisions_of(excursion_id: int) -> Sequence[ExcursionRevision]:
    """What later readings changed, the newest first."""
    return list(ExcursionRevision.objects.filter(excursion=excursion_id).order_by("-revision")[:50])


def curve(*, device_id: int, since: datetime, until: datetime, points: int = POINTS) -> list[Slot]:
    """A device's values after calibration, in even steps. One statement."""
    step = max((until - since) / points, timedelta(seconds=1))
    # Steps are whole microseconds: what is left over by that belongs to the last one.
    last = max(1, round((until - since) / step))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT least(floor(extract(epoch FROM r.at - %(since)s) / %(step)s)::int,
                            %(last)s - 1) AS slot,
                      min(r.value + coalesce(c.offset, 0)), max(r.value + coalesce(c.offset, 0))
               FROM freeze_rules_sensorreading r
               LEFT JOIN LATERAL (
                   SELECT k.offset FROM freeze_rules_sensorcalibration k
                   WHERE k.device_id = r.device_id AND k.since <= r.at
                   ORDER BY k.since DESC LIMIT 1) c ON true
               WHERE r.device_id = %(device)s AND r.at >= %(since)s AND r.at < %(until)s
               GROUP BY slot""",
            {
                "device": device_id, "since": since, "until": until,
                "step": step.total_seconds(), "last": last,
            },
        )  # fmt: skip
        found = {slot: (low, high) for slot, low, high in cursor.fetchall()}
    return [Slot(at=since + step * at, lowest=low, highest=high)
            for at in range(last) for low, high in [found.get(at, (None, None))]]  # fmt: skip
