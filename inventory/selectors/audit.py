"""The audit in SQL: every law asked of everything, or of some balances. Nothing is repaired."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import connection

from inventory.selectors.laws import LAWS, Law
from inventory.selectors.laws.law import Guard

# Differences told per law; the count of more than these tells nobody anything.
ROWS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """A broken law: which (its code), where, what stands there and what should."""

    law: str
    where: str
    found: str
    expected: str
    balance_id: int | None = None


@dataclass(frozen=True)
class Audit:
    """What one look found; `by_law` says for each law how many differences, in how many seconds."""

    differences: list[Difference] = field(default_factory=list)
    by_law: dict[str, tuple[int, float]] = field(default_factory=dict)

    def add(self, law: str, found: list[Difference], seconds: float) -> None:
        """Take in what was found for a law; a law may be asked in several slices."""
        self.differences.extend(found)
        before, spent = self.by_law.get(law, (0, 0.0))
        self.by_law[law] = (before + len(found), spent + seconds)


def audit() -> list[Difference]:
    """Recompute everything as of now; an empty list means that every law holds.

    Leaves out what should have been done in time: the world may stand still.
    """
    return check(law for law in LAWS if not law.timely).differences


def check(laws: Iterable[Law] = LAWS, *, balances: Collection[int] | None = None) -> Audit:
    """Ask laws of everything or, each in its narrowed form, of some balances.

    One statement per law, one for all guards. For all laws to speak of one moment the caller's
    transaction must be REPEATABLE READ; each law by itself is of one moment in any case.
    """
    laws = list(laws)
    result = Audit()
    missing = _missing_guards(laws)
    with connection.cursor() as cursor:
        for law in laws:
            began = time.perf_counter()
            found = [each for each in missing if each.law == law.code]
            if law.query and balances is None:
                cursor.execute(f"{law.query} LIMIT {ROWS_SHOWN}")
                found += [Difference(law.code, *row) for row in cursor.fetchall()]
            elif law.query:
                cursor.execute(
                    f"{law.among_balances()} LIMIT {ROWS_SHOWN}",
                    {"balances": sorted(balances or ())},
                )
                found += [Difference(law.code, *row) for row in cursor.fetchall()]
            result.add(law.code, found, time.perf_counter() - began)
    return result


_GUARDS = """
    WITH wanted (law, kind, relation, name) AS (
        SELECT law, kind, to_regclass(t), n
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS w(law, kind, t, n)),
    there AS (
        SELECT 'constraint' AS kind, conrelid AS relation, conname AS name FROM pg_constraint c
        WHERE convalidated AND to_jsonb(c)->>'conenforced' IS DISTINCT FROM 'false'
        UNION ALL SELECT 'trigger', tgrelid, tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')
        UNION ALL SELECT 'index', x.indrelid, i.relname FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indisunique AND x.indisvalid
        UNION ALL SELECT 'generated', attrelid, attname FROM pg_attribute
            WHERE attgenerated = 's' AND NOT attisdropped)
    SELECT w.law, w.kind || ' ' || concat_ws('.', w.relation, nullif(w.name, ''))
    FROM wanted w LEFT JOIN there t USING (kind, relation, name)
    WHERE t.name IS NULL AND w.kind <> 'final'
       OR w.kind = 'final'
            AND (SELECT NOT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)
            AND has_table_privilege(w.relation, 'TRUNCATE')"""


def _missing_guards(laws: Iterable[Law]) -> list[Difference]:
    """Constraints, triggers and refusals that should keep a law and are not there, or are off."""
    wanted = [(law.code, guard) for law in laws for guard in law.guards]
    columns: list[list[str]] = [
        [law for law, _ in wanted],
        *([getattr(guard, name) for _, guard in wanted] for name in Guard.__slots__),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS, columns)
        return [
            Difference(law, where, "missing or off", "there and on")
            for law, where in cursor.fetchall()
        ]
