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

from inventory.models import ImportBlock, StockImport
from inventory.services.importing.checking import check_now
from inventory.services.importing.columns import FIELDS, LABELS, REQUIRED, fields_of
from org import services as org
from org.importing import files
from org.importing.files import ImportRefused, Row
from org.models import Person

BLOCK = 1_000
# So few are judged while the person waits.
AT_ONCE = 2


def import_file(*, key: str, name: str, file: IO[bytes], size: int, person: Person) -> int:
    """Store an xlsx or CSV file for checking; returns the import's id.

    Joins the caller's transaction. The same key again gives the same import.

    Raises:
        ImportRefused: the file as a whole cannot be used; nothing is kept.
    """
    known = _known(key)
    if known is not None:
        return known
    start = file.read(4_096)
    file.seek(0)
    kind = files.kind_of(name, start)
    if size > files.MOST_BYTES[kind]:
        raise ImportRefused("too_large", asked=size, there=files.MOST_BYTES[kind])
    rows = files.rows_of_xlsx(file, once=_once) if kind == "XLSX" else files.rows_of_csv(file)
    return _store(rows, key=key, kind=kind, name=name, person=person)


def _once(heading: Sequence[str]) -> list[bool]:
    """A merged quantity is counted once."""
    return [field == "qty" for field in fields_of(heading)]


def import_text(*, key: str, text: str, person: Person) -> int:
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
    return _store(rows, key=key, kind="ROWS", name=str(_("Pasted rows")), person=person)


def import_rows(*, key: str, rows: Sequence[Mapping[str, str]], person: Person) -> int:
    """Store rows told by a program: texts by field name.

    Raises:
        ImportRefused: as `import_file`.
    """
    known = _known(key)
    if known is not None:
        return known
    told = ([row.get(name, "") for name in FIELDS] for row in rows)
    heading = [list(FIELDS)]
    return _store(chain(heading, told), key=key, kind="ROWS", name="API", person=person)


def _known(key: str) -> int | None:
    return StockImport.objects.filter(key=key).values_list("id", flat=True).first()


def _store(rows: Iterator[Row], *, key: str, kind: str, name: str, person: Person) -> int:
    assert connection.in_atomic_block, "A refused file leaves nothing behind."
    header, first, rows = _headed(rows, may_be_missing=kind == "ROWS")
    made = StockImport.objects.create(
        key=key, kind=kind, name=name[:120], person=person, header=header, digest=""
    )
    digest, count, number = sha256(), 0, 0
    waiting: list[ImportBlock] = []
    for number, block in enumerate(_blocks(rows), 1):
        filled = sum(any(each.strip() for each in row) for row in block)
        count += filled
        if count > files.MOST_ROWS:
            raise ImportRefused("too_many_rows", asked=count, there=files.MOST_ROWS)
        told = orjson.dumps(block)
        digest.update(told)
        waiting.append(
            ImportBlock(
                stock_import=made,
                number=number,
                first_row=first + (number - 1) * BLOCK,
                content=zlib.compress(told, 1),
            )
        )
        if len(waiting) == 50:
            ImportBlock.objects.bulk_create(waiting)
            waiting = []
    ImportBlock.objects.bulk_create(waiting)
    if not count:
        raise ImportRefused("empty_file")
    made.rows, made.digest = count, digest.hexdigest()
    if number > AT_ONCE:
        made.check_job_id = org.add_job(
            kind="stock.import.check",
            title=_("Check stock import %(name)s") % {"name": made.name},
            person=person,
            payload={"import": made.pk},
            page_url=f"/stock/import/{made.pk}/",
        )
    made.save()
    if number <= AT_ONCE:
        check_now(made.pk)
    return made.pk


def _blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _headed(rows: Iterator[Row], *, may_be_missing: bool) -> tuple[list[str], int, Iterator[Row]]:
    """The fields of the columns, the number of the first row of data, and the rows from there.

    Raises:
        ImportRefused: empty_file, missing_columns, column_twice.
    """
    for number, row in enumerate(rows, 1):
        if not any(each.strip() for each in row):
            continue
        header = fields_of(row)
        if may_be_missing and not any(header):
            return list(FIELDS), number, chain([row], rows)
        missing = [str(LABELS[field]) for field in REQUIRED if field not in header]
        if missing:
            raise ImportRefused("missing_columns", there=", ".join(missing))
        twice = {str(LABELS[field]) for field in header if field and header.count(field) > 1}
        if twice:
            raise ImportRefused("column_twice", there=", ".join(sorted(twice)))
        return header, number + 1, rows
    raise ImportRefused("empty_file")
