"""The folder feed: real payload files become orders of a shop, served and pushed as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sandbox.world import orders, platform, pushes
from sandbox.world.clock import now_ms
from sandbox.world.orders import Order
from sandbox.world.platform import Fed
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop
from sandbox.world.store import store

LARGEST = 8 * 1024 * 1024


def feed(shop: Shop, folder: Path, *, push: bool) -> list[dict[str, Any]]:
    """Take every ``*.json`` of a folder; what became of each.

    Raises:
        Refused: there is no such folder.
    """
    if not folder.is_dir():
        raise Refused("no_such_folder", f"{folder} is not a folder")
    paths = sorted(folder.glob("*.json"))
    reports = [_file(shop, path, push=push) for path in paths if not _is_message(path)]
    # Messages speak of trades, so the trades come first.
    reports += [_file(shop, path, push=push) for path in paths if _is_message(path)]
    return sorted(reports, key=lambda report: str(report["file"]))


def _is_message(path: Path) -> bool:
    """A first glance only; what the file really holds is found when it is read."""
    try:
        with path.open("rb") as file:
            return b'"topic"' in file.read(4_000)
    except OSError:
        return False  # reading it in full says why


def _file(shop: Shop, path: Path, *, push: bool) -> dict[str, Any]:
    report: dict[str, Any] = {"file": path.name, "outcome": "refused", "numbers": [], "why": ""}
    try:
        if path.stat().st_size > LARGEST:
            raise Refused("too_large", "larger than 8 MB")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        found = platform.of(shop.platform).feed(shop, data)
    except Refused as no:
        outcome = "ignored" if no.code == "not_an_order" else "refused"
        return {**report, "outcome": outcome, "why": no.message}
    except (OSError, ValueError, RecursionError) as broken:
        return {**report, "why": f"not readable as JSON: {broken}"}
    notes = [_take(shop, one, push=push) for one in found]
    return {
        **report,
        "outcome": "order" if any(one.raw is not None for one in found) else "message",
        "numbers": [one.number for one in found],
        "why": "; ".join(note for note in notes if note),
    }


def _take(shop: Shop, fed: Fed, *, push: bool) -> str:
    """Keep one order (or only push one message); a note where something is peculiar."""
    with store.transaction() as file:
        known = orders.by_number(shop=shop.code, number=fed.number)
        order_id, note = known.id if known else None, ""
        if fed.raw is None:
            note = "" if known else f"its trade {fed.number} is not in this shop"
        elif known is not None:
            moment = max(now_ms(), known.modified_ms + 1)
            file.execute(
                "UPDATE orders SET raw = ?, modified_ms = ?, visible_ms = ? WHERE id = ?",
                (json.dumps(fed.raw, ensure_ascii=False), moment, moment, known.id),
            )
            note = f"replaces what order {fed.number} was"
        else:
            order_id = _insert(shop, fed)
        if push and shop.push_url:
            pushes.queue(shop, order_id=order_id, number=fed.number, message=fed.message)
    return note


def _insert(shop: Shop, fed: Fed) -> int:
    moment = now_ms()
    kind = platform.of(shop.platform)
    order = Order(
        id=orders.next_id(),
        shop=shop.code,
        platform=shop.platform,
        number=fed.number,
        state="paid",
        source="feed",
        currency=shop.currency,
        placed_ms=moment,
        modified_ms=moment,
        visible_ms=moment,
        lines=kind.fed_lines(fed.raw or {}),
        receiver=None,
        paid_ms=moment,
        odd=True,
        raw=fed.raw,
    )
    orders.insert(order)
    return order.id
