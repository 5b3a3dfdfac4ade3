"""What a request would do, told before it is done; and the digest that ties a plan to its doing."""

from __future__ import annotations

import hashlib
from collections import Counter

from inventory.decisions.giving_way import Displaced
from inventory.requests import HoldRequest, Plan, PlanStep, Refused, Request
from inventory.scopes import covers
from inventory.things import Claim
from inventory.world import World


def check(world: World, request: Request) -> None:
    """What was decided must be the plan that the caller was shown, if it was shown one.

    Raises:
        Refused: world_moved, with both digests.
    """
    if isinstance(request, HoldRequest) and request.plan:
        there = digest(world)
        if there != request.plan:
            raise Refused("world_moved", asked=request.plan, there=there)


def digest(world: World) -> str:
    """The same for two decisions with the same effect.

    Names things by what they are, never by ids that are given when the plan is applied.
    """
    sums: Counter[tuple[object, ...]] = Counter()
    for draft in world.drafted():
        cell, line = draft.cell, draft.line
        where = (
            draft.sku_id,
            draft.outside,
            draft.balance.key if draft.balance else None,
            cell.place.id if cell else None,
            cell.batch.id if cell and cell.batch else None,
            _name(line.claim) if line else None,
            line.priority if line else 0,
            _name(line.origin.claim) if line and line.origin else None,
        )
        sums[(*where, "goods")] += draft.on_hand
        sums[(*where, "claim")] += draft.held
    effects = sorted(repr((where, change)) for where, change in sums.items() if change)
    effects += sorted(repr((_name(claim), claim.scope)) for claim in world.laid())
    return hashlib.sha256("\n".join(effects).encode()).hexdigest()


def _name(claim: Claim) -> tuple[object, ...]:
    return (claim.id,) if claim.id is not None else ("new", claim.document, claim.reason)


def plan(world: World, claim: Claim | None, displaced: Displaced) -> Plan:
    """What the decided request would do; nothing of it is written."""
    changes: Counter[tuple[object, ...]] = Counter()
    frozen: Counter[int] = Counter()
    steps: dict[tuple[object, ...], PlanStep] = {}
    for draft in world.drafted():
        line = draft.line
        if line is None or not draft.held:
            continue
        where = (line.claim, line.balance, line.cell, line.started)
        changes[where] += draft.held
        if line.claim is claim:
            frozen[draft.sku_id] += draft.held
        warehouse, sku, grade, _ = line.balance.key
        cell = line.cell
        steps[where] = PlanStep(
            document=line.claim.document,
            reason=line.claim.reason,
            role=line.claim.role,
            warehouse_id=warehouse,
            sku_id=sku,
            grade=grade,
            location_id=cell.place.id if cell else None,
            lot_id=cell.batch.id if cell and cell.batch else None,
            change=changes[where],
            started=line.started,
        )
    told = tuple(step for step in steps.values() if step.change)
    return Plan(
        digest=digest(world),
        steps=told,
        frozen=dict(frozen),
        displaced=displaced,
        left=_left(world, claim),
    )


def _left(world: World, claim: Claim | None) -> dict[int, int]:
    """Units that a new blanket covers and does not get now."""
    left: Counter[int] = Counter()
    if claim is None or not claim.blanket or "reserve" not in claim.blocks:
        return {}
    for balance in world.balances.values():
        for cell in world.cells_in(balance):
            if covers(claim.scope, cell.spot):
                left[balance.sku_id] += cell.on_hand
        for line in world.lines_in(balance):
            if line.claim is claim:
                left[balance.sku_id] -= line.open
    return {sku: units for sku, units in left.items() if units}


def refused(refusal: Refused) -> Plan:
    """The plan of a request that would be refused; applying it is refused too."""
    return Plan(
        digest=f"refused:{refusal.code}", steps=(), frozen={}, displaced={}, left={},
        refusal=refusal,
    )  # fmt: skip
