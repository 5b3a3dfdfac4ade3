"""Signatures against values computed by the platforms' own or published clients."""

from __future__ import annotations

import pytest

from sandbox.platforms.shopify import signing as shopify
from sandbox.platforms.taobao import signing as top

PULL = {
    "method": "taobao.trades.sold.increment.get",
    "app_key": "12345678",
    "session": "test-session",
    "timestamp": "2026-01-02 03:04:05",
    "format": "json",
    "v": "2.0",
    "fields": "tid,status,payment,orders",
    "start_modified": "2026-01-01 00:00:00",
    "end_modified": "2026-01-01 23:59:59",
    "page_no": "1",
    "page_size": "100",
    "use_has_next": "true",
}
MEMO = {
    "method": "taobao.trade.memo.add",
    "app_key": "12345678",
    "session": "test-session",
    "timestamp": "2026-01-02 03:04:05",
    "format": "json",
    "v": "2.0",
    "memo": "改为发顺丰 & 加急",
    "tid": "2231958349",
}


@pytest.mark.parametrize(
    ("params", "method", "expected"),
    [
        (PULL, "md5", "3E7FA900886ABA802BF3B2CFBABE184D"),
        (PULL, "hmac", "43CC7BD694B49BFB4E54945B97688EBB"),
        (PULL, "hmac-sha256", "4EB76F4668FC44B201CB0F04E33A8DDFA92A2CAE75E65C64A60007C0A2DD1A9A"),
        (MEMO, "md5", "6D6EB562F6E15EC1BA387789E226A0E9"),
    ],
)
def test_top_signs_as_its_clients_do(params: dict[str, str], method: str, expected: str) -> None:
    signed = {**params, "sign_method": method}
    assert top.sign(secret="helloworld", params=signed, method=method) == expected


def test_top_leaves_empty_values_and_the_signature_itself_out() -> None:
    signed = {**PULL, "sign_method": "md5"}
    padded = {**signed, "type": "", "sign": "anything"}
    assert top.sign(secret="helloworld", params=padded, method="md5") == top.sign(
        secret="helloworld", params=signed, method="md5"
    )


def test_shopify_signs_webhooks_as_the_official_library_does() -> None:
    body = (
        '{"id":820982911946154508,"email":"jon@example.com",'
        '"financial_status":"paid","note":"门口 & 前台"}'
    ).encode()
    assert shopify.webhook(secret="hush", body=body) == (
        "75rkE1GqGga2GhbfV4xphMwDx7ohBm7vlA7ugk0d0Jg="
    )
