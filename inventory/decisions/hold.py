"""A claim is laid on stock: bin-less for orders, pinned for cells and lots, or a blanket."""

from collections import defaultdict

from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import HoldRequest, Line, Refused
from inventory.scopes import Scope
from inventory.world import Bal, Cell, Claim, World, first_expiry_first


def scope_of(request: HoldRequest) -> Scope:
    """The scope in the request's words; several lines share everything but the SKU."""
    one = request.lines[0] if len(request.lines) == 1 else None
    return Scope(
        warehouse_id=request.warehouse_id,
        zone_id=request.zone_id,
        location_id=request.location_id,
        sku_id=one.sku_id if one else None,
        lot_id=one.lot_id if one else None,
        supplier=request.supplier,
        grade=request.grade or (one.grade if one and not request.blanket else ""),
        owner=request.owner,
    )


def needs(request: HoldRequest, need: Needs) -> None:
    """The balances claimed; a blanket needs every balance that its scope meets."""
    need.reasons.add(request.reason)
    if request.location_id is not None:
        need.locations.add(request.location_id)
    if request.blanket:
        need.wide.append(scope_of(request))
        need.lots.update(line.lot_id for line in request.lines if line.lot_id is not None)
        return
    if request.warehouse_id is not None:
        need.goods(warehouse_id=request.warehouse_id, lines=request.lines, grow=False)
        need.whole.update(
            key_of(request.warehouse_id, line)
            for line in request.lines
            if line.lot_id is not None and request.location_id is None
        )


def decide(world: World, request: HoldRequest) -> Claim:
    """Claim all lines or none.

    Raises:
        Refused: insufficient_stock with `short` {sku_id: missing}; unknown_reason; bad_quantity;
            bad_request.
    """
    reason = world.reasons.get(request.reason)
    if reason is None:
        raise Refused("unknown_reason", reason=request.reason)
    if request.blanket:
        return _lay_blanket(world, request)
    if not request.lines or request.warehouse_id is None or request.zone_id is not None:
        raise Refused("bad_request", field="lines")
    check_quantities(request.lines)
    if reason.role == "MARK":
        raise Refused("bad_request", field="reason", reason=request.reason)
    _check_enough(world, request)
    claim = _new_claim(world, request, asked=sum(line.qty for line in request.lines))
    for line in request.lines:
        balance = world.balances[key_of(request.warehouse_id, line)]
        if request.location_id is None and line.lot_id is None:
            world.claim(world.line(claim, balance, None, priority=request.priority), line.qty)
        else:
            _pin_now(world, request, claim, balance, line)
    return claim


def _check_enough(world: World, request: HoldRequest) -> None:
    assert request.warehouse_id is not None
    wanted: dict[tuple[int, int, str, str], int] = defaultdict(int)
    for line in request.lines:
        wanted[key_of(request.warehouse_id, line)] += line.qty
    short: dict[int, int] = {}
    for key, qty in wanted.items():
        balance = world.balance(key)
        free = balance.available if balance else 0
        if free < qty:
            short[key[1]] = qty - free
    if short:
        raise Refused("insufficient_stock", short=short)


def _pin_now(world: World, request: HoldRequest, claim: Claim, balance: Bal, line: Line) -> None:
    """A claim on certain goods takes its cells at once, so nobody can pick them away."""
    left = line.qty
    for cell in sorted(_named(world, request, balance, line), key=first_expiry_first):
        take = min(left, cell.unpinned)
        if take > 0:
            world.claim(world.line(claim, balance, cell, priority=request.priority), take)
            left -= take
    if left:
        raise Refused("insufficient_stock", short={line.sku_id: left})


def _named(world: World, request: HoldRequest, balance: Bal, line: Line) -> list[Cell]:
    return [
        cell
        for cell in world.cells_in(balance)
        if request.location_id in (None, cell.place.id)
        and (line.lot_id is None or (cell.batch is not None and cell.batch.id == line.lot_id))
    ]


def _lay_blanket(world: World, request: HoldRequest) -> Claim:
    """Cover every cell in the scope; `fill` then takes what is free."""
    if len(request.lines) > 1:
        raise Refused("bad_request", field="lines")
    scope = scope_of(request)
    if scope == Scope():
        raise Refused("bad_request", field="scope")
    claim = _new_claim(world, request, asked=None)
    for balance in world.balances.values():
        for cell in world.cells_in(balance):
            world.cover(cell)
            if cell.blanket is claim:
                world.touch(balance)
    return claim


def _new_claim(world: World, request: HoldRequest, *, asked: int | None) -> Claim:
    reason = world.reasons[request.reason]
    return world.add_claim(
        Claim(
            document=request.document,
            reason=reason.code,
            role=reason.role,
            rank=reason.rank,
            is_safety=reason.is_safety,
            binds_to=reason.binds_to,
            blocks=blocked_acts(reason),
            scope=scope_of(request),
            blanket=request.blanket,
            row={
                "asked": asked,
                "note": request.note,
                "rule_version": request.rule_version,
                "review_at": request.review_at,
                "expires_at": request.expires_at,
                "release_condition": dict(request.release_condition),
            },
        )
    )


def expiry_blanket(world: World, balance: Bal, lot_id: int) -> Claim:
    """The freeze that an expired lot gets when picking meets it: this balance, this lot."""
    reason = world.reasons["EXPIRED"]
    warehouse, sku, grade, owner = balance.key
    return world.add_claim(
        Claim(
            document=f"LOT-{lot_id}",
            reason=reason.code,
            role=reason.role,
            rank=reason.rank,
            is_safety=reason.is_safety,
            binds_to=reason.binds_to,
            blocks=blocked_acts(reason),
            scope=Scope(
                warehouse_id=warehouse, sku_id=sku, lot_id=lot_id, grade=grade, owner=owner
            ),
            blanket=True,
            row={"asked": None},
        )
    )


def blocked_acts(effects: object) -> frozenset[str]:
    """The acts that a reason or hold forbids: reserve, pick, ship, move, count, publish."""
    acts = ("reserve", "pick", "ship", "move", "count", "publish")
    return frozenset(act for act in acts if getattr(effects, f"blocks_{act}"))
