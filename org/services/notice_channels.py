"""Ways out to people: mail by SMTP, and WeCom's group bots and app messages.

Each call takes seconds at most and is never made inside a transaction.
"""

from __future__ import annotations

import smtplib
import time
from typing import Any

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection

# Shorter than a task may take; WeCom answers within a second.
SECONDS = 10.0
# A bot's text may have 2,048 bytes, an app's too (developer.work.weixin.qq.com).
MOST_BYTES = 2_000
# Errors of WeCom that come right by themselves: busy, too often, a token that ran out.
PASSING = frozenset({-1, 40014, 42001, 45009, 45033})
STALE_TOKEN = frozenset({40014, 42001})


class Undeliverable(Exception):
    """It could not be handed over. `for_ever` when trying again would not help."""

    def __init__(self, trouble: str, *, for_ever: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.for_ever = for_ever


def mail_is_set_up() -> bool:
    """True when a mail server is named."""
    return bool(settings.EMAIL_HOST)


def wecom_is_set_up() -> bool:
    """True when app messages can be sent; bots need only their own key."""
    return bool(settings.WECOM_CORP_ID and settings.WECOM_SECRET and settings.WECOM_AGENT_ID)


def send_mail(*, to: str, subject: str, text: str, message_id: str) -> None:
    """Hand one mail to the mail server.

    Args:
        message_id: the same for the same mail, so that a mail program shows a repetition once.

    Raises:
        Undeliverable: refused, or the server is not there.
    """
    _assert_outside()
    mail = EmailMessage(subject, text, to=[to], headers={"Message-ID": f"<{message_id}>"})
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise Undeliverable("recipient_refused", for_ever=all(c >= 500 for c in codes)) from None
    except smtplib.SMTPResponseException as error:
        code = error.smtp_code
        raise Undeliverable(f"smtp_{code}", for_ever=500 <= code < 600) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Undeliverable(f"mail_server: {type(error).__name__}") from None
    except ValueError:
        # An address or subject with a line break in it.
        raise Undeliverable("bad_address", for_ever=True) from None


def send_to_bot(*, key: str, text: str) -> None:
    """Write into the group of a bot.

    Raises:
        Undeliverable: refused, too often, or WeCom is not there.
    """
    _post(
        "/cgi-bin/webhook/send", {"key": key},
        {"msgtype": "text", "text": {"content": _cut(text)}},
    )  # fmt: skip


def send_to_person(*, user: str, text: str) -> None:
    """Write to one person as the company's app.

    Raises:
        Undeliverable: refused, nobody of that name, or WeCom is not there.
    """
    body = {
        "touser": user,
        "msgtype": "text",
        "agentid": settings.WECOM_AGENT_ID,
        "text": {"content": _cut(text)},
        # The same text twice within a minute is shown once: a repetition after a crash.
        "enable_duplicate_check": 1,
        "duplicate_check_interval": 60,
    }
    for last in (False, True):
        try:
            answer = _post("/cgi-bin/message/send", {"access_token": _access_token()}, body)
        except Undeliverable as error:
            if last or error.trouble not in {f"wecom_{code}" for code in STALE_TOKEN}:
                raise
            _token.clear()
            continue
        if user in str(answer.get("invaliduser") or "").split("|"):
            raise Undeliverable("wecom_unknown_user", for_ever=True)
        return


# Of this process: token and when it ends (monotonic).
_token: list[tuple[str, float]] = []


def _access_token() -> str:
    """The app's token; asked for anew shortly before its end."""
    if _token and _token[0][1] > time.monotonic():
        return _token[0][0]
    answer = _call(
        "GET", "/cgi-bin/gettoken",
        {"corpid": settings.WECOM_CORP_ID, "corpsecret": settings.WECOM_SECRET},
    )  # fmt: skip
    _token[:] = [(str(answer["access_token"]), time.monotonic() + int(answer["expires_in"]) - 300)]
    return _token[0][0]


def _post(path: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    return _call("POST", path, query, body)


def _call(
    method: str, path: str, query: dict[str, str], body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One call. WeCom answers 200 with a code in the body; the key is never in an error's text."""
    _assert_outside()
    try:
        answer = httpx.request(
            method, f"{settings.WECOM_URL}{path}", params=query, json=body, timeout=SECONDS
        )
        said = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError) as error:
        raise Undeliverable(f"wecom: {type(error).__name__}") from None
    if not isinstance(said, dict):
        raise Undeliverable(f"wecom_http_{answer.status_code}")
    code = said.get("errcode", 0)
    if code != 0:
        raise Undeliverable(f"wecom_{code}", for_ever=code not in PASSING)
    return said


def _cut(text: str) -> str:
    """At most so many bytes, in whole characters."""
    return text.encode()[:MOST_BYTES].decode(errors="ignore")


def _assert_outside() -> None:
    assert not connection.in_atomic_block, "Nothing is sent inside a transaction."
