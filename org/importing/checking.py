"""Judge the rows of an import: block by block, then against each other."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import orjson
from django.db import connection
from django.utils import timezone

from org import services as org
from org.importing.kinds import ImportKind, Told, kind_of
from org.lists.files import unguarded
from org.models import Import, ImportRows


def rows_of(block: ImportRows, header: Sequence[str], kind: ImportKind) -> list[Told]:
    """The rows of a block that hold anything, by field; required cells that are empty are noted."""
    columns = [(at, name) for at, name in enumerate(header) if name]
    required = kind.required
    found = []
    for number, row in enumerate(orjson.loads(zlib.decompress(block.content)), block.first_row):
        if not any(each and not each.isspace() for each in row):
            continue
        width = len(row)
        values = {
            name: unguarded(row[at].strip().replace("\x00", "")) if at < width else ""
            for at, name in columns
        }
        told = Told(number, values)
        for name in required:
            if not values.get(name):
                told.wrong(name, "missing_value")
        found.append(told)
    return found


def check(work: org.Work) -> Iterator[org.Step]:
    """The job: one block per chunk, then what only all rows together can show."""
    found = Import.objects.select_related("person").get(pk=work.payload["import"])
    if found.checked_at is not None:
        return
    kind = kind_of(found.kind)
    done = work.done
    for block in blocks_of(found, after=work.place.get("block", 0)):
        done += _check_block(block, found, kind)
        yield org.Step(done=min(done, found.rows), total=found.rows, place={"block": block.number})
    _finish(found, kind)
    yield org.Step(
        done=found.rows, total=found.rows, place=work.place,
        result={"rows": found.rows, "faulty": found.faulty, "adding": found.adding},
    )  # fmt: skip


def blocks_of(found: Import, *, after: int = 0) -> Iterator[ImportRows]:
    """The blocks behind one in their order, one at a time: a million rows are never all here."""
    blocks = ImportRows.objects.filter(of=found, number__gt=after).order_by("number")
    for number in list(blocks.values_list("number", flat=True)):
        yield ImportRows.objects.get(of=found, number=number)


def check_now(found: Import, kind: ImportKind) -> None:
    """The same for a few blocks, in the caller's transaction."""
    for block in blocks_of(found):
        _check_block(block, found, kind)
    _finish(found, kind)


def _check_block(block: ImportRows, found: Import, kind: ImportKind) -> int:
    rows = rows_of(block, found.header, kind)
    kind.judge(rows, found.person)
    last = max((row.row for row in rows), default=block.first_row)
    cells = [0] * (last - block.first_row + 1)
    for row in rows:
        cells[row.row - block.first_row] = kind.cell(row)
    block.cells = cells
    block.faults = [each.kept() for row in rows for each in row.faults]
    block.save(update_fields=["cells", "faults"])
    return len(rows)


def _finish(found: Import, kind: ImportKind) -> None:
    """Find rows about one thing, count, and say that the import is judged."""
    with connection.cursor() as cursor:
        cursor.execute(_SAME, {"import": found.pk})
        cursor.execute(_COUNT, {"import": found.pk, "added": sorted(kind.added)})
        found.faulty, found.adding = cursor.fetchone()
    found.checked_at = timezone.now()
    found.save(update_fields=["faulty", "adding", "checked_at"])


# Sums and sorts of a million rows are the database's work: our memory stays small.
_SAME = """
WITH told AS (
    SELECT block.id AS block_id, block.first_row + spot.place - 1 AS row, spot.cell
    FROM org_importrows AS block, unnest(block.cells) WITH ORDINALITY AS spot (cell, place)
    WHERE block.of_id = %(import)s AND spot.cell <> 0
), first AS (
    SELECT cell, min(row) AS row FROM told GROUP BY cell HAVING count(*) > 1
), later AS (
    SELECT told.block_id,
           jsonb_agg(jsonb_build_object('row', told.row, 'column', '', 'code', 'same_row',
                                        'asked', '', 'there', first.row::text)
                     ORDER BY told.row) AS faults
    FROM told JOIN first ON first.cell = told.cell AND told.row > first.row
    GROUP BY told.block_id
)
UPDATE org_importrows AS block SET faults = block.faults || later.faults
FROM later WHERE later.block_id = block.id
"""
_COUNT = """
WITH rows AS (
    SELECT bool_or(NOT fault ->> 'code' = ANY (%(added)s::text[])) AS faulty
    FROM org_importrows AS block, jsonb_array_elements(block.faults) AS fault
    WHERE block.of_id = %(import)s GROUP BY (fault ->> 'row')::int
)
SELECT count(*) FILTER (WHERE faulty), count(*) FILTER (WHERE NOT faulty) FROM rows
"""
