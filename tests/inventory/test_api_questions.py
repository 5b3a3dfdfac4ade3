"""Questions about stock over HTTP: every family, in scope, strict."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from org import services as org
from org.models import Import
from tests import given

pytestmark = pytest.mark.django_db
BEGINNING = "2026-01-01T00:00:00Z"
FOR: dict[str, Any] = {"for": "SO-1"}
LATER = "2199-01-01T00:00:00Z"


@pytest.fixture
def lead(client: Client) -> Client:
    given.stock("TEA", 10)
    client.force_login(given.person("HEAD_OFFICE"))
    return client


@pytest.fixture
def keeper(client: Client) -> Client:
    """Somebody of one store, while the house has a warehouse of its own."""
    given.unit("S1", "STORE", "HQ")
    given.warehouse("SHOP1", at="S1")
    given.stock("TEA", 10)
    given.stock("TEA", 3, warehouse="SHOP1")
    client.force_login(given.person("STORE_MANAGER", at="S1"))
    return client


def ask(client: Client, question: str, status: int = 200, /, **asked: Any) -> Any:
    answer = client.get(f"/api/v1/stock/{question}", asked)
    assert answer.status_code == status, answer.content
    return answer.json()


def tell(client: Client, verb: str, body: Any, status: int = 200) -> Any:
    answer = client.post(f"/api/v1/stock/{verb}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def code(answer: Any) -> tuple[str, str]:
    return answer["errors"][0]["code"], answer["errors"][0]["field"]


def test_availability_for_all_for_a_document_and_in_pools(lead: Client) -> None:
    given.stock("TEA", 5, warehouse="WH2")
    given.held("SO-1", "TEA", 4)

    plain = ask(lead, "availability", sku="TEA")["availability"]
    own = ask(lead, "availability", sku="TEA", warehouse="WH1", **FOR)["availability"]
    pools = ask(lead, "availability", sku="TEA", pool=["ALL:WH1,WH2", "ONE:WH2"])["availability"]

    assert [(row["warehouse"], row["available"]) for row in plain] == [("WH1", 6), ("WH2", 5)]
    assert own[0]["for_document"] == 10
    assert [(row["pool"], row["available"]) for row in pools] == [("ALL", 11), ("ONE", 5)]


def test_board_cells_holds_explanation(lead: Client) -> None:
    number = given.held("SO-1", "TEA", 4)

    [row] = ask(lead, "board")["rows"]
    [cell] = ask(lead, "cells", sku="TEA")["cells"]
    [held] = ask(lead, "holds", document="SO-1")["holds"]
    why = ask(lead, "explanation", sku="TEA", warehouse="WH1")

    assert (row["code"], row["available"]) == ("TEA", 6)
    assert (cell["location_code"], cell["on_hand"]) == ("A-01", 10)
    assert (held["id"], held["open"]) == (number, 4)
    assert (why["on_hand"], why["available"]) == (10, 6)
    assert {"ORDER", "RECALL"} <= {each["code"] for each in ask(lead, "reasons")["reasons"]}


def test_holds_come_in_pages_with_a_cursor(lead: Client) -> None:
    for number in range(5):
        given.held(f"SO-{number}", "TEA", 1)

    first = ask(lead, "holds", limit=3, role="COMMITMENT")
    second = ask(lead, "holds", limit=3, role="COMMITMENT", cursor=first["cursor"])

    seen = [each["document"] for page in (first, second) for each in page["holds"]]
    assert seen == ["SO-4", "SO-3", "SO-2", "SO-1", "SO-0"]
    assert second["cursor"] is None


def test_the_past_the_journal_and_the_feed(lead: Client) -> None:
    given.held("SO-1", "TEA", 4)

    [now] = ask(lead, "as-of", at=LATER, sku="TEA")["rows"]
    before = ask(lead, "as-of", at=BEGINNING, sku="TEA")["rows"]
    moved = ask(lead, "difference", since=BEGINNING, until=LATER, sku="TEA")["rows"]
    journal = ask(lead, "journal", sku="TEA", warehouse="WH1")["rows"]
    feed = ask(lead, "changes", limit=1_000)

    assert (now["on_hand"], now["held"]) == (10, 4)
    assert [row["on_hand"] for row in before] in ([], [0])
    assert len(moved) == 1
    assert len(journal) >= 2
    assert isinstance(feed["changes"], list)
    assert ask(lead, "changes", cursor=feed["cursor"])["changes"] == []
    assert code(ask(lead, "changes", 422, cursor="soon")) == ("bad_cursor", "cursor")


def test_a_plan_is_shown_and_applied_exactly(lead: Client) -> None:
    given.held("SO-1", "TEA", 8)
    body = {
        "key": "1", "document": "FZ-9", "warehouse": "WH1", "reason": "RECALL",
        "location": "A-01", "policy": "DISPLACE", "lines": [{"sku": "TEA", "qty": 5}],
    }  # fmt: skip

    plan = tell(lead, "plan", body)
    assert given.free("TEA") == 2
    done = tell(lead, "hold", {**body, "plan": plan["digest"]})
    moved = tell(lead, "hold", {**body, "key": "2", "plan": plan["digest"]}, 409)

    assert plan["frozen"] == {"TEA": 5}
    assert plan["displaced"] == {"SO-1": {"TEA": 3}}
    assert done["displaced"] == {"SO-1": {"TEA": 3}}
    assert code(moved)[0] == "world_moved"


def test_a_transfer_travels_and_arrives(lead: Client) -> None:
    given.warehouse("WH2")
    out = {
        "key": "1", "document": "TR-1", "warehouse": "WH1", "to_warehouse": "WH2",
        "due_at": LATER, "lines": [{"sku": "TEA", "qty": 4, "location": "A-01"}],
    }  # fmt: skip
    into = {
        "key": "2", "document": "TR-1", "warehouse": "WH2", "location": "A-01",
        "lines": [{"sku": "TEA", "qty": 3}],
    }  # fmt: skip

    tell(lead, "transfer-out", out)
    coming = ask(lead, "incoming", sku="TEA", warehouse="WH2")["incoming"]
    tell(lead, "transfer-in", into)
    nothing = tell(lead, "transfer-in", {**into, "key": "3", "document": "TR-9"}, 422)

    assert [(row["document"], row["qty"]) for row in coming] == [("TR-1", 4)]
    assert (given.free("TEA"), given.free("TEA", "WH2")) == (6, 3)
    assert nothing["errors"][0]["code"] in ("not_in_transit", "outside_place")
    assert code(tell(lead, "transfer-out", {**out, "key": "4", "document": "tr-1"}, 422)) == (
        "bad_text", "document",
    )  # fmt: skip


def test_somebody_elses_transfer_is_not_taken(keeper: Client) -> None:
    body = {
        "key": "2", "document": "TR-1", "warehouse": "SHOP1", "location": "A-01",
        "lines": [{"sku": "TEA", "qty": 3}],
    }  # fmt: skip

    refused = tell(keeper, "transfer-in", body, 409)

    assert code(refused) == ("not_in_transit", "document")


def test_receipts_are_announced_changed_and_closed(lead: Client) -> None:
    row = {"document": "PO-1", "warehouse": "WH1", "sku": "TEA", "qty": 7, "due_at": LATER}

    first = tell(lead, "incoming", {"commands": [row]})
    again = tell(lead, "incoming", row)
    other = tell(lead, "incoming", {**row, "qty": 8}, 422)
    changed = lead.put("/api/v1/stock/incoming", {**row, "qty": 8}, content_type="application/json")
    closed = tell(lead, "incoming/close", {"document": "PO-1"})

    assert (first["new"], again["new"]) == (1, 0)
    assert code(other)[0] == "key_reused"
    assert changed.status_code == 200
    assert closed == {"closed": 1}
    assert code(tell(lead, "incoming/close", {"document": "PO-9"}, 422))[0] == "not_announced"
    assert code(tell(lead, "incoming", {**row, "qty": 0}, 422)) == ("bad_quantity", "qty")


def test_kits_have_recipes(lead: Client) -> None:
    given.sku("SET", is_kit=True)

    tell(lead, "recipes", {"sku": "SET", "parts": [{"sku": "TEA", "qty": 2}]})
    [kit] = ask(lead, "kits", sku="SET", warehouse="WH1")["kits"]

    assert kit["available"] == 5
    assert "recipes" in ask(lead, "recipes", sku="SET")


def test_pieces_and_the_audit(lead: Client) -> None:
    assert ask(lead, "pieces", serial="SN1") == {"pieces": []}
    assert "laws" in ask(lead, "audit")


def test_rows_are_imported_by_a_program(lead: Client) -> None:
    row = {"warehouse": "WH1", "location": "A-01", "sku": "TEA", "qty": 5}
    sent = tell(
        lead, "imports", {"key": "i1", "rows": [row, {**row, "location": "RCV", "qty": "x"}]}, 201
    )
    again = tell(lead, "imports", {"key": "i1", "rows": [row]}, 201)
    number = sent["import"]

    refused = tell(lead, f"imports/{number}/book", {"take": "ALL"}, 409)
    tell(lead, f"imports/{number}/book", {"take": "GOOD"}, 202)
    org.work_on_jobs()
    done = ask(lead, f"imports/{number}")

    assert again["import"] == number
    assert sent["faults"][0]["code"] == "bad_number"
    assert code(refused)[0] == "has_faults"
    assert (done["booked"], done["job"]["state"]) == (1, "DONE")
    assert given.free("TEA") == 15
    assert code(tell(lead, "imports", {"rows": [row]}, 422)) == ("bad_key", "key")
    assert code(tell(lead, "imports", {"key": "2", "rows": [{"colour": 1}]}, 422))[0] == \
        "unknown_field"  # fmt: skip


def test_a_file_is_imported_by_a_program(lead: Client) -> None:
    file = SimpleUploadedFile("a.csv", b"warehouse,location,sku,qty\nWH1,A-01,TEA,5\n")

    sent = lead.post("/api/v1/stock/imports", {"file": file, "key": "f1"})
    bad = lead.post(
        "/api/v1/stock/imports", {"file": SimpleUploadedFile("a.pdf", b"%PDF"), "key": "f2"}
    )

    assert sent.status_code == 201
    assert sent.json()["good"] == 1
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["code"] == "wrong_kind"


@pytest.mark.parametrize(
    ("question", "asked", "expected"),
    [
        ("availability", {}, ("missing_field", "sku")),
        ("availability", {"sku": "NONE"}, ("unknown_sku", "sku")),
        ("availability", {"sku": "TEA", "warehouse": "WH9"}, ("unknown_warehouse", "warehouse")),
        ("availability", {"sku": "TEA", "pool": "A:WH9"}, ("unknown_warehouse", "pool")),
        ("availability", {"sku": "TEA", "colour": "red"}, ("unknown_field", "colour")),
        ("board", {"limit": "many"}, ("bad_number", "limit")),
        ("board", {"limit": "5000"}, ("bad_number", "limit")),
        ("board", {"grade": "AA"}, ("bad_choice", "grade")),
        ("as-of", {}, ("missing_field", "at")),
        ("as-of", {"at": "yesterday"}, ("bad_time", "at")),
        ("as-of", {"at": "2026-01-31"}, ("bad_time", "at")),
        ("as-of", {"at": LATER, "known_at": LATER}, ("known_needs_occurred", "known_at")),
        ("future", {"sku": "TEA", "until": "2026-02-31"}, ("bad_date", "until")),
        ("holds", {"sort": "random"}, ("bad_choice", "sort")),
        ("journal", {"warehouse": "WH1"}, ("missing_field", "sku")),
        ("cells", {}, ("missing_field", "sku")),
        ("cells", {"warehouse": "WH1", "location": "Z"}, ("unknown_location", "location")),
    ],
)
def test_a_question_that_makes_no_sense_names_its_parameter(
    lead: Client, question: str, asked: dict[str, str], expected: tuple[str, str]
) -> None:
    assert code(ask(lead, question, 422, **asked)) == expected


def test_nobody_sees_beyond_their_warehouses(keeper: Client) -> None:
    given.held("SO-9", "TEA", 2)
    given.held("SO-8", "TEA", 1, warehouse="SHOP1")

    figures = ask(keeper, "availability", sku="TEA")["availability"]
    assert [(row["warehouse"], row["available"]) for row in figures] == [("SHOP1", 2)]
    assert [row["warehouse_code"] for row in ask(keeper, "board")["rows"]] == ["SHOP1"]
    assert len(ask(keeper, "cells", sku="TEA")["cells"]) == 1
    assert [each["document"] for each in ask(keeper, "holds", role="COMMITMENT")["holds"]] == [
        "SO-8"
    ]
    assert len(ask(keeper, "as-of", at=LATER)["rows"]) == 1
    assert ask(keeper, "journal", document="SO-9")["rows"] == []
    for question in ("explanation", "journal", "kits", "cells", "future"):
        more = {"until": "2026-12-31"} if question == "future" else {}
        foreign = ask(keeper, question, 422, sku="TEA", warehouse="WH1", **more)
        nowhere = ask(keeper, question, 422, sku="TEA", warehouse="WH9", **more)
        assert code(foreign) == code(nowhere) == ("unknown_warehouse", "warehouse")
    feed = ask(keeper, "changes", limit=1_000)["changes"]
    assert {line["warehouse_code"] for row in feed for line in row["lines"]} <= {"SHOP1"}


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("availability", {}), ("board", {}), ("cells", {"sku": "S0"}), ("holds", {}),
        ("as-of", {"at": LATER}), ("changes", {}), ("incoming", {}),
    ],
)  # fmt: skip
def test_thirty_rows_cost_as_many_statements_as_two(
    lead: Client, question: str, asked: dict[str, Any]
) -> None:
    for number in range(2):
        given.stock(f"S{number}", 5)
        given.held(f"SO-{number}", f"S{number}", 1)

    def statements(count: int) -> int:
        more: dict[str, Any] = (
            {"sku": [f"S{n}" for n in range(count)]} if question == "availability" else {}
        )
        with CaptureQueriesContext(connection) as seen:
            ask(lead, question, **asked, **more)
        return len(seen)

    few = statements(2)
    for number in range(2, 30):
        given.stock(f"S{number}", 5)
        given.held(f"SO-{number}", f"S{number}", 1)

    assert statements(30) == few


def test_a_file_without_a_column_that_is_needed_is_refused_to_a_program(lead: Client) -> None:
    file = SimpleUploadedFile("stock.csv", "仓库,SKU\nWH1,TEA\n".encode())

    refused = lead.post(
        "/api/v1/stock/imports", {"file": file}, headers={"Idempotency-Key": "no-columns"}
    )

    assert refused.status_code == 422
    assert code(refused.json())[0] == "missing_columns"
    assert not Import.objects.exists(), "nobody could say which column is which"


@pytest.mark.parametrize(
    ("question", "asked", "rows", "fields"),
    [
        ("availability", {"sku": "TEA"}, "availability", "warehouse,available"),
        ("future", {"sku": "TEA", "until": "2199-01-01"}, "future", "sku,steps"),
        ("board", {}, "rows", "code,on_hand"),
        ("cells", {"sku": "TEA"}, "cells", "location_code,on_hand"),
        ("holds", {}, "holds", "document,open"),
        ("lots", {}, "lots", "code"),
        ("reasons", {}, "reasons", "code,role"),
        ("pieces", {"sku": "TEA"}, "pieces", "serial"),
        ("as-of", {"at": LATER}, "rows", "sku_code,on_hand"),
        ("difference", {"since": BEGINNING, "until": LATER}, "rows", "after"),
        ("journal", {"sku": "TEA", "warehouse": "WH1"}, "rows", "on_hand"),
        ("changes", {}, "changes", "kind,document"),
    ],
)
def test_a_question_gives_the_fields_that_were_asked_for(
    lead: Client, question: str, asked: dict[str, str], rows: str, fields: str
) -> None:
    given.held("FZ-1", "TEA", 2, reason="MANUAL")

    whole = ask(lead, question, **asked)[rows]
    some = ask(lead, question, **asked, fields=fields)[rows]
    wrong = ask(lead, question, 422, **asked, fields="colour")

    chosen = fields.split(",")
    assert some == [{name: row[name] for name in row if name in chosen} for row in whole]
    # Of lots and pieces there are none here, and the feed tells what has been committed.
    assert question in ("lots", "pieces", "changes") or (some and set(some[0]) == set(chosen))
    assert code(wrong) == ("unknown_field", "fields")
