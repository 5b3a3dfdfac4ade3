"""The one way out: a message is sent to the number that was judged, and nobody is followed."""

from __future__ import annotations

import time
from collections.abc import Iterable

import httpx

from webhooks import addresses, signing

CONNECT_S, READ_S = 5.0, 15.0
MOST_READ = 64 * 1024


def post(url: str, *, name: str, body: bytes, keys: Iterable[str], private: bool) -> str:
    """Send a message once; the status of the answer, or one word for what kept it from coming.

    Args:
        url: where to.
        name: the message's id, the same with every attempt.
        body: exactly what is sent.
        keys: secrets that sign it.
        private: the settings allow private networks.
    """
    try:
        target = addresses.resolve(url, private=private)
    except addresses.AddressRefused as refused:
        return refused.code
    now = int(time.time())
    headers = {
        "host": httpx.URL(url).netloc.decode(),
        "content-type": "application/json",
        "user-agent": "stockhouse-webhooks",
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": signing.sign(keys, message_id=name, timestamp=now, body=body),
    }
    # To the number that was judged, under the name that the certificate has to carry.
    number = httpx.URL(url).copy_with(host=target.numbers[0])
    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", number, content=body, headers=headers,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):  # fmt: skip
            # Read a little, so that a polite server sees its answer taken; never all of it.
            next(answer.iter_raw(MOST_READ), b"")
            return str(answer.status_code)
    except httpx.TimeoutException:
        return "timeout"
    except httpx.HTTPError as error:
        return type(error).__name__[:40]
