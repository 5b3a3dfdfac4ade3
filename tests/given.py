"""World builders: they call the services that users call, so no test can start from a lie.

Each builds in a transaction of its own and may be called again with the same name.
"""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from django.db import transaction

from inventory import selectors
from inventory import services as inventory
from inventory.importing.stock import STOCK
from inventory.services import correcting
from inventory.services.correcting import Corrected
from org import services as org
from org.importing.storing import import_text
from org.models import ApprovalPolicy, Job, Person, Unit
from org.scope import Scope
from org.services import approvals

ACTOR = "system:test"
_count = itertools.count(1)


def unit(code: str = "HQ", kind: str = "HEAD_OFFICE", parent: str | None = None) -> Unit:
    """An organisation unit by code."""
    found = Unit.objects.filter(code=code).first()
    if found is not None:
        return found
    with transaction.atomic():
        return org.create_unit(
            kind=kind,
            code=code,
            name=code,
            parent_id=unit(parent).pk if parent else None,
            actor=ACTOR,
        )


def person(role: str = "HEAD_OFFICE", at: str = "HQ", name: str = "") -> Person:
    """Somebody with one job."""
    username = name or f"{role.lower()}{next(_count)}"
    with transaction.atomic():
        made = org.create_person(
            username=username, display_name=username, password="correct horse 42", actor=ACTOR
        )
        org.assign(person_id=made.pk, unit_id=unit(at).pk, role=role, actor=ACTOR)
    return made


def api_client(
    *permissions: str, at: str = "HQ", networks: tuple[str, ...] = (), **limits: Any
) -> org.NewSecret:
    """A program with these permissions at a unit."""
    unit(at)
    wish = org.ClientWish(
        name=f"Client {next(_count)}",
        permissions=permissions,
        unit_codes=[at],
        networks=networks,
        **limits,
    )
    with transaction.atomic():
        return org.add_client(wish, actor=ACTOR, scope=Scope.everything())


def warehouse(code: str = "WH1", at: str = "HQ", **columns: Any) -> int:
    """A warehouse with a bin A-01, a receiving area RCV and a packing bench PACK."""
    home = unit(at)
    with transaction.atomic():
        made = inventory.add_warehouse(code=code, name=code, unit_id=home.pk, **columns)
    location("A-01", warehouse=code)
    location("RCV", warehouse=code, kind="RECEIVING")
    location("PACK", warehouse=code, kind="PACKING")
    return made


def warehouse_id(code: str) -> int:
    """The id of a warehouse, built if missing."""
    for row in selectors.warehouses(scope=Scope.everything(), active=False):
        if row.code == code:
            return row.id
    return warehouse(code)


def location(
    code: str = "A-01",
    *,
    warehouse: str = "WH1",
    kind: str = "STORAGE",
    sequence: int = 0,
    zone: str = "",
) -> int:
    """A location by code; a zone is built if missing."""
    house = warehouse_id(warehouse)
    with transaction.atomic():
        return inventory.add_location(
            warehouse_id=house,
            code=code,
            kind=kind,
            sequence=sequence,
            zone_id=inventory.add_zone(warehouse_id=house, code=zone) if zone else None,
            actor=ACTOR,
        )


def sku(code: str = "TEA", **columns: Any) -> int:
    """A SKU by code; its barcode is 69 followed by the code."""
    known = selectors.sku_ids_by_code([code]).get(code)
    if known is not None and not columns:
        return known
    with transaction.atomic():
        made = inventory.add_skus([{"code": code, "name": code.title(), **columns}])[code]
        inventory.add_barcodes([(made, f"69{code}", 1, "")])
    return made


def lot(sku_code: str, code: str, *, expires_on: date | None = None, **columns: Any) -> int:
    """A lot of a SKU."""
    with transaction.atomic():
        return inventory.add_lot(sku_id=sku(sku_code), code=code, expires_on=expires_on, **columns)


def stock(
    sku_code: str,
    qty: int,
    *,
    warehouse: str = "WH1",
    location: str = "A-01",
    lot_id: int | None = None,
    **line: Any,
) -> None:
    """Goods received straight into a bin; `line` may name their grade and owner."""
    house = warehouse_id(warehouse)
    place = selectors.location_by_code(warehouse_id=house, code=location)
    assert place is not None, location
    with transaction.atomic():
        inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=f"given:{next(_count)}",
                    document="GIVEN",
                    warehouse_id=house,
                    location_id=place.id,
                    lines=(inventory.Line(sku_id=sku(sku_code), qty=qty, lot_id=lot_id, **line),),
                )
            ],
            actor=ACTOR,
        )[0].check()


def held(
    document: str,
    sku_code: str,
    qty: int,
    *,
    warehouse: str = "WH1",
    reason: str = "ORDER",
    **more: Any,
) -> int:
    """A claim; gives the hold's id."""
    with transaction.atomic():
        outcome = inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"given:{next(_count)}",
                    document=document,
                    warehouse_id=warehouse_id(warehouse),
                    lines=(inventory.Line(sku_id=sku(sku_code), qty=qty),),
                    reason=reason,
                    **more,
                )
            ],
            actor=ACTOR,
        )[0].check()
    assert outcome.hold_id is not None
    return outcome.hold_id


def free(sku_code: str, warehouse: str = "WH1") -> int:
    """What may be sold now."""
    thing, house = sku(sku_code), warehouse_id(warehouse)
    return selectors.available(sku_ids=[thing]).get((house, thing), 0)


def job(*, of: Person | None = None, kind: str = "sample", **payload: Any) -> Job:
    """A job that waits, of somebody."""
    asked_by = of or person("CLERK")
    with transaction.atomic():
        made = org.add_job(kind=kind, title="Sample", person=asked_by, payload=payload)
    return Job.objects.get(pk=made)


def asks_for_approval(qty: int = 1, *, name: str = "Corrections") -> ApprovalPolicy:
    """Corrections from so many units on need the consent of somebody who may correct there."""
    with transaction.atomic():
        return approvals.save_policy(
            draft=approvals.PolicyDraft(
                kind="stock.adjust",
                name=name,
                min_qty=qty,
                steps=(approvals.StepDraft(asked="PERMISSION", permission="stock.adjust"),),
            ),
            person=person(),
        )


def correction(
    sku_code: str = "TEA",
    change: int = -3,
    *,
    by: Person | None = None,
    warehouse: str = "WH1",
) -> Corrected:
    """A correction of bin A-01 by so many units."""
    house = warehouse_id(warehouse)
    place = selectors.location_by_code(warehouse_id=house, code="A-01")
    assert place is not None
    line = correcting.CorrectionLine(
        location_id=place.id, sku_id=sku(sku_code), qty=change, mode=correcting.CHANGE
    )
    with transaction.atomic():
        return correcting.correct(
            key=f"given:{next(_count)}",
            order=correcting.CorrectionOrder(
                warehouse_id=house, lines=(line,), reason="DAMAGED", note="wet"
            ),
            person=by or person("WAREHOUSE_LEAD"),
        )


def imported(rows: str, *, by: Person | None = None) -> int:
    """An import of these CSV rows (warehouse, location, SKU, quantity), checked, not booked."""
    with transaction.atomic():
        return import_text(
            kind=STOCK,
            key=f"given:{next(_count)}",
            text=f"warehouse,location,sku,quantity\n{rows}",
            person=by or person(),
        )
