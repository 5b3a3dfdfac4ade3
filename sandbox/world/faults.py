"""Misbehaviour on demand, the same for the same seed.

Push faults are drawn from (seed, kind, shop, order, topic), call faults from (seed, kind, position
among the
calls the switch looks at), so a sequence of events can be repeated with exactly the same bad luck.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.world.refusals import Refused
from sandbox.world.store import store

PUSH_KINDS = {"late_push": 5.0, "duplicate_push": 0.2, "out_of_order_push": 2.0, "lost_push": 0.0}
CALL_KINDS = {
    "expired_token": 0.0,
    "http_429": 0.0,
    "http_500": 0.0,
    "timeout_before": 3.0,
    "timeout_after": 3.0,
    "truncated_body": 0.0,
}
LAG_KINDS = {"visibility_lag": 5.0}
KINDS = {**PUSH_KINDS, **CALL_KINDS, **LAG_KINDS}
OPERATIONS = (
    "list",
    "fetch",
    "count",
    "listings",
    "stock",
    "stock_read",
    "ship",
    "refresh",
    "other",
)
_KEYS = {"kind", "share", "count", "skip", "platform", "shop", "seed", "seconds", "only"}


@dataclass(slots=True)
class Fault:
    """One switch; ``eligible`` and ``hits`` count what it looked at and what it spoiled."""

    id: int
    kind: str
    share: float = 1.0
    count: int | None = None
    skip: int = 0
    platform: str | None = None
    shop: str | None = None
    seed: int = 1
    seconds: float = 0.0
    only: list[str] = field(default_factory=list)
    eligible: int = 0
    hits: int = 0

    def concerns(self, *, shop: str, platform: str, operation: str = "") -> bool:
        """Whether the switch looks at this event at all."""
        return (
            self.platform in (None, platform)
            and self.shop in (None, shop)
            and (not self.only or not operation or operation in self.only)
        )


_switches: list[Fault] = []


def load() -> None:
    """Read the switches into memory; called at start and after a reset."""
    with store.lock:
        _switches.clear()
        _switches.extend(
            Fault(
                id=row["id"],
                kind=row["kind"],
                eligible=row["eligible"],
                hits=row["hits"],
                **json.loads(row["spec"]),
            )
            for row in store.rows("SELECT * FROM faults ORDER BY id")
        )


def describe() -> list[dict[str, Any]]:
    """All switches, for the control API and the page."""
    with store.lock:
        return [asdict(fault) for fault in _switches]


def add(spec: dict[str, Any]) -> None:
    """Turn one switch on.

    Raises:
        Refused: the kind is unknown, or a figure makes no sense.
    """
    if not isinstance(spec, dict):
        raise Refused("bad_fault", "a fault is a JSON object")
    kind = str(spec.get("kind", ""))
    if kind not in KINDS:
        raise Refused("no_such_fault", f"no fault {kind!r}; known: {', '.join(KINDS)}")
    unknown = set(spec) - _KEYS
    if unknown:
        raise Refused("bad_fault", f"unknown keys: {', '.join(sorted(unknown))}")
    try:
        seconds = spec.get("seconds")
        count = spec.get("count")
        only = spec.get("only") or []
        kept: dict[str, Any] = {
            "share": float(spec.get("share", 1.0)),
            "count": None if count is None else int(count),
            "skip": int(spec.get("skip") or 0),
            "platform": spec.get("platform") or None,
            "shop": spec.get("shop") or None,
            "seed": int(spec.get("seed", 1)),
            "seconds": KINDS[kind] if seconds is None else float(seconds),
            "only": [str(one) for one in ([only] if isinstance(only, str) else only)],
        }
    except (TypeError, ValueError) as wrong:
        raise Refused("bad_fault", f"{kind}: {wrong}") from wrong
    if not 0 <= kept["share"] <= 1 or not 0 <= kept["seconds"] <= 3600:
        raise Refused("bad_fault", f"{kind}: share is 0 to 1, seconds 0 to 3600")
    if set(kept["only"]) - set(OPERATIONS):
        raise Refused("bad_fault", f"{kind}: only takes {', '.join(OPERATIONS)}")
    with store.transaction() as file:
        file.execute("INSERT INTO faults (kind, spec) VALUES (?, ?)", (kind, json.dumps(kept)))
        load()


def clear(fault_id: int | None = None) -> None:
    """Turn one switch off, or all."""
    with store.transaction() as file:
        if fault_id is None:
            file.execute("DELETE FROM faults")
        else:
            file.execute("DELETE FROM faults WHERE id = ?", (fault_id,))
        load()


def _draw(*parts: object) -> float:
    text = "\x1f".join(str(part) for part in parts).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) / 2**64


def _hits(fault: Fault, *parts: object) -> bool:
    """Whether this eligible event is spoiled; counts it either way."""
    position = fault.eligible
    fault.eligible += 1
    hit = (
        position >= fault.skip
        and (fault.count is None or fault.hits < fault.count)
        and _draw(fault.seed, fault.kind, *(parts or (position,))) < fault.share
    )
    fault.hits += hit
    with store.transaction() as file:
        file.execute(
            "UPDATE faults SET eligible = ?, hits = ? WHERE id = ?",
            (fault.eligible, fault.hits, fault.id),
        )
    return hit


def for_push(*, shop: str, platform: str, number: str, topic: str) -> list[Fault]:
    """Every push fault that touches this push."""
    if not _switches:
        return []
    with store.lock:
        return [
            fault
            for fault in _switches
            if fault.kind in PUSH_KINDS
            and fault.concerns(shop=shop, platform=platform)
            and _hits(fault, shop, number, topic)
        ]


def for_call(*, shop: str, platform: str, operation: str) -> Fault | None:
    """The first call fault that touches this call, in the order the switches were turned on."""
    if not _switches:
        return None
    with store.lock:
        for fault in _switches:
            if (
                fault.kind in CALL_KINDS
                and fault.concerns(shop=shop, platform=platform, operation=operation)
                and _hits(fault)
            ):
                return fault
    return None


def lag_ms(*, shop: str, platform: str, number: str, moment: int) -> int:
    """How long a change of this order stays unseen in lists, in ms."""
    if not _switches:
        return 0
    with store.lock:
        lags = [
            fault.seconds
            for fault in _switches
            if fault.kind in LAG_KINDS
            and fault.concerns(shop=shop, platform=platform)
            and _hits(fault, shop, number, moment)
        ]
    return int(max(lags, default=0.0) * 1000)
