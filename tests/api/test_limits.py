"""The token bucket of a client: exact under many threads, and never in the way when it is gone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from django.conf import settings
from redis import Redis

from org import roles
from org.api.limits import PASSED_UNCOUNTED, Buckets, Taken
from org.meters import Series, meters
from tests import given
from tests.api.calling import STOCK, codes, signed
from tests.wms.test_races import together

_count = itertools.count(1)
REASONS = f"{STOCK}reasons"


def taking(per_minute: int, burst: int) -> Callable[[], Taken]:
    """Takes out of a bucket nobody else has."""
    name = f"test-{next(_count)}"
    buckets = Buckets(settings.REDIS_URL)

    def take() -> Taken:
        found = buckets.take(name=name, per_minute=per_minute, burst=burst)
        assert found is not None
        return found

    return take


def test_a_bucket_gives_what_it_holds_and_then_says_how_long_to_wait() -> None:
    take = taking(per_minute=6, burst=3)

    found = [take() for _ in range(4)]

    assert [each.passed for each in found] == [True, True, True, False]
    assert [each.left for each in found] == [2, 1, 0, 0]
    # Six a minute: one every ten seconds.
    assert found[3].wait_s == 10
    assert 29 <= found[3].full_s <= 30


def test_tokens_come_back_with_time() -> None:
    # A thousand a second.
    take = taking(per_minute=60_000, burst=1)
    found = [take() for _ in range(200)]

    assert found[0].passed
    assert 1 < sum(each.passed for each in found) < 200


def test_twelve_threads_together_get_exactly_what_the_bucket_holds() -> None:
    take = taking(per_minute=1, burst=100)

    def many() -> int:
        return sum(take().passed for _ in range(25))

    assert sum(together(*[many] * 12)) == 100


def test_control_a_bucket_that_is_read_and_written_in_two_steps_gives_out_more() -> None:
    redis = Redis.from_url(settings.REDIS_URL)
    name = f"control-{next(_count)}"
    redis.set(name, 100)

    def many() -> int:
        got = 0
        for _ in range(25):
            left = int(redis.get(name) or 0)
            if left > 0:
                redis.set(name, left - 1)
                got += 1
        return got

    assert sum(together(*[many] * 12)) > 100
    redis.close()


@pytest.mark.django_db
def test_a_program_is_told_what_is_left_and_when_to_come_back() -> None:
    who = given.api_client(roles.STOCK_VIEW, per_minute=6, burst=2)
    other = given.api_client(roles.STOCK_VIEW)

    answers = [signed(who, "GET", REASONS) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each.headers["RateLimit-Remaining"] for each in answers] == ["1", "0", "0"]
    assert {each.headers["RateLimit-Limit"] for each in answers} == {"2"}
    assert codes(answers[2]) == ["too_many_requests"]
    assert answers[2].json()["errors"][0]["there"] == 6
    assert answers[2].headers["Retry-After"] == "10"
    assert signed(other, "GET", REASONS).status_code == 200


@pytest.mark.django_db
def test_whoever_cannot_sign_takes_no_token() -> None:
    who = given.api_client(roles.STOCK_VIEW, per_minute=1, burst=1)
    for _ in range(3):
        signed(who, "GET", REASONS, headers={"X-Api-Signature": "v1=" + "0" * 64})

    assert signed(who, "GET", REASONS).status_code == 200


@pytest.mark.django_db
def test_without_redis_requests_pass_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Buckets("redis://127.0.0.1:1/0")
    monkeypatch.setattr("org.api.endpoints.buckets", lambda: nowhere)
    who = given.api_client(roles.STOCK_VIEW, per_minute=1, burst=1)
    meters().flush(now=True)
    before = meters().totals().get(Series(PASSED_UNCOUNTED, ()), 0)

    answers = [signed(who, "GET", REASONS) for _ in range(3)]

    assert [each.status_code for each in answers] == [200] * 3
    assert "RateLimit-Limit" not in answers[0].headers
    meters().flush(now=True)
    assert meters().totals()[Series(PASSED_UNCOUNTED, ())] - before == 3
