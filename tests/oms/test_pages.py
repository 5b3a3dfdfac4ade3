"""The order desk's pages, through HTTP."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oms import services as orders
from oms.models import OrderException
from org.models import AuditRecord
from tests import given
from tests.oms import told
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db


def signed_in(role: str = "HEAD_OFFICE", at: str = "HQ") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person(role=role, at=at))
    return client


def submitted(number: str = "T1", qty: int = 2) -> str:
    given.stock("TEA", 10)
    told.accept(told.draft(number, told.line("TEA", qty), shop_name="Shop One"))
    orders.process()
    return str(told.the(number).number)


def test_strangers_are_sent_to_the_sign_in_page() -> None:
    for path in ("/orders/", "/orders/SO-1/", "/exceptions/"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in")


def test_the_list_shows_orders_with_masked_receivers() -> None:
    number = submitted()

    page = signed_in().get("/orders/").content.decode()

    assert number in page
    assert "李*" in page
    assert "李雷" not in page
    assert "文一西路" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("state=SUBMITTED", True), ("state=SHIPPED", False), ("q=T1", True),
        ("q=TEA", True), ("q=NOPE", False), ("q=%25", False), ("shop=1", True), ("shop=2", False),
        ("since=2020-01-01", True), ("until=2020-01-01", False), ("since=rubbish", True),
        ("state=RUBBISH&shop=x&from=%3Cx", True), ("q=%00", True),
        ("from=%3C99999999999999999999", True),
        ("shop=²", True), ("until=9999-12-31", True),
    ],
)  # fmt: skip
def test_filters_in_the_address_narrow_the_list(query: str, found: bool) -> None:
    number = submitted()

    answer = signed_in().get(f"/orders/?{query}")

    assert answer.status_code == 200
    assert (f"/orders/{number}/" in answer.content.decode()) is found


def test_pages_follow_each_other_without_gaps() -> None:
    drafts = [told.draft(f"P{n:03}") for n in range(120)]
    told.accept(*drafts)
    client = signed_in()
    seen: list[str] = []
    answer = client.get("/orders/")
    while True:
        seen += _platform_numbers(answer)
        if not answer.context["list"].next_url:
            break
        answer = client.get(answer.context["list"].next_url)

    assert seen == [f"P{n:03}" for n in reversed(range(120))]
    back = client.get(answer.context["list"].previous_url)
    assert _platform_numbers(back) == [f"P{n:03}" for n in reversed(range(20, 70))]


def _platform_numbers(answer: Any) -> list[str]:
    return re.findall(r"P\d{3}(?=</span>)", answer.content.decode())


def test_the_list_costs_the_same_for_one_row_and_for_fifty() -> None:
    client = signed_in()
    counts = []
    for numbers in (["A"], [f"B{n}" for n in range(60)]):
        told.accept(*(told.draft(number) for number in numbers))
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/orders/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_store_sees_only_its_own_orders() -> None:
    given.unit("HQ")
    east = given.unit("EAST", kind="REGION", parent="HQ")
    given.unit("WEST", kind="REGION", parent="HQ")
    told.accept(told.draft("E1", unit_id=east.pk), told.draft("H1"))
    mine, other = told.the("E1").number, told.the("H1").number
    insider, outsider = signed_in("REGION_MANAGER", "EAST"), signed_in("REGION_MANAGER", "WEST")

    page = insider.get("/orders/").content.decode()

    assert str(mine) in page
    assert str(other) not in page
    assert insider.get(f"/orders/{other}/").status_code == 404
    assert outsider.get(f"/orders/{mine}/").status_code == 404
    assert outsider.post(f"/orders/{mine}/cancel/", {"why": "x"}).status_code == 404
    assert told.the("E1").state == "PREPROCESS"


def test_one_order_shows_lines_claims_and_timeline() -> None:
    number = submitted()

    page = signed_in().get(f"/orders/{number}/").content.decode()

    for words in (number, "TEA", "Shop One", "138****5678", "Stock held, handed to the warehouse"):
        assert words in page
    assert "13812345678" not in page
    assert "<script>" not in page
    assert "style=" not in page


def test_an_unknown_order_is_not_found() -> None:
    client = signed_in()
    for number in ("SO-1", "SO-99999999999999999999", "rubbish", "SO-%00"):
        assert client.get(f"/orders/{number}/").status_code == 404


def test_a_receiver_is_revealed_for_a_reason_that_the_trail_keeps() -> None:
    number = submitted()
    client = signed_in()

    refused = client.post(f"/orders/{number}/reveal/", {"why": " "})
    too_long = client.post(f"/orders/{number}/reveal/", {"why": "x" * 201})
    assert (refused.status_code, too_long.status_code) == (422, 422)
    assert errors_of(refused) == {"reveal-receiver-why": ["Please give a reason."]}
    assert typed_in(too_long, "reveal-receiver-why") == ["x" * 201]
    assert "文一西路969号" not in refused.content.decode()
    assert not AuditRecord.objects.filter(action="receiver.reveal").exists()

    answer = client.post(f"/orders/{number}/reveal/", {"why": "buyer calls"})

    assert "文一西路969号" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    record = AuditRecord.objects.get(action="receiver.reveal")
    assert record.after is not None
    assert (record.subject, record.after["why"]) == (number, "buyer calls")
    assert "李雷" not in str(record.after)


def test_who_may_not_reveal_does_not_see_the_receiver() -> None:
    number = submitted()
    auditor = signed_in("AUDITOR")

    assert auditor.post(f"/orders/{number}/reveal/", {"why": "curious"}).status_code == 403
    assert "reveal-receiver" not in auditor.get(f"/orders/{number}/").content.decode()
    assert not AuditRecord.objects.filter(action="receiver.reveal").exists()


def test_a_person_cancels_an_order_and_its_stock_is_free() -> None:
    number = submitted(qty=4)
    assert given.free("TEA") == 6

    signed_in().post(f"/orders/{number}/cancel/", {"why": "called"})

    assert told.the().state == "CANCELLED"
    assert given.free("TEA") == 10


def test_a_cancel_that_is_refused_keeps_its_reason_and_says_why() -> None:
    number = submitted(qty=4)
    client = signed_in()

    without = client.post(f"/orders/{number}/cancel/", {"why": ""})
    too_long = client.post(f"/orders/{number}/cancel/", {"why": "x" * 201})
    client.post(f"/orders/{number}/cancel/", {"why": "called"})
    again = client.post(f"/orders/{number}/cancel/", {"why": "called again"})

    assert [each.status_code for each in (without, too_long, again)] == [422, 422, 422]
    assert errors_of(without) == {"cancel-order-why": ["Please give a reason."]}
    assert typed_in(too_long, "cancel-order-why") == ["x" * 201]
    assert "The order has ended already." in again.content.decode()
    assert given.free("TEA") == 10


def test_exceptions_are_listed_with_what_may_be_done() -> None:
    told.accept(told.draft("T1", told.line("TEA", 3)))
    orders.process()
    client = signed_in()

    page = client.get("/exceptions/").content.decode()
    assert "Out of stock" in page
    assert "TEA: 3 missing" in page

    given.stock("TEA", 3)
    row = OrderException.objects.get()
    answer = client.post("/exceptions/handle/", {"id": row.pk, "action": "retry"})
    assert answer["Location"] == "/exceptions/"
    orders.process()
    assert told.the().state == "SUBMITTED"


def test_accepting_needs_a_reason_and_is_remembered() -> None:
    given.stock("TEA", 5)
    told.accept(told.draft("T1", receiver=replace(told.LI, name="李雷🌸")))
    orders.process()
    client = signed_in()
    row = OrderException.objects.get()

    field, said = f"do-accept-{row.pk}-why", {"id": row.pk, "action": "accept"}

    nothing = client.post("/exceptions/handle/", said)
    too_long = client.post("/exceptions/handle/", {**said, "why": "x" * 201})
    assert [each.status_code for each in (nothing, too_long)] == [422, 422]
    assert errors_of(nothing) == {field: ["Please give a reason."]}
    assert list(errors_of(too_long)) == [field]
    assert typed_in(too_long, field) == ["x" * 201]
    assert told.open_codes() == {("odd_text", "receiver.name")}

    done = client.post("/exceptions/handle/", {**said, "why": "prints fine", "back": "/orders/"})
    assert (done.status_code, done["Location"]) == (302, "/orders/")
    again = client.post("/exceptions/handle/", {**said, "why": "prints fine"})
    # Its dialog is gone: said above the page of the order.
    assert again.status_code == 422
    assert "The exception is resolved already." in again.content.decode()
    orders.process()
    assert told.the().state == "SUBMITTED"
    row = OrderException.objects.get()
    assert (row.resolution, row.why) == ("ACCEPTED", "prints fine")
    assert AuditRecord.objects.filter(action="exception.accepted").count() == 1


@pytest.mark.parametrize("action", ["close", "recall", "intercept", "map", "rubbish", ""])
def test_what_an_exception_does_not_offer_is_refused(action: str) -> None:
    told.accept(told.draft("T1", told.line("TEA", 0)))
    orders.process()
    row = OrderException.objects.get()

    signed_in().post("/exceptions/handle/", {"id": row.pk, "action": action, "why": "x"})

    assert OrderException.objects.get().state == "OPEN"


def test_a_form_never_leads_away_from_the_house() -> None:
    answer = signed_in().post("/exceptions/handle/", {"back": "//evil.example/"})

    assert answer["Location"] == "/exceptions/"


def test_an_order_opens_in_the_drawer_without_the_shell() -> None:
    number = submitted()

    answer = signed_in().get(
        f"/orders/{number}/", headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    )

    page = answer.content.decode()
    assert number in page
    assert "<html" not in page


def test_pages_speak_chinese_by_default() -> None:
    submitted()
    client = Client()
    client.force_login(given.person())

    for path in ("/orders/", "/exceptions/"):
        assert client.get(path).status_code == 200
