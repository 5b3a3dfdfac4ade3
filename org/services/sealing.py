"""Seal what was done, a second after it was committed, and read the seals again.

Sealing happens apart from the business: one transaction of its own, behind an advisory lock. It
takes the rows of transactions below the oldest one still running (`pg_snapshot_xmin`, PostgreSQL
manual 9.28), so nothing that commits late can be passed over.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone

from org.models import AuditBlock, SealReading
from org.roles import AUDIT_VIEW
from org.sealing import GENESIS, Block, Finding, Source, digest
from org.selectors.notices import people_with
from org.selectors.seals import sealable, source_of, verify
from org.services.notices import notify
from outbox import services as outbox

# Rows of one block: enough for a flood, small enough to read one back quickly.
MOST_ROWS = 5_000


def seal(*, chain: str) -> AuditBlock | None:
    """Seal the next rows of a chain, at most some thousands; None when there are none.

    Joins the caller's transaction, which must be the only one sealing this chain.
    """
    assert connection.in_atomic_block, "The edge opens the transaction and takes the lock."
    source = source_of(chain)
    blocks = AuditBlock.objects.filter(chain=chain).defer("ids", "digests")
    last = blocks.order_by("number").last()
    with connection.cursor() as sql:
        sql.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp()"
        )
        horizon, now = sql.fetchone()
    if last is not None and horizon < last.xid_to:
        return _store(_new_era(source, last, now))
    era, floor, start = (last.era, last.floor, last.xid_to) if last else (1, 0, 0)
    where = "r.xid >= %s AND r.xid < %s AND r.id > %s"
    rows = sealable(source, where, start, horizon, floor, most=MOST_ROWS + 1)
    if not rows:
        return None
    if len(rows) > MOST_ROWS:
        # All rows of a transaction stay together, or a later block would have to know the rest.
        whole = [row for row in rows if row[1] < rows[MOST_ROWS][1]]
        rows = whole or sealable(source, "r.xid = %s AND r.id > %s", rows[0][1], floor, most=None)
        horizon = rows[-1][1] + 1
    return _store(
        Block(
            chain=chain,
            number=last.number + 1 if last else 1,
            era=era,
            floor=floor,
            xid_from=start,
            xid_to=horizon,
            sealed_at=now,
            previous=last.hash if last else GENESIS,
            ids=[row[0] for row in rows],
            digests=b"".join(digest(row[2]) for row in rows),
        )
    )


def _store(block: Block) -> AuditBlock:
    return AuditBlock.objects.create(**asdict(block), hash=block.hash())


def _new_era(source: Source, last: AuditBlock, now: datetime) -> Block:
    """The database was restored into another server, whose transactions count anew.

    What the old server had not sealed lies above its last horizon; everything of the new one gets
    an id above every id there was. This block takes the first; the usual ones go on behind it.
    """
    rows = sealable(source, "r.xid >= %s AND r.id > %s", last.xid_to, last.floor, most=None)
    with connection.cursor() as sql:
        sql.execute(
            "SELECT max(row_id) FROM org_auditblock b, unnest(b.ids) AS row_id WHERE b.chain = %s",
            [last.chain],
        )
        sealed = sql.fetchone()[0] or 0
    return Block(
        chain=last.chain,
        number=last.number + 1,
        era=last.era + 1,
        floor=max([last.floor, sealed, *(row[0] for row in rows)]),
        xid_from=0,
        # Below the first number a server gives to a transaction, 3.
        xid_to=1,
        sealed_at=now,
        previous=last.hash,
        ids=[row[0] for row in rows],
        digests=b"".join(digest(row[2]) for row in rows),
    )


def begin_reading() -> None:
    """Have every chain read again from its first block. Joins the caller's transaction."""
    for chain in settings.SEALED:
        SealReading.objects.update_or_create(
            chain=chain,
            defaults={"next_block": 1, "rows": 0, "found": [], "started_at": timezone.now()},
        )
    outbox.ring(topic="seals.asked")


def read_on(*, chain: str, blocks: int = 50) -> list[Finding] | None:
    """Read the next blocks of a chain against its rows; None when no round is going on.

    Joins the caller's transaction. At the end of a round its findings become the chain's.
    """
    reading = SealReading.objects.select_for_update(no_key=True).filter(chain=chain).first()
    if reading is None or reading.next_block == 0:
        return None
    begun = reading.next_block
    found, rows, last = verify(chain=chain, begin=begun, blocks=blocks)
    reading.rows += rows
    reading.found += [[each.block, each.kind, each.row] for each in found]
    if last is not None:
        reading.next_block = last + 1
    else:
        reading.next_block = 0
        reading.finished_at = timezone.now()
        reading.blocks_read, reading.rows_read = begun - 1, reading.rows
        reading.findings, reading.found, reading.rows = reading.found, [], 0
        if reading.findings:
            notify(
                kind="trail.broken",
                to=people_with(AUDIT_VIEW),
                params={"count": len(reading.findings)},
                link="/trail/seals/",
                urgent=True,
                once=f"trail.broken {chain}",
            )
    reading.save()
    return found
