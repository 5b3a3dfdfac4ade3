"""``/cgi-bin/...``: what WeCom answers, always with HTTP 200; and the control side for tests.

Shapes and codes as in the platform's documentation (developer.work.weixin.qq.com: group bots,
access tokens, application messages): 0 ok, 40001 wrong secret, 40014 wrong token, 45009 too often,
93000 unknown bot.
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from sandbox.control.wire import body, methods, number, reply

TOKEN_SECONDS = 7200
MOST_PER_MINUTE = 20
KEPT = 1_000
BAD_KEY = "unknown-bot"
BAD_SECRET = "wrong-secret"  # noqa: S105


class _Room:
    """What was written here; it lives as long as the process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.tokens: dict[str, float] = {}
        self.spoiled: list[int] = []
        self.times: dict[str, list[float]] = {}


_room = _Room()


def _answer(code: int, text: str = "ok", **more: Any) -> HttpResponse:
    return reply({"errcode": code, "errmsg": text, **more})


def _spoiled() -> HttpResponse | None:
    if not _room.spoiled:
        return None
    code = _room.spoiled.pop(0)
    return HttpResponse(status=502) if code == 502 else _answer(code, "spoiled on demand")


def _keep(message: dict[str, Any]) -> None:
    _room.messages = [*_room.messages, message][-KEPT:]


def token(request: HttpRequest) -> HttpResponse:
    """``GET /cgi-bin/gettoken``."""
    if request.GET.get("corpsecret") in (None, "", BAD_SECRET):
        return _answer(40001, "invalid credential")
    with _room.lock:
        made = secrets.token_urlsafe(24)
        _room.tokens[made] = time.monotonic() + TOKEN_SECONDS
    return _answer(0, access_token=made, expires_in=TOKEN_SECONDS)


def app_message(request: HttpRequest) -> HttpResponse:
    """``POST /cgi-bin/message/send``."""
    said = body(request)
    with _room.lock:
        if _room.tokens.get(request.GET.get("access_token", ""), 0) < time.monotonic():
            return _answer(40014, "invalid access_token")
        if (spoiled := _spoiled()) is not None:
            return spoiled
        people = [each for each in str(said.get("touser", "")).split("|") if each]
        unknown = [each for each in people if each.startswith("gone-")]
        if not people or len(unknown) == len(people):
            return _answer(81013, "user & party & tag all invalid", invaliduser="|".join(unknown))
        _keep({"to": "app", "people": people, **_content(said)})
        return _answer(0, invaliduser="|".join(unknown), msgid=secrets.token_hex(8))


def bot_message(request: HttpRequest) -> HttpResponse:
    """``POST /cgi-bin/webhook/send``; a bot takes twenty messages a minute."""
    key = request.GET.get("key", "")
    said = body(request)
    with _room.lock:
        if not key or key == BAD_KEY:
            return _answer(93000, "invalid webhook url")
        if (spoiled := _spoiled()) is not None:
            return spoiled
        now = time.monotonic()
        recent = [at for at in _room.times.get(key, []) if at > now - 60]
        if len(recent) >= MOST_PER_MINUTE:
            return _answer(45009, "api freq out of limit")
        _room.times[key] = [*recent, now]
        _keep({"to": "bot", "key": key, **_content(said)})
        return _answer(0)


def _content(said: dict[str, Any]) -> dict[str, Any]:
    kind = said["msgtype"]
    return {"type": kind, "content": said[kind]["content"]}


def messages(request: HttpRequest) -> HttpResponse:
    """``GET /sandbox/wecom/messages``: what was written, oldest first."""
    del request
    with _room.lock:
        return reply({"messages": list(_room.messages)})


def spoil(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/wecom/spoil``: the next messages get this code (502: as HTTP status)."""
    said = body(request)
    times = number(str(said.get("times", 1)), 1, most=1_000)
    with _room.lock:
        _room.spoiled += [int(said["code"])] * times
    return reply({"spoiled": len(_room.spoiled)})


def forget(request: HttpRequest) -> HttpResponse:
    """``DELETE /sandbox/wecom/messages``: an empty room; tokens are forgotten too."""
    del request
    with _room.lock:
        _room.clear()
    return reply({"messages": []})


urls = [
    path("cgi-bin/gettoken", methods(GET=token)),
    path("cgi-bin/message/send", methods(POST=app_message)),
    path("cgi-bin/webhook/send", methods(POST=bot_message)),
    path("sandbox/wecom/messages", methods(GET=messages, DELETE=forget)),
    path("sandbox/wecom/spoil", methods(POST=spoil)),
]
