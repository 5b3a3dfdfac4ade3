"""Stock is corrected at once below the policy's size, and with somebody's consent above it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Reason
from inventory.services import correcting
from org.models import ApprovalRequest, Person
from org.scope import Scope
from org.services import approvals
from tests import given

pytestmark = pytest.mark.django_db

PHOTO = b"\xff\xd8\xff\xe0" + b"0" * 200


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    return given.person("WAREHOUSE_LEAD", name="lead")


def _decide(approval_id: int | None, by: Person, verdict: str = "APPROVE") -> str:
    assert approval_id is not None
    with transaction.atomic():
        done = approvals.decide(
            request_id=approval_id, person=by, verdict=verdict, key="tap", why="ok"
        )
    return str(done.request.state)


def _refused(**more: Any) -> str:
    with pytest.raises(correcting.CorrectionRefused) as refused:
        given.correction(**more)
    return refused.value.code


def test_below_the_policy_it_is_booked_at_once(lead: Person) -> None:
    given.asks_for_approval(10)

    done = given.correction(change=-9, by=lead)

    assert (done.approval_id, given.free("TEA")) == (None, 91)
    rows = stock.journal(document=done.number, scope=Scope.everything()).rows
    assert [row.posting.actor for row in rows][:1] == [lead.actor]


def test_from_the_policy_on_nothing_is_booked_before_somebody_agreed(lead: Person) -> None:
    given.asks_for_approval(10)
    done = given.correction(change=-10, by=lead)

    assert given.free("TEA") == 100
    assert _decide(done.approval_id, given.person("WAREHOUSE_LEAD")) == "APPLIED"
    assert given.free("TEA") == 90
    rows = stock.journal(document=done.number, scope=Scope.everything()).rows
    assert rows[0].posting.actor == lead.actor


def test_a_rejected_correction_changes_nothing(lead: Person) -> None:
    given.asks_for_approval(1)
    done = given.correction(change=-10, by=lead)

    assert _decide(done.approval_id, given.person(), "REJECT") == "REJECTED"
    assert given.free("TEA") == 100


def test_the_request_says_what_it_would_mean(lead: Person) -> None:
    given.asks_for_approval(1)
    given.held("SO-1", "TEA", 95)
    done = given.correction(change=-10, by=lead)

    request = ApprovalRequest.objects.get()
    facts = request.facts
    assert (request.qty, str(request.amount), request.document) == (10, "100.00", done.number)
    assert [(each["before"], each["after"]) for each in facts["changes"]] == [(100, 90)]
    assert dict(facts["impact"]) == {
        "net_value": "-100.00", "available_now": 5, "missing": 5, "orders": 1,
    }  # fmt: skip


def _count(qty: int, by: Person) -> correcting.Corrected:
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    line = correcting.CorrectionLine(location_id=place.id, sku_id=given.sku("TEA"), qty=qty)
    with transaction.atomic():
        return correcting.correct(
            key=f"count:{qty}",
            order=correcting.CorrectionOrder(
                warehouse_id=given.warehouse_id("WH1"), lines=(line,), reason="COUNTED"
            ),
            person=by,
        )


def test_a_count_is_void_when_the_cell_moved_a_difference_is_not(lead: Person) -> None:
    given.asks_for_approval(1)
    counted = _count(97, lead)
    differs = given.correction(change=-3, by=lead)
    given.stock("TEA", 5)

    assert _decide(counted.approval_id, given.person()) == "VOIDED"
    assert given.free("TEA") == 105
    assert _decide(differs.approval_id, given.person()) == "APPLIED"
    assert given.free("TEA") == 102


def test_what_the_ledger_refuses_is_said_and_may_be_tried_again(lead: Person) -> None:
    given.asks_for_approval(1)
    done = given.correction(change=-3, by=lead)
    # A freeze that forbids counting.
    Reason.objects.filter(code="CUSTOMS").update(blocks_count=True)
    freeze = given.held("FZ-1", "TEA", 1, reason="CUSTOMS", location_id=_bin())
    boss = given.person()

    assert _decide(done.approval_id, boss) == "APPLY_FAILED"
    request = ApprovalRequest.objects.get()
    assert request.failure
    assert given.free("TEA") == 99

    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key="thaw", document="FZ-1", hold_id=freeze)], actor="x"
        )[0].check()
    with transaction.atomic():
        approvals.retry(request_id=request.pk, person=lead)
    assert given.free("TEA") == 97


def _bin() -> int:
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    return place.id


def test_the_same_form_twice_corrects_once(lead: Person) -> None:
    first, second = _count(97, lead), _count(97, lead)

    assert first == second
    assert given.free("TEA") == 97


def test_several_cells_are_one_correction_or_none(lead: Person) -> None:
    given.location("B-01")
    given.stock("TEA", 50, location="B-01")
    house = given.warehouse_id("WH1")
    ids = {
        code: place.id
        for code in ("A-01", "B-01")
        if (place := stock.location_by_code(warehouse_id=house, code=code))
    }

    def correct(second: int, key: str) -> None:
        lines = tuple(
            correcting.CorrectionLine(
                location_id=ids[code], sku_id=given.sku("TEA"), qty=qty, mode=correcting.CHANGE
            )
            for code, qty in (("A-01", -4), ("B-01", second))
        )
        with transaction.atomic():
            correcting.correct(
                key=key,
                order=correcting.CorrectionOrder(warehouse_id=house, lines=lines, reason="DAMAGED"),
                person=lead,
            )

    with pytest.raises(correcting.CorrectionRefused) as refused:
        correct(-51, "a")
    assert (refused.value.code, refused.value.line) == ("below_zero", 1)
    assert given.free("TEA") == 150
    correct(-6, "b")
    assert given.free("TEA") == 140


def test_bad_lines_are_refused_with_their_reason(lead: Person) -> None:
    kit = given.sku("KIT", is_kit=True)
    assert kit
    assert _refused(change=0, by=lead) == "nothing_changes"
    assert _refused(change=-101, by=lead) == "below_zero"
    assert _refused(sku_code="KIT", change=1, by=lead) == "unknown_sku"
    assert _refused(by=given.person("CLERK")) == "not_allowed"
    given.unit("EAST", "REGION", "HQ")
    given.unit("S9", "STORE", "EAST")
    assert _refused(by=given.person("STORE_MANAGER", "S9")) == "unknown_warehouse"


# The page


def _form(change: str = "", counted: str = "", **more: str) -> dict[str, Any]:
    house = given.warehouse_id("WH1")
    place = stock.location_by_code(warehouse_id=house, code="A-01")
    assert place is not None
    return {
        "warehouse": house, "rows": 1, "token": "t1", "reason": "DAMAGED", "note": "",
        "location-0": place.id, "sku-0": given.sku("TEA"), "lot-0": "", "grade-0": "ZP",
        "owner-0": "SELF", "counted-0": counted, "change-0": change, **more,
    }  # fmt: skip


def test_the_page_shows_the_cells_of_a_place_and_what_it_means_before_it_is_done(
    lead: Person, client: Client
) -> None:
    given.asks_for_approval(5)
    given.person("STORE_MANAGER", name="Somebody else")
    client.force_login(lead)
    house = given.warehouse_id("WH1")

    opened = client.get(f"/stock/correct/?warehouse={house}&place=a-01").content.decode()
    small = client.post("/stock/correct/", _form("-4", check="1")).content.decode()
    large = client.post("/stock/correct/", _form("-5", check="1")).content.decode()

    assert 'name="counted-0"' in opened
    assert "100" in opened
    assert ("Somebody else" in small, "Somebody else" in large) == (False, True)
    assert given.free("TEA") == 100


def test_the_page_books_small_ones_and_asks_for_large_ones_with_a_photo(
    lead: Person, client: Client
) -> None:
    given.asks_for_approval(5)
    given.person("STORE_MANAGER")
    client.force_login(lead)

    small = client.post("/stock/correct/", _form("-4", book="1"))
    photo = io.BytesIO(PHOTO)
    photo.name = "wet.jpg"
    large = client.post("/stock/correct/", _form("-5", book="1", token="t2") | {"photo": photo})

    assert small.status_code == large.status_code == 302
    assert given.free("TEA") == 96
    request = ApprovalRequest.objects.get()
    assert large.headers["Location"] == f"/approvals/{request.pk}/"
    shown = client.get(f"/approvals/{request.pk}/").content.decode()
    assert "wet.jpg" in shown
    address = shown.split('class="photo" href="')[1].split('"')[0]
    file = client.get(address)
    assert (file.content, file.headers["X-Content-Type-Options"]) == (PHOTO, "nosniff")
    client.force_login(given.person("ORDER_DESK"))
    assert client.get(address).status_code == 404


def test_what_was_typed_stays_when_something_is_wrong(lead: Person, client: Client) -> None:
    client.force_login(lead)

    unreadable = client.post("/stock/correct/", _form("minus 3", note="leak", check="1"))
    too_many = client.post("/stock/correct/", _form("-300", note="leak", check="1"))

    for answer, typed in ((unreadable, "minus 3"), (too_many, "-300")):
        assert answer.status_code == 422
        text = answer.content.decode()
        assert f'value="{typed}"' in text
        assert 'value="leak"' in text
        assert "field-error" in text
    assert given.free("TEA") == 100


def test_a_file_that_is_no_photo_is_refused_and_nothing_is_booked(
    lead: Person, client: Client
) -> None:
    client.force_login(lead)
    page = io.BytesIO(b"<html><script>alert(1)</script>")
    page.name = "photo.jpg"

    answer = client.post("/stock/correct/", _form("-4", book="1") | {"photo": page})

    assert answer.status_code == 422
    assert given.free("TEA") == 100


def test_pieces_are_counted_by_their_numbers(lead: Person, client: Client) -> None:
    given.sku("KETTLE", serial_tracked=True)
    given.stock("KETTLE", 3, serials=("K1", "K2", "K3"))
    client.force_login(lead)
    form = _form(counted="2") | {"sku-0": given.sku("KETTLE"), "serials-0": "K1\nK3"}

    wrong = client.post("/stock/correct/", form | {"serials-0": "K1", "check": "1"})
    done = client.post("/stock/correct/", form | {"book": "1"})

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert given.free("KETTLE") == 2
    where = {piece.serial: piece.outside for piece in stock.pieces(
        scope=Scope.everything(), sku_ids=[given.sku("KETTLE")])}  # fmt: skip
    assert where["K2"] == "LOST"
