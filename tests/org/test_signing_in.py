"""The sign-in page, the lock against guessing, language, and doors that stay shut."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connections, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from org import services as org
from org.access import address_of, permission_required
from org.models import AuditRecord, Person
from org.roles import UnknownPermission

PASSWORD = "a-good-long-word"


@pytest.fixture
def wang(db: None) -> Person:
    with transaction.atomic():
        return org.create_person(
            username="wang", display_name="王小明", password=PASSWORD, language="en",
            actor="system:test",
        )  # fmt: skip


def _try(client: Client, password: str, name: str = "wang", address: str = "10.0.0.1") -> int:
    return client.post(
        "/sign-in/",
        {"username": name, "password": password, "next": "/admin/"},
        REMOTE_ADDR=address,
    ).status_code


def _actions() -> list[tuple[str, str]]:
    rows = AuditRecord.objects.filter(action__startswith="sign_").order_by("id")
    return list(rows.values_list("action", "subject"))


def test_the_right_password_opens_and_brings_the_persons_language(
    wang: Person, client: Client
) -> None:
    answer = client.post(
        "/sign-in/", {"username": "wang", "password": PASSWORD, "next": "/somewhere/?a=1"}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/somewhere/?a=1")
    assert answer.cookies["django_language"].value == "en"
    assert client.session["_auth_user_id"] == str(wang.pk)
    assert _actions() == [("sign_in.done", wang.actor)]


def test_the_page_leads_nowhere_outside_the_house(wang: Person, client: Client) -> None:
    answer = client.post(
        "/sign-in/", {"username": "wang", "password": PASSWORD, "next": "//evil.example/"}
    )

    assert "evil" not in answer["Location"]


def test_a_wrong_name_and_a_wrong_password_look_the_same(wang: Person, client: Client) -> None:
    pages = [
        client.post("/sign-in/", {"username": name, "password": "wrong"})
        for name in ("wang", "gnaw")
    ]

    assert [page.status_code for page in pages] == [422, 422]
    errors = [list(page.context["form"].non_field_errors()) for page in pages]
    assert errors[0] == errors[1]
    assert len(errors[0]) == 1
    assert "_auth_user_id" not in client.session
    assert _actions() == [("sign_in.failed", wang.actor), ("sign_in.failed", "unknown name")]


def test_after_five_failures_even_the_right_password_waits_fifteen_minutes(
    wang: Person, client: Client
) -> None:
    answers = [_try(client, "wrong") for _ in range(5)]
    locked = [_try(client, PASSWORD), _try(client, PASSWORD)]

    assert (answers, locked) == ([422] * 5, [429, 429])
    assert "_auth_user_id" not in client.session
    assert [action for action, _ in _actions()] == ["sign_in.failed"] * 5 + ["sign_in.locked"]

    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert _try(client, PASSWORD) == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=2))
    assert _try(client, PASSWORD) == 302
    assert not AccessAttempt.objects.exists()


def test_a_locked_page_says_until_when(wang: Person, client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 3, 30, tzinfo=UTC), tick=False):
        fifth = [
            client.post("/sign-in/", {"username": "wang", "password": "wrong"}) for _ in range(5)
        ][-1]
    with time_machine.travel(datetime(2026, 11, 22, 3, 40, tzinfo=UTC), tick=False):
        sixth = client.post("/sign-in/", {"username": "wang", "password": PASSWORD})

    # Shanghai is eight hours ahead.
    for answer in (fifth, sixth):
        assert "11:45" in str(answer.context["form"].non_field_errors())


def test_what_was_typed_as_a_name_is_in_no_log(
    wang: Person, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(7):
        _try(client, "wrong", name="my-secret-password")

    assert "my-secret-password" not in caplog.text
    attempt = AccessAttempt.objects.get()
    assert "my-secret-password" not in attempt.post_data + attempt.get_data


def test_a_lock_is_for_one_name_at_one_address(wang: Person, client: Client) -> None:
    for _ in range(6):
        _try(client, "wrong")

    assert _try(client, PASSWORD, name="WANG") == 429
    assert _try(client, PASSWORD, address="10.0.0.2") == 302


def test_one_password_tried_on_many_names_locks_the_address(
    wang: Person, client: Client, settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_OF_ADDRESS = 6
    there = "193.0.6.139"
    answers = [_try(client, "wrong", name=f"guess{at}", address=there) for at in range(6)]
    locked = _try(client, PASSWORD, address=there)
    elsewhere = _try(client, PASSWORD, address="10.0.0.2")

    # No name was tried more than once; the address was.
    assert (answers, locked, elsewhere) == ([422] * 6, 429, 302)
    assert [action for action, _ in _actions()].count("sign_in.locked") == 1
    # As soon as one of the six is forgotten, the next may try.
    first = AccessAttempt.objects.order_by("id").first()
    assert first is not None
    AccessAttempt.objects.filter(pk=first.pk).update(
        attempt_time=first.attempt_time - timedelta(minutes=16)
    )
    assert _try(client, PASSWORD, address=there) == 302


def test_an_address_within_is_never_locked_whole_it_may_be_a_proxys(
    wang: Person, client: Client, settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_OF_ADDRESS = 6
    for at in range(7):
        _try(client, "wrong", name=f"guess{at}")

    assert _try(client, PASSWORD) == 302


def test_those_without_an_address_do_not_lock_each_other_out(
    wang: Person, settings: Settings
) -> None:
    settings.SIGN_IN_FAILURES_OF_ADDRESS = 2
    with transaction.atomic():
        for name in ("a", "b", "c"):
            assert not org.sign_in(name=name, password="x", address="").locked
        assert org.sign_in(name="wang", password=PASSWORD, address="").person == wang


def test_guesses_sent_at_once_do_not_slip_past_the_count(real_commits: str) -> None:
    with transaction.atomic():
        org.create_person(username="wang", display_name="W", password=PASSWORD, actor="system:test")
    start = threading.Barrier(8)
    looked_at: list[bool] = []

    def guess() -> None:
        try:
            start.wait(60)
            with transaction.atomic(durable=True):
                outcome = org.sign_in(name="wang", password="wrong", address="10.0.0.1")
            looked_at.append(not outcome.locked)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert sorted(looked_at) == [False] * 3 + [True] * 5


@pytest.mark.django_db
def test_old_counts_are_forgotten_and_live_locks_are_kept() -> None:
    with transaction.atomic():
        org.sign_in(name="old", password="x", address="")
        org.sign_in(name="new", password="x", address="")
    AccessAttempt.objects.filter(username="old").update(
        attempt_time=F("attempt_time") - timedelta(minutes=15)
    )

    with transaction.atomic():
        assert org.forget_failures() == 1

    assert AccessAttempt.objects.get().username == "new"


@pytest.mark.django_db
def test_the_admins_own_sign_in_page_leads_to_ours(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/admin/")
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 405


def test_signing_out_ends_the_session_and_only_by_post(wang: Person, client: Client) -> None:
    client.force_login(wang)
    assert client.get("/sign-out/").status_code == 405

    answer = client.post("/sign-out/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert "_auth_user_id" not in client.session
    assert _actions() == [("sign_out.done", wang.actor)]


def test_a_language_is_kept_with_the_person(wang: Person, client: Client) -> None:
    client.force_login(wang)

    answer = client.post("/set-language/", {"language": "zh-hans", "next": "/orders/"})
    client.post("/set-language/", {"language": "tlh"})

    assert answer["Location"] == "/orders/"
    assert answer.cookies["django_language"].value == "zh-hans"
    assert Person.objects.get().language == "zh-hans"


@permission_required("orders.view")
def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("orders")


def test_strangers_are_sent_to_sign_in_and_people_without_the_permission_are_refused(
    wang: Person, rf: RequestFactory, client: Client
) -> None:
    request = rf.get("/orders/?state=PAID")
    request.user = AnonymousUser()
    answer = _page(request)
    assert (answer.status_code, answer["Location"]) == (
        302, "/sign-in/?next=%2Forders%2F%3Fstate%3DPAID",
    )  # fmt: skip

    request.user = wang
    with pytest.raises(PermissionDenied):
        _page(request)
    with transaction.atomic():
        unit = org.create_unit(code="HQ", name="HQ", kind="HEAD_OFFICE", actor="system:test")
        org.assign(person_id=wang.pk, unit_id=unit.pk, role="CLERK", actor="system:test")
    request.user = Person.objects.get()
    assert _page(request).status_code == 200
    with pytest.raises(UnknownPermission):
        permission_required("orders.veiw")


def test_the_address_comes_from_the_proxy_only_when_the_settings_say_so(
    rf: RequestFactory, settings: Settings
) -> None:
    request = rf.get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Real-IP": "203.0.113.7"})

    assert address_of(request) == "10.0.0.9"
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    assert address_of(request) == "203.0.113.7"
    assert address_of(rf.get("/", headers={"X-Real-IP": "<script>"})) == ""


@pytest.mark.parametrize("page", ["unit", "person", "assignment", "auditrecord"])
def test_the_admin_is_for_superusers_and_never_for_mere_staff(
    wang: Person, client: Client, page: str
) -> None:
    wang.is_staff = True
    wang.save(update_fields=["is_staff"])
    client.force_login(wang)
    assert client.get(f"/admin/org/{page}/").status_code == 403

    client.force_login(Person.objects.create_superuser("root", display_name="Root"))
    assert client.get(f"/admin/org/{page}/").status_code == 200


@pytest.mark.django_db
def test_what_the_superuser_does_in_the_admin_is_on_the_trail(client: Client) -> None:
    root = Person.objects.create_superuser("root", display_name="Root")
    client.force_login(root)

    made = client.post(
        "/admin/org/unit/add/", {"code": "HQ", "name": "总部", "kind": "HEAD_OFFICE"}
    )
    client.post(
        "/admin/org/person/add/",
        {"username": "li", "display_name": "李", "language": "zh-hans",
         "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )  # fmt: skip

    assert made.status_code == 302
    rows = AuditRecord.objects.order_by("id").values_list("actor", "action")
    assert list(rows) == [(root.actor, "unit.created"), (root.actor, "person.created")]
    assert Person.objects.get(username="li").check_password(PASSWORD)
