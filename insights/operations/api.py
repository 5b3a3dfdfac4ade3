"""The figures of operations for other systems, and reviving what was given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.selectors.given_up import given_up
from insights.operations import figures, reviving
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, listed, number
from outbox import selectors as outbox

REVIVE = Shape((Field("ids", listed(number(1, 2**62)), required=True),))
LETTER = {
    "id": int, "handler": str, "key": str, "told_at": datetime, "attempts": int,
    "last_error": str, "dead_at": datetime | None,
}  # fmt: skip
UNJUDGED = {
    "id": int, "kind": str, "document": str, "attempts": int, "error": str,
    "occurred_at": datetime, "failed_at": datetime,
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "redis": bool,
    "processes": [{"kind": str, "alive": int, "late": bool, "silent_s": int | None}],
    "queues": {str: int},
    "outbox": [{"handler": str, "waiting": int, "retrying": int, "dead": int, "oldest_s": int}],
    "webhooks": {"waiting": int, "oldest_s": int, "dead": int, "failing": int},
    "notices": {"waiting": int, "dead": int},
    "jobs": {str: int},
    "shops": [{"shop": str, "lag_s": int | None, "late": bool, "trouble": str, "dead": int}],
    "orders": {"by_state": {str: int}, "oldest_unheld_s": int, "open_exceptions": int},
    "ledger": {"postings": int},
    "audit": {"sweeps": [{"kind": str, "age_s": int, "late": bool}], "differences": int},
    "database": {
        "bytes": int, "connections": int, "most_connections": int, "oldest_transaction_s": int,
    },
    "disk": {"total": int, "free": int},
    "versions": {str: str},
}  # fmt: skip


class OfTheWholeHouse(Endpoint):
    """Queues and databases are of the whole house, not of a store."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises PermissionDenied for whoever works for a part of the company only."""
        super().initial(request, *args, **kwargs)
        if not self.scope().is_everything:
            raise PermissionDenied


class Operations(OfTheWholeHouse):
    """How the house itself is; the same figures as on the page and at /metrics."""

    permission = roles.OPERATIONS_VIEW

    @described("Read how the house is", answer=ANSWER)
    def get(self, request: Request) -> Response:
        """Ages in whole seconds. Without Redis `processes` and `queues` are empty."""
        Query(request, ())
        seen = figures.processes()
        return Response(
            {
                "redis": seen is not None,
                "processes": [
                    {"kind": each.kind, "alive": each.alive, "late": each.late,
                     "silent_s": None if each.silent_s is None else round(each.silent_s)}
                    for each in seen or []
                ],
                "queues": figures.queues() or {},
                **_messages(),
                "jobs": figures.jobs(),
                **_business(),
                **_machine(),
            }
        )  # fmt: skip


def _messages() -> dict[str, Any]:
    post, notices = figures.post(), figures.notices()
    return {
        "outbox": [
            {"handler": each.handler, "waiting": each.waiting, "retrying": each.retrying,
             "dead": each.dead, "oldest_s": round(each.oldest_s)}
            for each in figures.handlers()
        ],
        "webhooks": {
            "waiting": post.waiting, "oldest_s": round(figures.age_s(post.oldest)),
            "dead": post.dead, "failing": post.failing,
        },
        "notices": {"waiting": notices.waiting, "dead": notices.dead},
        "shops": [
            {"shop": each.code, "lag_s": each.lag, "late": each.is_late,
             "trouble": each.trouble, "dead": each.dead}
            for each in figures.shops()
        ],
    }  # fmt: skip


def _business() -> dict[str, Any]:
    orders = figures.orders()
    sweeps, differences = figures.audit()
    return {
        "orders": {
            "by_state": orders.by_state,
            "oldest_unheld_s": round(orders.oldest_unheld_s),
            "open_exceptions": orders.open_exceptions,
        },
        "ledger": {"postings": figures.postings()},
        "audit": {
            "sweeps": [
                {"kind": each.kind, "age_s": round(each.age.total_seconds()), "late": each.late}
                for each in sweeps
            ],
            "differences": differences,
        },
    }


def _machine() -> dict[str, Any]:
    database = figures.database()
    return {
        "database": {
            "bytes": database.size, "connections": database.connections,
            "most_connections": database.most_connections,
            "oldest_transaction_s": round(database.oldest_transaction_s),
        },
        "disk": figures.disk(),
        "versions": figures.versions(),
    }  # fmt: skip


class DeadLetters(OfTheWholeHouse):
    """Internal news that was given up."""

    permission = roles.OPERATIONS_VIEW

    @described("List dead letters", takes={"limit": int}, answer={"dead_letters": [LETTER]})
    def get(self, request: Request) -> Response:
        """Newest first; `last_error` is the kind of error and where it came from."""
        query = Query(request, ("limit",))
        found = outbox.dead_letters(limit=min(query.limit(100), 500))
        return Response({"dead_letters": [plain(each) for each in found]})


class Revive(OfTheWholeHouse):
    """Deliver them again."""

    permission = roles.OPERATIONS_REPAIR
    http_method_names = ["post", "options"]

    @described(
        "Revive dead letters", body=REVIVE, answer={"revived": int}, example={"ids": [17, 18]}
    )
    def post(self, request: Request) -> Response:
        """From the first attempt; ids that are not dead are left alone."""
        ids = REVIVE.must(request.data)["ids"]
        return self.once(
            lambda: Response({"revived": reviving.revive(ids=ids, actor=self.caller.actor)})
        )


class GivenUpEvents(OfTheWholeHouse):
    """Events that the freeze rules could not judge."""

    permission = roles.OPERATIONS_VIEW

    @described("List given-up events", takes={"limit": int}, answer={"events": [UNJUDGED]})
    def get(self, request: Request) -> Response:
        """Newest first; the same goods may wait for a freeze that never came."""
        query = Query(request, ("limit",))
        found = given_up(limit=min(query.limit(100), 500))
        return Response({"events": [plain(each) for each in found]})


class JudgeAgain(OfTheWholeHouse):
    """Have them judged again."""

    permission = roles.OPERATIONS_REPAIR
    http_method_names = ["post", "options"]

    @described(
        "Judge given-up events again", body=REVIVE, answer={"waiting": int}, example={"ids": [17]}
    )
    def post(self, request: Request) -> Response:
        """From the first attempt; ids that were not given up are left alone."""
        ids = REVIVE.must(request.data)["ids"]
        return self.once(
            lambda: Response({"waiting": reviving.judge_again(ids=ids, actor=self.caller.actor)})
        )
