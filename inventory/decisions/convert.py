"""Units of one claim become units of a new one, where they lie."""

from __future__ import annotations

from dataclasses import replace

from inventory.decisions.answer import Answer
from inventory.decisions.effects import must_allow
from inventory.decisions.giving_way import spend_origin
from inventory.decisions.laying import lay
from inventory.decisions.needs import Needs, check_quantities
from inventory.decisions.release import uncover, units_of
from inventory.requests import ConvertRequest, Refused
from inventory.scopes import Scope
from inventory.things import Claim, LineState
from inventory.world import World


def needs(request: ConvertRequest, need: Needs) -> None:
    """The claim's lines, and what it covers when it is a blanket."""
    need.hold_ids.add(request.hold_id)
    need.reasons.add(request.reason)
    need.lifts_blankets = True


def decide(world: World, request: ConvertRequest) -> Answer:
    """Claim the units anew for the other reason, with no moment in between when they are free.

    Pinned units stay in their cells and bin-less ones without. A blanket is converted whole: what
    it holds becomes a quantity, and it covers nothing any more.

    Raises:
        Refused: unknown_reason; already_released; not_held; blocked when another freeze keeps the
            units from being promised; bad_quantity; bad_request for part of a blanket or a mark.
    """
    reason = world.reasons.get(request.reason)
    if reason is None:
        raise Refused("unknown_reason", reason=request.reason)
    if reason.role == "MARK":
        raise Refused("bad_request", field="reason", reason=request.reason)
    old = world.claims.get(request.hold_id)
    if old is None or not old.open:
        raise Refused("already_released", hold_id=request.hold_id)
    lines = [line for line in world.lines_for(old.document) if line.claim is old]
    parts = _parts(request, old, lines)
    if not parts:
        raise Refused("not_held", hold_id=old.id, document=old.document, asked=1, there=0)
    claim = lay(
        world,
        request.reason,
        document=request.document,
        scope=_scope(old, parts),
        asked=sum(qty for _, qty in parts),
        note=request.note,
        review_at=request.review_at,
        expires_at=request.expires_at,
    )
    if old.blanket:
        world.close_claim(old)
        uncover(world, old)
    for line, qty in parts:
        _convert(world, line, qty, claim, priority=request.priority)
    world.end_claim(old, "RELEASED")
    return Answer(claim)


def _parts(
    request: ConvertRequest, old: Claim, lines: list[LineState]
) -> list[tuple[LineState, int]]:
    if request.lines is None:
        return [(line, line.open) for line in lines]
    if old.blanket:
        raise Refused("bad_request", field="lines", reason="blanket", hold_id=old.id)
    if not request.lines:
        raise Refused("bad_request", field="lines")
    check_quantities(request.lines)
    taken: dict[LineState, int] = {}
    for index, wanted in enumerate(request.lines):
        # Two lines of a request may name the same goods: the second finds what the first left.
        rest = [replace(line, open=line.open - taken.get(line, 0)) for line in lines]
        own = dict(zip((id(line) for line in rest), lines, strict=True))
        for line, qty in units_of(rest, wanted, index):
            source = own[id(line)]
            taken[source] = taken.get(source, 0) + qty
    return list(taken.items())


def _scope(old: Claim, parts: list[tuple[LineState, int]]) -> Scope:
    """What the old claim named, and the SKU when there is only one."""
    skus = {line.balance.sku_id for line, _ in parts}
    sku_id = old.scope.sku_id or (skus.pop() if len(skus) == 1 else None)
    return replace(old.scope, sku_id=sku_id, without_lots=frozenset(), without_cells=frozenset())


def _convert(world: World, line: LineState, qty: int, claim: Claim, *, priority: int) -> None:
    promised = claim.role == "COMMITMENT"
    if promised and line.cell is not None:
        must_allow(world, "reserve", cell=line.cell)
    own = world.line(
        claim,
        line.balance,
        line.cell,
        priority=priority,
        bound=promised and line.bound,
    )
    world.claim(line, -qty)
    world.claim(own, qty)
    spend_origin(world, line)
