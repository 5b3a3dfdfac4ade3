"""How many lines a person picks in an hour of picking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from insights.measures.measure import Cut, Grain, Joins, Measure, Shown
from inventory import selectors as stock
from org import roles
from org.scope import Scope

# A longer gap is a pause: it counts as this many seconds.
PAUSE_S = 300
_PICKED = """
    SELECT w.id, w.unit_id, count(*), sum(p.took)
    FROM (
        SELECT task_id, at,
               least(coalesce(extract(epoch FROM at - lag(at) OVER (PARTITION BY who ORDER BY at)),
                              %(pause)s), %(pause)s) AS took
        FROM wms_pick WHERE at >= %(since)s AND at < %(until)s
    ) p
    JOIN wms_picktask t ON t.id = p.task_id
    JOIN wms_picklist l ON l.id = t.pick_list_id
    JOIN inventory_warehouse w ON w.id = l.warehouse_id
    WHERE w.id = ANY(%(houses)s)
    GROUP BY w.id, w.unit_id
"""


def _compute(scope: Scope, since: datetime, until: datetime) -> list[Grain]:
    houses = [house.id for house in stock.warehouses(scope=scope, active=False)]
    asked: dict[str, Any] = {"since": since, "until": until, "pause": PAUSE_S, "houses": houses}
    with connection.cursor() as cursor:
        cursor.execute(_PICKED, asked)
        rows = cursor.fetchall()
    return [Grain(lines, round(took), "", unit, house) for house, unit, lines, took in rows]


MEASURE = Measure(
    code="pick-rate",
    name=_("Lines picked an hour"),
    formula=_(
        "Picks by the time since the same person's pick before; a gap over 5 minutes counts as 5."
    ),
    source=_("Floor: picks"),
    shown=Shown.RATE,
    joins=Joins.RATIO,
    compute=_compute,
    permission=roles.FLOOR_PICK,
    cuts=frozenset({Cut.DAY, Cut.WAREHOUSE, Cut.STORE}),
    up_is_better=True,
    target=60.0,
    factor=3600.0,
)
