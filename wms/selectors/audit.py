"""What may never differ on the floor; each check is a query that must return no rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from inventory import selectors as stock
from wms.models import Fulfilment, FulfilmentState

# Documents per look at the ledger's claims.
CHUNK = 5_000


@dataclass(frozen=True)
class Difference:
    """Two records of one fact that do not agree."""

    check: str
    subject: str
    expected: str
    found: str


_CHECKS: dict[str, str] = {
    "task.picked is the sum of its picks": """
        SELECT 'PL-' || t.pick_list_id || '/' || t.sequence, coalesce(sum(p.qty), 0), t.picked
        FROM wms_picktask t LEFT JOIN wms_pick p ON p.task_id = t.id
        GROUP BY t.id HAVING t.picked <> coalesce(sum(p.qty), 0)""",
    "line.picked is the sum of its tasks": """
        SELECT 'FF-' || l.fulfilment_id || ' line ' || l.id, coalesce(sum(t.picked), 0), l.picked
        FROM wms_fulfilmentline l LEFT JOIN wms_picktask t ON t.line_id = l.id
        GROUP BY l.id HAVING l.picked <> coalesce(sum(t.picked), 0)""",
    "line.checked is the sum of its checks": """
        SELECT 'FF-' || l.fulfilment_id || ' line ' || l.id, coalesce(sum(c.qty), 0), l.checked
        FROM wms_fulfilmentline l LEFT JOIN wms_check c ON c.line_id = l.id
        GROUP BY l.id HAVING l.checked <> coalesce(sum(c.qty), 0)""",
    "the boxes hold what was checked": """
        SELECT 'FF-' || l.fulfilment_id || ' line ' || l.id, l.checked, coalesce(sum(x.qty), 0)
        FROM wms_parcel p
        JOIN wms_fulfilmentline l ON l.fulfilment_id = p.fulfilment_id
        LEFT JOIN wms_parcelline x ON x.parcel_id = p.id AND x.line_id = l.id
        WHERE p.voided_at IS NULL
        GROUP BY l.id HAVING l.checked <> coalesce(sum(x.qty), 0)""",
    "picked goods are complete": """
        SELECT 'FF-' || l.fulfilment_id || ' line ' || l.id, l.qty, l.picked
        FROM wms_fulfilmentline l JOIN wms_fulfilment f ON f.id = l.fulfilment_id
        WHERE f.state IN ('PICKED', 'CHECKED', 'PACKED', 'SHIPPED') AND l.picked <> l.qty""",
    "a packed fulfilment has one box, a shipped one at least one": """
        SELECT 'FF-' || f.id, 1, count(p.id)
        FROM wms_fulfilment f
        LEFT JOIN wms_parcel p ON p.fulfilment_id = f.id AND p.voided_at IS NULL
        WHERE f.state IN ('PACKED', 'SHIPPED')
        GROUP BY f.id
        HAVING count(p.id) < 1 OR (f.state = 'PACKED' AND count(p.id) > 1)""",
    "a box has left exactly when its fulfilment has": """
        SELECT 'PC-' || p.id, f.state,
               CASE WHEN p.shipped_at IS NULL THEN 'here' ELSE 'gone' END
        FROM wms_parcel p JOIN wms_fulfilment f ON f.id = p.fulfilment_id
        WHERE p.voided_at IS NULL AND (f.state = 'SHIPPED') <> (p.shipped_at IS NOT NULL)""",
    "the last event names the state": """
        SELECT 'FF-' || f.id, f.state, coalesce(e.to_state, '')
        FROM wms_fulfilment f
        LEFT JOIN LATERAL (
            SELECT to_state FROM wms_fulfilmentevent
            WHERE fulfilment_id = f.id ORDER BY id DESC LIMIT 1
        ) e ON true
        WHERE f.state IS DISTINCT FROM e.to_state""",
    "what was taken for a stopped fulfilment is on its note": """
        SELECT 'FF-' || f.id, coalesce(taken.qty, 0), coalesce(noted.qty, 0)
        FROM wms_fulfilment f
        LEFT JOIN (SELECT fulfilment_id, sum(picked) AS qty
                   FROM wms_fulfilmentline GROUP BY 1) taken ON taken.fulfilment_id = f.id
        LEFT JOIN (SELECT b.fulfilment_id, sum(l.qty) AS qty
                   FROM wms_putback b JOIN wms_putbackline l ON l.put_back_id = b.id
                   GROUP BY 1) noted ON noted.fulfilment_id = f.id
        WHERE f.state IN ('CANCELLED', 'INTERCEPTING', 'INTERCEPTED')
          AND coalesce(taken.qty, 0) <> coalesce(noted.qty, 0)""",
    "nobody walks for a fulfilment that is not being picked": """
        SELECT 'PL-' || t.pick_list_id || '/' || t.sequence, 'PICKING', f.state
        FROM wms_picktask t
        JOIN wms_fulfilmentline l ON l.id = t.line_id
        JOIN wms_fulfilment f ON f.id = l.fulfilment_id
        WHERE t.state = 'OPEN' AND f.state <> 'PICKING'""",
    "a pick names as many pieces as it took, or none": """
        SELECT 'PL-' || t.pick_list_id || '/' || t.sequence || ' pick ' || p.id, p.qty, count(n.id)
        FROM wms_pick p
        JOIN wms_picktask t ON t.id = p.task_id
        JOIN wms_pickedpiece n ON n.pick_id = p.id
        GROUP BY p.id, t.id HAVING p.qty <> count(n.id)""",
    "goods whose pieces were named are checked piece by piece": """
        SELECT 'FF-' || l.fulfilment_id || ' line ' || l.id, l.checked, count(n.seen_id)
        FROM wms_fulfilmentline l
        JOIN wms_picktask t ON t.line_id = l.id
        JOIN wms_pick p ON p.task_id = t.id
        JOIN wms_pickedpiece n ON n.pick_id = p.id
        GROUP BY l.id HAVING l.checked <> count(n.seen_id)""",
    "no piece stays with a fulfilment that is over": """
        SELECT 'FF-' || f.id || ' piece ' || n.serial, f.state, 'still taken'
        FROM wms_pickedpiece n
        JOIN wms_pick p ON p.id = n.pick_id
        JOIN wms_picktask t ON t.id = p.task_id
        JOIN wms_fulfilmentline l ON l.id = t.line_id
        JOIN wms_fulfilment f ON f.id = l.fulfilment_id
        WHERE n.ended_at IS NULL AND f.state IN ('SHIPPED', 'INTERCEPTED', 'CANCELLED')""",
    "the pieces of a stopped fulfilment are what its note still asks for": """
        SELECT 'FF-' || b.fulfilment_id || ' note line ' || x.id, x.qty - x.returned,
               count(n.id) FILTER (WHERE n.ended_at IS NULL)
        FROM wms_putback b
        JOIN wms_putbackline x ON x.put_back_id = b.id
        JOIN wms_fulfilmentline l ON l.fulfilment_id = b.fulfilment_id AND l.sku_id = x.sku_id
        JOIN wms_picktask t ON t.line_id = l.id AND t.lot_id IS NOT DISTINCT FROM x.lot_id
        JOIN wms_pick p ON p.task_id = t.id
        JOIN wms_pickedpiece n ON n.pick_id = p.id
        GROUP BY x.id, b.fulfilment_id
        HAVING x.qty - x.returned <> count(n.id) FILTER (WHERE n.ended_at IS NULL)""",
    "a walk is open exactly while it has open steps": """
        SELECT 'PL-' || p.id, p.state, count(t.id) FILTER (WHERE t.state = 'OPEN')
        FROM wms_picklist p LEFT JOIN wms_picktask t ON t.pick_list_id = p.id
        GROUP BY p.id
        HAVING (p.state IN ('RELEASED', 'PICKING'))
            <> (count(t.id) FILTER (WHERE t.state = 'OPEN') > 0)""",
}


def audit() -> list[Difference]:
    """Recount the floor from its smallest facts; an empty list is right."""
    found: list[Difference] = []
    with connection.cursor() as cursor:
        for check, question in _CHECKS.items():
            cursor.execute(question)
            found += [
                Difference(check, subject, str(expected), str(seen))
                for subject, expected, seen in cursor.fetchall()
            ]
    return found + _unconsumed_claims()


def _unconsumed_claims() -> list[Difference]:
    """Shipped documents must have no open claim left in the ledger."""
    rows = Fulfilment.objects.filter(state=FulfilmentState.SHIPPED).order_by("id")
    documents = list(rows.values_list("document", flat=True))
    return [
        Difference("a shipped document claims nothing", held.document, "0", str(held.qty))
        for start in range(0, len(documents), CHUNK)
        for held in stock.held_units(documents=documents[start : start + CHUNK])
    ]
