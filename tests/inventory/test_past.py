"""The past on two axes equals a replay of the postings, whatever was marked when."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from inventory import selectors as stock
from inventory import services as inventory
from inventory import tasks
from inventory.models import Balance, BalanceMark, Entry, Posting, Snapshot
from inventory.selectors import Axis
from inventory.services import snapshots
from org.scope import Scope
from tests import given

ALL = Scope.everything()
_keys = itertools.count(1)


def _receive(code: str, qty: int, *, at: datetime | None = None) -> int:
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    with transaction.atomic():
        outcome = inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=f"past:{next(_keys)}", document="PO-1", occurred_at=at,
                    warehouse_id=given.warehouse_id("WH1"), location_id=place.id,
                    lines=(inventory.Line(sku_id=given.sku(code), qty=qty),),
                )
            ],
            actor="person:3",
        )[0].check()  # fmt: skip
    assert outcome.posting_id is not None
    return outcome.posting_id


def _figures(
    at: datetime, axis: Axis = Axis.RECORDED, known_at: datetime | None = None
) -> dict[int, tuple[int, int]]:
    page = stock.as_of(at=at, axis=axis, known_at=known_at, scope=ALL)
    return {row.balance_id: (row.on_hand, row.held) for row in page.rows}


def _replay(
    at: datetime, axis: Axis = Axis.RECORDED, known_at: datetime | None = None
) -> tuple[Counter[int], Counter[int], Counter[int], Counter[int]]:
    """The same figures by adding up every entry, one by one."""
    goods: Counter[int] = Counter()
    claims: Counter[int] = Counter()
    cells: Counter[int] = Counter()
    lines: Counter[int] = Counter()
    for entry in Entry.objects.filter(balance__isnull=False).select_related("posting"):
        posting = entry.posting
        time = posting.recorded_at if axis is Axis.RECORDED else posting.occurred_at
        if time > at or (known_at is not None and posting.recorded_at > known_at):
            continue
        goods[entry.balance_id or 0] += entry.on_hand
        claims[entry.balance_id or 0] += entry.held
        cells[entry.stock_id or 0] += entry.on_hand
        lines[entry.line_id or 0] += entry.held
    cells.pop(0, None)
    lines.pop(0, None)
    return goods, claims, cells, lines


@pytest.mark.django_db
def test_goods_booked_late_are_there_only_on_the_occurred_axis() -> None:
    given.warehouse("WH1")
    _receive("TEA", 10)
    noon = datetime.now(UTC)
    late = _receive("TEA", 5, at=noon - timedelta(hours=2))
    (balance,) = Balance.objects.values_list("id", flat=True)
    recorded = Posting.objects.get(pk=late).recorded_at
    monday = noon - timedelta(hours=1)
    assert _figures(monday) == {balance: (0, 0)}
    assert _figures(monday, Axis.OCCURRED) == {balance: (5, 0)}
    assert _figures(monday, Axis.OCCURRED, noon) == {balance: (0, 0)}
    assert _figures(noon) == {balance: (10, 0)}
    assert _figures(noon, Axis.OCCURRED) == {balance: (15, 0)}
    assert _figures(recorded) == {balance: (15, 0)}
    with pytest.raises(ValueError, match="occurred axis"):
        stock.as_of(at=noon, known_at=noon, scope=ALL)


@pytest.mark.django_db
def test_what_is_said_to_happen_in_a_minute_has_not_happened_yet() -> None:
    given.warehouse("WH1")
    soon = datetime.now(UTC) + timedelta(minutes=2)
    _receive("TEA", 4, at=soon)
    (balance,) = Balance.objects.values_list("id", flat=True)
    now = datetime.now(UTC)
    assert _figures(now) == {balance: (4, 0)}
    assert _figures(now, Axis.OCCURRED) == {balance: (0, 0)}
    assert _figures(soon, Axis.OCCURRED) == {balance: (4, 0)}


@pytest.mark.django_db
def test_the_past_outside_the_scope_is_not_told() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 3)
    page = stock.as_of(at=datetime.now(UTC), scope=Scope.nothing())
    assert page.rows == ()
    (balance,) = Balance.objects.values_list("id", flat=True)
    now = datetime.now(UTC)
    assert stock.claims_as_of(balance_id=balance, at=now, scope=Scope.nothing()) is None
    assert stock.cells_as_of(balance_id=balance, at=now, scope=Scope.nothing()) == []


@pytest.mark.django_db
def test_pages_of_the_past_follow_each_other() -> None:
    given.warehouse("WH1")
    for code in ("A", "B", "C"):
        given.stock(code, 2)
    now = datetime.now(UTC)
    first = stock.as_of(at=now, scope=ALL, limit=2)
    assert [row.sku_code for row in first.rows] == ["A", "B"]
    second = stock.as_of(at=now, scope=ALL, limit=2, after=first.after)
    assert ([row.sku_code for row in second.rows], second.after) == (["C"], None)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_any_moment_equals_a_replay_of_the_entries(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 7)
    dice = random.Random(seed)
    given.warehouse("WH1")
    given.location("A-02")
    given.stock("TEA", 50)
    given.stock("RICE", 50, location="A-02")
    for number in range(40):
        _something(dice, number)
        if dice.random() < 0.15:
            while _batch(snapshots.take_marks):
                pass
            snapshots.mark(list(Balance.objects.values_list("id", flat=True)))
        if dice.random() < 0.05:
            _batch(
                lambda: snapshots.mark(
                    list(Balance.objects.values_list("id", flat=True)), whole=True
                )
            )
    assert BalanceMark.objects.exists()
    postings = list(Posting.objects.order_by("id"))
    moments = [one.recorded_at for one in dice.sample(postings, 12)]
    moments += [one.occurred_at for one in dice.sample(postings, 8)]
    for at in moments:
        _same(at, Axis.RECORDED, None)
        _same(at, Axis.OCCURRED, None)
        _same(at, Axis.OCCURRED, dice.choice(postings).recorded_at)


def _batch(work: Callable[[], Any]) -> Any:
    with transaction.atomic():
        return work()


def _something(dice: random.Random, number: int) -> None:
    """One random verb, some of it said to have happened earlier or in a moment."""
    lag = dice.choice([0, 0, 0, 5, 30, 3600, 90_000, -60])
    at = datetime.now(UTC) - timedelta(seconds=lag) if lag else None
    code = dice.choice(["TEA", "RICE"])
    house = given.warehouse_id("WH1")
    choice = dice.random()
    key = f"something:{number}"
    with transaction.atomic():
        if choice < 0.3:
            pass
        elif choice < 0.6:
            inventory.hold(
                [
                    inventory.HoldRequest(
                        key=key, document=f"SO-{number % 9}", occurred_at=at, warehouse_id=house,
                        lines=(inventory.Line(sku_id=given.sku(code), qty=dice.randint(1, 6)),),
                    )
                ],
                actor="system:test",
            )  # fmt: skip
            return
        elif choice < 0.7:
            inventory.pin(
                [
                    inventory.PinRequest(
                        key=key, document=f"SO-{dice.randint(0, 8)}", occurred_at=at,
                        warehouse_id=house,
                    )
                ],
                actor="system:test",
            )  # fmt: skip
            return
        elif choice < 0.85:
            inventory.release(
                [
                    inventory.ReleaseRequest(
                        key=key, document=f"SO-{dice.randint(0, 8)}", occurred_at=at
                    )
                ],
                actor="system:test",
            )
            return
        elif choice < 0.93:
            inventory.ship(
                [inventory.ShipRequest(key=key, document=f"SO-{dice.randint(0, 8)}")],
                actor="system:test",
            )
            return
        else:
            receipts = Posting.objects.filter(kind="RECEIVE", reversed_by=None)
            inventory.reverse(
                [
                    inventory.ReverseRequest(
                        key=key, document="RV", why="typed twice", occurred_at=at,
                        posting_id=dice.choice(list(receipts.values_list("id", flat=True))),
                    )
                ],
                actor="system:test",
            )  # fmt: skip
            return
    _receive(code, dice.randint(1, 5), at=at)


def _same(at: datetime, axis: Axis, known_at: datetime | None) -> None:
    goods, claims, cells, lines = _replay(at, axis, known_at)
    assert _figures(at, axis, known_at) == {
        pk: (goods[pk], claims[pk]) for pk in Balance.objects.values_list("id", flat=True)
    }
    for balance in Balance.objects.all():
        told = stock.cells_as_of(
            balance_id=balance.pk, at=at, axis=axis, known_at=known_at, scope=ALL
        )
        own = set(balance.cells.values_list("id", flat=True))
        assert {row.stock_id: row.on_hand for row in told if row.on_hand} == {
            pk: qty for pk, qty in cells.items() if qty and pk in own
        }
        past = stock.claims_as_of(
            balance_id=balance.pk, at=at, axis=axis, known_at=known_at, scope=ALL
        )
        assert past is not None
        mine = set(balance.lines.values_list("id", flat=True))
        wanted = {pk: qty for pk, qty in lines.items() if qty and pk in mine}
        assert {row.line_id: row.open for row in past.rows} == wanted
        assert sum(row.units for row in past.by_reason) == sum(wanted.values())
        assert sum(row.positions for row in past.by_reason) == sum(
            1 for qty in wanted.values() if qty > 0
        )


@pytest.mark.django_db
def test_a_months_snapshot_is_taken_once_and_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshots, "BALANCES", 2)
    given.warehouse("WH1")
    for code in ("A", "B", "C"):
        given.stock(code, 2)
    until = datetime.now(UTC)
    given.stock("A", 5)
    done = [_batch(lambda: inventory.take_snapshot(taken_for=until)) for _ in range(4)]
    assert done == [False, False, True, True]
    assert Snapshot.objects.get().balances == 3
    assert sorted(BalanceMark.objects.values_list("on_hand", flat=True)) == [2, 2, 2]
    assert {row.on_hand for row in stock.as_of(at=until, scope=ALL).rows} == {2}


@pytest.mark.django_db
def test_marks_and_snapshots_are_planned() -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.take_marks.name, tasks.take_snapshot.name} <= planned


@pytest.mark.races
def test_a_mark_waits_for_what_commits_late(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "EVERY", 2)
    given.warehouse("WH1")
    given.stock("TEA", 10)
    given.stock("RICE", 10)
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic(durable=True):
                given.held("SO-LATE", "TEA", 3)
                written.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(30)
    for number in range(4):
        given.held(f"SO-{number}", "RICE", 1)
    tasks.take_marks()
    _batch(lambda: inventory.take_snapshot(taken_for=datetime.now(UTC)))
    assert BalanceMark.objects.filter(balance__sku__code="TEA", held=0).count() == 1
    go_on.set()
    thread.join(30)
    tasks.take_marks()
    ids = list(Balance.objects.values_list("id", flat=True))
    _batch(lambda: snapshots.mark(ids, whole=True))
    newest = BalanceMark.objects.filter(balance__sku__code="TEA").order_by("-last_entry")[0]
    assert (newest.on_hand, newest.held) == (10, 3)
    assert stock.audit() == []
