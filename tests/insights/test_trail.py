"""The audit trail is one list of what was recorded and what was posted."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from channels_sync.views import _RETRIES
from freeze_rules.services import disposing
from insights.trail.rows import TrailRow, change_text, read
from inventory.models import Posting
from inventory.selectors import posting_trail
from org import services as org
from org.deeds import deed, deeds
from org.lists.specs import Question
from org.models import ApprovalEvent, Job, Person
from org.scope import Scope
from org.services import restoring
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


# Actions whose code is put together where it is recorded: as written there -> all it may be.
COMPOSED = {
    "f'approval.{what.lower()}'": {
        f"approval.{what.lower()}" for what in ApprovalEvent.What.values
    },
    "f'exception.{how.lower()}'": {"exception.accepted", "exception.closed"},
    "f'imported.{found.kind}'": {f"imported.{kind}" for kind in settings.IMPORTS},
    "f'rule.{verb}'": {f"rule.{verb}" for verb in ("pause", "resume", "retire", "watch")},
    "f'shop.{kind}_retried'": {f"shop.{kind}_retried" for kind in _RETRIES},
    "ACTION": {restoring.ACTION},
    "ACTIONS[Way(disposal.way)]": set(disposing.ACTIONS.values()),
    "ACTIONS[Way(order.disposal.way)]": set(disposing.ACTIONS.values()),
}
WRITTEN = (ast.JoinedStr, ast.Name, ast.Attribute, ast.Subscript)
# Rows of earlier versions keep their names.
NO_MORE_RECORDED = {"inventory": {"stock.imported"}}


def _recorded_in(room: Path) -> tuple[set[str], set[str]]:
    """The codes that stand in a room's calls of `record`, and how the others are written there."""
    codes, composed = set(), set()
    calls = (
        node
        for file in room.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
    )
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        told = [each.value for each in call.keywords if each.arg == "action"]
        for part in told or (call.args if name.endswith("record") else []):
            for node in ast.walk(part):
                if isinstance(node, ast.Constant) and re.fullmatch(
                    r"[a-z_]+\.[a-z_]+", str(node.value)
                ):
                    codes.add(str(node.value))
            if name.endswith("record") and isinstance(part, WRITTEN):
                composed.add(ast.unparse(part))
    # A small name alone is a parameter: whoever passes it names the code.
    return codes, {
        written for written in composed if not written.isidentifier() or written.isupper()
    }


def test_no_action_has_two_names() -> None:
    named = [code for module in settings.DEEDS for code in import_module(module).DEEDS]
    assert len(named) == len(set(named)) == len(deeds())


def test_every_room_names_the_actions_it_records_and_no_others() -> None:
    rooms = [file.parent for file in sorted(settings.BASE_DIR.glob("*/apps.py"))]
    recorded = {room.name: _recorded_in(room) for room in rooms}
    assert set().union(*(composed for _codes, composed in recorded.values())) == set(COMPOSED)

    said = {
        room: codes.union(*(COMPOSED[each] for each in composed))
        | NO_MORE_RECORDED.get(room, set())
        for room, (codes, composed) in recorded.items()
    }
    named = {
        module.partition(".")[0]: set(import_module(module).DEEDS) for module in settings.DEEDS
    }
    assert {room: codes for room, codes in said.items() if codes} == named
    assert "sensor.froze" in named["freeze_rules"]
    assert sum(map(len, named.values())) > 140


def test_an_action_without_a_name_shows_its_code() -> None:
    with translation.override("en"):
        assert (deed("unit.renamed"), deed("kit.dreamt")) == ("Unit renamed", "kit.dreamt")


def test_fields_are_told_in_the_readers_words() -> None:
    """A field without a name shows its code; what is the same on both sides is left out."""
    before, after = {"qty": 1, "dreamt": 1, "lot": "L1"}, {"qty": 2, "dreamt": 2, "lot": "L1"}

    assert change_text(before, after) == "数量: 1 → 2; dreamt: 1 → 2"
    with translation.override("en"):
        assert change_text(None, {"sku": "TEA", "qty": 2}) == "SKU: TEA; Quantity: 2"
