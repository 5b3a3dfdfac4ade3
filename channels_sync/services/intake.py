"""From the inbox to the orders: fetch what only has a name, then hand over in batches."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from channels_sync.connectors.interface import (
    AuthExpired,
    ConnectorError,
    ParseError,
    RawOrder,
    Rejected,
    Throttled,
)
from channels_sync.models import InboxOrder, Shop
from channels_sync.services import inbox, matching
from channels_sync.services.shops import connector_of
from oms import services as orders
from oms.drafts import OrderDraft
from outbox.clock import database_clock, database_now

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FETCH_LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be asked for, and how often it had been told when it was claimed."""

    row_id: int
    shop_id: int
    number: str
    told: int


def any_wanted(*, again: bool) -> bool:
    """A cheap look before the claim: most pushes bring the whole order with them."""
    return _wanted(again=again).exists()


def _wanted(*, again: bool) -> QuerySet[InboxOrder]:
    rows = InboxOrder.objects.filter(fetch_wanted=True, dead_at__isnull=True)
    return rows.filter(attempts__gt=0) if again else rows.filter(attempts=0)


def claim_wanted(*, again: bool, limit: int = 100) -> list[Wanted]:
    """Claim orders that only a fetch completes, in the caller's transaction.

    A claim that is not answered within a minute is free again.

    Args:
        again: those whose first, short try failed; else those never tried.
    """
    _assert_joined()
    now = database_now()
    rows = list(
        _wanted(again=again)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(due_at__lte=now)
        .exclude(claimed_until__gt=now)
        .exclude(shop__not_before__gt=now)
        .filter(shop__is_active=True)
        .order_by("id")
        .only("id", "shop_id", "platform_number", "told")[:limit]
    )
    InboxOrder.objects.filter(pk__in=[row.pk for row in rows]).update(
        claimed_until=now + FETCH_LEASE
    )
    return [Wanted(row.pk, row.shop_id, row.platform_number, row.told) for row in rows]


def store_fetched(*, answers: Mapping[Wanted, RawOrder | ConnectorError]) -> int:
    """Store what came back and free the claims, in the caller's transaction.

    An order that was told again meanwhile is fetched again. A refused fetch (no such order) is a
    dead letter; a platform in trouble only puts it off.

    Returns:
        How many orders are new or newer.
    """
    _assert_joined()
    rows = {
        row.pk: row
        for row in InboxOrder.objects.select_for_update(no_key=True)
        .filter(pk__in=[wanted.row_id for wanted in answers])
        .order_by("id")
        .only("id", "told", "attempts")
    }
    good: dict[int, list[RawOrder]] = {}
    done: list[int] = []
    again: list[int] = []
    for wanted, answer in answers.items():
        if isinstance(answer, RawOrder) and answer.number != wanted.number:
            answer = Rejected("wrong_number", "the platform answered with another order")
        if isinstance(answer, ConnectorError):
            _put_off(rows[wanted.row_id], answer)
            continue
        good.setdefault(wanted.shop_id, []).append(answer)
        is_fresh = rows[wanted.row_id].told == wanted.told
        (done if is_fresh else again).append(wanted.row_id)
    changed = sum(
        inbox.store(shop_id=shop_id, orders=told, source=inbox.FETCHED)
        for shop_id, told in sorted(good.items())
    )
    InboxOrder.objects.filter(pk__in=done).update(fetch_wanted=False, claimed_until=None)
    InboxOrder.objects.filter(pk__in=again).update(fetch_wanted=True, claimed_until=None)
    return changed


def _put_off(row: InboxOrder, error: ConnectorError) -> None:
    row.claimed_until = None
    row.error_code, row.error_where = error.code[:100], "fetch"
    now = database_now()
    first = row.attempts == 0
    row.attempts += 1
    if isinstance(error, Throttled):
        row.due_at = now + timedelta(seconds=error.retry_after)
    elif first and error.retryable:
        row.due_at = now  # the patient lane tries at once, with a new token if need be
    elif isinstance(error, AuthExpired):
        row.due_at = now + timedelta(seconds=5)
    else:
        row.due_at = now + timedelta(seconds=min(2.0**row.attempts, 300))
        if not error.retryable or row.attempts >= MOST_ATTEMPTS * 4:
            row.dead_at = now
    row.save(
        update_fields=[
            "claimed_until", "error_code", "error_where", "attempts", "due_at", "dead_at",
        ]
    )  # fmt: skip


def waiting(*, limit: int) -> list[int]:
    """Rows ready to be handed over, oldest first."""
    return list(_ready().order_by("id").values_list("id", flat=True)[:limit])


def _ready() -> QuerySet[InboxOrder]:
    return InboxOrder.objects.filter(
        taken_at__isnull=True,
        dead_at__isnull=True,
        payload__isnull=False,
        due_at__lte=database_clock(),
    )


def take_in(*, limit: int = 200, row_ids: Sequence[int] | None = None) -> int:
    """Hand a batch to the orders in the caller's transaction, a constant number of statements.

    A payload that is no order becomes a dead letter with the place named; the others flow.

    Args:
        row_ids: only these rows, to keep one bad row apart.

    Returns:
        How many rows were looked at; 0 when nothing waits.

    Raises:
        Exception: whatever an order in the batch provokes; then nothing is taken in.
    """
    _assert_joined()
    ready = _ready() if row_ids is None else _ready().filter(pk__in=row_ids)
    rows = list(
        ready.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("id")[:limit]
    )
    if not rows:
        return 0
    shops = Shop.objects.prefetch_related("bindings").in_bulk({row.shop_id for row in rows})
    drafts: list[OrderDraft] = []
    taken: list[int] = []
    received_at: dict[tuple[int, str], datetime] = {}
    for row in rows:
        try:
            draft = draft_of(row, shops[row.shop_id])
        except ParseError as error:
            _bury(row, error)
            continue
        drafts.append(draft)
        taken.append(row.pk)
        received_at[(draft.shop_id, draft.number)] = row.received_at
    orders.accept(matching.match(drafts), received_at=received_at, followed_up=True)
    InboxOrder.objects.filter(pk__in=taken).update(
        taken_at=database_clock(), attempts=0, error_code="", error_where=""
    )
    return len(rows)


def draft_of(row: InboxOrder, shop: Shop) -> OrderDraft:
    """The neutral order of a row; `told` puts the versions of one second in order."""
    draft = connector_of(shop).parse(row.payload)
    if draft.number != row.platform_number:
        raise ParseError("wrong_number", "number", "the payload is another order")
    return replace(
        draft,
        version=str(row.told),
        shop_name=shop.name,
        unit_id=shop.unit_id,
        warehouse_ids=tuple(sorted(one.warehouse_id for one in shop.bindings.all())),
    )


def _bury(row: InboxOrder, error: ParseError) -> None:
    row.dead_at = database_now()
    row.attempts += 1
    row.error_code, row.error_where = error.code[:100], error.where[:200]
    row.save(update_fields=["dead_at", "attempts", "error_code", "error_where"])
    log.warning("Inbox order %s is no order: %s at %s", row.pk, error.code, error.where)


def put_aside(*, row_id: int, error: Exception) -> None:
    """Count a failure of one row, in the caller's transaction; dead after eight."""
    _assert_joined()
    row = (
        InboxOrder.objects.select_for_update(no_key=True)
        .only("id", "attempts", "dead_at", "due_at", "error_code", "error_where")
        .get(pk=row_id)
    )
    row.attempts += 1
    now = database_now()
    row.due_at = now + timedelta(seconds=min(2.0**row.attempts, 300))
    if row.attempts >= MOST_ATTEMPTS:
        row.dead_at = now
    # The kind of error only: its words may name a person.
    row.error_code, row.error_where = type(error).__name__[:100], "orders"
    row.save(update_fields=["attempts", "due_at", "dead_at", "error_code", "error_where"])


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
