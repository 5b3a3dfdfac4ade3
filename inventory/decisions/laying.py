"""A new claim: everything of its reason is copied, because the past must not change with it."""

from __future__ import annotations

from typing import Any

from inventory.decisions.effects import blocked_acts
from inventory.scopes import Scope
from inventory.things import Claim
from inventory.world import World


def lay(
    world: World,
    reason: str,
    *,
    document: str,
    scope: Scope,
    asked: int | None,
    blanket: bool = False,
    **row: Any,
) -> Claim:
    """Add a claim without units; lines give it those.

    Args:
        world: what is locked and known.
        reason: code of a reason that the request's needs have named.
        document: whose claim it is.
        scope: what it covers.
        asked: units wanted in all; None for a blanket.
        blanket: covers all of its scope instead of a quantity.
        row: further columns of the hold.

    Raises:
        Refused: bad_request for a safety freeze with a time: it never thaws by itself.
    """
    found = world.reasons[reason]
    return world.add_claim(
        Claim(
            document=document,
            reason=found.code,
            role=found.role,
            rank=found.rank,
            is_safety=found.is_safety,
            binds_to=found.binds_to,
            blocks=blocked_acts(found),
            scope=scope,
            blanket=blanket,
            row={"asked": asked, **row},
        )
    )
