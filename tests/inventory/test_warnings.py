"""Whom the house tells of a broken law and of a freeze past its review, and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inventory import services as inventory
from inventory.models import Finding
from inventory.services import warnings
from org.models import NoticeCopy, Person
from tests import given


def told(person: Person) -> list[tuple[str, str]]:
    rows = NoticeCopy.objects.filter(person=person).order_by("id")
    return [(row.notice.kind, row.notice.document) for row in rows.select_related("notice")]


def due(hold_id: int, at: datetime) -> None:
    """The review's date, as if the freeze had been laid with it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_hold SET review_at = %s WHERE id = %s", [at, hold_id])


def frozen_by(person: Person) -> int:
    request = inventory.HoldRequest(
        key="freeze", document="FZ-1", warehouse_id=given.warehouse_id("WH1"), reason="MANUAL",
        lines=(inventory.Line(sku_id=given.sku("TEA"), qty=2),),
    )  # fmt: skip
    with transaction.atomic():
        outcome = inventory.hold([request], actor=person.actor)[0].check()
    return outcome.hold_id or 0


def found(law: str = "A1.cells", where: str = "cell 1") -> str:
    return str(Finding.objects.create(law=law, where=where, found="3", expected="5").pk)


@pytest.mark.django_db
def test_a_broken_law_is_told_to_it_and_to_nobody_else() -> None:
    it, clerk = given.person("IT"), given.person("CLERK")

    warnings.note_found(keys=[found(), found(where="cell 2")])

    assert told(it) == [("audit.found", "")]
    assert told(clerk) == []
    [copy] = NoticeCopy.objects.filter(person=it)
    assert copy.notice.params["law"].startswith("A1.cells: ")
    assert (copy.notice.urgent, copy.notice.link) == (True, "/stock/audit/")


@pytest.mark.django_db
def test_a_difference_that_is_gone_already_is_not_told() -> None:
    it = given.person("IT")
    key = found()
    Finding.objects.filter(pk=key).update(gone_at=timezone.now())

    warnings.note_found(keys=[key])

    assert told(it) == []


@pytest.mark.django_db
def test_whom_to_tell_is_a_setting(settings: Any) -> None:
    settings.TOLD = {**settings.TOLD, "audit.found": "audit.export"}
    it, auditor = given.person("IT"), given.person("AUDITOR")

    warnings.note_found(keys=[found()])

    assert (told(it), told(auditor)) == ([], [("audit.found", "")])


@pytest.mark.django_db
def test_a_due_review_is_told_once_to_who_laid_it_and_who_may_lift_it() -> None:
    given.stock("TEA", 9)
    maker, lead, it = given.person("CLERK"), given.person("WAREHOUSE_LEAD"), given.person("IT")
    hold = frozen_by(maker)
    due(hold, timezone.now() - timedelta(hours=1))

    assert [warnings.warn_of_reviews(), warnings.warn_of_reviews()] == [1, 0]

    assert told(maker) == [("hold.review", f"H-{hold}")]
    assert told(lead) == [("hold.review", f"H-{hold}")]
    assert told(it) == []


@pytest.mark.django_db
def test_a_review_that_was_put_off_is_told_again_when_it_is_due() -> None:
    given.stock("TEA", 9)
    lead = given.person("WAREHOUSE_LEAD")
    hold = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    due(hold, timezone.now() - timedelta(hours=1))
    warnings.warn_of_reviews()
    due(hold, timezone.now())

    assert warnings.warn_of_reviews() == 1
    assert told(lead) == [("hold.review", f"H-{hold}")] * 2


@pytest.mark.django_db
def test_nothing_is_told_of_what_is_not_due_or_no_freeze() -> None:
    given.stock("TEA", 9)
    lead = given.person("WAREHOUSE_LEAD")
    due(given.held("FZ-1", "TEA", 2, reason="MANUAL"), timezone.now() + timedelta(hours=1))
    given.held("SO-1", "TEA", 2)

    assert warnings.warn_of_reviews() == 0
    assert told(lead) == []
