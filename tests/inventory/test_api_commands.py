"""Commands about stock over HTTP: many at once, each answered, each said exactly."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory import selectors as stock
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(given.person("HEAD_OFFICE"))
    return client


def tell(client: Client, verb: str, body: Any, status: int = 200, key: str = "") -> Any:
    answer = client.post(
        f"/api/v1/stock/{verb}",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": key} if key else {},
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def receive(key: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "key": key, "document": "PO-1", "warehouse": "WH1", "location": "A-01",
        "lines": [{"sku": "TEA", "qty": 5}], **more,
    }  # fmt: skip


def hold(key: str = "h1", qty: Any = 3, **more: Any) -> dict[str, Any]:
    line = {"sku": "TEA", "qty": qty}
    return {
        "key": key, "document": "SO-1", "warehouse": "WH1", "reason": "ORDER",
        "lines": [line], **more,
    }  # fmt: skip


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer["errors"]]


def test_goods_come_in_are_held_pinned_shipped_by_codes(lead: Client) -> None:
    given.stock("TEA", 1)

    came = tell(lead, "receive", receive())
    held = tell(lead, "hold", hold())
    pinned = tell(lead, "pin", {"key": "p1", "document": "SO-1", "warehouse": "WH1"})
    shipped = tell(lead, "ship", {"key": "s1", "document": "SO-1"})

    assert came["status"] == 200
    assert isinstance(came["posting"], int)
    assert held["hold"].startswith("H-")
    assert pinned["pins"] == [
        {"hold": held["hold"], "sku": "TEA", "location": "A-01", "lot": None, "qty": 3}
    ]
    assert shipped["errors"] == []
    assert given.free("TEA") == 3


def test_each_command_is_answered_by_itself(lead: Client) -> None:
    given.stock("TEA", 10)

    results = tell(
        lead, "hold", {"commands": [hold("a", 4), hold("b", 90), hold("c", "5"), hold("d", 6)]}
    )["results"]

    assert [each["status"] for each in results] == [200, 409, 422, 200]
    assert [each["key"] for each in results] == ["a", "b", "c", "d"]
    assert codes(results[1]) == ["insufficient_stock"]
    fault = results[2]["errors"][0]
    assert (fault["code"], fault["item"], fault["line"]) == ("bad_quantity", 2, 0)
    assert (fault["field"], fault["asked"]) == ("qty", "5")
    assert given.free("TEA") == 0


def test_a_key_is_done_once_and_answered_again(lead: Client) -> None:
    given.stock("TEA", 10)

    first = tell(lead, "hold", hold())
    again = tell(lead, "hold", hold())
    other = tell(lead, "hold", hold(qty=4), 422)

    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["posting"] == first["posting"]
    assert codes(other) == ["key_reused"]
    assert given.free("TEA") == 7


def test_a_key_may_stand_in_the_header_and_belongs_to_its_caller(client: Client) -> None:
    given.stock("TEA", 10)
    body = hold()
    del body["key"]
    for _ in range(2):
        client.force_login(given.person("HEAD_OFFICE"))
        answer = tell(client, "hold", body, key="k")
        assert answer["repeated"] is False

    assert given.free("TEA") == 4
    assert codes(tell(client, "hold", body, 422)) == ["missing_field"]


def test_compare_and_set_refuses_a_world_that_moved(lead: Client) -> None:
    given.stock("TEA", 10)
    seen = [{"warehouse": "WH1", "sku": "TEA", "version": 1}]

    done = tell(lead, "hold", hold("a", 1, expected=seen))
    moved = tell(lead, "hold", hold("b", 1, expected=seen), 409)

    assert done["errors"] == []
    assert codes(moved) == ["world_moved"]
    assert (moved["errors"][0]["asked"], moved["errors"][0]["there"]) == (1, 2)
    assert given.free("TEA") == 9


@pytest.mark.parametrize(
    "qty", [0, -1, 1.5, 10**12 + 1, "10", "１０", "ten", None, True, [], {}, 2.0]
)
def test_what_is_no_count_of_units_is_refused_by_line_and_field(lead: Client, qty: Any) -> None:
    given.stock("TEA", 10)

    answer = tell(lead, "hold", hold(qty=qty), 422)

    fault = answer["errors"][0]
    assert fault["code"] == "bad_quantity"
    assert given.free("TEA") == 10
    assert fault["message"] != "bad_quantity"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"lines": [{"sku": "TEA", "qty": 1, "price": 3}]}, "unknown_field", "price"),
        ({"lines": [{"sku": "NONE", "qty": 1}]}, "unknown_sku", "sku"),
        ({"lines": [{"qty": 1}]}, "missing_field", "sku"),
        ({"lines": [{"sku": "TEA", "qty": 1, "lot": "L-9"}]}, "unknown_lot", "lot"),
        ({"lines": [{"sku": "TEA", "qty": 1, "grade": "AA"}]}, "bad_choice", "grade"),
        ({"lines": "TEA"}, "bad_list", "lines"),
        ({"lines": ["TEA"]}, "bad_object", ""),
        ({"warehouse": "WH9"}, "unknown_warehouse", "warehouse"),
        ({"warehouse": True}, "unknown_warehouse", "warehouse"),
        ({"location": "Z-99"}, "unknown_location", "location"),
        ({"reason": "BECAUSE"}, "unknown_reason", "reason"),
        ({"policy": "FORCE"}, "bad_choice", "policy"),
        ({"expires_at": "2026-01-31"}, "bad_time", "expires_at"),
        ({"expires_at": "soon"}, "bad_time", "expires_at"),
        ({"priority": 2**70}, "bad_number", "priority"),
        ({"blanket": "yes"}, "bad_flag", "blanket"),
        ({"document": "A\u0000B"}, "bad_text", "document"),
        ({"document": "x" * 65}, "bad_text", "document"),
        ({"key": ""}, "bad_text", "key"),
    ],
)
def test_bad_input_names_its_field(
    lead: Client, change: dict[str, Any], code: str, field: str
) -> None:
    given.stock("TEA", 10)

    answer = tell(lead, "hold", hold() | change, 422)

    assert (answer["errors"][0]["code"], answer["errors"][0]["field"]) == (code, field)
    assert answer["errors"][0]["message"] not in ("", code)
    assert given.free("TEA") == 10


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "bad_json"),
        ("[]", 422, "bad_object"),
        ('{"commands": []}', 422, "no_commands"),
        ('{"commands": 3}', 422, "no_commands"),
        ('{"commands": [3]}', 200, "bad_object"),
        ('{"commands": [{}], "x": 1}', 422, "unknown_field"),
        ('{"commands": [' + ",".join(["{}"] * 1001) + "]}", 422, "too_many_commands"),
    ],
)
def test_a_body_that_is_no_list_of_commands(
    lead: Client, body: str, status: int, code: str
) -> None:
    answer = lead.post("/api/v1/stock/hold", body, content_type="application/json")

    assert answer.status_code == status
    told = answer.json()
    faults = told["errors"] if "errors" in told else told["results"][0]["errors"]
    assert faults[0]["code"] == code
    assert set(faults[0]) == {"code", "message", "item", "line", "field", "asked", "there"}


def test_a_foreign_warehouse_looks_like_one_that_never_was(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("SHOP1", at="S1")
    given.stock("TEA", 10)
    given.stock("TEA", 10, warehouse="SHOP1")
    foreign = given.held("SO-9", "TEA", 2)
    given.held("SO-8", "TEA", 2)
    posting = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))
    assert len(posting) == 2
    client.force_login(given.person("STORE_MANAGER", at="S1"))

    def told(verb: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = client.post(f"/api/v1/stock/{verb}", body, content_type="application/json")
        fault = answer.json()["errors"][0]
        return {name: fault[name] for name in ("code", "message", "field", "line", "there")}

    def same(verb: str, there: dict[str, Any], nowhere: dict[str, Any]) -> None:
        assert told(verb, there) == told(verb, nowhere)

    same("hold", hold(), hold(warehouse="WH9"))
    same("hold", hold(warehouse=given.warehouse_id("WH1")), hold(warehouse=99_999))
    same("release", {"key": "1", "hold": foreign}, {"key": "1", "hold": 99_999})
    same("release", {"key": "1", "document": "SO-9"}, {"key": "1", "document": "SO-0"})
    same("ship", {"key": "1", "document": "SO-9"}, {"key": "1", "document": "SO-0"})
    same("reverse", {"key": "1", "document": "X", "posting": 1, "why": "x"},
         {"key": "1", "document": "X", "posting": 99_999, "why": "x"})  # fmt: skip
    same("narrow", {"key": "1", "hold": foreign, "fixed": True},
         {"key": "1", "hold": 99_999, "fixed": True})  # fmt: skip
    seen = {"sku": "TEA", "version": 7}
    same("hold", hold(warehouse="SHOP1", expected=[{"warehouse": "WH1", **seen}]),
         hold(warehouse="SHOP1", expected=[{"warehouse": "WH9", **seen}]))  # fmt: skip
    own = hold(warehouse="SHOP1")
    del own["warehouse"]
    assert told("hold", own | {"reason": "RECALL", "blanket": True})["code"] == "missing_field"
    assert given.free("TEA") == 6
    assert given.free("TEA", "SHOP1") == 10


def test_who_may_release_is_said_by_the_reason(lead: Client, client: Client) -> None:
    from inventory.models import Reason

    given.stock("TEA", 10)
    frozen = given.held("FZ-1", "TEA", 2, reason="RECALL")
    Reason.objects.filter(code="RECALL").update(release_permission="shops.edit")
    client.force_login(given.person("WAREHOUSE_LEAD"))

    refused = tell(client, "release", {"key": "1", "hold": f"H-{frozen}"}, 403)
    client.force_login(given.person("HEAD_OFFICE"))
    released = tell(client, "release", {"key": "1", "hold": f"H-{frozen}"})

    assert codes(refused) == ["not_allowed"]
    assert released["document"] == f"H-{frozen}"
    assert given.free("TEA") == 10


def test_a_hundred_commands_cost_as_many_statements_as_two(lead: Client) -> None:
    for number in range(104):
        given.sku(f"S{number}")
    given.warehouse("WH1")

    def statements(numbers: range) -> int:
        commands = [receive(f"r{n}", lines=[{"sku": f"S{n}", "qty": 5}]) for n in numbers]
        with CaptureQueriesContext(connection) as seen:
            answer = tell(lead, "receive", {"commands": commands})
        assert all(each["status"] == 200 for each in answer["results"])
        return len(seen)

    statements(range(2))

    assert statements(range(4, 104)) == statements(range(2, 4))


def test_a_get_is_not_a_command(lead: Client) -> None:
    answer = lead.get("/api/v1/stock/hold")

    assert answer.status_code == 405
    assert codes(answer.json()) == ["wrong_method"]


def test_a_session_without_its_token_changes_nothing() -> None:
    given.stock("TEA", 10)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(given.person("HEAD_OFFICE"))

    answer = strict.post("/api/v1/stock/hold", hold(), content_type="application/json")

    assert answer.status_code == 403
    assert given.free("TEA") == 10
