"""A replay beyond the events that were kept: out of the ledger, with what followed then."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Event, Incident, Rule
from freeze_rules.selectors import past_searches
from freeze_rules.selectors.misses import misses
from freeze_rules.selectors.replaying import as_live
from freeze_rules.services import hearing, ledger_events, manual, orders
from freeze_rules.services.reports import customs
from inventory import services as inventory
from inventory.selectors import past_arrivals
from org.models import Job
from org.scope import Scope
from tests import given
from tests.freeze_rules.test_recalls import verb
from tests.freeze_rules.test_rule_trials import received, replayed, signed_in
from tests.freeze_rules.writing import enabled, happens, judge, written

pytestmark = pytest.mark.django_db
DAIRY = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
INSPECTED = {"proof": "inspection.passed"}


def deliveries() -> list[int]:
    """Ten of goods that a rule may mean and ten of others; nobody listened."""
    given.sku("MILK", category="DAIRY", lot_tracked=True, list_price=Decimal(7))
    lots = [given.lot("MILK", f"L{n}") for n in range(10)]
    postings = [received("MILK", n + 1, lot=lot, days_ago=n + 1) for n, lot in enumerate(lots)]
    for n in range(10):
        received("TEA", 5, days_ago=n + 1)
    assert Event.objects.count() == 0
    return postings


def dairy(**more: Any) -> Rule:
    return written(**{"condition": DAIRY, "scope": "lot", "release": INSPECTED, **more})


def test_a_time_in_which_no_event_was_kept_is_replayed_from_the_ledger() -> None:
    deliveries()
    rule, person = dairy(), given.person()

    told_again = replayed(rule, person)

    assert (told_again["events"], told_again["ledger"], told_again["hits"]) == (10, 10, 10)
    assert told_again["units"] == sum(range(1, 11))
    assert len(told_again["hours"]) == 10
    assert Event.objects.count() == 0


def test_events_told_again_are_those_that_would_have_been_kept_and_none_counts_twice() -> None:
    postings = deliveries()
    rule, person = dairy(), given.person()
    told_again = replayed(rule, person)
    enabled(condition=DAIRY)

    with transaction.atomic():
        hearing.note_arrived(keys=[str(pk) for pk in postings[:4]])
    mixed = replayed(rule, person)

    assert Event.objects.count() == 4
    assert (mixed["events"], mixed["ledger"]) == (10, 6)
    same = ("hits", "units", "value")
    assert {name: mixed[name] for name in same} == {name: told_again[name] for name in same}


def test_what_a_condition_requires_narrows_the_postings_in_sql() -> None:
    deliveries()
    person = given.person()
    for condition, found in (
        (DAIRY, 10),
        ({"all": [DAIRY, {"fact": "lot.code", "is": "in", "value": ["L3", "L4"]}]}, 2),
        ({"fact": "cell.grade", "is": "=", "value": "CC"}, 0),
        ({"fact": "event.qty", "is": ">=", "value": 3}, 20),
    ):
        result = replayed(dairy(condition=condition), person)
        assert result["events"] == found


def test_kinds_that_the_ledger_does_not_know_are_replayed_from_kept_events_alone() -> None:
    deliveries()
    assert "damage.reported" not in ledger_events.POSTINGS
    happens("damage.reported", goods=[("MILK", 3)])

    result = replayed(dairy(trigger="damage.reported"), given.person())

    assert (result["events"], result["ledger"], result["from_ledger"]) == (1, 0, False)


def test_customs_are_read_as_they_were_when_the_goods_arrived() -> None:
    given.sku("WINE", lot_tracked=True)
    lot = given.lot("WINE", "W1")
    with transaction.atomic():
        inventory.set_customs(lot_ids=[lot], state="NOT_CLEARED")
    received("WINE", 6, lot=lot)
    with transaction.atomic():
        customs.set_state(
            lot_id=lot, sku_id=given.sku("WINE"), state="CLEARED", declaration="5301",
            actor="system:test",
        )  # fmt: skip

    uncleared = {"fact": "event.customs", "is": "=", "value": "NOT_CLEARED"}
    result = replayed(
        dairy(
            trigger="shipment.arrived", condition=uncleared, release={"proof": "customs.cleared"}
        ),
        given.person(),
    )

    assert (result["hits"], result["units"]) == (1, 6)


def test_events_nights_and_misses_read_what_customs_said_then() -> None:
    given.sku("WINE", lot_tracked=True)
    lot, house = given.lot("WINE", "W1"), given.warehouse_id("WH1")
    with transaction.atomic():
        inventory.set_customs(lot_ids=[lot], state="NOT_CLEARED")
    received("WINE", 6, lot=lot)
    Incident.objects.create(
        key="I", kind="DAMAGE", warehouse_id=house, location_id=given.location("A-01"),
        sku_id=given.sku("WINE"), lot_id=lot, qty=2, note="Crushed", reported_by="person:1",
    )  # fmt: skip
    uncleared = timezone.now()
    with transaction.atomic():
        customs.set_state(
            lot_id=lot, sku_id=given.sku("WINE"), state="CLEARED", declaration="5301",
            actor="system:test",
        )  # fmt: skip
    received("WINE", 9, lot=lot)
    waits = {"fact": "lot.customs", "is": "=", "value": "NOT_CLEARED"}
    heard = enabled(condition=waits, scope="lot", reason="CUSTOMS")
    searches = written(trigger="schedule", condition=waits, reason="CUSTOMS", name="nightly")

    told = replayed(heard, given.person())
    past = past_searches.Past(as_live(searches), [uncleared, timezone.now()], None)

    assert (told["hits"], told["units"], told["then"]) == (1, 6, ["lot.customs"])
    assert [[hit.items[0].qty for hit in past.night(at)[1]] for at in (0, 1)] == [[6], []]
    missed = misses(rule=heard, scope=Scope.everything(), since=uncleared - timedelta(hours=1))
    assert [(each.cause, each.units) for each in missed] == [("DAMAGED", 2)]


def test_orders_that_would_have_waited_are_those_that_claimed_more_than_stayed_free() -> None:
    given.sku("MILK", category="DAIRY", list_price=Decimal(7))
    received("MILK", 3, days_ago=40)
    received("MILK", 20)
    given.held("SO-1", "MILK", 3)
    given.held("SO-2", "MILK", 5)
    verb("pin", "PinRequest", "SO-2", warehouse_id=given.warehouse_id("WH1"))
    verb("ship", "ShipRequest", "SO-2")
    happens("inspection.passed", goods=[("MILK", 20)])
    given.held("SO-3", "MILK", 5)

    by_proof = replayed(dairy(), given.person())
    assert (by_proof["hits"], by_proof["looked"]) == (1, 1)
    # Three stayed free for SO-1; SO-3 came after the inspection.
    assert by_proof["waiting"] == {"SO-2": 5}
    assert Decimal(by_proof["missed"]) == 35

    never = replayed(dairy(release={"approval": "stock.release_safety"}), given.person())
    assert never["waiting"] == {"SO-2": 5, "SO-3": 5}
    few = replayed(dairy(scope="goods", quantity={"number": 4}), given.person())
    assert few["waiting"] == {}


def test_a_rule_that_ran_live_is_not_counted_a_second_time() -> None:
    given.sku("MILK", category="DAIRY")
    received("MILK", 10, days_ago=40)
    rule = enabled(condition=DAIRY, scope="goods", quantity={"event": True}, release=INSPECTED)
    happens("goods.received", goods=[("MILK", 4)])
    assert judge().laid == 1
    assert given.free("MILK") == 6
    given.held("SO-1", "MILK", 6)

    result = replayed(rule, given.person())

    assert (result["live"], result["waiting"]) == (1, {})


def test_hits_are_told_apart_by_what_people_found() -> None:
    given.sku("MILK", category="DAIRY", lot_tracked=True)
    given.stock("TEA", 1)
    lots = [given.lot("MILK", f"L{n}") for n in range(4)]
    for lot in lots:
        received("MILK", 5, lot=lot)
    happens("inspection.passed", goods=[("MILK", 5, lots[0])])
    happens("inspection.failed", goods=[("MILK", 5, lots[1])])
    happens("inspection.partial", goods=[("MILK", 5, lots[2])])
    rule, person = dairy(), given.person()

    result = replayed(rule, person)

    assert (result["right"], result["sound"], result["unknown"]) == (2, 1, 1)
    assert (result["by_hand"], result["false"]) == (0, 0)
    with transaction.atomic():
        manual.freeze(
            key="k", person=person,
            order=orders.FreezeOrder(
                warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("MILK"), qty=1,
                reason="MANUAL", note="sour",
            ),
        )  # fmt: skip
    again = replayed(rule, person)
    assert (again["right"], again["sound"], again["by_hand"]) == (4, 0, 4)


def test_the_page_says_what_is_as_of_then_and_what_as_of_today() -> None:
    deliveries()
    person = given.person()
    fresh = {"all": [DAIRY, {"not": {"fact": "lot.days_left", "is": "<", "value": 3}}]}
    rule = dairy(condition=fresh)
    result = replayed(rule, person)
    Job.objects.update(result=result, state="DONE", finished_at=timezone.now())

    page = signed_in(person).get(f"/freeze-rules/{rule.pk}/preview/").content.decode()

    assert (result["then"], result["today"]) == (["lot.days_left"], ["sku.category"])
    assert "Facts as of then" in page
    assert "Facts as of today" in page
    assert "told again from the ledger" in page


def test_postings_are_counted_as_they_are_read() -> None:
    deliveries()
    everything = past_arrivals.Sought(
        kinds=("RECEIVE",), since=timezone.now() - timedelta(days=5, hours=1),
        until=timezone.now(),
    )  # fmt: skip
    assert past_arrivals.count_of(everything) == 10
    first = past_arrivals.next_of(everything, after=0, limit=6)
    then = past_arrivals.next_of(everything, after=first[-1], limit=6)
    newest = past_arrivals.last_of(everything, limit=6)
    assert newest == [*first, *then][-6:], "the newest ones, the oldest of them first"
    assert (len(first), len(then)) == (6, 4)
    assert first + then == sorted({*first, *then})
    assert past_arrivals.next_of(
        past_arrivals.Sought(**{**vars(everything), "houses": [0]}), after=0, limit=6
    ) == []  # fmt: skip
