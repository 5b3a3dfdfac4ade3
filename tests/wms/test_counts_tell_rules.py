"""Counts tell the freeze rules when they begin and end, so that a rule can hold what is counted."""

from __future__ import annotations

import pytest
from django.db import transaction

from freeze_rules.models import Event
from org.scope import Scope
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.wms import world
from tests.wms.world import House
from wms import services as floor
from wms.models import CountSheet

pytestmark = pytest.mark.django_db
DONE = {"proof": "count.finished"}


def opened(house: House, location: str = "A-02") -> CountSheet:
    person = given.person("WAREHOUSE_STAFF")
    with transaction.atomic():
        return floor.open_count(
            person_id=person.pk, warehouse_id=house.warehouse, location_id=given.location(location),
            code=location, actor=person.actor,
        )  # fmt: skip


def judged() -> None:
    while writing.judge().more:
        pass


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_a_rule_holds_what_is_counted_until_the_count_is_booked(house: House) -> None:
    before = given.free("SALT")
    assert before == 10
    writing.enabled(trigger="count.started", scope="location", reason="MANUAL", release=DONE)

    sheet = opened(house)
    judged()
    assert given.free("SALT") == 0
    assert Event.objects.get().document == sheet.number

    with transaction.atomic():
        floor.note_found(sheet, found=floor.Found(given.sku("SALT"), 9))
    with transaction.atomic():
        answer = floor.hand_in(sheet, actor="system:test", may_book=True)
    judged()

    assert answer.state == "BOOKED"
    assert kinds() == ["count.started", "count.finished"]
    assert given.free("SALT") == 9
    assert world.lying(house, "SALT") == {"A-02": 9}


def test_a_count_that_waits_for_a_lead_is_not_finished_and_one_given_up_is(house: House) -> None:
    writing.enabled(trigger="count.started", scope="location", reason="MANUAL", release=DONE)
    sheet = opened(house)
    judged()
    with transaction.atomic():
        floor.note_found(sheet, found=floor.Found(given.sku("SALT"), 2))
    with transaction.atomic():
        answer = floor.hand_in(sheet, actor="system:test", may_book=False)
    judged()
    assert (answer.state, kinds(), given.free("SALT")) == ("HANDED_IN", ["count.started"], 0)

    with transaction.atomic():
        floor.decide_count(
            answer.number,
            verdict="drop",
            person=given.person("WAREHOUSE_LEAD"),
            scope=Scope.everything(),
        )
    judged()

    assert kinds() == ["count.started", "count.finished"]
    assert given.free("SALT") == 10


def test_the_preset_for_counts_freezes_what_is_free_there_and_leaves_promised_units(
    house: House,
) -> None:
    taken("count-hold")
    given.held("SO-1", "SALT", 4)
    assert given.free("SALT") == 6

    sheet = opened(house)
    judged()
    [hold] = writing.open_holds("RULE")
    assert (given.free("SALT"), hold.open, hold.document[-len(sheet.number) :]) == (
        0, 6, sheet.number,
    )  # fmt: skip
    assert [each.open for each in writing.open_holds("ORDER")] == [4]

    with transaction.atomic():
        floor.note_found(sheet, found=floor.Found(given.sku("SALT"), 10))
    with transaction.atomic():
        floor.hand_in(sheet, actor="system:test", may_book=True)
    judged()
    assert (given.free("SALT"), writing.open_holds("RULE")) == (6, [])
    assert [each.open for each in writing.open_holds("ORDER")] == [4]


def test_nothing_is_told_while_no_rule_listens(house: House) -> None:
    sheet = opened(house)
    with transaction.atomic():
        floor.give_up_count(sheet, actor="system:test")

    assert Event.objects.count() == 0
    assert given.free("SALT") == 10
