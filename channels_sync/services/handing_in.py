"""Orders that programs hand in: into the inbox like any other, and at once to stock when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from channels_sync.connectors.direct.parse import mark_of, modified_at_of
from channels_sync.connectors.interface import Payload, RawOrder
from channels_sync.models import InboxOrder, Shop
from channels_sync.services import inbox, matching
from channels_sync.services.intake import draft_of
from oms import selectors as order_selectors
from oms import services as orders
from oms.drafts import Accepted
from org.scope import Scope
from outbox.clock import database_clock, database_now

CREATED, CHANGED, KNOWN, OLDER = "created", "changed", "known", "older"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One order as it was handed in; `payload` is the neutral body that the door has read."""

    shop_id: int
    payload: Payload

    @property
    def number(self) -> str:
        """The shop's own number of the order."""
        return str(self.payload["number"])


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: `outcome` is created, changed, known (the same as before) or older."""

    outcome: str
    # Of our order; empty while only the inbox has it.
    order_id: int | None = None


def shops_of(*, scope: Scope) -> dict[str, int]:
    """Shops into which orders are handed in, by code, inside the scope."""
    rows = scope.limit(Shop.objects.filter(platform=Shop.Platform.API, is_active=True), "unit")
    return dict(rows.order_by("code").values_list("code", "id"))


def store(tellings: Sequence[HandedIn]) -> list[str]:
    """Keep them in the inbox, from where the lane takes them; a few statements for any number.

    Gives for each created, changed, known or older, as far as the inbox can say.
    """
    _assert_joined()
    before = _known(tellings)
    outcomes = [_judged(each, before) for each in tellings]
    _keep(_news(tellings, outcomes), rings=True)
    return outcomes


def take_now(tellings: Sequence[HandedIn]) -> list[Taken]:
    """Keep them in the inbox and take them to stock at once, in the caller's transaction.

    New orders are held and handed to the floor, or stopped by what is found in them. A newer
    version of a known order changes it, as it would if a platform had told it. Of several of one
    number the newest counts.
    """
    _assert_joined()
    before = _known(tellings)
    outcomes = [_judged(each, before) for each in tellings]
    fresh = _news(tellings, outcomes)
    _keep(fresh, rings=False)
    accepted = _accept(fresh) if fresh else {}
    orders.place_now(order_ids=[each.order_id for each in accepted.values() if each.created])
    known = order_selectors.ids_of(
        names=[(each.shop_id, each.number) for each in tellings if _name(each) not in accepted]
    )
    taken = []
    for each, outcome in zip(tellings, outcomes, strict=True):
        name = _name(each)
        order_id = accepted[name].order_id if name in accepted else known.get(name)
        taken.append(Taken(outcome, order_id))
    return taken


def _news(tellings: Sequence[HandedIn], outcomes: Sequence[str]) -> dict[tuple[int, str], HandedIn]:
    """What the inbox does not know yet, by name."""
    return {
        _name(each): each
        for each, outcome in zip(tellings, outcomes, strict=True)
        if outcome in (CREATED, CHANGED)
    }


def _keep(fresh: Mapping[tuple[int, str], HandedIn], *, rings: bool) -> None:
    for shop_id in sorted({shop_id for shop_id, _ in fresh}):
        mine = [_raw(each) for each in fresh.values() if each.shop_id == shop_id]
        inbox.store(shop_id=shop_id, orders=mine, source=inbox.PUSHED, rings=rings)


def _accept(fresh: Mapping[tuple[int, str], HandedIn]) -> dict[tuple[int, str], Accepted]:
    """Hand the rows to the orders and mark them taken."""
    rows = list(
        InboxOrder.objects.select_for_update(no_key=True, of=("self",))
        .filter(
            shop_id__in={shop_id for shop_id, _ in fresh},
            platform_number__in={number for _, number in fresh},
            taken_at__isnull=True,
        )
        .order_by("id")
    )
    rows = [row for row in rows if (row.shop_id, row.platform_number) in fresh]
    shops = Shop.objects.prefetch_related("bindings").in_bulk({row.shop_id for row in rows})
    drafts = [draft_of(row, shops[row.shop_id]) for row in rows]
    accepted = orders.accept(matching.match(drafts), followed_up=True)
    InboxOrder.objects.filter(pk__in=[row.pk for row in rows]).update(
        taken_at=database_clock(), attempts=0, error_code="", error_where=""
    )
    names = [(row.shop_id, row.platform_number) for row in rows]
    return dict(zip(names, accepted, strict=True))


def moment_of_now() -> str:
    """The database's clock, as bodies tell moments."""
    return database_now().isoformat()


def complete(payload: Mapping[str, Any], *, now: str) -> Payload:
    """The body with the moments that were left out: now."""
    return {
        **payload,
        "placed_at": payload.get("placed_at") or now,
        "modified_at": payload.get("modified_at") or now,
    }


def _known(tellings: Sequence[HandedIn]) -> dict[tuple[int, str], tuple[Any, str]]:
    rows = InboxOrder.objects.filter(
        shop_id__in={each.shop_id for each in tellings},
        platform_number__in={each.number for each in tellings},
    ).values_list("shop_id", "platform_number", "modified_at", "mark")
    return {(shop_id, number): (at, mark) for shop_id, number, at, mark in rows}


def _judged(each: HandedIn, before: Mapping[tuple[int, str], tuple[Any, str]]) -> str:
    known = before.get(_name(each))
    if known is None:
        return CREATED
    at, mark = known
    if mark == mark_of(each.payload):
        return KNOWN
    told = modified_at_of(each.payload)
    return OLDER if at is not None and told is not None and told <= at else CHANGED


def _raw(each: HandedIn) -> RawOrder:
    payload = each.payload
    return RawOrder(each.number, modified_at_of(payload), mark_of(payload), payload)


def _name(each: HandedIn) -> tuple[int, str]:
    return each.shop_id, each.number


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
