"""Which of the things that somebody names exist within their reach; each for many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from inventory.models import (
    Balance,
    Entry,
    Hold,
    HoldLine,
    Incoming,
    Location,
    Lot,
    Posting,
    Reason,
    Sku,
    Stock,
    Warehouse,
    Zone,
)
from org.scope import Scope

Handle = str | int


@dataclass(frozen=True)
class Known:
    """Things by code; an id stands for itself."""

    by_code: dict[str, int] = field(default_factory=dict)
    ids: frozenset[int] = frozenset()

    def get(self, handle: Handle | None) -> int | None:
        """The id, or None for what is not known."""
        if isinstance(handle, int):
            return handle if handle in self.ids else None
        return None if handle is None else self.by_code.get(handle)


@dataclass(frozen=True)
class KnownInside:
    """Things whose codes are unique inside another: locations of a warehouse, lots of a SKU."""

    by_code: dict[tuple[int, str], int] = field(default_factory=dict)
    owner: dict[int, int] = field(default_factory=dict)

    def get(self, handle: Handle | None, inside: int) -> int | None:
        """The id, or None for what is not known inside that one."""
        if isinstance(handle, int):
            return handle if self.owner.get(handle) == inside else None
        return None if handle is None else self.by_code.get((inside, handle))


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldReach:
    """A claim, where it lies, and who may let go of it.

    `places` are the warehouses it names or has units in, each after its organisation unit; one
    that names no warehouse covers all, and only a scope of everything holds it.
    """

    id: int
    document: str
    role: str
    reason: str
    release_permission: str
    sku_id: int | None
    places: frozenset[tuple[int, int]]
    everywhere: bool

    def inside(self, scope: Scope) -> bool:
        """True when all of it lies in the scope."""
        if scope.is_everything:
            return True
        return not self.everywhere and _all_inside(scope, self.places)


def _all_inside(scope: Scope, places: Iterable[tuple[int, int]]) -> bool:
    return all(scope.covers(unit, warehouse_id=house) for unit, house in places)


def _split(handles: Iterable[Handle]) -> tuple[list[str], list[int]]:
    words = sorted(each for each in handles if isinstance(each, str))
    return words, sorted(each for each in handles if isinstance(each, int))


def skus(handles: Collection[Handle]) -> Known:
    """SKUs by code or id. One statement."""
    codes, ids = _split(handles)
    rows = Sku.objects.filter(Q(code__in=codes) | Q(id__in=ids)) if handles else Sku.objects.none()
    found = dict(rows.values_list("code", "id"))
    return Known(found, frozenset(found.values()))


def sku_codes(ids: Collection[int]) -> dict[int, str]:
    """Codes of SKUs by id. One statement, none for no ids."""
    return dict(Sku.objects.filter(id__in=ids).values_list("id", "code")) if ids else {}


def warehouse_codes(ids: Collection[int]) -> dict[int, str]:
    """Codes of warehouses by id. One statement, none for no ids."""
    rows = Warehouse.objects.filter(id__in=ids)
    return dict(rows.values_list("id", "code")) if ids else {}


def warehouses(handles: Collection[Handle], *, scope: Scope) -> Known:
    """Active warehouses of the scope by code or id. One statement."""
    codes, ids = _split(handles)
    if not handles:
        return Known()
    rows = scope.limit(Warehouse.objects.filter(is_active=True), "unit")
    found = dict(rows.filter(Q(code__in=codes) | Q(id__in=ids)).values_list("code", "id"))
    return Known(found, frozenset(found.values()))


def _inside(
    rows: QuerySet[Location] | QuerySet[Zone] | QuerySet[Lot], handles: Collection[Handle], by: str
) -> KnownInside:
    codes, ids = _split(handles)
    if not handles:
        return KnownInside()
    found = rows.filter(Q(code__in=codes) | Q(id__in=ids)).values_list(by, "code", "id")
    known = KnownInside()
    for inside, code, row_id in found:
        known.by_code[inside, code] = row_id
        known.owner[row_id] = inside
    return known


def locations(handles: Collection[Handle], *, warehouse_ids: Collection[int]) -> KnownInside:
    """Locations of these warehouses. One statement."""
    rows = Location.objects.filter(warehouse_id__in=warehouse_ids)
    return _inside(rows, handles, "warehouse_id")


def zones(handles: Collection[Handle], *, warehouse_ids: Collection[int]) -> KnownInside:
    """Zones of these warehouses. One statement."""
    return _inside(Zone.objects.filter(warehouse_id__in=warehouse_ids), handles, "warehouse_id")


def lots(handles: Collection[Handle], *, sku_ids: Collection[int]) -> KnownInside:
    """Lots of these SKUs. One statement."""
    return _inside(Lot.objects.filter(sku_id__in=sku_ids), handles, "sku_id")


def cells(ids: Collection[int], *, scope: Scope) -> frozenset[int]:
    """Cells in warehouses of the scope. One statement."""
    if not ids:
        return frozenset()
    rows = scope.limit(Stock.objects.filter(id__in=ids), "balance__warehouse__unit")
    return frozenset(rows.values_list("id", flat=True))


def reasons(codes: Collection[str]) -> frozenset[str]:
    """Reasons that exist. One statement."""
    if not codes:
        return frozenset()
    return frozenset(Reason.objects.filter(code__in=codes).values_list("code", flat=True))


def holds(*, hold_ids: Collection[int], documents: Collection[str]) -> list[HoldReach]:
    """Claims by id, and the open claims of documents. Two statements."""
    if not hold_ids and not documents:
        return []
    wanted = Q(id__in=hold_ids) | Q(document__in=documents, closed_at__isnull=True)
    rows = list(
        Hold.objects.filter(wanted).values_list(
            "id", "document", "role", "reason__code", "reason__release_permission", "sku_id",
            "warehouse__unit_id", "warehouse_id",
        )
    )  # fmt: skip
    places: dict[int, set[tuple[int, int]]] = {}
    lines = HoldLine.objects.filter(hold_id__in=[row[0] for row in rows], open__gt=0)
    for hold_id, *place in lines.values_list(
        "hold_id", "balance__warehouse__unit_id", "balance__warehouse_id"
    ).distinct():
        places.setdefault(hold_id, set()).add((place[0], place[1]))
    return [
        HoldReach(
            id=row[0],
            document=row[1],
            role=row[2],
            reason=row[3],
            release_permission=row[4],
            sku_id=row[5],
            places=frozenset(places.get(row[0], set()) | ({(row[6], row[7])} if row[6] else set())),
            everywhere=row[6] is None,
        )
        for row in rows
    ]


def booked_keys(keys: Collection[str]) -> frozenset[str]:
    """Those of these keys under which something is booked. One statement, none for no keys."""
    if not keys:
        return frozenset()
    return frozenset(Posting.objects.filter(key__in=keys).values_list("key", flat=True))


def postings(ids: Collection[int], *, scope: Scope) -> frozenset[int]:
    """Postings all of whose stock lies in the scope. One statement."""
    if not ids:
        return frozenset()
    places: dict[int, set[tuple[int, int]]] = {}
    rows = Entry.objects.filter(posting_id__in=ids, balance__isnull=False)
    for posting_id, unit, house in rows.values_list(
        "posting_id", "balance__warehouse__unit_id", "balance__warehouse_id"
    ).distinct():
        places.setdefault(posting_id, set()).add((unit, house))
    return frozenset(each for each, seen in places.items() if _all_inside(scope, seen))


def balance_id(*, warehouse_id: int, sku_id: int, grade: str, owner: str) -> int | None:
    """The balance of these, if there ever was one."""
    rows = Balance.objects.filter(
        warehouse_id=warehouse_id, sku_id=sku_id, grade=grade, owner=owner
    )
    return rows.values_list("id", flat=True).first()


def announced_within(documents: Collection[str], *, scope: Scope) -> bool:
    """True when each document announces something, and all of it inside the scope."""
    rows = Incoming.objects.filter(document__in=documents)
    places = list(rows.values_list("document", "warehouse__unit_id", "warehouse_id").distinct())
    named = {document for document, _, _ in places}
    return named == set(documents) and _all_inside(
        scope, ((unit, house) for _, unit, house in places)
    )


def transfers_to(documents: Collection[str], *, scope: Scope) -> frozenset[str]:
    """Transfers that were announced to a warehouse of the scope. One statement."""
    rows = Incoming.objects.filter(document__in=documents, kind=Incoming.Kind.TRANSFER)
    return frozenset(scope.limit(rows, "warehouse__unit").values_list("document", flat=True))


def has_supplier(name: str) -> bool:
    """True when some lot came from this supplier."""
    return Lot.objects.filter(supplier=name).exists()
