"""TOP's way of saying no: always HTTP 200 with an ``error_response``.

Numbers and sub codes are those of platforms.md section 1 and TOP's public error table; sub codes of
the business
errors (``isv.*``) are the usual ones, to be treated by their prefix, not by their exact text.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse


class TopError(Exception):
    """An ``error_response``."""

    def __init__(self, code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> None:
        super().__init__(msg)
        self.code, self.msg, self.sub_code, self.sub_msg = code, msg, sub_code, sub_msg

    def response(self) -> HttpResponse:
        """The answer as TOP gives it."""
        body: dict[str, Any] = {"code": self.code, "msg": self.msg}
        if self.sub_code:
            body |= {"sub_code": self.sub_code, "sub_msg": self.sub_msg}
        answer = Answer({"error_response": {**body, "request_id": "sandbox"}})
        answer.outcome = f"{self.code} {self.sub_code}".strip()
        return answer


class Answer(HttpResponse):
    """A JSON answer with status 200; ``outcome`` is what the journal says about it."""

    outcome = "ok"

    def __init__(self, data: dict[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        super().__init__(text, content_type="text/javascript;charset=UTF-8")


def missing(name: str) -> TopError:
    """40: a required argument is not there."""
    return TopError(40, f"Missing required arguments:{name}", "isv.missing-parameter", name)


def invalid(name: str, why: str = "") -> TopError:
    """41: an argument makes no sense."""
    return TopError(41, f"Invalid arguments:{name}", f"isv.invalid-parameter:{name}", why or name)


def business(sub_code: str, sub_msg: str) -> TopError:
    """15: the service behind TOP refuses; ``isv`` is the caller's fault, ``isp`` the platform's."""
    return TopError(15, "Remote service error", sub_code, sub_msg)


def crowded(seconds: int = 1) -> HttpResponse:
    """7: too many calls."""
    return TopError(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-api-access-count",
        f"This ban will last for {seconds} more seconds",
    ).response()


def broken() -> HttpResponse:
    """15 with ``isp``: the platform's own trouble."""
    return business("isp.top-remote-service-unavailable", "远程服务不可用").response()
