"""The chain of seals: what a block says about its rows, and what a broken one looks like. Pure.

Each sealed row has a digest, SHA-256 over its canonical text. A block keeps the ids and digests of
the rows that one sealing found, and a hash over all of it and over the hash of the block before.
Whoever changes a row must change its block and every block after it, and the head was shown and
logged elsewhere. `docs/audit-trail.md` says how to recompute it without us.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

VERSION = "v1"
GENESIS = "0" * 64
DIGEST_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table whose rows are sealed. It has columns `id` and `xid` and is only ever added to.

    `text` is an SQL expression over the row `r`: its canonical text, which may depend on nothing
    that a session sets (time zone, language).
    """

    table: str
    text: str
    # The column that says when a row was written.
    at: str


# jsonb sorts its keys and has one way to write each value; times are written in UTC by hand.
TRAIL = Source(
    table="org_auditrecord",
    at="at",
    text="""jsonb_build_array(r.id, r.xid,
        to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        r.actor, r.action, r.subject, r.before, r.after, r.unit_id)::text""",
)


class Break(StrEnum):
    """Ways in which a chain does not hold."""

    CHANGED = "CHANGED"
    DELETED = "DELETED"
    INSERTED = "INSERTED"
    BLOCK_CHANGED = "BLOCK_CHANGED"
    BLOCK_MISSING = "BLOCK_MISSING"
    HEAD_GONE = "HEAD_GONE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One place where the chain does not hold; `row` is None when the block itself is meant."""

    chain: str
    block: int
    kind: Break
    row: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What is sealed at once.

    It holds every row whose writing transaction lies in [xid_from, xid_to) and whose id is above
    `floor`. `era` counts restorations into another server, whose transactions count anew; ids at
    or below `floor` belong to the eras before.
    """

    chain: str
    number: int
    era: int
    floor: int
    xid_from: int
    xid_to: int
    sealed_at: datetime
    previous: str
    ids: Sequence[int]
    digests: bytes = field(repr=False)

    def hash(self) -> str:
        """The block's own hash, which the next block repeats."""
        parts = [
            VERSION,
            self.chain,
            str(self.number),
            str(self.era),
            str(self.floor),
            str(self.xid_from),
            str(self.xid_to),
            self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.previous,
            hashlib.sha256(",".join(map(str, self.ids)).encode()).hexdigest(),
            hashlib.sha256(self.digests).hexdigest(),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def digest_of(self, place: int) -> bytes:
        """The digest of the row at that place of `ids`."""
        return self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]


def digest(text: str) -> bytes:
    """The digest of one row's canonical text."""
    return hashlib.sha256(f"{VERSION}\n{text}".encode()).digest()


def broken_rows(block: Block, *, texts: Mapping[int, str], there: Sequence[int]) -> list[Finding]:
    """What is wrong with the rows of a block whose own hash holds.

    Args:
        block: what was sealed.
        texts: canonical texts, as they are now, of the ids in the block that still exist.
        there: ids of all rows that lie in the block's range now.
    """
    found = []
    for place, row in enumerate(block.ids):
        if row not in texts:
            found.append(_finding(block, Break.DELETED, row))
        elif digest(texts[row]) != block.digest_of(place):
            found.append(_finding(block, Break.CHANGED, row))
    strangers = set(there).difference(block.ids)
    return found + [_finding(block, Break.INSERTED, row) for row in sorted(strangers)]


def broken_link(block: Block, *, before: Block | None, stored_hash: str) -> list[Finding]:
    """What is wrong with the block itself, given the one before it and the hash stored with it."""
    expected = (before.number if before else 0) + 1
    found = [
        Finding(chain=block.chain, block=number, kind=Break.BLOCK_MISSING)
        for number in range(expected, block.number)
    ]
    previous = before.hash() if before else GENESIS
    same_era = before is not None and before.era == block.era
    joined = block.xid_from == (before.xid_to if before and same_era else 0)
    whole = len(block.digests) == len(block.ids) * DIGEST_BYTES
    holds = stored_hash == block.hash() and block.previous == previous and joined and whole
    if not holds and not found:
        found.append(_finding(block, Break.BLOCK_CHANGED))
    return found


def _finding(block: Block, kind: Break, row: int | None = None) -> Finding:
    return Finding(chain=block.chain, block=block.number, kind=kind, row=row)
