"""The history of masters and settings over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from org.api.cursors import cursor_of, read_cursor
from org.api.describing import described
from org.api.endpoints import LET_IN, Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import Query
from org.history import HistoryKind, UnknownHistory, history_kind
from org.scope import Scope
from org.selectors.history import Moment, moments

CHANGE = {"field": str, "label": str, "before": str, "after": str}
MOMENT = {
    "id": int, "at": datetime, "actor": str, "who": str, "action": str,
    "verb": ("found", "made", "changed", "removed"), "changes": [CHANGE],
    "values": {str: Any},
}  # fmt: skip
VERBS = {"F": "found", "I": "made", "U": "changed", "D": "removed"}


class History(Endpoint):
    """?cursor=&limit= ; the changes of one thing, newest first."""

    # Each kind says which permission shows it.
    permission = LET_IN

    @described(
        "Read the history of a thing",
        takes={"cursor": str, "limit": int},
        answer={
            "kind": str, "id": int, "code": str, "name": str, "moments": [MOMENT],
            "cursor": str | None,
        },
        also=(404,),
    )  # fmt: skip
    def get(self, request: Request, kind: str, object_id: int) -> Response:
        """Kinds: sku, warehouse, zone, location, reason, shop, person, role, unit, policy."""
        query = Query(request, ("cursor", "limit"))
        limit = min(query.limit(50), 200)
        place = read_cursor(query.text("cursor", 400), int)
        try:
            asked = history_kind(kind)
        except UnknownHistory:
            raise Faulty(Fault(code="not_found", status=404)) from None
        known = asked.find(object_id, self._reach(asked))
        if known is None:
            raise Faulty(Fault(code="not_found", status=404))
        rows = [
            each
            for each in reversed(moments(asked, object_id))
            if place is None or each.id < place[0]
        ]
        more = cursor_of(rows[limit - 1].id) if len(rows) > limit else None
        return Response(
            {
                "kind": asked.code,
                "id": object_id,
                "code": known.code,
                "name": known.name,
                "moments": [_shown(each, asked) for each in rows[:limit]],
                "cursor": more,
            }
        )

    def _reach(self, kind: HistoryKind) -> Scope:
        """Where the caller sees histories of this kind. Raises PermissionDenied."""
        held = [each for each in kind.see if self.caller.may(each)]
        if not held:
            raise PermissionDenied
        scopes = [self.caller.scope(each) for each in held]
        if any(each.is_everything for each in scopes):
            return Scope.everything()
        return Scope.of(
            frozenset().union(*(each.unit_ids or () for each in scopes)),
            warehouse_ids=frozenset().union(*(each.warehouse_ids for each in scopes)),
            shop_ids=frozenset().union(*(each.shop_ids for each in scopes)),
        )


def _shown(moment: Moment, kind: HistoryKind) -> dict[str, Any]:
    names = {each.name for each in kind.shown}
    return {
        "id": moment.id,
        "at": moment.at.isoformat(),
        "actor": moment.actor,
        "who": moment.who,
        "action": moment.action,
        "verb": VERBS[moment.verb],
        "changes": [
            {"field": each.name, "label": each.label, "before": each.before, "after": each.after}
            for each in moment.changes
        ],
        "values": {name: value for name, value in (moment.state or {}).items() if name in names},
    }
