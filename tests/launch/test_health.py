"""The two addresses that machines ask."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True}


def test_healthz_takes_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_tells_of_database_and_doorbell(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "database": True, "doorbell": True}


@pytest.mark.django_db
def test_readyz_without_redis_is_still_ready(client: Client, settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "database": True, "doorbell": False}


@pytest.mark.django_db
def test_readyz_without_database_is_503_and_says_nothing_else(client: Client) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("password=hush")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "database": False, "doorbell": True}
    assert "hush" not in answer.content.decode()
