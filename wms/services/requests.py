"""What the floors above ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from org.scope import Scope
from outbox import services as outbox
from wms.models import Fulfilment, FulfilmentEvent, FulfilmentLine, FulfilmentState, PickTask
from wms.numbers import FULFILMENT, fold, id_of
from wms.refusals import FloorRefused
from wms.services.answers import Answer, Command, Replies
from wms.services.journal import Journal


@dataclass(frozen=True)
class FulfilmentRequest:
    """Send these goods; the units are already held for `document`.

    Attributes:
        document: the asker's number, such as "SO-1042"; one fulfilment each.
        lines: (sku_id, base units); lines of one SKU are added up.
        ship_to: label data, already masked.
        carrier: carrier code, None lets the pack bench choose.
        priority: larger is picked first.
        deadline: ship by, None for no promise.
    """

    document: str
    warehouse_id: int
    lines: tuple[tuple[int, int], ...]
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    carrier: str | None = None
    priority: int = 0
    deadline: datetime | None = None


def request_fulfilment(requests: Sequence[FulfilmentRequest], *, actor: str) -> None:
    """Hand documents to the floor: each becomes a released fulfilment.

    Joins the transaction that holds the stock. Three statements, whatever the number.

    Raises:
        IntegrityError: a document was handed over before, or a quantity is not positive.
    """
    assert connection.in_atomic_block, "A request is made in the transaction that holds the stock."
    if not requests:
        return
    made = Fulfilment.objects.bulk_create(
        Fulfilment(
            document=request.document,
            warehouse_id=request.warehouse_id,
            ship_to=dict(request.ship_to),
            carrier_code=request.carrier or "",
            priority=request.priority,
            deadline=request.deadline,
        )
        for request in requests
    )
    lines = []
    for fulfilment, request in zip(made, requests, strict=True):
        total: dict[int, int] = {}
        for sku_id, qty in request.lines:
            total[sku_id] = total.get(sku_id, 0) + qty
        lines += [
            FulfilmentLine(fulfilment=fulfilment, sku_id=sku_id, qty=qty)
            for sku_id, qty in total.items()
        ]
    FulfilmentLine.objects.bulk_create(lines)
    FulfilmentEvent.objects.bulk_create(
        FulfilmentEvent(fulfilment=row, to_state=FulfilmentState.RELEASED, who=actor)
        for row in made
    )


@dataclass(frozen=True)
class Retry(Command):
    """Try a short fulfilment again; `fulfilment` is its number or document."""

    fulfilment: str = ""


def release_again(
    retries: Sequence[Retry], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Put short fulfilments back in the queue when nothing was taken for them yet.

    Refusals: unknown_fulfilment, not_short, already_taken_from.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    locked = lock_fulfilments([retry.fulfilment for retry in retries], scope=scope)
    replies = Replies(verb="RETRY", commands=retries, who=actor)
    walked = set(
        PickTask.objects.filter(line__fulfilment__in=set(locked.values())).values_list(
            "line__fulfilment_id", flat=True
        )
    )
    journal = Journal(actor)
    told = []
    for index, retry in replies.waiting():
        fulfilment = locked.get(retry.fulfilment)
        if fulfilment is None:
            replies.refuse(index, FloorRefused("unknown_fulfilment", number=retry.fulfilment))
        elif fulfilment.state != FulfilmentState.SHORT:
            replies.refuse(index, FloorRefused("not_short", number=fulfilment.number))
        elif fulfilment.pk in walked:
            replies.refuse(index, FloorRefused("already_taken_from", number=fulfilment.number))
        else:
            journal.walk(fulfilment, fulfilment.release_again)
            told.append(fulfilment.document)
            replies.accept(index, fulfilment=fulfilment.number)
    journal.write()
    outbox.tell(topic="fulfilment.changed", keys=told)
    return replies.keep()


def lock_fulfilments(names: Sequence[str], *, scope: Scope | None = None) -> dict[str, Fulfilment]:
    """Lock fulfilments by number ("FF-12") or document, in id order; one statement.

    Two names of one fulfilment give the same object. Names outside the scope are missing.
    """
    ids = {name: id_of(name, FULFILMENT) for name in names}
    wanted = Q(pk__in=[pk for pk in ids.values() if pk]) | Q(
        document__in={form for name, pk in ids.items() if not pk for form in (name, fold(name))}
    )
    rows = (scope or Scope.everything()).limit(Fulfilment.objects.filter(wanted), "warehouse__unit")
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    by_id = {row.pk: row for row in locked}
    by_document = {row.document: row for row in locked}
    found = {
        name: by_id.get(pk) if pk else by_document.get(name) or by_document.get(fold(name))
        for name, pk in ids.items()
    }
    return {name: row for name, row in found.items() if row is not None}
