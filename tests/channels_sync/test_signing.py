"""Signatures reproduce the official SDKs' values."""

from __future__ import annotations

import pytest

from channels_sync.connectors.shopify import signing as shopify
from channels_sync.connectors.taobao import signing as taobao

LIST = {
    "method": "taobao.trades.sold.increment.get", "app_key": "12345678",
    "session": "test-session", "timestamp": "2026-01-02 03:04:05", "format": "json", "v": "2.0",
    "fields": "tid,status,payment,orders", "start_modified": "2026-01-01 00:00:00",
    "end_modified": "2026-01-01 23:59:59", "page_no": "1", "page_size": "100",
    "use_has_next": "true",
}  # fmt: skip
MEMO = {
    "method": "taobao.trade.memo.add", "app_key": "12345678", "session": "test-session",
    "timestamp": "2026-01-02 03:04:05", "format": "json", "v": "2.0",
    "memo": "改为发顺丰 & 加急", "tid": "2231958349",
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "method", "expected"),
    [
        (LIST, "md5", "3E7FA900886ABA802BF3B2CFBABE184D"),
        (LIST, "hmac", "43CC7BD694B49BFB4E54945B97688EBB"),
        (
            LIST,
            "hmac-sha256",
            "4EB76F4668FC44B201CB0F04E33A8DDFA92A2CAE75E65C64A60007C0A2DD1A9A",
        ),
        (MEMO, "md5", "6D6EB562F6E15EC1BA387789E226A0E9"),
    ],
)
def test_top_signs_like_its_sdk(params: dict[str, str], method: str, expected: str) -> None:
    params = {**params, "sign_method": method}
    assert taobao.sign(secret="helloworld", params=params, method=method) == expected
    spoilt = {**params, "sign": "whatever", "empty": ""}
    assert taobao.sign(secret="helloworld", params=spoilt, method=method) == expected


BODY = (
    '{"id":820982911946154508,"email":"jon@example.com","financial_status":"paid",'
    '"note":"门口 & 前台"}'
).encode()


def test_a_shopify_webhook_is_signed_like_the_official_library() -> None:
    expected = "75rkE1GqGga2GhbfV4xphMwDx7ohBm7vlA7ugk0d0Jg="
    assert shopify.webhook_signature(secret="hush", body=BODY) == expected
    assert shopify.is_from_shopify(secret="hush", body=BODY, signature=expected)
    assert not shopify.is_from_shopify(secret="hush", body=BODY + b" ", signature=expected)
    assert not shopify.is_from_shopify(secret="", body=BODY, signature=expected)


def test_the_oauth_callback_is_signed_like_the_official_test_vector() -> None:
    query = {
        "code": "a94a110d86d2452eb3e2af4cfb8a3828",
        "shop": "some-shop.myshopify.com",
        "timestamp": "1337178173",
        "hmac": "ignored",
    }
    assert shopify.oauth_signature(secret="hush", query=query) == (
        "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2"
    )
