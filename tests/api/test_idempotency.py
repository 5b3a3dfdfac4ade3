"""A write under a key is done once, whatever is sent again, changed, or sent at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from inventory import services as inventory
from inventory.selectors import incoming
from org import roles
from org import services as org
from org.models import ApiAnswer
from org.scope import Scope
from tests import given
from tests.api.calling import STOCK, announcement, codes, signed
from tests.wms.test_races import together

INCOMING = f"{STOCK}incoming"


@pytest.fixture
def buyer(db: None) -> org.NewSecret:
    given.stock("TEA", 1)
    return given.api_client(roles.STOCK_RECEIVE, roles.STOCK_VIEW)


def announced() -> dict[str, int]:
    return {row.document: row.qty for row in incoming(scope=Scope.everything())}


def test_the_same_request_again_gives_the_same_answer_and_does_nothing(buyer: Any) -> None:
    first = signed(buyer, "POST", INCOMING, body=announcement(), key="po-1")
    # The world moves on in between: an answer made anew would be another.
    signed(buyer, "POST", INCOMING, body=announcement("PO-2"), key="po-2")
    again = signed(buyer, "POST", INCOMING, body=announcement(), key="po-1")

    assert (first.status_code, first.json()) == (200, {"announced": 1, "new": 1})
    assert again.content == first.content
    assert again.status_code == first.status_code
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (
        False, "true",
    )  # fmt: skip
    assert announced() == {"PO-1": 5, "PO-2": 5}


@pytest.mark.parametrize("change", ["body", "address", "version"])
def test_the_same_key_for_another_request_is_refused(buyer: Any, change: str) -> None:
    assert signed(buyer, "POST", INCOMING, body=announcement(), key="k").status_code == 200

    answer = signed(
        buyer,
        "POST",
        f"{INCOMING}/close" if change == "address" else INCOMING,
        body={"document": "PO-1"} if change == "address" else announcement(
            qty=6 if change == "body" else 5
        ),
        headers={"If-Match": '"1"'} if change == "version" else {},
        key="k",
    )  # fmt: skip

    assert (answer.status_code, codes(answer)) == (422, ["key_reused"])
    assert announced() == {"PO-1": 5}


def test_a_parameter_nobody_knows_is_refused_whatever_the_key(buyer: Any) -> None:
    assert signed(buyer, "POST", INCOMING, body=announcement(), key="k").status_code == 200

    answer = signed(buyer, "POST", INCOMING, body=announcement(), query="a=1", key="k")

    assert (answer.status_code, codes(answer)) == (422, ["unknown_field"])
    assert announced() == {"PO-1": 5}


def test_keys_of_different_callers_never_meet(buyer: Any) -> None:
    other = given.api_client(roles.STOCK_RECEIVE)
    person = Client()
    person.force_login(given.person("HEAD_OFFICE"))

    answers = [
        signed(buyer, "POST", INCOMING, body=announcement("A"), key="k"),
        signed(other, "POST", INCOMING, body=announcement("B"), key="k"),
        person.post(
            INCOMING, announcement("C"), content_type="application/json",
            headers={"Idempotency-Key": "k"},
        ),
    ]  # fmt: skip

    assert [each.json()["new"] for each in answers] == [1, 1, 1]
    assert ApiAnswer.objects.count() == 3


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "missing_key"), ("x" * 65, "bad_idempotency_key"), ("schlüssel", "bad_idempotency_key")],
)
def test_a_program_must_name_its_write(buyer: Any, key: str, code: str) -> None:
    answer = signed(buyer, "POST", INCOMING, body=announcement(), key=key)

    assert (answer.status_code, codes(answer)) == (422, [code])
    assert announced() == {}


def test_a_person_on_our_own_pages_need_not(db: None) -> None:
    given.stock("TEA", 1)
    browser = Client()
    browser.force_login(given.person("HEAD_OFFICE"))

    answer = browser.post(INCOMING, announcement(), content_type="application/json")

    assert answer.status_code == 200
    assert ApiAnswer.objects.count() == 0


def test_a_refusal_leaves_nothing_and_the_key_may_be_used_again(buyer: Any) -> None:
    wrong = signed(buyer, "POST", INCOMING, body=announcement(qty=0), key="k")
    right = signed(buyer, "POST", INCOMING, body=announcement(qty=7), key="k")

    assert (wrong.status_code, codes(wrong)) == (422, ["bad_quantity"])
    assert right.status_code == 200
    assert announced() == {"PO-1": 7}


def test_commands_about_stock_go_on_carrying_keys_of_their_own(buyer: Any) -> None:
    told = {
        "key": "r1", "document": "PO-9", "warehouse": "WH1", "location": "A-01",
        "lines": [{"sku": "TEA", "qty": 4}],
    }  # fmt: skip

    answers = [signed(buyer, "POST", f"{STOCK}receive", body=told) for _ in range(2)]

    assert [each.json()["repeated"] for each in answers] == [False, True]
    assert given.free("TEA") == 5
    assert ApiAnswer.objects.count() == 0


def test_answers_are_kept_for_more_than_a_day(buyer: Any) -> None:
    for key in ("a", "b"):
        signed(buyer, "POST", INCOMING, body=announcement(key), key=key)
    ApiAnswer.objects.filter(key="a").update(at=timezone.now() - timedelta(hours=26))
    ApiAnswer.objects.filter(key="b").update(at=timezone.now() - timedelta(hours=24, minutes=30))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM org_apinonce")

    assert org.forget_requests() == 1
    assert [each.key for each in ApiAnswer.objects.all()] == ["b"]


class Worked:
    """How often announcing was begun; it waits inside its transaction until it may go on."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def wait_until_begun(self) -> None:
        deadline = time.monotonic() + 60
        while not self.begun:
            assert time.monotonic() < deadline, "Nobody began."
            time.sleep(0.01)


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Worked:
    found = Worked()
    announce = inventory.announce

    def watched(*args: Any, **kwargs: Any) -> int:
        done = announce(*args, **kwargs)
        found.begun.append(1)
        assert found.may_go_on.wait(60)
        return done

    monkeypatch.setattr(inventory, "announce", watched)
    return found


@pytest.mark.races
def test_while_the_first_is_worked_on_the_second_is_told_to_ask_again(
    real_commits: str, worked: Worked
) -> None:
    given.stock("TEA", 1)
    who = given.api_client(roles.STOCK_RECEIVE)
    worked.may_go_on.clear()

    def send() -> Any:
        return signed(who, "POST", INCOMING, body=announcement(), key="k")

    def second() -> Any:
        worked.wait_until_begun()
        busy = send()
        worked.may_go_on.set()
        return busy

    first, busy = together(send, second)

    assert (first.status_code, first.json()["new"]) == (200, 1)
    assert (busy.status_code, codes(busy)) == (409, ["in_flight"])
    assert busy.headers["Retry-After"] == "1"
    assert send().headers["Idempotency-Replayed"] == "true"
    assert len(worked.begun) == 1


@pytest.mark.races
def test_twelve_at_once_under_one_key_have_one_effect(real_commits: str, worked: Worked) -> None:
    given.stock("TEA", 1)
    who = given.api_client(roles.STOCK_RECEIVE)
    send = [lambda: signed(who, "POST", INCOMING, body=announcement(), key="k")] * 12

    answers = together(*send)

    done = [each for each in answers if each.status_code == 200]
    refused = {(each.status_code, *codes(each)) for each in answers if each.status_code != 200}
    assert refused <= {(409, "in_flight")}
    assert {each.content for each in done} == {b'{"announced":1,"new":1}'}
    assert sum("Idempotency-Replayed" not in each.headers for each in done) == 1
    assert len(worked.begun) == 1
    assert announced() == {"PO-1": 5}


@pytest.mark.races
def test_control_twelve_at_once_under_keys_of_their_own_are_twelve_effects(
    real_commits: str, worked: Worked
) -> None:
    given.stock("TEA", 1)
    who = given.api_client(roles.STOCK_RECEIVE)

    def send(number: int) -> Callable[[], Any]:
        told = announcement(f"PO-{number}")
        return lambda: signed(who, "POST", INCOMING, body=told, key=f"k{number}")

    answers = together(*map(send, range(12)))

    assert [each.status_code for each in answers] == [200] * 12
    assert len(worked.begun) == 12
    assert len(announced()) == 12


@pytest.mark.races
def test_what_fails_half_way_keeps_neither_effect_nor_key(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given.stock("TEA", 1)
    who = given.api_client(roles.STOCK_RECEIVE)
    announce = inventory.announce

    def broken(*args: Any, **kwargs: Any) -> int:
        announce(*args, **kwargs)
        raise ConnectionError("The line went dead.")

    monkeypatch.setattr(inventory, "announce", broken)
    with pytest.raises(ConnectionError):
        signed(who, "POST", INCOMING, body=announcement(), key="k")
    assert announced() == {}

    monkeypatch.setattr(inventory, "announce", announce)
    assert signed(who, "POST", INCOMING, body=announcement(), key="k").json()["new"] == 1
