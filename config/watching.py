"""Every request and every task is counted, timed and leaves one line in the log.

Statements are counted on the way; one that takes longer than `SLOW_STATEMENT_MS` is logged with
its shape (never its values) and the route that asked for it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from org import traces
from org.meters import meters

log = logging.getLogger("house.requests")
slow = logging.getLogger("house.statements")

# Asked every few seconds by whoever watches; a line for each is no news.
QUIET = frozenset({"healthz", "readyz", "metrics", "shell-state"})
# Arguments of addresses that name a document.
DOCUMENTS = ("number", "name", "document")
SHAPE_LETTERS = 600
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")
_LISTED = re.compile(r"\(\s*(?:%s|\?)(?:\s*,\s*(?:%s|\?))+\s*\)")


def shape_of(sql: str) -> str:
    """A statement without its values, short enough for a line."""
    text = _LITERAL.sub("?", " ".join(str(sql).split()))
    return _LISTED.sub("(...)", text)[:SHAPE_LETTERS]


class Statements:
    """Counts and times the statements of one request or task."""

    def __init__(self, asked_by: str) -> None:
        self.asked_by = asked_by
        self.number = 0
        self.seconds = 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            self.number += 1
            self.seconds += took
            if took * 1000 > settings.SLOW_STATEMENT_MS:
                self._tell(sql, took)

    def _tell(self, sql: str, took: float) -> None:
        meters().count("slow_statements", {"asked_by": self.asked_by})
        facts = {"asked_by": self.asked_by, "ms": round(took * 1000), "shape": shape_of(sql)}
        slow.warning("slow statement", extra={"facts": facts})


class Watch:
    """Middleware, the outermost: gives each request its id, and tells how it went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = traces.begin(request.headers.get(traces.HEADER, ""))
        statements = Statements("unknown")
        request.META["house.statements"] = statements
        with connection.execute_wrapper(statements):
            answer = self._answer(request)
        answer.headers[traces.HEADER] = request_id
        self._tell(request, answer, statements, time.perf_counter() - began)
        traces.end()
        return answer

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Now the route is known."""
        match = request.resolver_match
        if match is None:
            return
        request.META["house.statements"].asked_by = route_of(request)
        named = [str(match.kwargs[each]) for each in DOCUMENTS if each in match.kwargs]
        traces.bind(route=route_of(request), document=named[0][:64] if named else "")

    def _tell(
        self, request: HttpRequest, answer: HttpResponse, statements: Statements, took: float
    ) -> None:
        route, method, code = route_of(request), str(request.method)[:10], str(answer.status_code)
        counted = meters()
        counted.count("http_requests", {"route": route, "method": method, "code": code})
        counted.observe("http_request_seconds", took, {"route": route})
        counted.flush()
        if route in QUIET and answer.status_code < 500:
            return
        facts = {
            "route": route, "method": method, "status": answer.status_code,
            "ms": round(took * 1000, 1), "statements": statements.number,
            "database_ms": round(statements.seconds * 1000, 1),
        }  # fmt: skip
        if actor := actor_of(request):
            facts["actor"] = actor
        log.info("request", extra={"facts": facts})


def route_of(request: HttpRequest) -> str:
    """The name of the route: never the address, people type into those."""
    match = request.resolver_match
    if match is None:
        return "nowhere"
    return ":".join([*match.namespaces, match.url_name or "unnamed"])


def actor_of(request: HttpRequest) -> str:
    """Who asked, when the request has found out; asks the database nothing."""
    user: Any = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject):
        user = getattr(request, "_cached_user", None)
    return str(getattr(user, "actor", ""))


_running: dict[str, tuple[float, Statements, Any]] = {}


def _take_id_along(headers: dict[str, Any] | None = None, **_: object) -> None:
    """A task carries the id of the request that rang for it."""
    if headers is not None and traces.request_id():
        headers["request_id"] = traces.request_id()


def _task_begins(task_id: str = "", task: Any = None, **_: object) -> None:
    told = str(getattr(task.request, "request_id", "") or "")
    traces.begin(told, task=task.name)
    statements = Statements(task.name)
    wrapper = connection.execute_wrapper(statements)
    wrapper.__enter__()
    _running[task_id] = (time.perf_counter(), statements, wrapper)


def _task_ended(task_id: str = "", task: Any = None, state: str = "", **_: object) -> None:
    began, _statements, wrapper = _running.pop(task_id)
    wrapper.__exit__(None, None, None)
    counted = meters()
    counted.count("tasks", {"task": task.name, "outcome": (state or "unknown").lower()})
    counted.observe("task_seconds", time.perf_counter() - began, {"task": task.name})
    counted.flush()
    traces.end()


def watch_tasks() -> None:
    """Connect to Celery's processes."""
    before_task_publish.connect(_take_id_along)
    task_prerun.connect(_task_begins)
    task_postrun.connect(_task_ended)
