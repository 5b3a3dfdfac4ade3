"""Whatever nonsense a command is told: a refusal that says what is wrong, and nothing happened."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from inventory import services as inventory
from inventory.models import Entry, Hold, Posting
from tests import given
from tests.inventory.goods import do, line, place, placed, truck

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)
Verb = Callable[..., list[inventory.Outcome]]
BAD_QUANTITIES = [
    0, -1, 1.5, 10**12 + 1, 10**30, "5", "５", float("nan"), None, True, [1], {}, "",
]  # fmt: skip


def world() -> dict[str, Any]:
    """Goods, a claim, a freeze, a transfer on its way, and one more warehouse."""
    given.warehouse("WH2")
    given.stock("TEA", 50)
    claim = given.held("SO-1", "TEA", 5)
    freeze = given.held("FZ-1", "TEA", 5, reason="MANUAL", location_id=given.location("A-01"))
    return {
        "tea": given.sku("TEA"), "house": given.warehouse_id("WH1"), "claim": claim,
        "freeze": freeze, "a": place("A-01"), "b": place("PACK"), "far": place("A-01", "WH2"),
    }  # fmt: skip


def general() -> dict[str, Any]:
    return {"key": f"bad:{next(_keys)}", "document": "X-1"}


def asked(verb: str, w: dict[str, Any], qty: Any = 1) -> tuple[Verb, Any]:
    """A request of each verb that would be sound with a sound quantity."""
    one, at = line(w["tea"], qty), placed(w["tea"], qty, w["a"])
    house = {"warehouse_id": w["house"]}
    carried = inventory.MoveLine(
        sku_id=w["tea"], qty=qty, from_location_id=w["a"], to_location_id=w["b"]
    )
    graded = inventory.RegradeLine(
        sku_id=w["tea"], qty=qty, location_id=w["a"], from_grade="ZP", to_grade="CC"
    )
    made: dict[str, tuple[Verb, Callable[[], Any]]] = {
        "receive": (inventory.receive, lambda: inventory.ReceiveRequest(
            **general(), **house, location_id=w["a"], lines=(one,))),
        "receive placed": (inventory.receive, lambda: inventory.ReceiveRequest(
            **general(), **house, placed=(at,))),
        "move": (inventory.move, lambda: inventory.MoveRequest(
            **general(), **house, lines=(carried,))),
        "hold": (inventory.hold, lambda: inventory.HoldRequest(
            **general(), **house, lines=(one,))),
        "release": (inventory.release, lambda: inventory.ReleaseRequest(
            **general(), hold_id=w["claim"], lines=(one,))),
        "convert": (inventory.convert, lambda: inventory.ConvertRequest(
            **general(), hold_id=w["freeze"], reason="DEFECT", lines=(one,))),
        "displace": (inventory.displace, lambda: inventory.DisplaceRequest(
            **general() | {"document": "SO-1"}, **house, lines=(one,))),
        "ship": (inventory.ship, lambda: inventory.ShipRequest(
            **general() | {"document": "SO-1"}, lines=(one,))),
        "adjust": (inventory.adjust, lambda: inventory.AdjustRequest(
            **general(), **house, location_id=w["a"], counted=(one,), why="count")),
        "regrade": (inventory.regrade, lambda: inventory.RegradeRequest(
            **general(), **house, lines=(graded,))),
        "scrap": (inventory.scrap, lambda: inventory.ScrapRequest(
            **general(), **house, lines=(at,), why="broken")),
        "return": (inventory.take_return, lambda: inventory.ReturnRequest(
            **general(), **house, location_id=w["a"], lines=(one,), shipped_document="SO-0")),
        "transfer out": (inventory.transfer_out, lambda: inventory.TransferOutRequest(
            **general() | {"document": "T-1"}, from_warehouse_id=w["house"],
            transit_location_id=truck("T-1"), lines=(at,))),
        "transfer in": (inventory.transfer_in, lambda: inventory.TransferInRequest(
            **general() | {"document": "T-1"}, transit_location_id=truck("T-1"),
            to_warehouse_id=w["house"], location_id=w["a"], lines=(one,))),
        "swap": (inventory.swap, lambda: inventory.SwapRequest(
            **general() | {"document": "SO-1"}, **house, sku_id=w["tea"], qty=qty,
            from_location_id=w["a"], to_location_id=w["b"])),
    }  # fmt: skip
    service, build = made[verb]
    return service, build()


VERBS = [
    "receive", "receive placed", "move", "hold", "release", "convert", "displace", "ship",
    "adjust", "regrade", "scrap", "return", "transfer out", "transfer in", "swap",
]  # fmt: skip


def books() -> tuple[int, int, int]:
    return Posting.objects.count(), Entry.objects.count(), Hold.objects.count()


def refuse(service: Verb, request: Any) -> inventory.Refused:
    """The refusal; nothing was booked, and it has a sentence."""
    before = books()
    refusal = do(service, request).refusal
    assert refusal is not None, request
    assert books() == before
    assert str(refusal) != refusal.code
    return refusal


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_no_quantity_is_refused_by_every_verb(verb: str) -> None:
    w = world()
    for qty in BAD_QUANTITIES:
        if verb == "adjust" and qty == 0 and qty is not False:
            continue
        service, request = asked(verb, w, qty)
        refusal = refuse(service, request)
        assert refusal.code == "bad_quantity", (verb, qty)
        assert refusal.params["sku_id"] == w["tea"]
        assert "asked" in refusal.params
        assert verb == "swap" or refusal.params["line"] == 0


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("qty", [2**31, 2**31 + 1, 10**12])
def test_huge_quantities_are_counted_or_refused_and_never_break(verb: str, qty: int) -> None:
    w = world()
    service, request = asked(verb, w, qty)
    if verb in ("receive", "receive placed", "adjust"):
        do(service, request).check()
        assert given.free("TEA") > 2**31 - 100
        return
    assert refuse(service, request).code in (
        "insufficient_stock", "nothing_there", "not_held", "not_shipped", "not_in_transit",
        "not_pinned",
    )  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_keys_and_documents_are_names(verb: str) -> None:
    w = world()
    service, request = asked(verb, w)
    for key in ("", "k" * 121, "a\x00b", "a\nb", "\ud800", 5, None):
        refusal = refuse(service, replace(request, key=key))
        assert (refusal.code, refusal.params["field"]) == ("bad_key", "key")
    for document in ("", "d" * 65, "a\x00b", "\ud800", 5, None):
        refusal = refuse(service, replace(request, document=document))
        assert (refusal.code, refusal.params["field"]) == ("bad_text", "document")


@pytest.mark.parametrize("verb", VERBS)
def test_times_have_a_zone_and_lie_in_the_past(verb: str) -> None:
    service, request = asked(verb, world())
    for moment in (datetime(2026, 1, 1), "2026-01-01", 5):  # noqa: DTZ001
        refusal = refuse(service, replace(request, occurred_at=moment))
        assert (refusal.code, refusal.params["field"]) == ("bad_time", "occurred_at")
    ahead = datetime(2190, 1, 1, tzinfo=UTC)
    assert refuse(service, replace(request, occurred_at=ahead)).code == "in_the_future"


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "swap"])
def test_lines_are_lines_of_known_goods(verb: str) -> None:
    w = world()
    service, request = asked(verb, w)
    name = {"adjust": "counted", "receive placed": "placed"}.get(verb, "lines")
    for none in ((), "TEA", 5, (5,), ((),)):
        refusal = refuse(service, replace(request, **{name: none}))
        assert refusal.code in ("bad_request", "bad_list")
        assert refusal.params["field"] == name or none == ()
    [good] = getattr(request, name)
    for sku in (10**15, 0, -1):
        refusal = refuse(service, replace(request, **{name: (replace(good, sku_id=sku),)}))
        assert refusal.params["sku_id"] == sku
    wrong: list[Any] = ["TEA", None, 2**63, 1.0, True, [1]]
    for sku in wrong:
        refusal = refuse(service, replace(request, **{name: (good, replace(good, sku_id=sku))}))
        assert (refusal.code, refusal.params["line"]) == ("bad_number", 1)
    other = given.lot("CUP", "L1")
    for lot in (other, 10**15):
        refuse(service, replace(request, **{name: (replace(good, lot_id=lot),)}))


@pytest.mark.parametrize("verb", ["receive", "adjust", "return", "transfer in"])
def test_places_of_another_house_are_outside(verb: str) -> None:
    w = world()
    service, request = asked(verb, w)
    for spot in (w["far"], 10**15, 0):
        assert refuse(service, replace(request, location_id=spot)).code == "outside_place"
    refusal = refuse(service, replace(request, location_id="A-01"))
    assert (refusal.code, refusal.params["field"]) == ("bad_number", "location_id")


@pytest.mark.parametrize("verb", ["receive", "move", "hold", "scrap", "regrade", "adjust"])
def test_grades_owners_and_houses_nobody_has_hold_no_goods(verb: str) -> None:
    w = world()
    service, request = asked(verb, w)
    refuse(service, replace(request, warehouse_id=10**15))
    name = {"adjust": "counted"}.get(verb, "lines")
    [good] = getattr(request, name)
    graded = "from_grade" if verb == "regrade" else "grade"
    for change in ({graded: "QQ"}, {graded: "ZZZZ"}, {graded: 5}, {"owner": "o" * 33}):
        refuse(service, replace(request, **{name: (replace(good, **change),)}))


def test_reasons_scopes_and_plans_of_holds() -> None:
    w = world()
    service, request = asked("hold", w)

    def code(**change: Any) -> str:
        return refuse(service, replace(request, **change)).code

    assert code(reason="NO-SUCH") == "unknown_reason"
    assert code(reason="R" * 25) == "bad_text"
    assert code(lines=(), reason="QC", blanket=True, location_id=w["far"]) == "outside_place"
    assert code(lines=(), reason="QC", blanket=True, zone_id=10**15) == "nothing_in_scope"
    assert code(lines=(), reason="QC", blanket=True, supplier="nobody") == "nothing_in_scope"
    assert code(lines=(), reason="QC", blanket=True, warehouse_id=None) == "bad_request"
    assert code(lines=(line(w["tea"], 1, min_days_left=10**9),)) == "bad_number"
    assert code(priority=2**31) == "bad_number"
    assert code(policy="DISPLACE-ALL") == "bad_choice"
    assert code(note="n" * 401) == "bad_text"
    assert code(note="a\x00b") == "bad_text"
    assert code(plan="no such plan") == "world_moved"
    assert code(blanket="yes") == "bad_flag"
    for condition in ({"a": float("nan")}, {"a": "\x00"}, {"a": object()}, [1]):
        assert code(release_condition=condition) == "bad_object"


def test_serial_numbers_are_as_many_as_units_and_each_is_a_text() -> None:
    given.warehouse()
    phone = given.sku("PHONE", serial_tracked=True)
    w = {"tea": phone, "house": given.warehouse_id("WH1"), "a": place("A-01"), "b": place("PACK")}
    service, request = asked("receive", w | {"claim": 0, "freeze": 0})
    for serials in ((), ("A", "B"), ("",), ("x" * 65,), ("a\x00",), (5,), "A", ("\ud800",)):
        lines = (line(phone, 1, serials=serials),)
        assert refuse(service, replace(request, lines=lines)).code == "wrong_serials"
    twice = (line(phone, 2, serials=("A", "A")),)
    assert refuse(service, replace(request, lines=twice)).code == "wrong_serials"


def test_a_bad_command_does_not_stop_the_good_ones_beside_it() -> None:
    from django.db import transaction

    w = world()
    service, good = asked("hold", w)
    bad = replace(good, key="", document="X-2")
    last = replace(good, key="last", document="X-3")

    with transaction.atomic():
        answers = service([good, bad, last], actor=given.ACTOR)

    assert [answer.refused for answer in answers] == [False, True, False]
    assert [answer.document for answer in answers] == ["X-1", "X-2", "X-3"]


# --- over HTTP: the same, by the reader ---

BODIES: dict[str, dict[str, Any]] = {
    "receive": {"warehouse": "WH1", "location": "A-01", "lines": "LINES"},
    "move": {"warehouse": "WH1", "lines": "CARRIED"},
    "hold": {"warehouse": "WH1", "reason": "ORDER", "lines": "LINES"},
    "release": {"hold": "CLAIM", "lines": "LINES"},
    "convert": {"hold": "FREEZE", "reason": "DEFECT", "lines": "LINES"},
    "displace": {"warehouse": "WH1", "lines": "LINES"},
    "ship": {"lines": "LINES"},
    "adjust": {"warehouse": "WH1", "location": "A-01", "counted": "LINES", "why": "count"},
    "regrade": {"warehouse": "WH1", "lines": "GRADED"},
    "scrap": {"warehouse": "WH1", "lines": "PLACED", "why": "broken"},
    "return": {
        "warehouse": "WH1", "location": "A-01", "lines": "LINES", "shipped_document": "SO-0",
    },
    "transfer-out": {"warehouse": "WH1", "to_warehouse": "WH2", "lines": "PLACED"},
    "transfer-in": {"warehouse": "WH2", "location": "A-01", "lines": "LINES"},
}  # fmt: skip


@pytest.mark.parametrize("verb", BODIES)
def test_over_http_nonsense_is_answered_and_never_breaks(verb: str, client: Client) -> None:
    w = world()
    client.force_login(given.person("HEAD_OFFICE"))

    def body(**line_change: Any) -> dict[str, Any]:
        one = {"sku": "TEA", "qty": 1}
        lines = {
            "LINES": one,
            "PLACED": one | {"location": "A-01"},
            "CARRIED": one | {"from_location": "A-01", "to_location": "PACK"},
            "GRADED": one | {"location": "A-01", "from_grade": "ZP", "to_grade": "CC"},
            "CLAIM": f"H-{w['claim']}",
            "FREEZE": f"H-{w['freeze']}",
        }
        filled: dict[str, Any] = {"key": f"http:{next(_keys)}", "document": "SO-1"}
        for name, value in BODIES[verb].items():
            found = lines.get(value, value)
            filled[name] = [found | line_change] if isinstance(found, dict) else found
        return filled

    def refused(told: Any) -> list[dict[str, Any]]:
        before = books()
        answer = client.post(f"/api/v1/stock/{verb}", told, content_type="application/json")
        assert 400 <= answer.status_code < 500, (told, answer.content)
        assert books() == before, told
        faults = answer.json()["errors"]
        assert all(fault["code"] and fault["message"] != fault["code"] for fault in faults)
        return list(faults)

    for qty in (*BAD_QUANTITIES[1:-4], [1], {}, [[1]]):
        if qty != qty:  # JSON has no word for it
            continue
        [fault] = refused(body(qty=qty))
        assert (fault["line"], fault["field"]) == (0, "qty")
        assert fault["code"] in ("bad_quantity", "missing_field")
    said: list[tuple[dict[str, Any], str]] = [
        ({"sku": "NO-SUCH"}, "sku"), ({"sku": 5.5}, "sku"), ({"sku": []}, "sku"),
        ({"lot": "NO-SUCH"}, "lot"), ({"lot": {}}, "lot"), ({"colour": "red"}, "colour"),
        ({"serials": "A"}, "serials"), ({"owner": "o" * 33}, "owner"),
    ]  # fmt: skip
    for change, field in said:
        assert field in [fault["field"] for fault in refused(body(**change))], change
    changes: list[dict[str, Any]] = [
        {"key": ""}, {"key": "k" * 65}, {"key": "a\x00"}, {"key": 5}, {"document": "d" * 65},
        {"document": "a\x00"}, {"warehouse": "NO-SUCH"}, {"warehouse": []}, {"hold": "H-0"},
        {"hold": "H-99999999999999999999"}, {"occurred_at": "yesterday"}, {"expected": "all"},
        {"lines": []}, {"lines": [5]}, {"lines": "TEA"}, {"counted": []}, {"zzz": 1},
        {"occurred_at": "2190-01-01T00:00:00Z"}, {"location": "NO-SUCH"}, {"reason": "NO-SUCH"},
    ]  # fmt: skip
    for change in changes:
        refused(body() | change)
    bodies: list[Any] = [
        {"commands": []},
        {"commands": "all"},
        {"commands": [body()] * 1_001},
        [],
        5,
    ]
    for told in bodies:
        refused(told)
    nan = b'{"key": "k", "document": "X-1", "lines": [{"sku": "TEA", "qty": NaN}]}'
    refused(nan.decode())
