"""The audit trail only grows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from org import machines
from org import selectors as org_selectors
from org import services as org
from org.models import AuditRecord


def _record(subject: str) -> None:
    org.record(
        actor="system:test", action="tea.poured", subject=subject, before={"n": 1}, after={"n": 2}
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE org_auditrecord SET actor = 'nobody'",
        "DELETE FROM org_auditrecord",
        "TRUNCATE org_auditrecord",
    ],
)
def test_a_record_cannot_be_changed_or_removed(statement: str) -> None:
    with transaction.atomic():
        _record("cup:1")

    with (
        pytest.raises(DatabaseError, match=r"append-only|permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditRecord.objects.get().actor == "system:test"


@pytest.mark.django_db
def test_a_record_vanishes_with_the_action_that_was_rolled_back() -> None:
    with transaction.atomic():
        _record("cup:1")
        transaction.set_rollback(True)

    assert org_selectors.audit_trail() == []


def test_a_record_cannot_be_written_apart_from_its_action(real_commits: str) -> None:
    with pytest.raises(AssertionError, match="transaction of the action"):
        _record("cup:1")

    assert org_selectors.audit_trail() == []


@pytest.mark.django_db
def test_records_carry_the_time_of_writing_and_are_read_newest_first() -> None:
    with transaction.atomic():
        _record("cup:1")
        _record("cup:2")

    second, first = org_selectors.audit_trail()
    assert (first.subject, second.subject) == ("cup:1", "cup:2")
    assert first.at < second.at, "the start of the transaction would be the same for both"
    assert (first.before, first.after) == ({"n": 1}, {"n": 2})
    assert [line.id for line in org_selectors.audit_trail(subject="cup:1")] == [first.id]


@pytest.mark.django_db
def test_actors_are_shown_by_their_names() -> None:
    with transaction.atomic():
        person = org.create_person(
            username="wang", display_name="王小明", password=None, actor="system:test"
        )

    actors = [person.actor, "system:pipeline", "system:elsewhere", "person:0"]
    with override("zh-hans"):
        names = org_selectors.names_of_actors(actors)
    assert list(map(names.get, actors)) == ["王小明", "系统·自动处理", "elsewhere", "person:0"]


def test_every_machine_that_the_sources_know_has_a_name() -> None:
    home = Path(machines.__file__).parents[1]
    rooms = ("channels_sync", "demo", "freeze_rules", "insights", "inventory", "oms", "org", "wms")
    texts = (file.read_text("utf-8") for room in rooms for file in (home / room).rglob("*.py"))
    # An assigned or passed literal; the same word inside a docstring is only an example.
    written = re.compile(r"(?:=\s*|\()\"(system:[a-z_-]+)\"")
    known = {actor for text in texts for actor in written.findall(text)}

    assert "system:pipeline" in known
    assert known <= set(machines.NAMES)
