"""The audit trail is one list of what was recorded and what was posted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from insights.trail.rows import TrailRow, read
from insights.trail.words import ACTIONS
from inventory.models import Posting
from inventory.selectors import posting_trail
from org import services as org
from org.lists.specs import Question
from org.models import Job, Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db
EVERYTHING = Scope.everything()


def _record(subject: str, *, actor: str = "system:test", action: str = "unit.renamed",
            unit_id: int | None = None) -> None:  # fmt: skip
    with transaction.atomic():
        org.record(
            actor=actor, action=action, subject=subject, before={"name": "Old"},
            after={"name": "New"}, unit_id=unit_id,
        )  # fmt: skip


def _rows(scope: Scope = EVERYTHING, limit: int = 100, **asked: str) -> list[TrailRow]:
    return list(read(Question(scope, asked), "", limit).rows)


def _all(limit: int, scope: Scope = EVERYTHING, **asked: str) -> list[TrailRow]:
    """Every page, one after the other."""
    found: list[TrailRow] = []
    cursor = ""
    for _page in range(200):
        part = read(Question(scope, asked), cursor, limit)
        found += part.rows
        cursor = part.after
        if not cursor:
            return found
    raise AssertionError("the list has no end")


def _client(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_records_and_postings_stand_in_one_order_of_time() -> None:
    _record("unit:1")
    given.stock("TEA", 10)
    _record("unit:2")

    rows = [(row.is_posting, row.subject) for row in _rows()]
    mine = [row for row in rows if row[1] in ("unit:1", "unit:2", "GIVEN")]
    assert mine == [(False, "unit:2"), (True, "GIVEN"), (False, "unit:1")]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_of_any_size_show_every_line_once(size: int) -> None:
    for number in range(4):
        _record(f"unit:{number}")
        given.stock("TEA", 1 + number)
    whole = [(row.is_posting, row.id) for row in _rows()]

    assert [(row.is_posting, row.id) for row in _all(size)] == whole
    assert len(set(whole)) == len(whole) >= 8


def test_a_search_of_the_ledger_that_stops_short_loses_and_disorders_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(6):
        given.stock("TEA", 1 + number)
        _record(f"unit:{number}")
    whole = [(row.is_posting, row.id) for row in _rows()]
    monkeypatch.setattr("inventory.selectors.posting_trail.STRETCHES", (2,))

    assert [(row.is_posting, row.id) for row in _all(50)] == whole


def test_a_line_of_stock_says_what_changed() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 3)

    said = {row.subject: row.change for row in _rows(tab="stock")}
    assert said["GIVEN"] == "TEA +10"
    assert "+3" in said["SO-1"]


def test_it_is_searched_by_person_by_document_and_by_what_was_done() -> None:
    wang = given.person(name="wang")
    _record("unit:1", actor=wang.actor)
    _record("SO-7", action="receiver.reveal")
    given.stock("TEA", 10)

    assert {row.actor for row in _rows(q="WAN")} == {wang.actor}
    assert [row.action for row in _rows(q="SO-7")] == ["receiver.reveal"]
    assert [row.subject for row in _rows(q="GIVEN")] == ["GIVEN"]
    assert [row.subject for row in _rows(tab="receivers")] == ["SO-7"]
    assert {row.subject for row in _rows(action="posting.RECEIVE")} == {"GIVEN"}
    assert _rows(q="nobody and nothing") == []


def test_a_thing_is_found_with_or_without_its_kind() -> None:
    given.unit("HQ")
    assert [row.subject for row in _rows(q="HQ")] == ["unit:HQ"]
    assert [row.subject for row in _rows(q="unit:HQ")] == ["unit:HQ"]


def test_days_bound_the_list_on_both_sides() -> None:
    _record("unit:1")
    given.stock("TEA", 10)
    today = timezone.localdate()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

    assert len(_rows(since=str(today), until=str(today))) == len(_rows()) > 1
    assert _rows(since=str(tomorrow)) == []
    assert _rows(until=str(yesterday)) == []


def test_the_first_posting_of_a_moment_is_found_among_many() -> None:
    for number in range(5):
        given.stock("TEA", 1 + number)
    rows = list(Posting.objects.filter(document="GIVEN").order_by("pk"))
    third = rows[2]
    part = posting_trail.posting_trail(scope=EVERYTHING, since=third.recorded_at)
    assert [row.id for row in part.rows if row.document == "GIVEN"] == [
        row.pk for row in reversed(rows[2:])
    ]


def test_people_see_what_concerns_their_units_only() -> None:
    given.unit("HQ")
    one, two = given.unit("S01", "STORE", "HQ"), given.unit("S02", "STORE", "HQ")
    given.warehouse("W1", at="S01")
    given.warehouse("W2", at="S02")
    given.stock("TEA", 5, warehouse="W1")
    given.stock("TEA", 6, warehouse="W2")
    _record("shop:1", unit_id=one.pk)
    _record("shop:2", unit_id=two.pk)
    _record("house-wide")

    mine = _rows(scope=Scope.of([one.pk]))
    subjects = {row.subject for row in mine if not row.is_posting}
    assert "shop:1" in subjects
    assert not {"shop:2", "house-wide"} & subjects
    assert {row.unit for row in mine if row.is_posting} == {"W1"}


def test_a_record_elsewhere_is_not_opened_by_its_number() -> None:
    given.unit("HQ")
    one, two = given.unit("S01", "STORE", "HQ"), given.unit("S02", "STORE", "HQ")
    _record("shop:1", unit_id=one.pk)
    _record("shop:2", unit_id=two.pk)
    auditor = given.person("AUDITOR", at="S01")
    ids = {row.subject: row.id for row in _rows() if not row.is_posting}

    client = _client(auditor)
    assert client.get(f"/trail/{ids['shop:1']}/").status_code == 200
    assert client.get(f"/trail/{ids['shop:2']}/").status_code == 404


def test_a_record_shows_what_changed_field_by_field() -> None:
    _record("unit:1")
    [row] = _rows(q="unit:1")
    page = _client(given.person("AUDITOR")).get(f"/trail/{row.id}/").content.decode()
    assert "<td>Old</td><td>New</td>" in page


def test_a_page_costs_the_same_however_long_the_trail_is() -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            _rows(limit=50)
        return len(seen)

    for number in range(3):
        _record(f"unit:{number}")
        given.stock("TEA", 1 + number)
    few = cost()
    for number in range(30):
        _record(f"unit:x{number}")
        given.stock("TEA", 1 + number)
    assert cost() == few


def test_auditors_take_the_trail_away_as_a_file_and_others_do_not() -> None:
    _record("unit:1")
    body = {"columns": "at", "format": "csv", "here": "/trail/", "query": "", "sort": ""}
    auditor, region = given.person("AUDITOR"), given.person("REGION_MANAGER")

    assert 'data-opens="export-list"' in _client(auditor).get("/trail/").content.decode()
    assert 'data-opens="export-list"' not in _client(region).get("/trail/").content.decode()
    _client(region).post("/lists/trail/export/", body)
    assert not Job.objects.filter(person=region).exists()
    _client(auditor).post("/lists/trail/export/", body)
    job = Job.objects.get(person=auditor)
    while org.work_on_jobs():
        pass
    assert Job.objects.get(pk=job.pk).state == "DONE"


def test_every_action_that_the_house_records_has_a_name() -> None:
    recorded = {
        action
        for room in settings.BASE_DIR.iterdir()
        if (room / "apps.py").exists()
        for file in room.rglob("*.py")
        for call in re.findall(r"\baction=([^\n]+)|\b_record\(\s*\w+, ([^\n]+)", file.read_text())
        for action in re.findall(r'(?<!f)"([a-z_]+\.[a-z_]+)"', "".join(call))
    }

    assert len(recorded) > 90
    assert recorded - ACTIONS.keys() == set()
