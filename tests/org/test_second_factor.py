"""The second factor: set up, shown, lost, and demanded of those who may do much."""

from __future__ import annotations

import re
import time
from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django_otp.oath import TOTP
from pytest_django import Settings

from org import services as org
from org.models import AuditRecord, Authenticator, Person, RecoveryCode
from org.services import second_factor
from tests import given

PASSWORD = "correct horse 42"
PAGE = "/me/second-factor/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Person:
    return given.person(role="HEAD_OFFICE", name="boss")


def _code(key: str, steps: int = 0) -> str:
    totp = TOTP(b32decode(key.replace(" ", "")))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def _sign_in(client: Client, name: str = "boss") -> str:
    answer = client.post("/sign-in/", {"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def _set_up(client: Client) -> tuple[str, list[str]]:
    """Set it up as the page asks; the key and the recovery codes."""
    key = client.get(PAGE).context["key"]
    done = client.post(PAGE, {"action": "confirm", "code": _code(key)})
    assert done.status_code == 200
    return key, list(done.context["codes"])


def test_who_may_do_much_sets_it_up_before_anything_else(
    boss: Person, client: Client, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    given.warehouse("WH1")

    assert _sign_in(client) == "/"
    turned_away = [client.get(path) for path in ("/", "/stock/", "/orders/", "/admin/")]
    program = client.get("/api/v1/stock/board")
    assert [answer["Location"] for answer in turned_away] == [PAGE] * 4
    assert (program.status_code, program.json()["errors"][0]["code"]) == (
        403, "second_factor_missing",
    )  # fmt: skip

    page = client.get(PAGE).content.decode()
    assert 'src="data:image/svg+xml' in page
    _set_up(client)
    assert client.get("/stock/").status_code == 200
    assert AuditRecord.objects.filter(action="second_factor.set_up").count() == 1


def test_what_the_shell_asks_by_itself_does_not_load_the_page_of_the_code_anew(
    boss: Person, client: Client, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    _sign_in(client)

    def poll(page: str) -> tuple[int, str]:
        answer = client.get(
            "/notices/bell/",
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"},
        )
        return answer.status_code, answer.headers.get("HX-Redirect", "")

    assert poll(PAGE) == (204, "")
    assert poll("/orders/") == (200, PAGE)


def test_who_may_little_is_not_asked(client: Client, settings: Settings) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    given.person(role="WAREHOUSE_STAFF", name="staff")

    _sign_in(client, "staff")

    assert client.get("/floor/pick/").status_code in {200, 404}
    assert client.get("/").status_code == 200


def test_it_is_asked_at_once_when_a_role_is_given_that_needs_it(
    client: Client, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    staff = given.person(role="WAREHOUSE_STAFF", name="staff")
    _sign_in(client, "staff")
    assert client.get("/").status_code == 200

    with transaction.atomic():
        org.assign(
            person_id=staff.pk, unit_id=given.unit().pk, role="STORE_MANAGER", actor=given.ACTOR
        )

    assert client.get("/")["Location"] == PAGE


def test_the_next_sign_in_asks_for_a_code_and_nobody_is_in_before_it(
    boss: Person, client: Client
) -> None:
    _sign_in(client)
    key, _codes = _set_up(client)
    other = Client()

    there = _sign_in(other)
    assert there.startswith("/sign-in/code/")
    assert "_auth_user_id" not in other.session
    assert other.get("/stock/").status_code == 302

    with time_machine.travel(time.time() + 60):
        wrong = other.post(there, {"code": "000000"})
        assert wrong.status_code == 422
        assert "_auth_user_id" not in other.session
    with time_machine.travel(time.time() + 90):
        right = other.post("/sign-in/code/", {"code": _code(key), "next": "/stock/"})
    assert right["Location"] == "/stock/"
    assert other.session["_auth_user_id"] == str(boss.pk)
    trail = AuditRecord.objects.filter(subject=boss.actor).values_list("action", flat=True)
    assert "second_factor.failed" in trail
    last = AuditRecord.objects.filter(action="sign_in.done").last()
    assert last is not None
    assert (last.after or {})["by"] == "app"


def test_a_code_counts_once_and_the_neighbouring_steps_count(boss: Person, client: Client) -> None:
    _sign_in(client)
    key, _codes = _set_up(client)

    def shown(code: str) -> str:
        with transaction.atomic():
            return second_factor.show(person=boss, code=code).by

    start = time.time() + 300
    with time_machine.travel(start, tick=False):
        assert shown(_code(key)) == "app"
        assert shown(_code(key)) == ""
    with time_machine.travel(start + 120, tick=False):
        assert shown(_code(key, steps=-1)) == "app"
    with time_machine.travel(start + 240, tick=False):
        assert shown(_code(key, steps=3)) == ""


def test_wrong_codes_double_the_wait_and_even_the_right_one_waits(
    boss: Person, client: Client
) -> None:
    _sign_in(client)
    key, _codes = _set_up(client)
    start = time.time() + 300
    waits = []
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(4):
            with transaction.atomic():
                until = second_factor.show(person=boss, code="000000").until
            assert until is not None
            waits.append(round(until.timestamp() - time.time()))
            with transaction.atomic():
                early = second_factor.show(person=boss, code=_code(key))
            assert (early.by, early.until) == ("", until)
            clock.shift(timedelta(seconds=waits[-1]))
        with transaction.atomic():
            assert second_factor.show(person=boss, code=_code(key)).by == "app"

    assert waits == [1, 2, 4, 8]


def test_a_recovery_code_stands_in_once(boss: Person, client: Client) -> None:
    _sign_in(client)
    _key, codes = _set_up(client)
    other, third = Client(), Client()
    _sign_in(other)
    _sign_in(third)

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[A-Z2-9]{5}-[A-Z2-9]{5}", code) for code in codes)
    assert other.post("/sign-in/code/", {"code": codes[3].lower()}).status_code == 302
    assert third.post("/sign-in/code/", {"code": codes[3]}).status_code == 422
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1


def test_five_wrong_codes_lead_back_to_the_password(boss: Person, client: Client) -> None:
    _sign_in(client)
    _set_up(client)
    other = Client()
    _sign_in(other)

    answers = [other.post("/sign-in/code/", {"code": "000000"}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [302]


def test_neither_key_nor_recovery_codes_can_be_read_in_the_database(
    boss: Person, client: Client
) -> None:
    _sign_in(client)
    key, codes = _set_up(client)

    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM org_authenticator")
        [(stored,)] = cursor.fetchall()
    assert b32decode(key.replace(" ", "")).hex() not in str(stored)
    digests = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not digests & {code.replace("-", "") for code in codes}


def test_whoever_lost_the_phone_is_helped_by_somebody_who_may_as_much(
    boss: Person, client: Client
) -> None:
    given.unit("EAST", "REGION", "HQ")
    manager = given.person(role="REGION_MANAGER", at="EAST")
    _sign_in(client)
    _set_up(client)

    with pytest.raises(org.NotYours), transaction.atomic():
        second_factor.reset(person=boss, actor=manager.actor, by=manager)
    assert Authenticator.objects.count() == 1
    other = given.person(role="HEAD_OFFICE")
    with transaction.atomic():
        assert second_factor.reset(person=boss, actor=other.actor, by=other)

    assert Authenticator.objects.count() == 0
    assert RecoveryCode.objects.count() == 0
    assert client.get("/stock/")["Location"].startswith("/sign-in/")
