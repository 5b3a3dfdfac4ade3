"""Parcels that left: owed to the platform until it knows the waybill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from channels_sync.connectors.interface import (
    AuthExpired,
    ConnectorError,
    Shipment,
    Throttled,
    Unavailable,
)
from channels_sync.models import ShipmentUpload, Shop
from oms import selectors as orders
from outbox import services as outbox
from outbox.clock import database_clock, database_now

# Some six hours; what a platform refuses outright is given up at once.
MOST_ATTEMPTS = 40
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Job:
    """One upload, and whether an earlier try may have reached the platform."""

    upload_id: int
    shop_id: int
    shipment: Shipment
    look_first: bool


def note_order_shipped(*, keys: list[str]) -> None:
    """Owe the platforms the parcels of these orders (news "order.shipped")."""
    rows = [
        ShipmentUpload(
            shop_id=sent.shop_id,
            order_number=sent.number,
            platform_number=sent.platform_number,
            parcel=sent.parcel,
            waybill=sent.waybill,
            carrier_code=str(sent.carrier_codes.get(sent.platform) or sent.carrier_code),
            lines=[[line_id, qty] for line_id, qty in sent.lines],
            is_partial=not sent.is_whole,
        )
        for sent in orders.shipments_for(numbers=keys).values()
    ]
    known = set(
        Shop.objects.filter(pk__in={row.shop_id for row in rows}).values_list("id", flat=True)
    )
    # An order of a shop that is not connected here (point of sale, import) owes nobody anything.
    ShipmentUpload.objects.bulk_create(
        [row for row in rows if row.shop_id in known], ignore_conflicts=True
    )
    outbox.ring(topic="shipments.due")


def claim(*, limit: int = 100) -> list[Job]:
    """Claim uploads that are due, in the caller's transaction."""
    _assert_joined()
    now = database_now()
    rows = list(
        ShipmentUpload.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
            Q(shop__not_before__isnull=True) | Q(shop__not_before__lte=now),
            done_at__isnull=True,
            dead_at__isnull=True,
            due_at__lte=now,
            shop__is_active=True,
        )
        .order_by("due_at", "id")[:limit]
    )
    jobs = [_job(row) for row in rows]
    # Until the answer is written down nobody knows what became of the call, so whoever finds
    # the claim expired looks first.
    ShipmentUpload.objects.filter(pk__in=[row.pk for row in rows]).update(
        claimed_until=now + LEASE, outcome_unknown=True
    )
    return jobs


def _job(row: ShipmentUpload) -> Job:
    shipment = Shipment(
        number=row.platform_number,
        waybill=row.waybill,
        carrier_code=row.carrier_code,
        lines=tuple((str(line_id), int(qty)) for line_id, qty in row.lines),
        partial=row.is_partial,
    )
    return Job(row.pk, row.shop_id, shipment, row.outcome_unknown)


def store_answers(*, answers: Sequence[tuple[Job, ConnectorError | None]]) -> None:
    """Note what the platforms said, in the caller's transaction."""
    _assert_joined()
    done = [job.upload_id for job, error in answers if error is None]
    ShipmentUpload.objects.filter(pk__in=done).update(
        done_at=database_clock(), claimed_until=None, outcome_unknown=False, attempts=0,
        error_code="", error_text="",
    )  # fmt: skip
    failed = {job.upload_id: error for job, error in answers if error is not None}
    now = database_now()
    for row in (
        ShipmentUpload.objects.select_for_update(no_key=True)
        .filter(pk__in=failed, done_at__isnull=True)
        .order_by("id")
    ):
        _put_off(row, failed[row.pk], now)


def _put_off(row: ShipmentUpload, error: ConnectorError, now: datetime) -> None:
    row.claimed_until = None
    row.outcome_unknown = isinstance(error, Unavailable) and error.unknown_outcome
    if not isinstance(error, (Throttled, AuthExpired)):
        row.attempts += 1
        row.due_at = now + timedelta(seconds=min(2.0**row.attempts, 600))
        row.error_code, row.error_text = error.code[:100], error.text[:300]
        if not error.retryable or row.attempts >= MOST_ATTEMPTS:
            row.dead_at = now
    row.save(
        update_fields=[
            "claimed_until", "outcome_unknown", "attempts", "due_at", "error_code", "error_text",
            "dead_at",
        ]
    )  # fmt: skip


def retry(*, upload_ids: Sequence[int]) -> int:
    """Give uploads another try at once; the platform is asked first whether it knows them."""
    _assert_joined()
    changed = ShipmentUpload.objects.filter(pk__in=upload_ids, done_at__isnull=True).update(
        dead_at=None, attempts=0, due_at=database_clock(), outcome_unknown=True
    )
    outbox.ring(topic="shipments.due")
    return changed


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
