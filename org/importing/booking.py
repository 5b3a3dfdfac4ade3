"""Book the rows of a judged import: one block, one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from org import services as org
from org.importing import planner
from org.importing.checking import blocks_of, rows_of
from org.importing.files import ImportRefused
from org.importing.kinds import Batch, ImportKind, kind_of
from org.models import Import, ImportRows, Person
from org.selectors.belonging import unit_of_person


def start_booking(*, import_id: int, take: str, person: Person, adds: bool = False) -> int:
    """Queue the booking of an import; returns the job's id. Joins the caller's transaction.

    Asked again in the same words gives the same job. With `adds`, what rows need and is missing
    is made, as far as the kind can make it.

    Raises:
        ImportRefused: unknown_import, not_checked, booked_already, has_faults, nothing_to_book.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = Import.objects.select_for_update(no_key=True).filter(pk=import_id, person=person)
    found = rows.first()
    if found is None:
        raise ImportRefused("unknown_import", asked=import_id)
    if found.checked_at is None:
        raise ImportRefused("not_checked")
    if found.book_job_id is not None:
        if (found.take, found.adds) != (take, adds):
            raise ImportRefused("booked_already")
        return found.book_job_id
    found.take, found.adds = take, adds
    if take == Import.Take.ALL and found.bad:
        raise ImportRefused("has_faults", asked=found.rows, there=found.bad)
    if found.bad >= found.rows:
        raise ImportRefused("nothing_to_book", asked=found.rows, there=found.bad)
    found.book_job_id = org.add_job(
        kind="import.book",
        title=_("Book import %(name)s") % {"name": found.name},
        person=person,
        payload={"import": found.pk},
        page_url=f"/imports/{found.pk}/",
    )
    found.save()
    org.record(
        actor=person.actor, action=f"imported.{found.kind}", subject=str(found),
        after={"name": found.name, "rows": found.rows - found.bad, "take": take},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return found.book_job_id


def book(work: org.Work) -> Iterator[org.Step]:
    """The job: each chunk books one block.

    Raises:
        JobTrouble: the person may no longer do it.
    """
    if work.place.get("ended"):
        return
    found = Import.objects.select_related("person").get(pk=work.payload["import"])
    kind = kind_of(found.kind)
    if not work.person.may(kind.permission):
        raise org.JobTrouble(_("You may not import this any more."))
    done, total = work.done, found.rows
    if total >= planner.MANY and "block" not in work.place:
        planner.before_many(kind.tables)
        yield org.Step(done=done, total=total, place={"block": 0})
    for block in blocks_of(found, after=work.place.get("block", 0)):
        read, booked = _book_block(block, found, kind)
        done += read
        found.booked += booked
        found.save(update_fields=["booked"])
        place = {"block": block.number}
        yield org.Step(done=min(done, total), total=total, place=place)
        if grown := planner.grown(kind.tables):
            planner.look_at(grown)
            yield org.Step(done=min(done, total), total=total, place=place)
    if total >= planner.MANY:
        planner.look_at(kind.tables)
    yield org.Step(
        done=total, total=total, place={"ended": True},
        result={"rows": total, "booked": found.booked},
    )  # fmt: skip


def _book_block(block: ImportRows, found: Import, kind: ImportKind) -> tuple[int, int]:
    """Rows looked at, rows booked. What was judged good and is not any more is noted."""
    rows = rows_of(block, found.header, kind)
    passed = kind.added if found.adds else frozenset[str]()
    skipped = {int(fault["row"]) for fault in block.faults if fault["code"] not in passed}
    good = [row for row in rows if row.row not in skipped]
    kind.judge(good, found.person)
    refused = [fault for row in good for fault in row.faults if fault.code not in passed]
    gone = {fault.row for fault in refused}
    wanted = [row for row in good if row.row not in gone]
    if wanted:
        batch = Batch(person=found.person, document=str(found), key=f"{found}:{block.first_row}")
        refused += kind.book(wanted, batch)
    if refused:
        block.refused = [fault.kept() for fault in refused]
        block.save(update_fields=["refused"])
    return len(rows), len(good) - len({fault.row for fault in refused})
