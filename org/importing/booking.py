"""Book the rows of a judged import: one block, one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _

from org import services as org
from org.importing.checking import rows_of
from org.importing.files import ImportRefused
from org.importing.kinds import ImportKind, kind_of
from org.models import Import, ImportRows, Person


def start_booking(*, import_id: int, take: str, person: Person) -> int:
    """Queue the booking of an import; returns the job's id. Joins the caller's transaction.

    Asked again in the same words gives the same job.

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
        if found.take != take:
            raise ImportRefused("booked_already")
        return found.book_job_id
    if take == Import.Take.ALL and found.faulty:
        raise ImportRefused("has_faults", asked=found.rows, there=found.faulty)
    if found.faulty >= found.rows:
        raise ImportRefused("nothing_to_book", asked=found.rows, there=found.faulty)
    found.take = take
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
        after={"name": found.name, "rows": found.rows - found.faulty, "take": take},
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
    blocks = ImportRows.objects.filter(of=found, number__gt=work.place.get("block", 0))
    for number in list(blocks.order_by("number").values_list("number", flat=True)):
        read, booked = _book_block(blocks.get(number=number), found, kind)
        done += read
        found.booked += booked
        found.save(update_fields=["booked"])
        yield org.Step(done=min(done, total), total=total, place={"block": number})
    yield org.Step(
        done=total, total=total, place={"ended": True},
        result={"rows": total, "booked": found.booked},
    )  # fmt: skip


def _book_block(block: ImportRows, found: Import, kind: ImportKind) -> tuple[int, int]:
    """Rows looked at, rows booked. What was judged good and is not any more is noted."""
    rows = rows_of(block, found.header, kind)
    skipped = {int(fault["row"]) for fault in block.faults}
    good = [row for row in rows if row.row not in skipped]
    kind.judge(good, found.person)
    wanted = [row for row in good if not row.faults]
    refused = [fault for row in good for fault in row.faults]
    refused += kind.book(wanted, found.person) if wanted else []
    if refused:
        block.refused = [fault.kept() for fault in refused]
        block.save(update_fields=["refused"])
    return len(rows), len(good) - len({fault.row for fault in refused})
