"""Two workers judge at once, one is killed: events are judged once and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from freeze_rules.models import WAITING, Proof, Rule, RuleState, Verdict, Watch
from freeze_rules.models import Event as Happened
from freeze_rules.services import judging
from freeze_rules.tasks import judge
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.races


def _closing(work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        connections.close_all()


def _told(count: int) -> None:
    given.stock("TEA", 100)
    writing.enabled(scope="goods", quantity={"event": True}, release={"proof": "repair.done"})
    for _n in range(count):
        writing.happens("goods.received", goods=[("TEA", 2)])


def test_two_judges_share_the_events_between_them(real_commits: str) -> None:
    _told(12)
    together = Barrier(2)

    def judge() -> int:
        together.wait(60)
        done = 0
        while True:
            with transaction.atomic():
                judged = judging.judge_batch(limit=3)
            done += judged.events
            if not judged.events:
                return done

    with ThreadPoolExecutor(2) as pool:
        both = [each.result() for each in [pool.submit(_closing, judge) for _ in range(2)]]

    assert sum(both) == 12
    assert Verdict.objects.count() == 12
    assert given.free("TEA") == 100 - 24


def test_without_the_lock_two_judges_take_the_same_events(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the claim by row that keeps the two apart."""
    _told(1)
    monkeypatch.setattr(
        type(Happened.objects.all()), "select_for_update", lambda self, **_how: self
    )
    first_has_read, second_has_read = Event(), Event()

    def read(mine: Event, other: Event) -> int:
        with transaction.atomic():
            rows = Happened.objects.filter(WAITING).select_for_update(skip_locked=True)
            seen = len(list(rows))
            mine.set()
            other.wait(60)
            return seen

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(_closing, lambda: read(first_has_read, second_has_read))
        two = pool.submit(_closing, lambda: read(second_has_read, first_has_read))
        assert (one.result(), two.result()) == (1, 1)


def test_what_a_killed_worker_had_begun_is_judged_by_the_next(real_commits: str) -> None:
    _told(3)

    class Killed(BaseException):
        pass

    def dies() -> int:
        try:
            with transaction.atomic():
                judging.judge_batch()
                raise Killed
        except Killed:
            return 0

    with ThreadPoolExecutor(1) as pool:
        pool.submit(_closing, dies).result()
    assert Happened.objects.filter(WAITING).count() == 3
    assert given.free("TEA") == 100

    with transaction.atomic():
        assert judging.judge_batch().events == 3
    assert given.free("TEA") == 94


def test_a_database_that_goes_away_is_no_fault_of_the_events(real_commits: str) -> None:
    _told(2)

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """The server ends this session as soon as the judge wants to write."""
        if sql.startswith("INSERT"):
            mine, other = connections["default"], connections["default"].copy()
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(%s)", [mine.connection.info.backend_pid]
                )
            other.close()
        return execute(sql, params, many, context)

    def judges() -> int:
        for _attempt in range(judging.LAST_ATTEMPT + 1):
            with connections["default"].execute_wrapper(cut), pytest.raises(OperationalError):
                judge()
            connections["default"].close()
        return 0

    with ThreadPoolExecutor(1) as pool:
        pool.submit(_closing, judges).result()
    untouched = Happened.objects.values_list("attempts", "failed_at")
    assert set(untouched) == {(0, None)}

    judge()

    assert given.free("TEA") == 96


def test_a_rule_that_stops_waits_for_no_freeze_that_another_look_has_locked(
    real_commits: str,
) -> None:
    rule = writing.enabled(
        scope="sku", release={"proof": "inspection.passed"}, release_limits={"value": 15}
    )
    for sku in ("MILK", "OATS"):
        given.sku(sku, unit_cost="1")
        given.stock(sku, 10)
        writing.tell("goods.received", goods=[(sku, 10)])
    mine, others = Watch.objects.order_by("id")
    who = given.person()
    for watch in (mine, others):
        Proof.objects.create(watch=watch, leaf="inspection.passed", person=who)
    Watch.objects.update(look_at=timezone.now())
    locked, done = Event(), Event()

    def looks() -> int:
        with transaction.atomic():
            Watch.objects.select_for_update().get(pk=others.pk)
            locked.set()
            done.wait(60)
        return 1

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(_closing, looks)
        locked.wait(60)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                assert judging.look_again() == 1
        finally:
            done.set()
        other.result()
    held_back = Watch.objects.filter(held_back_at__isnull=False)
    assert [watch.pk for watch in held_back] == [mine.pk]
    with transaction.atomic():
        assert judging.look_again() == 1

    assert held_back.all().count() == 2
    assert Rule.objects.get(pk=rule.pk).state == RuleState.PAUSED
    assert (given.free("MILK"), given.free("OATS")) == (0, 0)
