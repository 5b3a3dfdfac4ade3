"""Units that are to get another grade but lie in no cell stay frozen; nobody waits unknowing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Event, Watch
from freeze_rules.services import judging, leases
from inventory import selectors as stock
from org.models import NoticeCopy
from org.scope import Scope
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.django_db
PASSED = {"proof": "inspection.passed"}
BY_FORMULA = {"formula": PASSED, "regrade": "CC"}
BY_DEED = {
    "formula": {"approval": "stock.release_safety"},
    "dispositions": [{"on": "inspection.passed", "do": "release", "regrade": "CC"}],
}


def look_again(after: timedelta) -> int:
    """Holds that are looked at by then."""
    with transaction.atomic():
        return judging.look_again(now=timezone.now() + after)


@pytest.mark.parametrize("waits_for", [BY_FORMULA, BY_DEED], ids=["formula", "disposition"])
def test_units_in_no_cell_stay_frozen_their_owner_is_told_and_it_is_tried_a_day_later(
    waits_for: dict[str, Any],
) -> None:
    given.stock("BOWL", 3)
    writing.enabled(scope="sku", reason="DEFECT", quantity={"event": True}, release=PASSED)
    writing.tell("goods.received", goods=[("BOWL", 3)])
    [hold] = writing.open_holds("DEFECT")
    lead = given.person("WAREHOUSE_LEAD")
    with transaction.atomic():
        leases.give([leases.Grant(hold_id=hold.id, owner_id=lead.pk)])
    # As such freezes were laid before rules that regrade took their cells at once.
    Watch.objects.update(**waits_for)

    writing.tell("inspection.passed", goods=[("BOWL", 3)])
    soon, tomorrow = look_again(timedelta(hours=1)), look_again(timedelta(hours=25))

    watch = Watch.objects.get()
    event = Event.objects.get(kind="inspection.passed")
    assert (soon, tomorrow) == (0, 1)
    assert watch.put_off == ([[event.pk, 0]] if waits_for is BY_DEED else [])
    copies = NoticeCopy.objects.filter(notice__kind="freeze.unplaced")
    assert [copy.person_id for copy in copies] == [lead.pk]
    assert given.free("BOWL") == 0

    # The page says what remains and leads to where it is done.
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    page = client.get(f"/holds/{hold.id}/").content.decode()
    assert "3 units of it lie in no cell." in page
    address = f"/holds/{hold.id}/release/?way=REGRADE&amp;grade=CC"
    assert address in page
    form = client.get(address.replace("&amp;", "&")).context["form"]
    assert (form["way"].value(), form["grade"].value(), "place" in form.fields) == (
        "REGRADE", "CC", True,
    )  # fmt: skip
    evidence = f"/api/v1/holds/{hold.id}/evidence"
    assert client.get(evidence).json()["in_no_cell"] == 3
    typed = {"way": "REGRADE", "grade": "CC", "place": "A-01", "why": "Counted", "token": "t"}
    assert client.post(f"/holds/{hold.id}/release/", typed).status_code == 302
    assert writing.open_holds("DEFECT") == []
    assert client.get(evidence).json()["in_no_cell"] == 0
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("BOWL"))
    assert (cell.grade, cell.on_hand, given.free("BOWL")) == ("CC", 3, 0)
