"""The inbox: what was told is kept once per order, the newest version wins."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q

from channels_sync.connectors.interface import Push, RawOrder
from channels_sync.models import InboxOrder, MalformedPush, PushCounter, PushSeen, Shop
from oms.selectors.retention import told_as
from outbox import services as outbox
from outbox.clock import database_clock, database_now

# Where a telling comes from decides who is right about two versions of the same second.
PUSHED, LISTED, FETCHED, WISHED = "pushed", "listed", "fetched", "wished"
MALFORMED_KEPT = 50
SEEN_DAYS = 3
# Shopify waits five seconds for an answer before it sends again (platforms: webhooks).
HONEST_REPEAT_SECONDS = 5

_STORE = """
INSERT INTO channels_sync_inboxorder AS known
    (shop_id, platform_number, modified_at, mark, payload, fetch_wanted,
     told, attempts, error_code, error_where)
SELECT told.shop_id, told.number, told.modified_at, told.mark, told.payload,
       told.payload IS NULL, 1, 0, '', ''
FROM unnest(%(shops)s::bigint[], %(numbers)s::text[], %(times)s::timestamptz[],
            %(marks)s::text[], %(payloads)s::text[])
     AS told(shop_id, number, modified_at, mark, payload)
ORDER BY told.shop_id, told.number
ON CONFLICT (shop_id, platform_number) DO UPDATE SET
    payload = CASE WHEN {take} THEN EXCLUDED.payload ELSE known.payload END,
    modified_at = CASE WHEN {take} THEN EXCLUDED.modified_at ELSE known.modified_at END,
    mark = CASE WHEN {take} THEN EXCLUDED.mark ELSE known.mark END,
    received_at = CASE WHEN known.taken_at IS NULL AND known.dead_at IS NULL
                       THEN known.received_at ELSE clock_timestamp() END,
    taken_at = CASE WHEN {take} THEN NULL ELSE known.taken_at END,
    fetch_wanted = CASE WHEN {take} THEN known.fetch_wanted AND NOT {is_fetch} ELSE TRUE END,
    told = known.told + 1,
    dead_at = NULL, attempts = 0, error_code = '', error_where = '',
    due_at = clock_timestamp()
WHERE {take} OR {ask}
"""
# A full order replaces what we know when it is newer, or when it was fetched just now.
_TAKE = """(EXCLUDED.payload IS NOT NULL AND (
    known.payload IS NULL OR known.modified_at IS NULL
    OR EXCLUDED.modified_at > known.modified_at
    OR ({is_fetch} AND EXCLUDED.modified_at = known.modified_at
        AND EXCLUDED.mark <> known.mark)))"""
# Of two different versions of one second nobody knows the newer one: ask the platform.
_ASK = """({is_wish} OR (EXCLUDED.payload IS NULL AND known.payload IS NULL
        AND NOT known.fetch_wanted)
    OR (NOT {is_fetch} AND known.payload IS NOT NULL AND (
        (EXCLUDED.payload IS NULL AND EXCLUDED.modified_at > known.modified_at)
        OR (EXCLUDED.modified_at = known.modified_at AND EXCLUDED.mark <> known.mark))))"""


def _statement(source: str, *, names_only: bool) -> str:
    is_fetch = "TRUE" if source == FETCHED else "FALSE"
    # A push without content says "something happened": always look.
    is_wish = "TRUE" if source == WISHED or (source == PUSHED and names_only) else "FALSE"
    take = _TAKE.format(is_fetch=is_fetch)
    ask = _ASK.format(is_fetch=is_fetch, is_wish=is_wish)
    return _STORE.format(take=take, ask=ask, is_fetch=is_fetch)


def store(*, shop_id: int, orders: Sequence[RawOrder], source: str, rings: bool = True) -> int:
    """Keep what was told; one statement for any number of orders, in the caller's transaction.

    Older versions and what is known already change nothing. Rings for whoever works on the inbox.

    Args:
        source: PUSHED, LISTED, FETCHED or WISHED (somebody wants it asked for again).
        rings: False when the caller works on them itself, in this transaction.

    Returns:
        How many orders are new or newer.
    """
    assert connection.in_atomic_block, "The inbox is written in the caller's transaction."
    newest: dict[str, RawOrder] = {}
    for order in orders:
        newest[order.number] = order
    if not newest:
        return 0
    field = InboxOrder._meta.get_field("payload")
    changed = 0
    for names_only in (False, True):
        batch = [one for one in newest.values() if (one.payload is None) == names_only]
        if not batch:
            continue
        values: dict[str, Any] = {
            "shops": [shop_id] * len(batch),
            "numbers": [one.number for one in batch],
            "times": [one.modified_at for one in batch],
            "marks": [one.mark for one in batch],
            "payloads": [
                None if one.payload is None else field.get_db_prep_value(one.payload, connection)
                for one in batch
            ],
        }
        with connection.cursor() as cursor:
            cursor.execute(_statement(source, names_only=names_only), values)
            changed += cursor.rowcount
    if changed and rings:
        outbox.ring(topic="inbox.told")
    return changed


def without_known(*, shop_id: int, orders: Sequence[RawOrder]) -> list[RawOrder]:
    """Leave out what the inbox has in this very version; overlapping pulls bring much of it."""
    numbers = [order.number for order in orders]
    known: Mapping[str, tuple[object, str]] = {
        number: (modified_at, mark)
        for number, modified_at, mark in InboxOrder.objects.filter(
            shop_id=shop_id, platform_number__in=numbers, payload__isnull=False
        ).values_list("platform_number", "modified_at", "mark")
    }
    return [one for one in orders if known.get(one.number) != (one.modified_at, one.mark)]


def receive_push(*, shop: Shop, push: Push, body: bytes) -> str:
    """Store a verified push.

    Returns:
        "stored", "duplicate" (an honest repeat: answer it well), "replay" (a copy of one delivery)
        or "altered" (a known id with other content). Only "stored" leaves more than a counter.
    """
    assert connection.in_atomic_block, "A push is stored in the caller's transaction."
    body_hash = hashlib.sha256(body).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_sync_pushseen (shop_id, message_id, delivery, body_hash)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (shop_id, message_id) DO NOTHING",
            [shop.pk, push.message_id, push.delivery, body_hash],
        )
        is_new = cursor.rowcount == 1
    if not is_new:
        outcome = _judge_repeat(shop, push, body_hash)
        count_push(shop_id=shop.pk, outcome=outcome)
        return outcome
    if push.order is not None:
        store(shop_id=shop.pk, orders=[push.order], source=PUSHED)
    return "stored"


def _judge_repeat(shop: Shop, push: Push, body_hash: str) -> str:
    """A platform that missed our answer sends again, signed anew or after a while."""
    seen = PushSeen.objects.get(shop=shop, message_id=push.message_id)
    if seen.body_hash != body_hash:
        return "altered"
    if not push.delivery or seen.delivery != push.delivery:
        return "duplicate"
    age = (database_now() - seen.at).total_seconds()
    # TOP's relay signs the time of every delivery, so there the same time is always a copy.
    if shop.platform == Shop.Platform.SHOPIFY and age > HONEST_REPEAT_SECONDS:
        return "duplicate"
    return "replay"


def count_push(*, shop_id: int, outcome: str) -> None:
    """Count a push that was not stored; nothing else of it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_sync_pushcounter AS known (shop_id, day, outcome, count)"
            " VALUES (%s, (clock_timestamp() AT TIME ZONE 'UTC')::date, %s, 1)"
            " ON CONFLICT (shop_id, day, outcome) DO UPDATE SET count = known.count + 1",
            [shop_id, outcome[:40]],
        )


def keep_malformed(*, shop_id: int, topic: str, body: bytes) -> None:
    """Keep a signed but unreadable push for inspection; only the newest few per shop stay."""
    text = body[:65536].decode("utf-8", "replace").replace("\x00", "�")
    MalformedPush.objects.create(shop_id=shop_id, topic=topic[:100], body=text)
    kept = MalformedPush.objects.filter(shop_id=shop_id).order_by("-id")
    oldest = kept.values_list("id", flat=True)[MALFORMED_KEPT - 1 : MALFORMED_KEPT]
    for floor in oldest:
        MalformedPush.objects.filter(shop_id=shop_id, id__lt=floor).delete()
    count_push(shop_id=shop_id, outcome="malformed")


def forget_old_pushes(*, limit: int) -> int:
    """Drop message ids older than any platform repeats."""
    old = PushSeen.objects.filter(at__lt=database_clock() - timedelta(days=SEEN_DAYS))
    ids = list(old.order_by("at").values_list("id", flat=True)[:limit])
    return PushSeen.objects.filter(id__in=ids).delete()[0]


def counters(*, shop_id: int, since: date) -> dict[str, int]:
    """Pushes not stored since a day, by reason."""
    found: dict[str, int] = {}
    for row in PushCounter.objects.filter(shop_id=shop_id, day__gte=since):
        found[row.outcome] = found.get(row.outcome, 0) + row.count
    return found


def retry(*, row_ids: Sequence[int]) -> int:
    """Give dead or waiting orders another try at once."""
    owed = Q(taken_at__isnull=True) | Q(fetch_wanted=True)
    rows = InboxOrder.objects.filter(owed, pk__in=row_ids)
    changed = rows.update(dead_at=None, attempts=0, due_at=database_clock(), told=F("told") + 1)
    if changed:
        outbox.ring(topic="inbox.told")
    return changed


def forget_payloads(*, keys: list[str]) -> None:
    """Empty what the platforms told about orders (by id) whose receivers were removed.

    Emptied, not taken away: a row without a payload asks the platform for it again.
    """
    wanted = Q()
    for shop, number in told_as([int(key) for key in keys]):
        wanted |= Q(shop=shop, platform_number=number)
    if wanted:
        InboxOrder.objects.filter(wanted, taken_at__isnull=False).update(payload={})
