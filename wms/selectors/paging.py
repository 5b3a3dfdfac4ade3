"""Fulfilments and parcels newest first, a page at a time, for other systems."""

from __future__ import annotations

from org.scope import Scope
from wms.models import Fulfilment, Parcel
from wms.numbers import FULFILMENT, PARCEL, fold, id_of
from wms.selectors.fulfilments import FulfilmentView, fulfilments
from wms.selectors.parcels import ParcelView, view_of


def fulfilments_after(
    *,
    scope: Scope,
    state: str = "",
    warehouse_id: int | None = None,
    document: str = "",
    after: int | None = None,
    limit: int,
) -> list[tuple[int, FulfilmentView]]:
    """(id, fulfilment), those behind the id `after`; a constant number of statements."""
    rows = scope.limit(Fulfilment.objects.all(), "warehouse__unit")
    if state:
        rows = rows.filter(state=state)
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    if document:
        rows = rows.filter(document=document)
    if after is not None:
        rows = rows.filter(id__lt=after)
    ids = list(rows.order_by("-id").values_list("id", flat=True)[:limit])
    views = fulfilments(scope=scope, names=[f"FF-{pk}" for pk in ids], limit=len(ids))
    by_number = {view.number: view for view in views}
    return [(pk, by_number[f"FF-{pk}"]) for pk in ids]


def one_fulfilment(*, name: str, scope: Scope) -> FulfilmentView | None:
    """A fulfilment by its number or document."""
    if not id_of(name, FULFILMENT) and not fold(name):
        return None
    return next(iter(fulfilments(scope=scope, names=[name], limit=1)), None)


def parcels_after(
    *,
    scope: Scope,
    shipped: bool | None = None,
    warehouse_id: int | None = None,
    waybill: str = "",
    after: int | None = None,
    limit: int,
) -> list[tuple[int, ParcelView]]:
    """(id, parcel), those behind the id `after`, without those that were opened again."""
    rows = scope.limit(
        Parcel.objects.filter(voided_at__isnull=True), "fulfilment__warehouse__unit"
    ).select_related("carrier", "fulfilment")
    if shipped is not None:
        rows = rows.filter(shipped_at__isnull=not shipped)
    if warehouse_id is not None:
        rows = rows.filter(fulfilment__warehouse_id=warehouse_id)
    if waybill:
        rows = rows.filter(waybill=waybill)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [(row.pk, view_of(row)) for row in rows.order_by("-id")[:limit]]


def one_parcel(*, number: str, scope: Scope) -> ParcelView | None:
    """A parcel by its number."""
    parcel_id = id_of(number, PARCEL)
    if not parcel_id:
        return None
    rows = scope.limit(
        Parcel.objects.filter(pk=parcel_id, voided_at__isnull=True), "fulfilment__warehouse__unit"
    )
    row = rows.select_related("carrier", "fulfilment").first()
    return None if row is None else view_of(row)
