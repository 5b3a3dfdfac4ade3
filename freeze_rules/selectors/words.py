"""Words that a fact may be compared with: from the masters, or from what events told lately."""

from __future__ import annotations

from django.db import connection

from freeze_rules.facts import Fact
from inventory.selectors import facts as stock_facts
from org.scope import Scope

TOLD = "told"
# Of how many events the words are looked through, the newest first.
LATELY = 5_000


def words_for(fact: Fact, *, typed: str, scope: Scope, limit: int = 20) -> list[str]:
    """Words with these letters in them, those that begin so first; empty for other facts."""
    if not fact.source:
        return []
    if fact.source != TOLD:
        return stock_facts.suggested(fact.source, words=typed, scope=scope, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT word FROM (
                   SELECT e.facts ->> %(fact)s AS word FROM freeze_rules_event e
                   LEFT JOIN inventory_warehouse w ON w.id = e.warehouse_id
                   WHERE %(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                      OR w.id = ANY(%(houses)s::bigint[])
                   ORDER BY e.id DESC LIMIT %(lately)s
               ) AS told
               WHERE word <> '' AND position(lower(%(typed)s) IN lower(word)) > 0
               GROUP BY word
               ORDER BY NOT starts_with(lower(word), lower(%(typed)s)), word LIMIT %(limit)s""",
            {
                "fact": fact.code, "typed": typed, "limit": limit, "lately": LATELY,
                **scope.of_warehouses,
            },
        )  # fmt: skip
        return [str(row[0])[:200] for row in cursor.fetchall()]
