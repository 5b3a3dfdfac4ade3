"""What becomes of frozen goods: each way on the page, what it would do first, and who is asked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules.models import Lease
from inventory import selectors as stock
from org.models import ApprovalRequest, AuditRecord, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given
from tests.api.calling import signed
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client: Client) -> Person:
    """May release for safety, regrade, convert and scrap; signed in."""
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    person = given.person("WAREHOUSE_LEAD", name="lead")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(person)
    return person


def _hold(hold_id: int) -> stock.HoldView:
    return stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)[0]


def _graded(sku: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell in stock.cells(scope=Scope.everything(), sku_id=given.sku(sku)):
        found[cell.grade] = found.get(cell.grade, 0) + cell.on_hand
    return {grade: units for grade, units in found.items() if units}


def _page(client: Client, hold_id: int, status: int, **typed: object) -> str:
    answer = client.post(f"/holds/{hold_id}/release/", {"token": "t", **typed})
    assert answer.status_code == status, answer.content.decode()
    return re.sub(r"\s+", " ", answer.content.decode())


def test_part_gets_another_grade_and_is_let_go_of(lead: Person, client: Client) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")
    typed = {"way": "REGRADE", "grade": "XS", "qty": 5, "why": "Box dented"}

    told = _page(client, freeze, 200, **typed, look="1")

    assert "5 units of TEA become “Box damaged” and are let go of." in told
    assert _graded("TEA") == {"ZP": 100}
    _page(client, freeze, 302, **typed, apply="1")
    _page(client, freeze, 302, **typed, apply="1")  # pressed twice
    assert _graded("TEA") == {"ZP": 95, "XS": 5}
    assert (_hold(freeze).open, given.free("TEA")) == (15, 80)
    after = AuditRecord.objects.get(action="stock.regraded").after
    assert after is not None
    assert (after["units"], after["grade"], after["why"]) == (5, "XS", "Box dented")


def test_rework_keeps_them_frozen_under_its_own_name(lead: Person, client: Client) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DEFECT")

    _page(client, freeze, 302, way="REWORK", why="New labels", qty=8)

    [other] = stock.holds(scope=Scope.everything(), reason="REWORK")
    assert (other.open, _hold(freeze).open, given.free("TEA")) == (8, 12, 80)
    lease = Lease.objects.get(hold_id=other.id)
    assert (lease.next_step, lease.owner_id) == ("REWORK", lead.pk)


def test_what_goes_back_names_supplier_and_document(lead: Person, client: Client) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DEFECT")

    kept = _page(client, freeze, 422, way="RETURN", why="Broken seals", supplier="Hill Farm")

    assert "Give the number of the document under which they go back." in kept
    assert 'value="Broken seals"' in kept
    assert 'value="Hill Farm"' in kept
    typed = {"way": "RETURN", "why": "Broken seals", "supplier": "Hill Farm", "paper": "RTV-7"}
    assert "back to Hill Farm under RTV-7" in _page(client, freeze, 200, **typed, look="1")
    _page(client, freeze, 302, **typed)
    assert (_graded("TEA"), _hold(freeze).open) == ({"ZP": 80}, 0)
    [posted] = stock.journal(document="FZ-1", scope=Scope.everything(), limit=1).rows
    assert posted.facts["why"] == "Hill Farm RTV-7: Broken seals"


def _policy(kind: str, *, min_qty: int | None = None) -> None:
    draft = PolicyDraft(
        kind=kind, name="Large", min_qty=min_qty,
        steps=(StepDraft(asked="PERMISSION", permission="approvals.decide"),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())


def _agree() -> str:
    asked = ApprovalRequest.objects.get(state="SUBMITTED")
    with transaction.atomic():
        done = approvals.decide(
            request_id=asked.pk, person=given.person("REGION_MANAGER"), verdict="APPROVE", key="k"
        )
    return str(done.request.state)


def test_scrapping_beyond_the_size_of_its_own_policies_waits_for_consent(
    lead: Person, client: Client
) -> None:
    _policy("stock.unfreeze")
    _policy("stock.scrap", min_qty=10)
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")

    _page(client, freeze, 302, way="SCRAP", qty=9, why="Mould")
    assert (_graded("TEA"), _hold(freeze).open) == ({"ZP": 91}, 11)
    told = _page(client, freeze, 200, way="SCRAP", qty=11, why="Mould", token="u", look="1")
    assert "This needs approval." in told
    _page(client, freeze, 302, way="SCRAP", qty=11, why="Mould", token="u")

    asked = ApprovalRequest.objects.get()
    assert (asked.kind, str(asked.amount), asked.facts["changes"][0]["after"]) == (
        "stock.scrap", "110.00", 0,
    )  # fmt: skip
    assert _graded("TEA") == {"ZP": 91}
    assert _agree() == "APPLIED"
    assert (_graded("TEA"), _hold(freeze).open) == ({"ZP": 80}, 0)
    assert AuditRecord.objects.filter(action="stock.scrapped", subject="FZ-1").count() == 2


def test_one_call_decides_about_frozen_goods_once_or_asks(lead: Person, client: Client) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")
    dented = {"way": "REGRADE", "grade": "XS", "qty": 5, "why": "Box dented"}

    def decide(body: dict[str, object], key: str = "k", to: str = "") -> tuple[int, Any]:
        answer = client.post(
            f"/api/v1/freezes/{freeze}/disposal{to}", body, content_type="application/json",
            headers={"idempotency-key": key},
        )  # fmt: skip
        return answer.status_code, answer.json()

    status, told = decide(dented, to="/preview")
    assert (status, told["units"], told["value"], told["consent"]) == (200, 5, "50.00", None)
    assert told["figures"][0] == {"label": "Under this freeze", "before": 20, "after": 15}
    assert _graded("TEA") == {"ZP": 100}
    done = decide(dented)
    assert done == (
        200, {"document": "FZ-1", "way": "REGRADE", "units": 5, "open": 15, "repeated": False},
    )  # fmt: skip
    assert decide(dented) == done
    assert _graded("TEA") == {"ZP": 95, "XS": 5}
    status, wrong = decide({"way": "RETURN", "why": "Broken", "supplier": "Hill Farm"}, "r")
    assert (status, wrong["errors"][0]["code"], wrong["errors"][0]["field"]) == (
        422, "paper_missing", "paper",
    )  # fmt: skip
    assert decide({**dented, "qty": 16}, "m")[1]["errors"][0]["code"] == "not_held"

    _policy("stock.unfreeze", min_qty=10)
    whole = {"way": "RESTOCK", "qty": 12, "why": "Dry"}
    assert decide(whole, to="/preview")[1]["consent"]["policy"] == "Large"
    status, waits = decide(whole, "w")
    assert (status, waits["code"], waits["document"]) == (202, "approval_needed", "FZ-1")
    assert _hold(freeze).open == 15
    assert _agree() == "APPLIED"
    assert _hold(freeze).open == 3
    assert given.free("TEA") == 92


def test_a_program_decides_within_its_permissions(lead: Person) -> None:
    _policy("stock.unfreeze")
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")
    body = {"way": "SCRAP", "qty": 4, "why": "Mould"}
    address = f"/api/v1/freezes/{freeze}/disposal"

    without = signed(given.api_client("stock.release"), "POST", address, body=body, key="k")
    with_it = signed(
        given.api_client("stock.release", "stock.scrap"), "POST", address, body=body,
        key="k",
    )  # fmt: skip

    assert (without.status_code, without.json()["errors"][0]["code"]) == (403, "not_allowed")
    assert (with_it.status_code, _hold(freeze).open) == (200, 16)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    lead: Person, client: Client
) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")

    for typed, said in (
        ({"way": "REGRADE", "why": "Dented"}, "Choose the grade that the units get."),
        ({"way": "REGRADE", "why": "Dented", "grade": "ZP"}, "have this grade already"),
        ({"way": "SCRAP", "why": "Dented", "qty": 21}, "Fewer units than that are frozen here."),
        ({"qty": "many", "why": "Dented"}, "Enter a whole number."),
        ({"way": "SCRAP", "why": ""}, "Say why."),
    ):
        page = _page(client, freeze, 422, **typed)
        assert said in page
        assert str(typed["why"]) in page
    assert (_hold(freeze).open, _graded("TEA")) == (20, {"ZP": 100})


def test_what_covers_a_whole_place_is_regraded_whole(lead: Person, client: Client) -> None:
    cell = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))[0]
    client.post(
        "/api/v1/stock/hold",
        {
            "key": "b", "document": "FZ-9", "warehouse": "WH1", "reason": "DAMAGE",
            "location": cell.location_code, "blanket": True,
        },
        content_type="application/json",
    )  # fmt: skip
    [freeze] = stock.holds(scope=Scope.everything(), documents=["FZ-9"])

    part = _page(client, freeze.id, 422, way="REGRADE", grade="CC", why="Wet", qty=3)
    assert "part of it cannot be named" in part
    _page(client, freeze.id, 302, way="REGRADE", grade="CC", why="Wet")

    assert (_graded("TEA"), _hold(freeze.id).open) == ({"CC": 100}, 0)


def test_free_units_of_a_cell_are_scrapped_on_a_page(lead: Person, client: Client) -> None:
    given.held("FZ-1", "TEA", 95, reason="DAMAGE")
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))
    url = f"/stock/cells/{cell.id}/scrap/"
    typed = {"way": "SCRAP", "token": "abcdef12", "why": "Dropped"}

    many = client.post(url, {**typed, "qty": 6})
    told = client.post(url, {**typed, "qty": 4, "look": "1"}).content.decode()

    assert many.status_code == 422
    assert "Dropped" in many.content.decode()
    assert "4 units of TEA are scrapped" in told
    assert _graded("TEA") == {"ZP": 100}
    assert client.post(url, {**typed, "qty": 4}).status_code == 302
    assert client.post(url, {**typed, "qty": 4}).status_code == 302
    assert (_graded("TEA"), given.free("TEA")) == ({"ZP": 96}, 1)
    assert AuditRecord.objects.filter(action="stock.scrapped").count() == 1


def test_goods_that_travelled_frozen_are_scrapped_only_by_whoever_answers_for_both_places(
    client: Client,
) -> None:
    given.unit("WEST", "REGION", "HQ")
    given.unit("EAST", "REGION", "HQ")
    given.warehouse("WH1", at="WEST")
    given.warehouse("WH2", at="EAST")
    given.stock("TEA", 10)
    tea = given.sku("TEA")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(given.person("WAREHOUSE_LEAD", at="WEST"))
    freeze = goods.hold("FZ-1", goods.line(tea, 4), reason="QC", location_id=goods.place())
    _page(client, freeze, 302, way="SCRAP", qty=1, why="Mould")
    goods.transfer_out("T-1", goods.placed(tea, 3, goods.place(), hold_id=freeze)).check()
    goods.transfer_in("T-1", goods.line(tea, 3)).check()

    for way in ("SCRAP", "RETURN"):
        typed = {"way": way, "why": "Mould", "supplier": "Hill Farm", "paper": "RTV-7"}
        _page(client, freeze, 422, **typed, token=way, look="1")
        _page(client, freeze, 422, **typed, token=way)

    assert goods.cells(tea)["WH2 A-01 ZP"] == (3, 3)
    client.force_login(given.person("WAREHOUSE_LEAD"))
    _page(client, freeze, 302, way="SCRAP", why="Mould", token="all")
    assert (_graded("TEA"), _hold(freeze).open) == ({"ZP": 6}, 0)


def test_another_decision_under_the_token_of_the_last_one_is_done_too(
    lead: Person, client: Client
) -> None:
    first = given.held("FZ-1", "TEA", 20, reason="DAMAGE")
    other = given.held("FZ-2", "TEA", 20, reason="DAMAGE")

    for hold_id, qty in ((first, 5), (first, 5), (first, 3), (other, 5)):
        _page(client, hold_id, 302, way="SCRAP", qty=qty, why="Mould")

    assert (_hold(first).open, _hold(other).open, _graded("TEA")) == (12, 15, {"ZP": 87})
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))
    for qty in (2, 2, 1):
        typed = {"way": "SCRAP", "token": "abcdef12", "why": "Dropped", "qty": qty}
        assert client.post(f"/stock/cells/{cell.id}/scrap/", typed).status_code == 302
    assert _graded("TEA") == {"ZP": 84}


def test_a_form_without_its_token_does_nothing(lead: Person, client: Client) -> None:
    freeze = given.held("FZ-1", "TEA", 20, reason="DAMAGE")

    page = _page(client, freeze, 422, way="SCRAP", qty=5, why="Mould", token="")

    assert "This form was sent incompletely: open its page again." in page
    assert _graded("TEA") == {"ZP": 100}
