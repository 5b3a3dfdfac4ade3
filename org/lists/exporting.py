"""Export of what a list shows: a job that reads page by page and keeps little in memory.

Each chunk leaves a packed piece; a CSV file is its pieces one after another. A workbook is written
at the end, through a temporary file, because its format cannot be appended to.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import xlsxwriter
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from org import clocks
from org import services as org
from org.coded import SpokenRefusal
from org.lists.files import CSV, PLAIN_BOOK, XLSX, cell_value, csv_text, guarded, write_row
from org.lists.fitting import how_many_exactly
from org.lists.pages import may_see, question_of_query
from org.lists.registry import list_of
from org.lists.specs import Column, Kind, ListSpec, Part
from org.models import JobFilePart, Person
from org.selectors.belonging import unit_of_person

CHUNK = 1_000
MOST_ROWS = {"xlsx": 200_000, "csv": 2_000_000}
PIECE = 1_000_000
# Excel takes a CSV file for UTF-8 only when it begins so.
MARK = "\ufeff"


class ExportRefused(SpokenRefusal):
    """Nothing is exported; `code` is stable, the text is for people."""


def start_export(
    *, spec: ListSpec[Any], person: Person, query: str, sort: str, columns: Sequence[str],
    form: str, why: str,
) -> int:  # fmt: skip
    """Queue an export; returns the job's id. Joins the caller's transaction.

    Args:
        columns: keys in the order of the file; secret ones only for whoever may reveal them.
        form: "csv" or "xlsx".

    Raises:
        ExportRefused: not_allowed, reason_missing.
    """
    if spec.export_permission and not person.may(spec.export_permission):
        raise ExportRefused("not_allowed", _("You may see this list but not export it."))
    known = {each.key: each for each in spec.columns}
    chosen = [key for key in dict.fromkeys([spec.columns[0].key, *columns]) if key in known]
    secret = [key for key in chosen if known[key].secret]
    if not all(person.may(known[key].secret) for key in secret):
        raise ExportRefused("not_allowed", _("You may not see receivers."))
    why = " ".join(why.split())[:200]
    if secret and not why:
        raise ExportRefused(
            "reason_missing", _("Say why you need receivers in the clear: the trail keeps it.")
        )
    job_id = org.add_job(
        kind="lists.export",
        title=_("Export: %(list)s") % {"list": spec.title},
        person=person,
        payload={"list": spec.key, "query": query, "sort": sort, "columns": chosen,
                 "format": form if form in MOST_ROWS else "xlsx", "why": why},
    )  # fmt: skip
    org.record(
        actor=person.actor, action="list.exported", subject=f"job:{job_id}",
        after={"list": spec.key, "filter": query, "columns": chosen, "why": why},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return job_id


def export(work: org.Work) -> Iterator[org.Step]:
    """The job: a thousand rows a chunk, then the file.

    Raises:
        JobTrouble: the person may no longer see the list, or there are too many rows.
    """
    if work.place.get("ended"):
        return
    told = work.payload
    spec = list_of(told["list"])
    columns = [each for key in told["columns"] if (each := spec.column(key)) is not None]
    if not may_see(spec, work.person):
        raise org.JobTrouble(_("You may not see this list any more."))
    secret = [each for each in columns if each.secret]
    if not all(work.person.may(each.secret) for each in secret):
        raise org.JobTrouble(_("You may not see receivers any more."))
    question = question_of_query(spec, told["query"], told["sort"], work.person)
    done, piece = work.done, int(work.place.get("piece", 0))
    cursor, all_read = str(work.place.get("cursor", "")), bool(work.place.get("read"))
    total = None if all_read else how_many_exactly(spec, question)
    while not all_read:
        with clocks.of_list(spec.warehouse_of(question), scope=question.scope) as zone:
            part = spec.read(question, cursor, CHUNK)
            rows = _values(spec, columns, part, work) if secret else _plain(columns, part)
        done, piece, cursor = done + len(part.rows), piece + 1, part.after
        if done > MOST_ROWS[told["format"]]:
            raise org.JobTrouble(_too_many(told["format"]))
        first = _headings(columns, zone) if piece == 1 else None
        _keep(work.job_id, piece, rows, told["format"], first)
        all_read = not cursor
        place = {"piece": piece, "cursor": cursor, "read": all_read}
        yield org.Step(done=done, total=max(total or 0, done) if total else None, place=place)
    if told["format"] == "xlsx":
        _write_book(work.job_id, str(spec.title))
    name = f"{spec.key}-{timezone.localtime():%Y%m%d-%H%M}.{told['format']}"
    yield org.Step(
        done=done, total=done, place={"ended": True}, result={"rows": done},
        file=org.Download(
            name=name, content=b"", content_type=XLSX if told["format"] == "xlsx" else CSV
        ),
    )  # fmt: skip


def _too_many(form: str) -> str:
    if form == "xlsx":
        return _("More than 200,000 rows do not fit a workbook. Export as CSV, or narrow the list.")
    return _("More than 2,000,000 rows. Narrow the list, for instance by days.")


def _headings(columns: Sequence[Column[Any]], zone: str) -> list[Any]:
    """Columns of moments name their zone when it is another than the house's."""
    other = f" ({zone})" if zone and zone != settings.TIME_ZONE else ""
    return [
        guarded(f"{each.label}{other}" if each.kind is Kind.MOMENT else str(each.label))
        for each in columns
    ]


def _plain(columns: Sequence[Column[Any]], part: Part[Any]) -> list[list[Any]]:
    return [[cell_value(each.value(row)) for each in columns] for row in part.rows]


def _values(
    spec: ListSpec[Any], columns: Sequence[Column[Any]], part: Part[Any], work: org.Work
) -> list[list[Any]]:
    """Rows with what is secret, and the record of who saw whose, in this chunk's transaction."""
    ids = [spec.row_id(row) for row in part.rows]
    clear = spec.reveal(ids) if spec.reveal and ids else {}
    rows = []
    for row in part.rows:
        seen = clear.get(spec.row_id(row), {})
        rows.append([
            cell_value(seen.get(each.key, "") if each.secret else each.value(row))
            for each in columns
        ])  # fmt: skip
    if ids:
        label = spec.row_label or (lambda row: str(columns[0].value(row)))
        org.record(
            actor=work.person.actor, action="receiver.exported", subject=f"job:{work.job_id}",
            after={"why": work.payload["why"], "of": [label(row) for row in part.rows],
                   "columns": [each.key for each in columns if each.secret]},
            unit_id=unit_of_person(work.person.pk),
        )  # fmt: skip
    return rows


def _keep(
    job_id: int, number: int, rows: list[list[Any]], form: str, heading: list[Any] | None
) -> None:
    rows = [heading, *rows] if heading else rows
    if form == "xlsx":
        content = zlib.compress(orjson.dumps(rows), 1)
    else:
        content = zlib.compress(((MARK if heading else "") + csv_text(rows)).encode(), 1)
    JobFilePart.objects.create(job_id=job_id, number=number, raw=form == "xlsx", content=content)


def _write_book(job_id: int, title: str) -> None:
    """The workbook out of the raw pieces, in constant memory, and into pieces again."""
    raw = JobFilePart.objects.filter(job_id=job_id, raw=True).order_by("number")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        with xlsxwriter.Workbook(file.name, {**PLAIN_BOOK, "constant_memory": True}) as book:
            bold = book.add_format({"bold": True, "bg_color": "#E8EEF7"})
            sheet = book.add_worksheet(_sheet_name(title))
            sheet.freeze_panes(1, 0)
            line = 0
            for number in raw.values_list("number", flat=True):
                content = raw.get(number=number).content
                for row in orjson.loads(zlib.decompress(bytes(content))):
                    write_row(sheet, line, row, bold if line == 0 else None)
                    line += 1
        raw.delete()
        file.seek(0)
        for number, block in enumerate(iter(lambda: file.read(PIECE), b""), 1):
            JobFilePart.objects.create(
                job_id=job_id, number=number, content=zlib.compress(block, 0)
            )


def _sheet_name(title: str) -> str:
    """A name that a workbook allows: 31 characters, none of []:*?/\\."""
    return "".join(each for each in title if each not in "[]:*?/\\'")[:31] or "1"


def pieces_of(job_id: int) -> Iterator[bytes]:
    """The file of a job, piece by piece."""
    rows = JobFilePart.objects.filter(job_id=job_id, raw=False).order_by("number")
    for number in list(rows.values_list("number", flat=True)):
        yield zlib.decompress(bytes(rows.get(number=number).content))
