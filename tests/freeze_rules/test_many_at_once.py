"""Many rules, sensors and leaks at once: each for itself, and what could not be is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules.models import Incident, Rule, SensorDevice
from freeze_rules.services import rules
from freeze_rules.services.reports import incidents
from freeze_rules.services.reports.naming import named
from org.callers import SignedIn
from org.models import AuditRecord, Batch, Person
from org.scope import Scope
from tests import given
from tests.freeze_rules.sensing import device
from tests.freeze_rules.writing import enabled

pytestmark = pytest.mark.django_db


def done(person: Person, key: str, action: str, ids: Sequence[int], why: str = "") -> Batch:
    """What became of these rows of a list."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    client.post(f"/lists/{key}/batch/", {"action": action, "id": [str(pk) for pk in ids]})
    batch = Batch.objects.latest("id")
    if batch.confirmed_at is None:
        client.post(f"/batches/{batch.pk}/", {"why": why})
        batch.refresh_from_db()
    return batch


def refused(batch: Batch) -> dict[str, str]:
    return {each["name"]: each["said"] for each in batch.answers}


def report(kind: str, *, sku: str, qty: int, by: Person) -> Incident:
    what = named(scope=Scope.everything(), warehouse="WH1", location="A-01", sku=sku)
    with transaction.atomic():
        return incidents.report(
            key=kind, kind=kind, what=what, note="pipe", by=SignedIn(by), qty=qty
        )


def test_many_rules_are_paused_and_go_on_and_a_draft_is_told() -> None:
    boss = given.person()
    first, second = enabled(name="First"), enabled(name="Second")
    stays = enabled(name="Stays")
    with transaction.atomic():
        rules.pause(rule_id=second.pk, person=boss, why="Noise")

    batch = done(boss, "freeze-rules", "pause", [first.pk, second.pk], why="Stocktaking")

    assert (batch.done, batch.refused) == (1, 1)
    assert list(refused(batch)) == ["Second"]
    states = dict(Rule.objects.values_list("name", "state"))
    assert states == {"First": "PAUSED", "Second": "PAUSED", "Stays": "ENABLED"}
    assert done(boss, "freeze-rules", "resume", [first.pk, second.pk], why="Over").done == 2
    assert Rule.objects.get(pk=stays.pk).state == "ENABLED"


def test_many_sensors_leave_service_where_one_may_and_the_trail_says_why() -> None:
    device("T-01")
    device("T-02", in_service=False)
    ids = list(SensorDevice.objects.values_list("pk", flat=True))

    batch = done(given.person(), "sensors", "out", ids, why="Moved out")

    assert (batch.done, refused(batch)) == (1, {"T-02": "It is so already."})
    assert not SensorDevice.objects.filter(in_service=True).exists()
    record = AuditRecord.objects.get(action="sensor.changed")
    assert (record.subject, (record.after or {})["why"]) == ("sensor:T-01", "Moved out")


def test_many_leaks_are_mended_and_damage_is_not() -> None:
    boss = given.person()
    given.stock("TEA", 5)
    leak, damage = (
        report(kind, sku=sku, qty=qty, by=boss)
        for kind, sku, qty in (("LEAK", "", 0), ("DAMAGE", "TEA", 1))
    )

    batch = done(boss, "incidents", "mended", [leak.pk, damage.pk])

    assert batch.done == 1
    assert refused(batch) == {damage.number: "There is no such leak among yours."}
    assert [row.pk for row in Incident.objects.filter(mended_at__isnull=False)] == [leak.pk]
