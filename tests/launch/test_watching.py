"""Each request has an id, one line in the log and a place in the counters; slow ones are named."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
import structlog
from django.db import connection
from django.test import Client

from config import logs, watching
from org import traces
from org.meters import Meters, Series, meters
from tests import given
from tests.api.calling import signed


def lines(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    """What these records are in the log."""
    shaped = logs.settings(form="json", level="INFO")["formatters"]["json"]
    shape = {key: value for key, value in shaped.items() if key != "()"}
    formatter = structlog.stdlib.ProcessorFormatter(**shape)
    return [
        json.loads(formatter.format(record)) for record in caplog.records if record.name == name
    ]


def test_a_request_keeps_the_id_it_came_with(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "till-7.2026-01-31"})

    assert answer.headers["X-Request-ID"] == "till-7.2026-01-31"


@pytest.mark.parametrize("told", ["", "short", "a" * 65, "with blank 1", "<b>bold"])
def test_an_id_that_is_none_is_replaced(client: Client, told: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": told} if told else {})

    given_back = answer.headers["X-Request-ID"]
    assert given_back != told
    assert len(given_back) == 32


@pytest.mark.django_db
def test_a_request_leaves_one_line_that_says_who_asked_for_what_and_what_it_cost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    who = given.api_client("orders.view")

    signed(who, "GET", "/api/v1/orders/SO-404", headers={"X-Request-ID": "line-of-one-request"})

    [line] = lines(caplog, "house.requests")
    assert (line["event"], line["route"], line["status"]) == ("request", "api-order", 404)
    assert line["actor"] == f"client:{who.key_id}"
    assert line["statements"] > 0
    assert line["ms"] >= line["database_ms"] > 0


@pytest.mark.django_db
def test_lines_within_a_request_carry_its_id_and_document(client: Client) -> None:
    seen: list[dict[str, Any]] = []

    def listen(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(dict(structlog.contextvars.get_contextvars()))
        return run(sql, params, many, context)

    client.force_login(given.person("HEAD_OFFICE"))

    with connection.execute_wrapper(listen):
        client.get("/api/v1/orders/SO-404", headers={"X-Request-ID": "the-same-everywhere"})

    assert {each["request_id"] for each in seen} == {"the-same-everywhere"}
    assert seen[-1]["document"] == "SO-404"
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.django_db
def test_what_a_person_typed_is_in_no_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.force_login(given.person("HEAD_OFFICE"))

    client.get("/search/", {"q": "13812345678 李雷"})

    told = json.dumps(lines(caplog, "house.requests"), ensure_ascii=False)
    assert "search" in told
    assert "1381234" not in told
    assert "李雷" not in told


def test_an_error_is_told_by_kind_and_place_and_not_by_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise ValueError("李雷 13812345678 lives there")
    except ValueError:
        logging.getLogger("house.test").exception("call 13812345678 or lei@example.com")

    [line] = lines(caplog, "house.test")
    told = json.dumps(line, ensure_ascii=False)
    assert line["error"][0]["kind"] == "ValueError"
    assert "test_watching.py" in line["error"][0]["at"][-1]
    assert line["event"] == "call [phone] or [mail]"
    assert "李雷" not in told
    assert "1381234" not in told


@pytest.mark.django_db
def test_a_slow_statement_is_named_with_its_shape_and_without_its_values(
    client: Client, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.SLOW_STATEMENT_MS = 0
    series = Series("slow_statements", (("asked_by", "units"),))
    before = Meters().totals().get(series, 0)
    person = given.person("HEAD_OFFICE", name="Zhang San")
    client.force_login(person)

    client.get("/units/")

    told = [line for line in lines(caplog, "house.statements") if line["asked_by"] == "units"]
    meters().flush(now=True)
    assert told != []
    assert "Zhang San" not in json.dumps(told)
    assert Meters().totals()[series] - before == len(told)


def test_control_a_quick_statement_is_not_named(
    client: Client, caplog: pytest.LogCaptureFixture, db: None, settings: Any
) -> None:
    # On a machine that is busy a statement of nothing may take longer than the usual 200.
    settings.SLOW_STATEMENT_MS = 60_000

    client.get("/readyz")

    assert lines(caplog, "house.statements") == []


def test_the_shape_of_a_statement_has_no_values() -> None:
    sql = "SELECT  *\n FROM t WHERE a = 'it''s 7' AND b IN (%s, %s, %s) AND c = 12.5"

    assert watching.shape_of(sql) == "SELECT * FROM t WHERE a = ? AND b IN (...) AND c = ?"


@pytest.mark.django_db
def test_requests_are_counted_by_route_method_and_status(client: Client) -> None:
    series = Series("http_requests", (("code", "404"), ("method", "GET"), ("route", "nowhere")))
    before = Meters().totals().get(series, 0)

    for _ in range(3):
        client.get("/no-such-page/13812345678/")
    meters().flush(now=True)

    assert Meters().totals()[series] - before == 3
    assert not [each for each in Meters().totals() if "1381234" in str(each)]


def test_a_task_goes_on_under_the_id_of_the_request_that_rang_for_it() -> None:
    headers: dict[str, Any] = {}
    without: dict[str, Any] = {}
    traces.begin("request-that-rings")

    watching._take_id_along(headers=headers)
    traces.end()
    watching._take_id_along(headers=without)

    assert headers == {"request_id": "request-that-rings"}
    assert without == {}
