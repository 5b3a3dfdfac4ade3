"""Take a file in: its rows are stored as they were sent, a thousand to a block."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import chain
from typing import IO

import orjson
from django.db import connection
from django.utils.translation import gettext as _

from org import services as org
from org.importing import files
from org.importing.checking import blocks_of, check_now
from org.importing.files import ImportRefused, Row
from org.importing.kinds import ImportKind, plain_heading
from org.models import Import, ImportMapping, ImportRows, Person

BLOCK = 1_000
# A group of rows that belong together grows a block to this, not further.
MOST_IN_BLOCK = 5_000
# So few are judged while the person waits.
AT_ONCE = 2


def import_file(
    *,
    kind: ImportKind,
    key: str,
    name: str,
    file: IO[bytes],
    size: int,
    person: Person,
    mapped_later: bool = True,
) -> int:
    """Store an xlsx or CSV file for checking; returns the import's id.

    Joins the caller's transaction. The same key again gives the same import.

    Args:
        mapped_later: whether somebody may still say which column is which (a person on the page);
            otherwise a file without a required column is refused.

    Raises:
        ImportRefused: missing_columns, or the file as a whole cannot be used; nothing is kept.
    """
    known = _known(key)
    if known is not None:
        return known
    start = file.read(4_096)
    file.seek(0)
    form = files.kind_of(name, start)
    if size > files.MOST_BYTES[form]:
        raise ImportRefused("too_large", asked=size, there=files.MOST_BYTES[form])

    def once(heading: Sequence[str]) -> list[bool]:
        single = {column.field for column in kind.columns if column.once}
        return [each in single for each in kind.fields_of(heading, {})]

    rows = files.rows_of_xlsx(file, once=once) if form == "XLSX" else files.rows_of_csv(file)
    made = _store(rows, kind=kind, key=key, form=form, name=name, person=person)
    if not mapped_later:
        header = Import.objects.values_list("header", flat=True).get(pk=made)
        if missing := kind.missing(header):
            raise ImportRefused("missing_columns", there=", ".join(missing))
    return made


def import_text(*, kind: ImportKind, key: str, text: str, person: Person) -> int:
    """Store pasted rows; without a heading they stand in the template's order.

    Raises:
        ImportRefused: as `import_file`.
    """
    known = _known(key)
    if known is not None:
        return known
    if len(text) > files.MOST_BYTES["ROWS"]:
        raise ImportRefused("too_large", asked=len(text), there=files.MOST_BYTES["ROWS"])
    rows = files.rows_of_text(text)
    name = str(_("Pasted rows"))
    return _store(rows, kind=kind, key=key, form="ROWS", name=name, person=person)


def import_rows(
    *, kind: ImportKind, key: str, rows: Sequence[Mapping[str, str]], person: Person
) -> int:
    """Store rows told by a program: texts by field name.

    Raises:
        ImportRefused: as `import_file`.
    """
    known = _known(key)
    if known is not None:
        return known
    told = ([row.get(name, "") for name in kind.fields] for row in rows)
    return _store(
        chain([list(kind.fields)], told), kind=kind, key=key, form="ROWS", name="API", person=person
    )


def map_columns(*, found: Import, kind: ImportKind, header: Sequence[str]) -> None:
    """Say which field each column holds, remember it, and check the rows.

    Joins the caller's transaction.

    Raises:
        ImportRefused: booked_already, missing_columns, column_twice.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if found.book_job_id is not None:
        raise ImportRefused("booked_already")
    chosen = [name if name in kind.fields else "" for name in header[: len(found.headings)]]
    chosen += [""] * (len(found.headings) - len(chosen))
    if missing := kind.missing(chosen):
        raise ImportRefused("missing_columns", there=", ".join(missing))
    _refuse_twice(kind, chosen)
    ImportMapping.objects.bulk_create(
        [
            ImportMapping(
                person=found.person, kind=kind.key, heading=plain_heading(heading), field=name
            )
            for heading, name in {
                plain_heading(heading): (heading, name)
                for heading, name in zip(found.headings, chosen, strict=True)
                if name and plain_heading(heading)
            }.values()
        ],
        update_conflicts=True,
        unique_fields=["person", "kind", "heading"],
        update_fields=["field"],
    )
    found.header = chosen
    _put_together(found, kind)
    found.checked_at, found.faulty, found.adding = None, 0, 0
    _begin_check(found, kind)


def _known(key: str) -> int | None:
    return Import.objects.filter(key=key).values_list("id", flat=True).first()


def _store(
    rows: Iterator[Row], *, kind: ImportKind, key: str, form: str, name: str, person: Person
) -> int:
    assert connection.in_atomic_block, "A refused file leaves nothing behind."
    headings, header, first, rows = _headed(rows, kind, person, may_be_missing=form == "ROWS")
    made = Import.objects.create(
        key=key, kind=kind.key, form=form, name=name[:120], person=person,
        headings=headings, header=header,
    )  # fmt: skip
    digest, count = sha256(kind.key.encode()), 0
    waiting: list[ImportRows] = []
    for number, first_row, block in _blocks(rows, first, _column(kind, header)):
        count += sum(any(each.strip() for each in row) for row in block)
        if count > files.MOST_ROWS:
            raise ImportRefused("too_many_rows", asked=count, there=files.MOST_ROWS)
        told = orjson.dumps(block)
        digest.update(told)
        waiting.append(_packed(made, number, first_row, told))
        if len(waiting) == 50:
            ImportRows.objects.bulk_create(waiting)
            waiting = []
    ImportRows.objects.bulk_create(waiting)
    if not count:
        raise ImportRefused("empty_file")
    made.rows, made.digest = count, digest.hexdigest()
    if kind.missing(header):
        made.save()
    else:
        _begin_check(made, kind)
    return made.pk


def _begin_check(made: Import, kind: ImportKind) -> None:
    """Judge a few rows at once, many by a job."""
    if made.blocks.count() > AT_ONCE:
        made.check_job_id = org.add_job(
            kind="import.check",
            title=_("Check import %(name)s") % {"name": made.name},
            person=made.person,
            payload={"import": made.pk},
            page_url=f"/imports/{made.pk}/",
        )
        made.save()
        return
    made.save()
    check_now(made, kind)


def _column(kind: ImportKind, header: Sequence[str]) -> int | None:
    """Where the column stands whose equal values stay together."""
    # Columns that hold nothing of ours have no name, as kinds without such a column.
    if not kind.together or kind.together not in header:
        return None
    return list(header).index(kind.together)


def _blocks(
    rows: Iterator[Row], first: int, together: int | None
) -> Iterator[tuple[int, int, list[Row]]]:
    """Blocks of about a thousand, each with its number and the number of its first row.

    A block does not end among rows that belong together.
    """
    block: list[Row] = []
    number, at = 0, first
    for row in rows:
        full = len(block) >= BLOCK and not (
            len(block) < MOST_IN_BLOCK and _same(block[-1], row, together)
        )
        if full:
            number += 1
            yield number, at, block
            at += len(block)
            block = []
        block.append(row)
    if block:
        yield number + 1, at, block


def _same(before: Row, row: Row, together: int | None) -> bool:
    if together is None or together >= min(len(before), len(row)):
        return False
    return bool(row[together].strip()) and before[together].strip() == row[together].strip()


def _packed(made: Import, number: int, first_row: int, told: bytes) -> ImportRows:
    content = zlib.compress(told, 1)
    return ImportRows(of=made, number=number, first_row=first_row, content=content)


def _put_together(found: Import, kind: ImportKind) -> None:
    """Cut the blocks anew when rows must stay together by a column that is known only now."""
    if not kind.together or found.blocks.count() < 2:
        return
    old = ImportRows.objects.filter(of=found).order_by("number")
    first = old.values_list("first_row", flat=True)[0]
    rows = (row for each in blocks_of(found) for row in orjson.loads(zlib.decompress(each.content)))
    fresh = [
        _packed(found, number, first_row, orjson.dumps(block))
        for number, first_row, block in _blocks(rows, first, _column(kind, found.header))
    ]
    old.delete()
    ImportRows.objects.bulk_create(fresh, batch_size=50)


def _headed(
    rows: Iterator[Row], kind: ImportKind, person: Person, *, may_be_missing: bool
) -> tuple[list[str], list[str], int, Iterator[Row]]:
    """Headings, their fields, the number of the first row of data, and the rows from there.

    Raises:
        ImportRefused: empty_file, column_twice.
    """
    mapped: Mapping[str, str] = dict(
        ImportMapping.objects.filter(person=person, kind=kind.key).values_list("heading", "field")
    )
    for number, row in enumerate(rows, 1):
        if not any(each.strip() for each in row):
            continue
        header = kind.fields_of(row, mapped)
        if may_be_missing and not any(header):
            return list(kind.fields), list(kind.fields), number, chain([row], rows)
        _refuse_twice(kind, header)
        return [each.strip()[:80] for each in row[:200]], header[:200], number + 1, rows
    raise ImportRefused("empty_file")


def _refuse_twice(kind: ImportKind, header: Sequence[str]) -> None:
    twice = {kind.label(name) for name in header if name and list(header).count(name) > 1}
    if twice:
        raise ImportRefused("column_twice", there=", ".join(sorted(twice)))
