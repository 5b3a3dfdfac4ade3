"""The only writer of stock: `post()` takes a batch of requests, once per transaction.

Order (design section 4): insert missing balances in key order, lock the balances in id order,
look up keys, decide, write postings and entries in bulk; `fill` gives blankets what became free.
The statements are the same number for one request and for a thousand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from inventory import filing, loading, news, unpacking
from inventory.decisions import planning
from inventory.decisions.answer import Answer
from inventory.decisions.carrying import check_trucks
from inventory.decisions.giving_way import Displaced
from inventory.decisions.needs import Needs
from inventory.decisions.verbs import VERBS
from inventory.models import Closing, HoldLine
from inventory.requests import Outcome, Pin, PinRequest, Plan, Refused, Request
from inventory.requests.checking import fault_of
from inventory.world import Claim, World
from inventory.writing import Written, write

# A caller's clock may be this much ahead of ours.
CLOCK_SLACK = timedelta(minutes=5)
# Of one command, before it gives up following claims that others carry about.
LOCK_TRIES = 8
# Advisory lock class; the second key is always 0.
PERIODS = 7102


class SecondPosting(RuntimeError):
    """A transaction may post once: a second batch could lock balances in another order."""


class Restless(RuntimeError):
    """Nothing was done; the caller may come again."""


class NoTransaction(RuntimeError):
    """The caller must open the transaction; services never do."""


def post(requests: Sequence[Request], *, actor: str, today: date | None = None) -> list[Outcome]:
    """Carry out each request whole or not at all, and answer each, in order.

    Must run inside the caller's transaction, once in it. A refused request leaves no trace; the
    others go through. `today` decides which lots are expired (default: the display zone's date).

    Raises:
        NoTransaction, SecondPosting: the caller's mistake.
    """
    _once_per_transaction()
    faults = [fault_of(request) for request in requests]
    sound = [request for request, fault in zip(requests, faults, strict=True) if fault is None]
    done = iter(_carry_out(sound, actor=actor, today=today))
    return [
        next(done) if fault is None else _refuse(request, fault)
        for request, fault in zip(requests, faults, strict=True)
    ]


def _refuse(request: Request, fault: Refused) -> Outcome:
    return Outcome(key=request.key, document=request.document, refusal=fault)


def _carry_out(requests: Sequence[Request], *, actor: str, today: date | None) -> list[Outcome]:
    world, unpacked = _gather(requests, today=today, locked=True)
    earlier = _earlier([request.key for request in requests])
    decided = _decide_all(world, requests, earlier, unpacked)
    written = write(
        world, requests, actor=actor, fingerprints=decided.fingerprints, kind_of=_kind_of
    )
    filing.write(world, written.postings)
    news.tell(world, decided.displaced.values(), requests=requests, postings=written.postings)
    news.tell_arrived(requests, written.postings)
    return [_answer(index, request, decided, written) for index, request in enumerate(requests)]


def plan(request: Request, *, today: date | None = None) -> Plan:
    """What the request would do if it came now; decided as `post` decides, without a lock.

    Nothing is written. Outside a transaction it reads one snapshot of the world.
    """
    fault = fault_of(request)
    if fault is not None:
        return planning.refused(fault)
    with _one_snapshot():
        world, unpacked = _gather([request], today=today, locked=False)
    world.begin(0)
    try:
        _check_versions(world, request)
        answer = VERBS[type(request)].decide(world, unpacked.of(0, request))
        check_trucks(world)
    except Refused as refusal:
        return planning.refused(refusal)
    world.fill()
    told = answer if isinstance(answer, Answer) else Answer(displaced=answer or {})
    return planning.plan(world, told.claim, told.displaced)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _gather(
    requests: Sequence[Request], *, today: date | None, locked: bool
) -> tuple[World, unpacking.Unpacked]:
    """The part of the world that the requests need: locked to be written, or as it looks."""
    needs = Needs()
    for request in requests:
        VERBS[type(request)].needs(request, needs)
        needs.balances.update(expected.balance_key for expected in request.expected)
    found = filing.find(needs)
    world = World(today=today or timezone.localdate())
    if not locked:
        pass  # whoever only looks keeps nobody waiting
    elif needs.wide or loading.lifts_a_wide_blanket(needs):
        loading.lock_blankets(alone=True)
    elif needs.growing:
        loading.lock_blankets(alone=False)
    ids = loading.balance_ids(needs, insert=locked)
    unpacked = unpacking.unpack(requests, needs)
    if unpacked.requests:
        for request in unpacked.requests.values():
            VERBS[type(request)].needs(request, needs)
        ids = loading.balance_ids(needs, insert=locked)
    if locked:
        _lock_in_order(world, needs, ids)
    else:
        loading.know(world, ids)
    _look_at_whole_balances(world, needs, requests)
    needs.look(world.balances)
    loading.load(world, needs)
    filing.load(world, needs, found, locked=locked)
    unpacking.unpack_claims(unpacked, requests, world)
    return world, unpacked


def _lock_in_order(world: World, needs: Needs, ids: list[int]) -> None:
    """Lock the balances; when a claim was carried off meanwhile, let go and lock with its new ones.

    Locks are only ever taken in id order, so whoever finds out too late begins again.
    """
    if not needs.hold_ids and not needs.lifts_blankets:
        loading.lock(world, ids)
        return
    for _ in range(LOCK_TRIES):
        before = transaction.savepoint()
        loading.lock(world, ids)
        late = loading.where_claims_went(needs, ids)
        if not late:
            transaction.savepoint_commit(before)
            return
        transaction.savepoint_rollback(before)
        world.balances.clear()
        ids = sorted({*ids, *late})
    raise Restless("claims were carried from balance to balance faster than they could be locked")


def _kind_of(request: Request) -> str:
    return VERBS[type(request)].kind


def _once_per_transaction() -> None:
    """Mark the caller's transaction; test cases wrap one of their own around, which is not it."""
    blocks = [
        block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)
    ]
    if not blocks:
        raise NoTransaction("inventory verbs run inside the caller's transaction.atomic()")
    if getattr(blocks[0], "stock_posted", False):
        raise SecondPosting("one transaction posts once; collect the requests into one call")
    blocks[0].stock_posted = True  # type: ignore[attr-defined]


def _look_at_whole_balances(world: World, needs: Needs, requests: Sequence[Request]) -> None:
    """Pinning looks at every cell of the balances where its documents have claims."""
    if any(isinstance(request, PinRequest) for request in requests):
        needs.whole.update(world.balances)


@dataclass
class _Earlier:
    posting_id: int
    fingerprint: str
    hold_id: int | None
    pins: tuple[Pin, ...]
    displaced: Displaced


def _earlier(keys: list[str]) -> dict[str, _Earlier]:
    """Postings that already happened under these keys, with what they answered."""
    found: dict[str, _Earlier] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.key, p.kind, p.document, p.id, p.fingerprint,
                      (SELECT min(h.id) FROM inventory_hold h
                       WHERE h.posting_id = p.id AND h.document = p.document),
                      p.facts->'displaced'
               FROM inventory_posting p WHERE p.key = ANY(%s)""",
            [keys],
        )
        rows = cursor.fetchall()
    for key, kind, document, posting_id, fingerprint, hold_id, displaced in rows:
        pins = _pins_of(document) if kind == "PIN" else ()
        lost = _displaced_then(displaced)
        found[key] = _Earlier(posting_id, fingerprint, hold_id, pins, lost)
    return found


def _displaced_then(noted: str | None) -> Displaced:
    """Who lost units then, as the posting's facts keep it: JSON has no whole numbers for keys."""
    told = json.loads(noted) if noted else {}
    return {name: {int(sku): qty for sku, qty in lost.items()} for name, lost in told.items()}


def _pins_of(document: str) -> tuple[Pin, ...]:
    """Where the document's claims lie now; a repeated answer must not send anyone astray."""
    lines = HoldLine.objects.filter(
        hold__document=document,
        hold__role="COMMITMENT",
        stock__isnull=False,
        open__gt=0,
    ).select_related("stock", "balance")
    return tuple(
        Pin(
            line_id=line.pk,
            hold_id=line.hold_id,
            sku_id=line.balance.sku_id,
            lot_id=line.stock.lot_id,
            location_id=line.stock.location_id,
            qty=line.open,
        )
        for line in lines
        if line.stock is not None
    )


@dataclass
class _Decided:
    refusals: dict[int, Refused]
    repeats: dict[int, _Earlier]
    # A key that came twice in one batch: the later request answers like the first.
    twins: dict[int, int]
    claims: dict[int, Claim]
    displaced: dict[int, Displaced]
    fingerprints: list[str]

    def leaves_posting(self, index: int) -> bool:
        return index not in self.refusals and index not in self.repeats and index not in self.twins


def _decide_all(
    world: World,
    requests: Sequence[Request],
    earlier: dict[str, _Earlier],
    unpacked: unpacking.Unpacked,
) -> _Decided:
    times = _times(requests)
    decided = _Decided({}, {}, {}, {}, {}, [request.fingerprint() for request in requests])
    seen: dict[str, tuple[int, str]] = {}
    for index, request in enumerate(requests):
        fingerprint = decided.fingerprints[index]
        before = earlier.get(request.key)
        twin = seen.get(request.key)
        if before is not None or twin is not None:
            known = before.fingerprint if before else twin[1] if twin else ""
            if known != fingerprint:
                decided.refusals[index] = Refused("key_reused", key=request.key)
            elif before is not None:
                decided.repeats[index] = before
            elif twin is not None:
                decided.twins[index] = twin[0]
            continue
        world.begin(index)
        try:
            _check_versions(world, request)
            times.check(request)
            answer = VERBS[type(request)].decide(world, unpacked.of(index, request))
            check_trucks(world)
            world.fill()
            planning.check(world, request)
        except Refused as refusal:
            world.undo()
            decided.refusals[index] = refusal
            continue
        world.settle()
        seen[request.key] = (index, fingerprint)
        told = answer if isinstance(answer, Answer) else Answer(displaced=answer or {})
        if told.claim is not None:
            told.claim.kits = unpacked.kits_of(index, told.claim, world)
            decided.claims[index] = told.claim
        if told.displaced:
            decided.displaced[index] = told.displaced
            world.note(displaced=told.displaced)
    world.posted = {index for index in range(len(requests)) if decided.leaves_posting(index)}
    return decided


def _check_versions(world: World, request: Request) -> None:
    """Compare and set: every balance the caller names must be as the caller saw it.

    Raises:
        Refused: world_moved, naming the balance and both versions.
    """
    for expected in request.expected:
        balance = world.balance(expected.balance_key)
        there = balance.version if balance else 0
        if there != expected.version:
            raise Refused(
                "world_moved",
                sku_id=expected.sku_id,
                warehouse_id=expected.warehouse_id,
                asked=expected.version,
                there=there,
            )


@dataclass(frozen=True)
class _Times:
    """When something may be said to have happened: in the open period, not in the future."""

    open_since: datetime | None
    now: datetime

    def check(self, request: Request) -> None:
        """Raises Refused: period_closed, in_the_future."""
        if request.occurred_at is None:
            return
        if self.open_since is not None and request.occurred_at < self.open_since:
            raise Refused("period_closed", asked=request.occurred_at, there=self.open_since)
        if request.occurred_at > self.now + CLOCK_SLACK:
            raise Refused("in_the_future", asked=request.occurred_at, there=self.now)


def lock_periods(*, alone: bool) -> None:
    """Closing a period waits for bookings that are under way with a time of their own."""
    shared = "" if alone else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s, 0)", [PERIODS])


def _times(requests: Sequence[Request]) -> _Times:
    if all(request.occurred_at is None for request in requests):
        return _Times(None, timezone.now())
    lock_periods(alone=False)
    closing = Closing.objects.order_by("-until").first()
    return _Times(closing.until if closing else None, timezone.now())


def _answer(index: int, request: Request, decided: _Decided, written: Written) -> Outcome:
    if index in decided.refusals:
        return Outcome(key=request.key, document=request.document, refusal=decided.refusals[index])
    if index in decided.repeats:
        before = decided.repeats[index]
        return Outcome(
            key=request.key,
            document=request.document,
            posting_id=before.posting_id,
            hold_id=before.hold_id,
            pins=before.pins,
            displaced=before.displaced,
            repeated=True,
        )
    first = decided.twins.get(index, index)
    return Outcome(
        key=request.key,
        document=request.document,
        posting_id=written.postings[first],
        hold_id=decided.claims[first].id if first in decided.claims else None,
        pins=written.pins.get(first, ()) if isinstance(request, PinRequest) else (),
        displaced=decided.displaced.get(first, {}),
        repeated=index in decided.twins,
    )


def start_lines(*, documents: Sequence[str]) -> None:
    """Mark the documents' lines as being picked; a shortfall spares those as long as it can."""
    HoldLine.objects.filter(hold__document__in=documents, open__gt=0).update(started=True)
