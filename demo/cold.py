"""The demo's cold room: yoghurt, three sensors, and a door that stood open too long.

The sensors stand in the sandbox and tell their day through the API as any program does; what they
say freezes the cartons that stood in the warmth, also those that were carried off since.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import SensorClock
from freeze_rules.services.sensors import registry
from inventory import selectors as stock
from inventory import services as inventory
from inventory.services import Line, MoveLine, MoveRequest, ReceiveRequest
from org import roles
from org import services as org
from org.models import ApiClient
from org.scope import Scope

ACTOR = "system:demo"
CLIENT = "冷库传感器"
ZONE, SHELF, AISLE = "COLD", "COLD-01", "A-11"
YOGHURT = "COLD-YG-200"
# device, name, what its day is like
DEVICES = (
    ("T-SH-01", "冷库 门口", "late_batch"),
    ("T-SH-02", "冷库 里侧", "steady"),
    ("T-SH-03", "冷库 回风口", "gap"),
)
# The 24 hours that they tell ended so long ago; the door stood open for an hour and a half from the
# 14th of them on.
ENDED = timedelta(minutes=20)


def tell(*, main: int, now: datetime) -> None:
    """Build the cold room. Safe to repeat."""
    if YOGHURT in stock.sku_ids_by_code([YOGHURT]):
        return
    with transaction.atomic(durable=True):
        zone = inventory.add_zone(warehouse_id=main, code=ZONE)
        shelf = inventory.add_location(
            warehouse_id=main, code=SHELF, kind="STORAGE", sequence=9500, zone_id=zone, actor=ACTOR
        )
        sku = inventory.add_skus(
            [
                {
                    "code": YOGHURT, "name": "茉莉茶酸奶 200克", "category": "饮料",
                    "brand": "清禾", "unit_cost": Decimal("3.60"), "list_price": Decimal("9.90"),
                    "weight_g": 230, "temperature": "CHILLED",
                }
            ]
        )[YOGHURT]  # fmt: skip
        for code, name, _kind in DEVICES:
            registry.register_device(
                registry.DeviceWish(
                    code=code, name=name, measure="TEMPERATURE", unit="C", warehouse_id=main,
                    period_s=600,
                ),
                actor=ACTOR, scope=Scope.everything(),
            )  # fmt: skip
            registry.hang_device(
                code=code, zone_code=ZONE, since=now - timedelta(days=2), actor=ACTOR,
                scope=Scope.everything(),
            )  # fmt: skip
    aisle = stock.location_by_code(warehouse_id=main, code=AISLE)
    assert aisle is not None, AISLE
    with transaction.atomic(durable=True):
        inventory.receive(
            [
                ReceiveRequest(
                    key="demo:cold:received", document="PO-2003", warehouse_id=main,
                    location_id=shelf, lines=(Line(sku_id=sku, qty=180),),
                    occurred_at=now - timedelta(hours=30),
                )
            ],
            actor=ACTOR,
        )  # fmt: skip
    with transaction.atomic(durable=True):
        inventory.move(
            [
                MoveRequest(
                    key="demo:cold:moved", document="MV-2003", warehouse_id=main,
                    lines=(
                        MoveLine(
                            sku_id=sku, qty=36, from_location_id=shelf, to_location_id=aisle.id
                        ),
                    ),
                )
            ],
            actor=ACTOR,
        )  # fmt: skip


def play(*, sandbox_url: str, house_url: str, timeout_s: float = 10) -> bool:
    """Have the sandbox's sensors tell their day to the house; False when they have done so.

    Raises:
        httpx.HTTPError: the sandbox did not answer, or refused.
    """
    codes = [code for code, _name, _kind in DEVICES]
    silent = SensorClock.objects.filter(device__code__in=codes, last_at__isnull=True)
    if silent.count() < len(DEVICES):
        return False
    until = (timezone.now() - ENDED).replace(second=0, microsecond=0)
    secret = _secret()
    told: dict[str, Any] = {
        "house": {"url": house_url, "key_id": secret.key_id, "secret": secret.secret},
        "days": [
            {"device": code, "kind": kind, "until": until.isoformat()}
            for code, _name, kind in DEVICES
        ],
    }
    answer = httpx.post(f"{sandbox_url}/sandbox/sensors", json=told, timeout=timeout_s)
    answer.raise_for_status()
    return True


def _secret() -> org.NewSecret:
    """A secret of the sensors' client, which is made when it is missing."""
    known = ApiClient.objects.filter(name=CLIENT).first()
    with transaction.atomic(durable=True):
        if known is not None:
            living = list(known.secrets.filter(retired_at__isnull=True).order_by("id"))
            if len(living) == 2:
                # Those of earlier starts, on which nothing was told.
                org.retire_secret(client_id=known.pk, secret_id=living[0].pk, actor=ACTOR)
            return org.add_secret(client_id=known.pk, actor=ACTOR)
        wish = org.ClientWish(name=CLIENT, permissions=[roles.SENSORS_SEND], unit_codes=["HQ"])
        return org.add_client(wish, actor=ACTOR, scope=Scope.everything())
