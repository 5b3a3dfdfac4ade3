"""The parts that endpoints are built from: cursors, batches, versions, sparse fields."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from org.api.batches import answered, bodies_in, read_items
from org.api.cursors import Page, cursor_of, read_cursor
from org.api.faults import Fault, Faulty
from org.api.queries import Query, only
from org.api.shapes import Field, Shape, inside, lines, listed, moment, money, number, text, word
from org.api.versions import must_match, seen_version, tagged

MOMENT = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
PRICED = Shape((Field("sku", text(8, least=1), required=True), Field("price", money)))


def asked(query: str = "", body: Any = None, **headers: str) -> Request:
    factory = APIRequestFactory()
    if body is None:
        return Request(factory.get(f"/x?{query}", headers=headers))
    told = factory.post("/x", json.dumps(body), content_type="application/json", headers=headers)
    return Request(told, parsers=[JSONParser()])


def code_of(work: Any) -> tuple[str, int]:
    with pytest.raises(Faulty) as found:
        work()
    return found.value.faults[0].code, found.value.faults[0].status


def test_a_cursor_brings_its_sort_values_back_exactly() -> None:
    cursor = cursor_of("茶/TEA", 7, MOMENT)

    assert read_cursor(cursor, str, int, datetime) == ("茶/TEA", 7, MOMENT)
    assert read_cursor("", str) is None
    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "told",
    [
        "%", "abc", "x" * 401, cursor_of("a"), cursor_of(1, 2), cursor_of(2**63, "a"),
        base64.urlsafe_b64encode(b"[true,\"a\"]").decode(),
        base64.urlsafe_b64encode(b"[1,\"a\\u0000\"]").decode(),
        base64.urlsafe_b64encode(b"[" * 250).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)  # fmt: skip
def test_a_cursor_that_was_not_given_out_is_refused(told: str) -> None:
    assert code_of(lambda: read_cursor(told, int, str)) == ("bad_cursor", 422)


def test_a_page_has_a_cursor_only_when_more_follows() -> None:
    assert Page.cut([1, 2, 3], limit=3, key=lambda row: (row,)) == Page([1, 2, 3], None)
    assert Page.cut([1, 2, 3], limit=2, key=lambda row: (row,)) == Page([1, 2], cursor_of(2))


def test_each_item_of_a_batch_is_judged_by_itself() -> None:
    bodies = [{"sku": "TEA", "price": "1.50"}, {"sku": "TEA", "price": 1.5}, "TEA", {"sku": "CUP"}]
    items = read_items(bodies_in(asked(body={"items": bodies})), PRICED)
    items[3].refuse(Fault(code="not_found", status=404))
    items[0].answer = {"number": "N1"}

    results = answered(items).data["results"]

    assert [each["status"] for each in results] == [200, 422, 422, 404]
    assert results[0]["number"] == "N1"
    assert [results[n]["errors"][0]["code"] for n in (1, 2, 3)] == [
        "bad_money", "bad_object", "not_found",
    ]  # fmt: skip
    assert [each["errors"][0]["item"] for each in results[1:]] == [1, 2, 3]
    assert "number" not in results[3]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "bad_object"),
        ({"items": []}, "no_items"),
        ({"items": "x"}, "no_items"),
        ({"items": [1], "more": 1}, "unknown_field"),
        ({"items": [1, 2, 3]}, "too_many_items"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(body: Any, code: str) -> None:
    assert code_of(lambda: bodies_in(asked(body=body), most=2)) == (code, 422)


def test_a_version_travels_as_a_tag_and_comes_back() -> None:
    answer = tagged(Response({}), 7)

    assert answer["ETag"] == '"7"'
    assert seen_version(asked(**{"If-Match": answer["ETag"]})) == 7
    assert seen_version(asked(**{"If-Match": "*"}), required=True) is None
    assert seen_version(asked()) is None
    must_match(seen=7, now=7)
    must_match(seen=None, now=7)
    assert code_of(lambda: must_match(seen=6, now=7)) == ("version_moved", 412)
    assert code_of(lambda: seen_version(asked(), required=True)) == ("missing_version", 428)
    assert code_of(lambda: seen_version(asked(**{"If-Match": "7"}))) == ("bad_version", 400)


def test_only_known_fields_can_be_chosen_and_only_they_are_shown() -> None:
    known = ("code", "name", "unit")
    chosen = Query(asked("fields=name,code"), ("fields",)).chosen(known)

    assert only({"code": "TEA", "name": "Tea", "unit": "pc"}, chosen) == {
        "code": "TEA", "name": "Tea",
    }  # fmt: skip
    assert Query(asked(), ("fields",)).chosen(known) == frozenset(known)
    query = Query(asked("fields=price"), ("fields",))
    assert code_of(lambda: query.chosen(known)) == ("unknown_field", 422)
    assert code_of(lambda: Query(asked("colour=red"), ("fields",))) == ("unknown_field", 422)


@pytest.mark.parametrize("given", ["1", "-1.5", "0.05", "9999999999.99"])
def test_an_amount_of_money_is_a_text(given: str) -> None:
    assert str(PRICED.must({"sku": "TEA", "price": given})["price"]) == given


@pytest.mark.parametrize("given", [1, 1.5, "1.505", "1.", ".5", "1e3", "１", "--1", "", "NaN"])
def test_what_is_no_amount_is_refused(given: Any) -> None:
    assert code_of(lambda: PRICED.must({"sku": "TEA", "price": given})) == ("bad_money", 422)


def test_a_shape_publishes_exactly_what_it_reads() -> None:
    shape = Shape(
        (
            Field("sku", text(8, least=1), required=True, about="A code."),
            Field("qty", number(1, 9)),
            Field("kind", word("A", "B")),
            Field("tags", listed(word("x"))),
            Field("lines", lines(Shape((Field("at", moment, required=True),)))),
            Field("priced", inside(PRICED)),
        )
    )

    told = shape.schema

    assert told["required"] == ["sku"]
    assert told["additionalProperties"] is False
    assert told["properties"]["sku"] == {
        "type": "string", "minLength": 1, "maxLength": 8, "description": "A code.",
    }  # fmt: skip
    assert told["properties"]["qty"] == {"type": ["integer", "null"], "minimum": 1, "maximum": 9}
    assert told["properties"]["kind"]["anyOf"][0]["enum"] == ["A", "B"]
    assert told["properties"]["tags"]["items"]["enum"] == ["x"]
    assert told["properties"]["lines"]["items"]["required"] == ["at"]
    assert told["properties"]["priced"]["properties"]["sku"]["maxLength"] == 8
