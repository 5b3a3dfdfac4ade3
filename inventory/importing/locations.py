"""Locations out of a file: new ones are made, of known ones the walking order changes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.selectors.masters import location_kinds
from inventory.services.masters import NewLocation, add_locations
from org import roles
from org.importing.kinds import Batch, Column, Fault, ImportKind, Told
from org.models import Person
from org.selectors import scope_of

KINDS = {
    "存储": "STORAGE", "存储位": "STORAGE", "收货": "RECEIVING", "拣货": "PICKING",
    "拣货位": "PICKING", "打包": "PACKING", "集货": "STAGING", "残次": "DEFECT",
    "残次品": "DEFECT", "隔离": "QUARANTINE",
}  # fmt: skip
CODES = ("STORAGE", "PICKING", "RECEIVING", "PACKING", "STAGING", "DEFECT", "QUARANTINE")
COLUMNS = (
    Column(field="warehouse", label=_("Warehouse"), required=True, example="WH1",
           names=("仓库", "仓库编码", "warehouse", "warehouse code")),
    Column(field="code", label=_("Location"), required=True, example="A-01-01",
           names=("库位", "库位编码", "货位", "location", "bin", "code")),
    Column(field="kind", label=_("Kind"), choices=CODES, example="STORAGE",
           names=("库位类型", "类型", "kind", "type")),
    Column(field="sequence", label=_("Walking order"), example="10",
           names=("动线顺序", "拣货顺序", "顺序", "walking order", "sequence")),
)  # fmt: skip


def judge(rows: Sequence[Told], person: Person) -> None:
    """Note unknown warehouses and kinds, and known locations of another kind."""
    scope = scope_of(person, permission=roles.MASTERS_EDIT)
    houses = {house.code: house.id for house in stock.warehouses(scope=scope)}
    named = []
    for row in rows:
        house = row.code("warehouse", most=32)
        code = row.code("code", most=32)
        kind = row.code("kind", most=20) or "STORAGE"
        kind = KINDS.get(kind, kind)
        if kind not in CODES:
            row.wrong("kind", "bad_choice", row.get("kind"), ", ".join(CODES))
        if house and house not in houses:
            row.wrong("warehouse", "unknown_warehouse", house)
        row.made = NewLocation(
            warehouse_id=houses.get(house, 0), code=code, kind=kind,
            sequence=row.whole("sequence", most=2_000_000_000),
        )  # fmt: skip
        named.append((row.made.warehouse_id, code))
    there = location_kinds(places=named)
    for row in rows:
        known = there.get((row.made.warehouse_id, row.made.code))
        if known is not None and "kind" in row.values and known != row.made.kind:
            row.wrong("kind", "other_kind", row.made.kind, known)


def book(rows: Sequence[Told], batch: Batch) -> Sequence[Fault]:
    """Make the locations; receiving, defect and quarantine places get their standing freeze."""
    ordered = bool(rows) and "sequence" in rows[0].values
    add_locations(
        places=[row.made for row in rows], changes_sequence=ordered, actor=batch.person.actor
    )
    return ()


LOCATIONS = ImportKind(
    key="locations",
    title=_("Locations"),
    permission=roles.MASTERS_EDIT,
    columns=COLUMNS,
    rules=(
        _("One row for each location. The warehouse must exist."),
        _("The kind is STORAGE when it is empty. A known location keeps its kind."),
        _("What lies in receiving, defect and quarantine places is frozen as long as it is there."),
    ),
    judge=judge,
    book=book,
    name_of=lambda row: f"{row.made.warehouse_id}\x1f{row.made.code}" if row.made else "",
    texts={
        "unknown_warehouse": _("There is no such warehouse among yours."),
        "other_kind": _("This location is known with another kind. It keeps it."),
    },
    tables=("inventory_location",),
    route="stock-locations",
)
