"""What the push address believes, what it refuses, and what is left of what it refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from channels_sync.models import InboxOrder, MalformedPush, PushCounter, PushSeen, Shop
from channels_sync.services import shops
from tests import given

pytestmark = pytest.mark.django_db
SECRET = b"hush"
SHOPIFY = {"id": 42, "updated_at": "2026-01-02T03:04:05Z", "line_items": []}
TRADE = {
    "topic": "taobao_trade_TradeBuyerPay", "id": 77, "content": json.dumps({"tid": 2231958350}),
}  # fmt: skip


def connected(platform: str) -> Shop:
    credentials = {
        "shopify": {"access_token": "t", "client_secret": "hush"},
        "taobao": {"app_key": "123", "app_secret": "hush", "session": "s", "refresh_token": "r"},
    }[platform]
    with transaction.atomic():
        return shops.create(
            platform=platform, code="one", name="One", unit_id=given.unit().pk,
            base_url="http://127.0.0.1:9/", credentials=credentials,
            warehouse_ids=[given.warehouse_id("WH1")], actor="system:test",
        )  # fmt: skip


def signed(platform: str, body: bytes, *, age: float = 0, key: bytes = SECRET) -> dict[str, str]:
    """Headers of a push made `age` seconds ago."""
    if platform == "shopify":
        made = datetime.now(UTC) - timedelta(seconds=age)
        mac = hmac.new(key, body, hashlib.sha256).digest()
        return {
            "X-Shopify-Hmac-Sha256": base64.b64encode(mac).decode(),
            "X-Shopify-Topic": "orders/create",
            "X-Shopify-Webhook-Id": "m-1",
            "X-Shopify-Triggered-At": made.isoformat(),
        }
    stamp = str(int((time.time() - age) * 1000))
    mac_hex = hmac.new(key, stamp.encode() + body, hashlib.sha256).hexdigest().upper()
    return {"X-Tmc-App-Key": "123", "X-Tmc-Timestamp": stamp, "X-Tmc-Sign": mac_hex}


def body_of(platform: str) -> bytes:
    return json.dumps(SHOPIFY if platform == "shopify" else TRADE).encode()


def send(client: Client, platform: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    answer: Any = client.post(
        f"/push/{platform}/one/", data=body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.content.decode()


def counted() -> dict[str, int]:
    return dict(PushCounter.objects.values_list("outcome", "count"))


PLATFORMS = pytest.mark.parametrize("platform", ["shopify", "taobao"])


@PLATFORMS
def test_a_good_push_is_stored(client: Client, platform: str) -> None:
    connected(platform)
    body = body_of(platform)

    assert send(client, platform, body, signed(platform, body)) == (200, "stored")

    row = InboxOrder.objects.get()
    assert row.platform_number == ("42" if platform == "shopify" else "2231958350")
    assert row.fetch_wanted is (platform == "taobao")
    assert counted() == {}


def _flipped(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return headers, body[:-2] + bytes([body[-2] ^ 1]) + body[-1:]


def _unsigned(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    kept = {name: value for name, value in headers.items() if "Sign" not in name}
    return {name: value for name, value in kept.items() if "Hmac" not in name}, body


def _garbled(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return {
        name: "é%%" if "Sign" in name or "Hmac" in name else value
        for name, value in headers.items()
    }, body


@PLATFORMS
@pytest.mark.parametrize(
    ("spoil", "outcome"),
    [(_flipped, "bad_signature"), (_unsigned, "unsigned"), (_garbled, "bad_signature")],
)
def test_a_push_that_is_not_the_platforms_leaves_only_a_counter(
    client: Client, platform: str, spoil: Any, outcome: str
) -> None:
    connected(platform)
    body = body_of(platform)
    headers, body = spoil(signed(platform, body), body)

    assert send(client, platform, body, headers) == (401, outcome)

    assert counted() == {outcome: 1}
    assert not InboxOrder.objects.exists()
    assert not PushSeen.objects.exists()
    assert not MalformedPush.objects.exists()


@PLATFORMS
@pytest.mark.parametrize("age", [301, -301, 86_400])
def test_a_stale_push_is_refused(client: Client, platform: str, age: float) -> None:
    connected(platform)
    body = body_of(platform)

    assert send(client, platform, body, signed(platform, body, age=age)) == (401, "stale")

    assert (counted(), InboxOrder.objects.count()) == ({"stale": 1}, 0)


@PLATFORMS
def test_the_wrong_secret_is_refused(client: Client, platform: str) -> None:
    connected(platform)
    body = body_of(platform)
    headers = signed(platform, body, key=b"guessed")
    assert send(client, platform, body, headers) == (401, "bad_signature")


@PLATFORMS
def test_a_shop_without_a_secret_believes_nobody(client: Client, platform: str) -> None:
    shop = connected(platform)
    name = "client_secret" if platform == "shopify" else "app_secret"
    with transaction.atomic():
        shops.change_credentials(shop_id=shop.pk, credentials={name: ""}, actor="system:test")
    body = body_of(platform)
    assert send(client, platform, body, signed(platform, body, key=b""))[0] == 401


def test_a_taobao_message_for_another_app_is_refused(client: Client) -> None:
    connected("taobao")
    body = body_of("taobao")
    headers = signed("taobao", body) | {"X-Tmc-App-Key": "999"}
    assert send(client, "taobao", body, headers) == (401, "bad_signature")


@PLATFORMS
def test_a_replay_is_refused_and_counted(client: Client, platform: str) -> None:
    connected(platform)
    body = body_of(platform)
    headers = signed(platform, body)
    send(client, platform, body, headers)
    before = InboxOrder.objects.values().get()

    assert send(client, platform, body, headers) == (403, "replay")

    assert InboxOrder.objects.values().get() == before
    assert counted() == {"replay": 1}


@PLATFORMS
def test_an_honest_repeat_is_thanked_and_changes_nothing(client: Client, platform: str) -> None:
    """A platform that missed our answer sends the message again, with a new time."""
    connected(platform)
    body = body_of(platform)
    send(client, platform, body, signed(platform, body, age=3))
    before = InboxOrder.objects.values().get()

    assert send(client, platform, body, signed(platform, body)) == (200, "duplicate")

    assert InboxOrder.objects.values().get() == before
    assert counted() == {"duplicate": 1}


@PLATFORMS
def test_a_known_message_id_with_other_content_is_refused(client: Client, platform: str) -> None:
    connected(platform)
    body = body_of(platform)
    send(client, platform, body, signed(platform, body))
    other = body + b" "

    assert send(client, platform, other, signed(platform, other)) == (403, "altered")
    assert counted() == {"altered": 1}


@PLATFORMS
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{}", b'{"id":{}}', b"a=1&b=2",
             b"[" * 5000],
)  # fmt: skip
def test_a_signed_push_nobody_can_read_is_kept(client: Client, platform: str, body: bytes) -> None:
    connected(platform)

    assert send(client, platform, body, signed(platform, body)) == (400, "malformed")

    assert MalformedPush.objects.count() == 1
    assert counted() == {"malformed": 1}
    assert not InboxOrder.objects.exists()


def test_only_the_newest_malformed_pushes_are_kept(client: Client) -> None:
    connected("shopify")
    for number in range(60):
        body = f"[{number}".encode()
        send(client, "shopify", body, signed("shopify", body))
    assert MalformedPush.objects.count() == 50
    assert MalformedPush.objects.latest("id").body == "[59"


def test_a_body_over_one_megabyte_is_not_read(client: Client) -> None:
    connected("shopify")
    body = b" " * (1024 * 1024 + 1)
    assert send(client, "shopify", body, signed("shopify", body)) == (413, "too_large")
    assert counted() == {"too_large": 1}


def test_only_post_and_only_known_shops(client: Client) -> None:
    connected("shopify")
    assert client.get("/push/shopify/one/").status_code == 405
    assert client.post("/push/shopify/two/").status_code == 404
    assert client.post("/push/nowhere/one/").status_code == 404


def test_topics_that_are_not_orders_are_thanked_and_stored_nowhere(client: Client) -> None:
    connected("shopify")
    body = b'{"id": 1}'
    headers = signed("shopify", body) | {"X-Shopify-Topic": "products/update"}
    assert send(client, "shopify", body, headers)[0] == 200
    assert not InboxOrder.objects.exists()


def test_the_payload_lies_encrypted(client: Client) -> None:
    connected("shopify")
    body = json.dumps({**SHOPIFY, "email": "canary@example.com"}).encode()
    send(client, "shopify", body, signed("shopify", body))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM channels_sync_inboxorder")
        stored = cursor.fetchone()[0]
    assert "canary" not in stored
    assert InboxOrder.objects.get().payload["email"] == "canary@example.com"
