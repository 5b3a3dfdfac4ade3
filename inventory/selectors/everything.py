"""Both checkers on everything: the laws in SQL, and the replay in Python, compared."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

from inventory.models import Sweep
from inventory.selectors.audit import ROWS_SHOWN, Audit, Difference, check
from inventory.selectors.replay import Replayed, replay

# Laws that both checkers know and word alike: there they must name the same places.
BOTH = (
    "A1.cells", "A1.balances", "A1.balance-cells", "B1.cells", "B1.lines", "A16.place", "A16.count",
)  # fmt: skip


@dataclass(frozen=True)
class Everything:
    """What both found together; `replayed` is the second checker's part."""

    audit: Audit
    replayed: Replayed


def look_at_everything() -> Everything:
    """Ask all laws and replay all entries. Needs a REPEATABLE READ transaction.

    The replay also verifies the seal of the last complete sweep that left one.
    """
    with connection.cursor() as cursor:
        # Sums over all entries by cell, balance and line fit into this; the usual does not hold.
        cursor.execute("SET LOCAL work_mem = '96MB'")
    audit = check()
    began = time.perf_counter()
    replayed = replay(sealed=_sealed())
    spent = time.perf_counter() - began
    disagreements = _disagreements(audit, replayed)
    said = {(each.law, each.where) for each in audit.differences}
    for law in sorted({each.law for each in replayed.differences}):
        found = [each for each in replayed.differences if each.law == law]
        audit.add(law, [each for each in found if (law, each.where) not in said], 0.0)
    audit.by_law["A13"] = (len(replayed.differences), spent)
    audit.add("J2", disagreements, 0.0)
    return Everything(audit, replayed)


def _disagreements(audit: Audit, replayed: Replayed) -> list[Difference]:
    """Places that one checker names and the other does not, while both told all they found."""
    found = []
    for law in BOTH:
        by_sql = {each.where: each for each in audit.differences if each.law == law}
        by_replay = {each.where: each for each in replayed.differences if each.law == law}
        if max(len(by_sql), len(by_replay)) >= ROWS_SHOWN:
            continue
        for where in sorted(by_sql.keys() ^ by_replay.keys()):
            one = by_sql.get(where) or by_replay[where]
            who = "SQL only" if where in by_sql else "replay only"
            found.append(Difference("J2", f"{law} {where}", who, "both", one.balance_id))
    return found


def _sealed() -> tuple[int, str] | None:
    last = Sweep.objects.filter(kind=Sweep.Kind.COMPLETE).exclude(seal="").last()
    return (last.reached, last.seal) if last else None
