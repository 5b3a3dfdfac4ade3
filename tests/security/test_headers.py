"""What every answer says to the browser, and what the cookies are."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests import given

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse 42"
ADDRESSES = ("/", "/sign-in/", "/stock/", "/orders/", "/nowhere/", "/healthz", "/api/v1/orders")


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_is_framed_guessed_at_or_told_on(address: str) -> None:
    client = Client()
    client.force_login(given.person())

    answer: Any = client.get(address)

    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    parts = str(answer["Content-Security-Policy"]).split(";")
    policy = dict(part.strip().split(" ", 1) for part in parts)
    assert policy["frame-ancestors"] == "'none'"
    for kind in ("script-src", "style-src"):
        assert "unsafe" not in policy[kind if kind in policy else "default-src"]


def test_scripts_cannot_read_the_session_and_other_sites_cannot_use_it() -> None:
    person = given.person(name="boss")
    client = Client()
    client.get("/sign-in/")

    client.post("/sign-in/", {"username": person.username, "password": PASSWORD})

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert client.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/healthz"])
def test_a_host_that_is_not_ours_is_answered_nothing(address: str) -> None:
    answer: Any = Client().get(address, headers={"host": "evil.example.com"})

    assert answer.status_code == 400
    assert b"evil.example.com" not in answer.content
