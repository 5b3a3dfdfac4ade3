"""Every freeze is somebody's: owner, review date, next step, and what happens when it is late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules import services as freezing
from freeze_rules.models import Lease
from freeze_rules.services import leases
from inventory import selectors as stock
from inventory import services as inventory
from org.models import AuditRecord, NoticeCopy, Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


def frozen_by(person: Person, reason: str = "MANUAL") -> int:
    given.stock("TEA", 10)
    order = freezing.FreezeOrder(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=2, reason=reason
    )
    with transaction.atomic():
        return freezing.freeze(key="k", order=order, person=person).hold_id


def review_of(hold_id: int) -> object:
    return stock.holds(scope=Scope.everything(), ids=[hold_id])[0].review_at


def overdue(hold_id: int, by: timedelta) -> None:
    with transaction.atomic():
        inventory.set_reviews({hold_id: timezone.now() - by})


def told(kind: str) -> list[int]:
    rows = NoticeCopy.objects.filter(notice__kind=kind).order_by("id")
    return list(rows.values_list("person_id", flat=True))


def test_a_freeze_by_hand_belongs_to_whoever_laid_it_and_has_a_review() -> None:
    lead = given.person("WAREHOUSE_LEAD")

    hold = frozen_by(lead)

    assert Lease.objects.get(hold_id=hold).owner_id == lead.pk
    assert review_of(hold) is not None


def test_the_sweep_gives_freezes_of_machines_to_whoever_keeps_the_place() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    given.stock("TEA", 10)
    hold = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    given.held("SO-1", "TEA", 2)

    with transaction.atomic():
        assert leases.sweep() == 1
        assert leases.sweep() == 0

    lease = Lease.objects.get()
    assert (lease.hold_id, lease.owner_id) == (hold, lead.pk)
    assert review_of(hold) is not None


def test_putting_a_review_off_needs_a_reason_and_is_on_the_trail() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    hold = frozen_by(lead)
    later = timezone.now() + timedelta(days=30)

    with pytest.raises(leases.LeaseRefused) as refused, transaction.atomic():
        leases.change(hold_id=hold, person=lead, review_at=later)
    assert refused.value.code == "why_missing"
    assert Lease.objects.get(hold_id=hold).extensions == 0

    with transaction.atomic():
        leases.change(hold_id=hold, person=lead, review_at=later, why="The laboratory is late")

    assert review_of(hold) == later
    assert Lease.objects.get(hold_id=hold).extensions == 1
    trail = AuditRecord.objects.get(action="freeze.lease_changed")
    assert trail.after is not None
    assert trail.after["why"] == "The laboratory is late"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"review_at": timedelta(days=-1)}, "date_passed"),
        ({"review_at": timedelta(days=200)}, "too_far"),
        ({"owner_id": 999_999}, "unknown_owner"),
        ({"next_step": "DANCE"}, "bad_step"),
        ({}, "nothing_changed"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, object], code: str) -> None:
    lead = given.person("WAREHOUSE_LEAD")
    hold = frozen_by(lead)
    said = {
        name: timezone.now() + value if isinstance(value, timedelta) else value
        for name, value in asked.items()
    }

    with pytest.raises(leases.LeaseRefused) as refused, transaction.atomic():
        leases.change(hold_id=hold, person=lead, why="because", **said)  # type: ignore[arg-type]

    assert refused.value.code == code


def test_the_owner_hears_of_a_review_that_is_due_once_a_day() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    hold = frozen_by(lead)
    now = timezone.now()
    with transaction.atomic():
        assert leases.remind(now=now) == 0
    overdue(hold, timedelta(hours=1))

    with transaction.atomic():
        assert leases.remind(now=now) == 1
        assert leases.remind(now=now + timedelta(hours=2)) == 0
        assert leases.remind(now=now + timedelta(hours=25)) == 1

    assert told("hold.review") == [lead.pk, lead.pk]
    assert told("freeze.overdue") == []


def test_after_three_days_those_above_hear_of_it_once() -> None:
    boss = given.person("REGION_MANAGER")
    lead = given.person("WAREHOUSE_LEAD")
    hold = frozen_by(lead)
    overdue(hold, timedelta(days=4))
    now = timezone.now()

    with transaction.atomic():
        leases.remind(now=now)
        leases.remind(now=now + timedelta(hours=25))

    assert told("freeze.overdue") == [boss.pk]
    # Time releases nothing.
    assert given.free("TEA") == 8


def test_a_freeze_handed_over_is_the_other_ones() -> None:
    lead, other = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD")
    hold = frozen_by(lead)

    with transaction.atomic():
        leases.change(hold_id=hold, person=lead, owner_id=other.pk, why="on leave")

    assert Lease.objects.get(hold_id=hold).owner_id == other.pk
    assert told("freeze.handed") == [other.pk]


def test_released_freezes_are_no_longer_reminded_of() -> None:
    lead = given.person()
    hold = frozen_by(lead)
    overdue(hold, timedelta(days=9))
    with transaction.atomic():
        freezing.unfreeze(key="u", hold_id=hold, why="dry again", person=lead)

    with transaction.atomic():
        assert leases.remind(now=timezone.now()) == 0
