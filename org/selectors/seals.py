"""Questions about the chains of seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import cast

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from org.models import AuditBlock, SealReading
from org.sealing import Block, Break, Finding, Source, broken_link, broken_rows

# Blocks in memory at once while reading a chain.
PAGE = 20
CHAINS: dict[str, Promise] = {
    "trail": _("Audit trail"),
    "ledger": _("Ledger"),
    "freezes": _("Journal of freezes"),
}
BREAKS: dict[str, Promise] = {
    Break.CHANGED: _("The row was changed after it was sealed."),
    Break.DELETED: _("The row was removed."),
    Break.INSERTED: _("The row was slipped in among older ones."),
    Break.BLOCK_CHANGED: _("The block itself was changed, or stands in another's place."),
    Break.BLOCK_MISSING: _("The block was removed."),
    Break.HEAD_GONE: _("A block that was noted elsewhere is not in the chain."),
}


@dataclass(frozen=True, kw_only=True)
class BreakView:
    """A place where a chain does not hold, as people read it."""

    block: int
    row: int | None
    what: str


@dataclass(frozen=True, kw_only=True)
class ChainView:
    """One chain: its head, what waits to be sealed, and when it was last read from end to end."""

    name: str
    label: str
    head: str
    blocks: int
    sealed_at: datetime | None
    waits_for: timedelta | None
    reading: bool
    read_at: datetime | None
    blocks_read: int
    rows_read: int
    breaks: tuple[BreakView, ...]


def source_of(chain: str) -> Source:
    """The table behind a chain, as `settings.SEALED` names it.

    Raises:
        KeyError: no such chain.
    """
    module, _colon, name = settings.SEALED[chain].partition(":")
    return cast(Source, getattr(import_module(module), name))


def sealable(
    source: Source, where: str, *values: int, most: int | None
) -> list[tuple[int, int, str]]:
    """Id, transaction and canonical text of rows, in the order in which they are sealed."""
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT r.id, r.xid, {source.text} FROM {source.table} r WHERE {where}"  # noqa: S608
            " ORDER BY r.xid, r.id LIMIT %s",
            [*values, most],
        )
        return cast(list[tuple[int, int, str]], sql.fetchall())


def head_of_chain(chain: str) -> str:
    """The newest block as it is noted elsewhere, "trail:12:ab34..."; empty when there is none."""
    head = AuditBlock.objects.filter(chain=chain).order_by("number").only("number", "hash").last()
    return "" if head is None else f"{chain}:{head.number}:{head.hash}"


def chains() -> list[ChainView]:
    """Every chain with its state. Three statements per chain."""
    return [_chain(name, source_of(name)) for name in settings.SEALED]


def _chain(name: str, source: Source) -> ChainView:
    head = AuditBlock.objects.filter(chain=name).defer("ids", "digests").order_by("number").last()
    reading = SealReading.objects.filter(chain=name).first()
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT clock_timestamp() - min({source.at}) FROM {source.table}"  # noqa: S608
            " WHERE xid >= %s",
            [head.xid_to if head else 0],
        )
        waits_for = sql.fetchone()[0]
    return ChainView(
        name=name,
        label=str(CHAINS.get(name, name)),
        head="" if head is None else f"{name}:{head.number}:{head.hash}",
        blocks=head.number if head else 0,
        sealed_at=head.sealed_at if head else None,
        waits_for=waits_for,
        reading=reading is not None and reading.next_block > 0,
        read_at=reading.finished_at if reading else None,
        blocks_read=reading.blocks_read if reading else 0,
        rows_read=reading.rows_read if reading else 0,
        breaks=tuple(
            BreakView(block=block, row=row, what=str(BREAKS[kind]))
            for block, kind, row in (reading.findings + reading.found if reading else [])
        ),
    )


def verify(
    *, chain: str, begin: int = 1, blocks: int | None = None
) -> tuple[list[Finding], int, int | None]:
    """Recompute blocks of a chain from the rows as they are now.

    Args:
        chain: a key of `settings.SEALED`.
        begin: the first block's number; the one before it is read for its hash.
        blocks: how many at most; None reads to the head.

    Returns:
        Findings, rows read, and the last block's number; None when there was none left.
    """
    source = source_of(chain)
    kept = AuditBlock.objects.filter(chain=chain).order_by("number")
    before = kept.filter(number__lt=begin).last()
    previous = before.sealed if before else None
    found: list[Finding] = []
    rows, last = 0, None
    for row in _in_turn(kept.filter(number__gte=begin), blocks):
        block = row.sealed
        broken = broken_link(block, before=previous, stored_hash=row.hash)
        found += broken
        found += broken_rows(
            block,
            texts={pk: text for pk, _xid, text in _texts(source, block.ids)},
            there=_there(source, chain, block, previous),
        )
        rows, last, previous = rows + len(block.ids), row.number, block
    return found, rows, last


def _in_turn(rows: QuerySet[AuditBlock], most: int | None) -> Iterator[AuditBlock]:
    """Blocks by number, some at a time: a chain is longer than memory."""
    reached, left = 0, most
    while left is None or left > 0:
        some = rows.filter(number__gt=reached)[: PAGE if left is None else min(PAGE, left)]
        yield from some
        if not some:
            return
        reached = some[len(some) - 1].number
        left = None if left is None else left - len(some)


def _texts(source: Source, ids: Sequence[int]) -> list[tuple[int, int, str]]:
    with connection.cursor() as sql:
        sql.execute(
            f"SELECT r.id, r.xid, {source.text} FROM {source.table} r WHERE r.id = ANY(%s)",  # noqa: S608
            [list(ids)],
        )
        return cast(list[tuple[int, int, str]], sql.fetchall())


def _there(source: Source, chain: str, block: Block, previous: Block | None) -> list[int]:
    """Ids of the rows that lie in a block's range now."""
    where = "(xid >= %s AND xid < %s AND id > %s AND id <= %s)"
    values = [block.xid_from, block.xid_to, block.floor, _ceiling(chain, block.era)]
    if previous is not None and previous.era < block.era:
        where += " OR (xid >= %s AND id <= %s AND id > %s)"
        values += [previous.xid_to, block.floor, previous.floor]
    with connection.cursor() as sql:
        sql.execute(f"SELECT id FROM {source.table} WHERE {where}", values)  # noqa: S608
        return [row[0] for row in sql.fetchall()]


def _ceiling(chain: str, era: int) -> int:
    """The highest id that can belong to an era: the next era's floor, if there is one."""
    after = AuditBlock.objects.filter(chain=chain, era=era + 1).order_by("number")
    floor = after.values_list("floor", flat=True).first()
    return 2**63 - 1 if floor is None else floor


def head_gone(*, chain: str, number: int, hash: str) -> list[Finding]:
    """What is wrong when an earlier head, noted elsewhere, is not in the chain any more."""
    there = AuditBlock.objects.filter(chain=chain, number=number, hash=hash).exists()
    return [] if there else [Finding(chain=chain, block=number, kind=Break.HEAD_GONE)]
