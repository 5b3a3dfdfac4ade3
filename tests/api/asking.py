"""Short ways to ask the API as somebody signed in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.test import Client

from channels_sync.models import Shop
from channels_sync.services import shops
from tests import given


def signed_in(role: str = "HEAD_OFFICE", at: str = "HQ") -> Client:
    """A session of somebody with that job there."""
    client = Client()
    client.force_login(given.person(role, at))
    return client


def ask(client: Client, path: str, status: int = 200, **parameters: Any) -> Any:
    """GET; gives the JSON."""
    answer = client.get(f"/api/v1/{path}", parameters)
    assert answer.status_code == status, answer.content
    return answer.json()


def tell(
    client: Client, path: str, body: Any, status: int = 200, *, method: str = "post", **headers: str
) -> Any:
    """Write; header names have underscores for dashes; gives the JSON."""
    answer = getattr(client, method)(
        f"/api/v1/{path}",
        body,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def codes(answer: Any) -> list[str]:
    """What was wrong."""
    return [each["code"] for each in answer["errors"]]


def shop(code: str = "ERP", *, at: str = "HQ", warehouses: tuple[str, ...] = ("WH1",)) -> Shop:
    """A shop of one's own systems."""
    ids = [given.warehouse_id(house) for house in warehouses]
    unit = given.unit(at)
    with transaction.atomic():
        return shops.create(
            platform="api", code=code, name=code, unit_id=unit.pk, base_url="",
            credentials={}, warehouse_ids=ids, actor=given.ACTOR,
        )  # fmt: skip


def order(number: str = "A-1", qty: int = 2, sku: str = "TEA", **more: Any) -> dict[str, Any]:
    """A body that is an order."""
    return {
        "number": number,
        "lines": [{"sku": sku, "qty": qty, "price": "12.50"}],
        "receiver": {
            "name": "李雷", "phone": "13812345678", "country": "CN", "province": "浙江省",
            "city": "杭州市", "district": "余杭区", "address": "文一西路969号",
        },
        **more,
    }  # fmt: skip
