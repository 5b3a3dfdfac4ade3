"""A claim is laid on stock: bin-less for orders, pinned for certain goods, or a blanket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from inventory.decisions.answer import Answer
from inventory.decisions.drawing import draw
from inventory.decisions.effects import blocked, forbidding
from inventory.decisions.freezing import free_cells, free_loose, take_covered
from inventory.decisions.giving_way import Displaced
from inventory.decisions.laying import lay
from inventory.decisions.needs import Needs, check_quantities, key_of
from inventory.requests import HoldRequest, Line, Policy, Refused
from inventory.scopes import Scope, covers
from inventory.things import PICK_ORDER, Bal, Cell, Claim
from inventory.world import World, first_expiry_first


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
        owner=request.owner or (one.owner if one and not request.blanket else ""),
    )


def _lines_of(request: HoldRequest) -> list[Line]:
    """The lines with the grade and owner that the request names for all of them."""
    if not request.grade and not request.owner:
        return list(request.lines)
    return [
        replace(line, grade=request.grade or line.grade, owner=request.owner or line.owner)
        for line in request.lines
    ]


def _line_scope(request: HoldRequest, line: Line) -> Scope:
    return Scope(
        warehouse_id=request.warehouse_id,
        zone_id=request.zone_id,
        location_id=request.location_id,
        sku_id=line.sku_id,
        lot_id=line.lot_id,
        supplier=request.supplier,
        grade=line.grade,
        owner=line.owner,
    )


def _picky(request: HoldRequest, line: Line) -> bool:
    """True when only certain goods will do; such a claim is pinned at once."""
    named = (request.location_id, request.zone_id, line.lot_id, line.min_days_left)
    return bool(request.supplier) or any(part is not None for part in named)


def needs(request: HoldRequest, need: Needs) -> None:
    """The balances claimed; a blanket needs every balance that its scope meets."""
    need.reasons.add(request.reason)
    if request.location_id is not None:
        need.locations.add(request.location_id)
    if request.blanket:
        scope = scope_of(request)
        need.wide.append(scope)
        if request.policy is not Policy.FREE_ONLY:
            need.yielding.append(scope)
        need.lots.update(line.lot_id for line in request.lines if line.lot_id is not None)
        return
    if request.draw_from:
        need.reserves.add(request.draw_from)
    lines = _lines_of(request)
    if request.warehouse_id is not None:
        need.goods(warehouse_id=request.warehouse_id, lines=lines, grow=False)
        keys = {line: key_of(request.warehouse_id, line) for line in lines}
        need.whole.update(
            keys[line] for line in lines if _picky(request, line) and request.location_id is None
        )
        if request.policy is not Policy.FREE_ONLY:
            need.all_claims.update(keys.values())
        return
    need.lots.update(line.lot_id for line in lines if line.lot_id is not None)
    for line in lines:
        scope = Scope(sku_id=line.sku_id, grade=line.grade, owner=line.owner)
        need.everywhere.append(scope)
        if _picky(request, line):
            need.looking.append(scope)
        if request.policy is not Policy.FREE_ONLY:
            need.yielding.append(scope)


@dataclass(slots=True)
class _Job:
    """One request being decided."""

    world: World
    request: HoldRequest
    claim: Claim
    displaced: Displaced = field(default_factory=dict)


def decide(world: World, request: HoldRequest) -> Answer:
    """Claim all lines or none.

    Raises:
        Refused: insufficient_stock with `short` {sku_id: missing} and what was asked and there of
            the first line that is short; blocked when units lie there but a mark or freeze keeps
            them from being promised; nothing_in_scope, outside_place, unknown_reason,
            bad_quantity, bad_request.
    """
    reason = world.reasons.get(request.reason)
    if reason is None:
        raise Refused("unknown_reason", reason=request.reason)
    if request.location_id is not None and request.warehouse_id is not None:
        world.place(request.location_id, request.warehouse_id)
    if request.blanket:
        return _lay_blanket(world, request)
    lines = _lines_of(request)
    if not lines:
        raise Refused("bad_request", field="lines")
    check_quantities(lines)
    if reason.role == "MARK":
        raise Refused("bad_request", field="reason", reason=request.reason)
    if reason.role != "FREEZE":
        if request.warehouse_id is None:
            raise Refused("bad_request", field="warehouse_id")
        if request.policy is not Policy.FREE_ONLY:
            raise Refused("bad_request", field="policy")
    if request.draw_from and (request.draw_from == request.document or reason.role == "FREEZE"):
        raise Refused("bad_request", field="draw_from")
    claim = _new_claim(world, request, asked=sum(line.qty for line in lines))
    job = _Job(world, request, claim)
    short: dict[int, int] = {}
    first: Refused | None = None
    for index, line in enumerate(lines):
        picky = _picky(request, line)
        left = (_claim_certain if picky else _claim_loose)(job, line)
        if left:
            short[line.sku_id] = short.get(line.sku_id, 0) + left
            first = first or _too_little(job, index, line, left)
    if first is not None:
        if first.code == "insufficient_stock":
            first.params["short"] = short
        raise first
    return Answer(claim, job.displaced)


def _too_little(job: _Job, index: int, line: Line, left: int) -> Refused:
    """Why a line could not be claimed in full."""
    world, request = job.world, job.request
    named = {"line": index, "sku_id": line.sku_id, "asked": line.qty, "there": line.qty - left}
    if job.claim.role == "FREEZE":
        scope = _line_scope(request, line)
        balances = _balances(job, line)
        cells = [cell for balance in balances for cell in world.cells_in(balance)]
        meets = (
            any(covers(scope, cell.spot) for cell in cells) if _picky(request, line) else balances
        )
        if not meets:
            return Refused("nothing_in_scope", **named)
    elif _picky(request, line):
        kept = [
            cell for cell in _cells(job, line) if cell.unpinned and not _fit_to_pick(world, cell)
        ]
        for cell in kept:
            claim = forbidding(world, "pick", cell=cell) or forbidding(world, "reserve", cell=cell)
            if claim is not None:
                refusal = blocked(claim, "pick", sku_id=line.sku_id)
                refusal.params.update(named)
                return refusal
    return Refused("insufficient_stock", **named)


def _balances(job: _Job, line: Line) -> list[Bal]:
    """Where the line may be claimed: one balance, or one in each warehouse."""
    world, request = job.world, job.request
    if request.warehouse_id is not None:
        balance = world.balance(key_of(request.warehouse_id, line))
        return [balance] if balance is not None else []
    return [
        balance
        for key, balance in sorted(world.balances.items())
        if key[1:] == (line.sku_id, line.grade, line.owner)
    ]


def _claim_loose(job: _Job, line: Line) -> int:
    """Units of the balance, in no cell yet; answers how many are missing."""
    world, request = job.world, job.request
    left = line.qty
    balances = _balances(job, line)
    if request.draw_from:
        for balance in balances:
            left -= draw(
                world, request.draw_from, job.claim, balance, qty=left, priority=request.priority
            )
    left = _take_free(job, balances, left)
    if left and request.policy is not Policy.FREE_ONLY:
        free_loose(world, balances, left, policy=request.policy, displaced=job.displaced)
        left = _take_free(job, balances, left)
    return left


def _take_free(job: _Job, balances: list[Bal], qty: int) -> int:
    left = qty
    for balance in balances:
        take = min(left, balance.available)
        if take > 0:
            own = job.world.line(job.claim, balance, None, priority=job.request.priority)
            job.world.claim(own, take)
            left -= take
    return left


def _claim_certain(job: _Job, line: Line) -> int:
    """Certain goods take their cells at once, so nobody can pick them away; answers the missing."""
    world, request = job.world, job.request
    commitment = job.claim.role == "COMMITMENT"
    left = line.qty
    inside: dict[Bal, list[Cell]] = {balance: [] for balance in _balances(job, line)}
    for cell in _cells(job, line):
        if not commitment or _fit_to_pick(world, cell):
            inside[cell.balance].append(cell)
    for balance, cells in inside.items():
        if request.draw_from:
            left -= draw(
                world, request.draw_from, job.claim, balance,
                qty=left, priority=request.priority, cells=cells,
            )  # fmt: skip
        left = _take_cells(job, cells, left)
        if left and request.policy is not Policy.FREE_ONLY:
            free_cells(world, balance, cells, left, policy=request.policy, displaced=job.displaced)
            left = _take_cells(job, cells, left)
    return left


def _take_cells(job: _Job, cells: list[Cell], qty: int) -> int:
    left = qty
    for cell in cells:
        take = min(left, cell.unpinned, cell.balance.available)
        if take > 0:
            own = job.world.line(
                job.claim,
                cell.balance,
                cell,
                priority=job.request.priority,
                bound=job.claim.role == "COMMITMENT",
            )
            job.world.claim(own, take)
            left -= take
    return left


def _cells(job: _Job, line: Line) -> list[Cell]:
    found = (
        cell
        for balance in _balances(job, line)
        for cell in job.world.cells_in(balance)
        if _in_scope(job, line, cell)
    )
    return sorted(found, key=first_expiry_first)


def _in_scope(job: _Job, line: Line, cell: Cell) -> bool:
    if not covers(_line_scope(job.request, line), cell.spot):
        return False
    anywhere = job.claim.role == "COMMITMENT" and job.request.location_id is None
    if anywhere and cell.place.kind not in PICK_ORDER:
        return False
    if line.min_days_left is None or cell.batch is None or cell.batch.expires_on is None:
        return True
    return cell.batch.expires_on - job.world.today >= timedelta(days=line.min_days_left)


def _fit_to_pick(world: World, cell: Cell) -> bool:
    """An expired or blocked cell is never promised to anybody."""
    if expired(world, cell):
        return False
    return not (forbidding(world, "pick", cell=cell) or forbidding(world, "reserve", cell=cell))


def expired(world: World, cell: Cell) -> bool:
    """True once the day has passed on which the cell's lot may last be used."""
    batch = cell.batch
    return batch is not None and batch.expires_on is not None and batch.expires_on < world.today


def _lay_blanket(world: World, request: HoldRequest) -> Answer:
    """Cover every cell in the scope; `fill` then takes what is free."""
    role = world.reasons[request.reason].role
    if len(request.lines) > 1:
        raise Refused("bad_request", field="lines")
    if role == "COMMITMENT" or request.draw_from:
        raise Refused("bad_request", field="blanket")
    if role == "MARK" and request.policy is not Policy.FREE_ONLY:
        raise Refused("bad_request", field="policy")
    scope = scope_of(request)
    if scope == Scope():
        raise Refused("bad_request", field="scope")
    if scope in world.nowhere:
        raise Refused("nothing_in_scope", asked=said(scope), there=0)
    claim = _new_claim(world, request, asked=None)
    for balance in world.balances.values():
        for cell in world.cells_in(balance):
            world.cover(cell)
            if cell.blanket is claim:
                world.touch(balance)
    displaced: Displaced = {}
    if request.policy is not Policy.FREE_ONLY:
        take_covered(world, claim, policy=request.policy, displaced=displaced)
    return Answer(claim, displaced)


def said(scope: Scope) -> dict[str, object]:
    """The named parts of a scope, for people."""
    names = (
        "warehouse_id", "zone_id", "location_id", "sku_id", "lot_id", "supplier", "grade", "owner",
    )  # fmt: skip
    return {name: getattr(scope, name) for name in names if getattr(scope, name)}


def _new_claim(world: World, request: HoldRequest, *, asked: int | None) -> Claim:
    return lay(
        world,
        request.reason,
        document=request.document,
        scope=scope_of(request),
        asked=asked,
        blanket=request.blanket,
        note=request.note,
        rule_version=request.rule_version,
        review_at=request.review_at,
        expires_at=request.expires_at,
        release_condition=dict(request.release_condition),
    )


def expiry_blanket(world: World, balance: Bal, lot_id: int) -> Claim:
    """The freeze that an expired lot gets when picking meets it: this balance, this lot."""
    warehouse, sku, grade, owner = balance.key
    scope = Scope(warehouse_id=warehouse, sku_id=sku, lot_id=lot_id, grade=grade, owner=owner)
    return lay(world, "EXPIRED", document=f"LOT-{lot_id}", scope=scope, asked=None, blanket=True)
