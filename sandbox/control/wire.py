"""JSON in, JSON out, and errors in one shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from sandbox.world.refusals import Refused

Body = dict[str, Any]


def reply(data: Any, status: int = 200) -> HttpResponse:
    """A JSON answer with readable Chinese in it."""
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False}, safe=False)


def sorry(refused: Refused) -> HttpResponse:
    """The one shape of errors."""
    error = {"code": refused.code, "message": refused.message}
    return reply({"error": error}, status=refused.status)


def body(request: HttpRequest) -> Body:
    """The JSON object of a request; empty where nothing was sent.

    Raises:
        Refused: it is something else.
    """
    try:
        data = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as wrong:
        raise Refused("bad_json", f"not JSON: {wrong}") from wrong
    if not isinstance(data, dict):
        raise Refused("bad_json", "the body has to be a JSON object")
    return data


def number(text: str | None, default: int, *, most: int = 2**62) -> int:
    """A whole number of the query.

    Raises:
        Refused: it is none.
    """
    if not text:
        return default
    if not text.isdigit():
        raise Refused("bad_number", f"{text!r} is not a number")
    return min(int(text), most)


def methods(**handlers: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address, one function per HTTP method; refusals become answers."""

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        handler = handlers.get(str(request.method))
        if handler is None:
            allowed = ", ".join(handlers)
            return sorry(Refused("bad_method", f"use {allowed}", status=405))
        try:
            return handler(request, **parts)
        except Refused as refused:
            return sorry(refused)
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as wrong:
            return sorry(Refused("bad_request", f"{type(wrong).__name__}: {wrong}"))

    return view
