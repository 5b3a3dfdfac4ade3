"""From the receipt of an undisturbed push to stock held, at a steady rate of orders."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime
from typing import Any

from bench import house, measure
from bench.day.outside import Outside

RATE = 20.0
SECONDS = 30
# What follows the last push (figures for the shops) is over before anything is read.
REST_S = 3.0
LIMITS = {"shopify_held_p95_ms": 150.0, "taobao_held_p95_ms": 300.0}


def main(arguments: list[str]) -> int:
    """Trade at 20 orders a second for half a minute and compare both sides' records."""
    options = measure.options("pushes", arguments).parse_args(arguments)
    seconds = 3 if options.quick else SECONDS
    with house.running() as stack:
        outside = house.open_shops(stack)
        before = house.cpu_ms(stack)
        house.sell(outside, timeout_s=seconds * 4, rate=RATE, orders=int(RATE * seconds), seed=1)
        time.sleep(REST_S)
        used = house.cpu_ms(stack)
        figures = _figures(outside)
        for name, ms in used.items():
            figures[f"cpu_{name}_ms_per_order"] = (ms - before[name]) / (RATE * seconds)
    return measure.report(figures, options.json, LIMITS)


def _figures(outside: Outside) -> dict[str, float | str]:
    theirs = list(outside.rows("/sandbox/records/orders", "orders"))
    ours = _our_times()
    figures: dict[str, float | str] = {
        "orders": len(theirs),
        "orders_not_held": sum(
            ours.get((row["shop"], row["number"]), {}).get("held_at") is None for row in theirs
        ),
    }
    for platform in ("shopify", "taobao"):
        figures |= _of_platform(
            platform, [row for row in theirs if row["platform"] == platform], ours
        )
    answers = [
        float(push["latency_ms"])
        for push in outside.rows("/sandbox/records/pushes", "pushes")
        if push["state"] == "sent"
    ]
    figures["push_answer_p50_ms"] = measure.part(answers, 0.50)
    figures["push_answer_p95_ms"] = measure.part(answers, 0.95)
    return figures


def _of_platform(
    platform: str, theirs: list[dict[str, Any]], ours: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, float | str]:
    spans: dict[str, list[float]] = defaultdict(list)
    for row in theirs:
        mine = ours.get((row["shop"], row["number"]))
        if mine is None or row["disturbed"]:
            continue
        spans["visible"].append(_ms(mine["received_at"], mine["seen_at"]))
        if mine["held_at"] is None:
            continue
        spans["held"].append(_ms(mine["received_at"], mine["held_at"]))
        # Two clocks of one machine; holds the network, the signature check and the storing too.
        sent = datetime.fromisoformat(row["push_sent_at"])
        spans["sent_to_held"].append(_ms(sent, mine["held_at"]))
    figures: dict[str, float | str] = {f"{platform}_orders": len(theirs)}
    for name in ("held", "visible", "sent_to_held"):
        figures[f"{platform}_{name}_p50_ms"] = measure.part(spans[name], 0.50)
        figures[f"{platform}_{name}_p95_ms"] = measure.part(spans[name], 0.95)
    return figures


def _our_times() -> dict[tuple[str, str], dict[str, Any]]:
    """By shop and platform number: received, visible (its first event), held."""
    from django.db.models import Min

    from channels_sync.models import Shop
    from oms.models import Order

    shops = dict(Shop.objects.values_list("id", "code"))
    rows = Order.objects.annotate(seen_at=Min("events__at")).values_list(
        "shop_id", "platform_number", "received_at", "held_at", "seen_at"
    )
    return {
        (shops[shop], number): {"received_at": received, "held_at": held, "seen_at": seen}
        for shop, number, received, held, seen in rows
    }


def _ms(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1000
