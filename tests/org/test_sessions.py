"""Sessions: listed, ended, and out at the next request; passwords and tastes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from org.models import AuditRecord, Person, Session
from org.selectors.signed_in import device_of, sessions_of
from tests import given

PASSWORD = "correct horse 42"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36"
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def wang() -> Person:
    return given.person(role="CLERK", name="wang")


def _browser(agent: str = CHROME, address: str = "10.0.0.1") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    assert client.post("/sign-in/", {"username": "wang", "password": PASSWORD}).status_code == 302
    return client


def test_the_profile_lists_devices_with_this_one_first(wang: Person) -> None:
    _browser("curl/8.0", "10.0.0.2")
    here = _browser()

    listed = here.get("/me/").context["sessions"]

    assert [(each.device, each.address, each.current) for each in listed] == [
        ("Chrome · Windows", "10.0.0.1", True), ("curl", "10.0.0.2", False),
    ]  # fmt: skip
    page = here.get("/me/").content.decode()
    assert not any(key in page for key in Session.objects.values_list("session_key", flat=True))


def test_an_ended_session_is_out_at_the_next_request(wang: Person) -> None:
    here, there = _browser(), _browser(address="10.0.0.2")
    assert there.get("/orders/").status_code == 200
    [handle] = [each.handle for each in sessions_of(wang) if each.address == "10.0.0.2"]

    here.post("/me/sessions/end/", {"handle": handle})

    assert there.get("/orders/")["Location"].startswith("/sign-in/")
    assert here.get("/orders/").status_code == 200
    assert AuditRecord.objects.filter(action="session.ended", subject=wang.actor).count() == 1


def test_nobody_ends_a_session_of_somebody_else_by_its_handle(wang: Person) -> None:
    there = _browser()
    handle = sessions_of(wang)[0].handle
    stranger = Client()
    stranger.force_login(given.person(role="HEAD_OFFICE"))

    stranger.post("/me/sessions/end/", {"handle": handle})

    assert there.get("/orders/").status_code == 200


def test_all_other_devices_go_and_this_one_stays(wang: Person) -> None:
    here, *others = _browser(), _browser(), _browser()

    here.post("/me/sessions/end/", {"handle": "others"})

    assert here.get("/orders/").status_code == 200
    assert [other.get("/orders/").status_code for other in others] == [302, 302]
    assert Session.objects.filter(person=wang).count() == 1


def test_a_new_password_signs_the_other_devices_out(wang: Person) -> None:
    here, there = _browser(), _browser()

    answer = here.post(
        "/me/password/",
        {"old": PASSWORD, "password": "another-long-word", "again": "another-long-word"},
    )

    assert answer.status_code == 302
    assert here.get("/orders/").status_code == 200
    assert there.get("/orders/").status_code == 302
    assert Person.objects.get(pk=wang.pk).check_password("another-long-word")


@pytest.mark.parametrize(
    ("old", "new", "again", "wrong_at"),
    [
        ("not mine", "another-long-word", "another-long-word", "old"),
        (PASSWORD, "another-long-word", "another-long-wort", "again"),
        (PASSWORD, "short", "short", "password"),
        (PASSWORD, "password123", "password123", "password"),
    ],
)
def test_a_bad_new_password_is_refused_at_its_field(
    wang: Person, old: str, new: str, again: str, wrong_at: str
) -> None:
    here = _browser()

    answer = here.post("/me/password/", {"old": old, "password": new, "again": again})

    assert answer.status_code == 422
    assert list(answer.context["password"].errors) == [wrong_at]
    assert Person.objects.get(pk=wang.pk).check_password(PASSWORD)


def test_a_session_of_somebody_sent_away_is_out_at_the_next_request(wang: Person) -> None:
    here = _browser()
    Person.objects.filter(pk=wang.pk).update(is_active=False)

    assert here.get("/orders/")["Location"].startswith("/sign-in/")


def test_last_seen_is_written_once_a_minute_and_no_more(wang: Person) -> None:
    here = _browser()
    before = Session.objects.get().seen_at
    here.get("/me/")
    assert Session.objects.get().seen_at == before
    Session.objects.update(seen_at=F("seen_at") - timedelta(minutes=2))

    here.get("/me/")

    assert timezone.now() - Session.objects.get().seen_at < timedelta(minutes=1)


def test_tastes_are_kept_with_the_person_and_unknown_ones_refused(wang: Person) -> None:
    here = _browser()
    asked = {
        "display_name": "王小明", "language": "en", "theme": "dark", "density": "dense",
        "sound": "off",
    }  # fmt: skip

    assert here.post("/me/", asked).status_code == 302
    assert here.post("/me/", asked | {"theme": "pink"}).status_code == 422

    kept = Person.objects.get(pk=wang.pk)
    assert kept.preferences == {"theme": "dark", "density": "dense", "sound": "off"}
    assert (kept.display_name, kept.language, kept.pinyin) == (
        "王小明", "en", "wangxiaoming wxm",
    )  # fmt: skip


def test_a_device_is_named_in_two_words() -> None:
    phone = "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari MicroMessenger/8.0"

    assert device_of(CHROME) == "Chrome · Windows"
    assert device_of(phone) == "WeChat · Android"
    assert device_of("") != ""
