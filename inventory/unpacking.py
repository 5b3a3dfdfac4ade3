"""Kits in requests: lines that name a kit become lines of its parts before anything is locked.

A kit never has a balance, so only SKUs without one are asked whether they are kits: a batch of
orders for plain goods costs no statement more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Q

from inventory.decisions.needs import Needs
from inventory.models import HoldKit
from inventory.requests import (
    ConvertRequest,
    DisplaceRequest,
    HoldRequest,
    Line,
    Refused,
    ReleaseRequest,
    Request,
    ShipRequest,
)
from inventory.things import Claim
from inventory.world import World

# These speak of claims that stand already: a kit in them means what it meant when it was claimed.
_OF_CLAIMS = (ReleaseRequest, ShipRequest, ConvertRequest, DisplaceRequest)


@dataclass(frozen=True, slots=True)
class KitRecipe:
    """What one kit is made of: (SKU id, base units) by SKU; empty when no recipe was written yet.

    `ever` are the parts of all its versions.
    """

    kit_id: int
    recipe_id: int
    version: int
    parts: tuple[tuple[int, int], ...]
    ever: frozenset[int] = frozenset()

    def of(self, qty: int) -> list[tuple[int, int]]:
        """(SKU id, base units) of so many kits."""
        return [(part, per_kit * qty) for part, per_kit in self.parts]

    def makes(self, free: Mapping[int, int]) -> int:
        """How many whole kits these units make: the scarcest part decides."""
        if not self.parts:
            return 0
        return min(max(free.get(part, 0), 0) // per_kit for part, per_kit in self.parts)


def recipes_of(sku_ids: Collection[int]) -> dict[int, KitRecipe]:
    """The newest recipe of each of these SKUs that is a kit; one statement."""
    if not sku_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT s.id, coalesce(r.id, 0), coalesce(r.version, 0), l.part_id, l.qty
               FROM inventory_sku s
               LEFT JOIN inventory_recipe r ON r.kit_id = s.id
               LEFT JOIN inventory_recipeline l ON l.recipe_id = r.id
               WHERE s.is_kit AND s.id = ANY(%s) ORDER BY s.id, r.version, l.part_id""",
            [sorted(sku_ids)],
        )
        rows = cursor.fetchall()
    found: dict[int, KitRecipe] = {}
    for kit, recipe, version, part, qty in rows:
        known = found.get(kit)
        ever = known.ever if known else frozenset()
        parts = known.parts if known and known.recipe_id == recipe else ()
        if part is not None:
            parts, ever = (*parts, (part, qty)), ever | {part}
        found[kit] = KitRecipe(kit, recipe, version, parts, ever)
    return found


@dataclass
class Unpacked:
    """What was made of the requests of one batch, by their place in it."""

    requests: dict[int, Request] = field(default_factory=dict)
    refusals: dict[int, Refused] = field(default_factory=dict)
    # (recipe id, kits) of new holds.
    kits: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    # Kits of claims that are converted whole, of which some may have been let go before.
    claimed: dict[int, list[_Claimed]] = field(default_factory=dict)

    def of(self, index: int, request: Request) -> Request:
        """The request with parts in place of kits.

        Raises:
            Refused: kit_has_no_stock; bad_request.
        """
        if index in self.refusals:
            raise self.refusals[index]
        return self.requests.get(index, request)

    def kits_of(self, index: int, claim: Claim, world: World) -> tuple[tuple[int, int], ...]:
        """(recipe id, kits) of the claim that the request made."""
        if index not in self.claimed:
            return self.kits.get(index, ())
        left: Counter[int] = Counter()
        for line in world.lines_for(claim.document):
            if line.claim is claim:
                left[line.balance.sku_id] += line.open
        found = []
        for item in self.claimed[index]:
            whole = min(item.qty, item.recipe.makes(left))
            if whole:
                left.subtract(dict(item.recipe.of(whole)))
                found.append((item.recipe.recipe_id, whole))
        return tuple(found)


def unpack(requests: Sequence[Request], needs: Needs) -> Unpacked:
    """Holds of kits by the newest recipes; whatever else names a kit is refused.

    `needs.absent` are the balances that the requests name and that are not there.
    """
    unpacked = Unpacked()
    suspects = {key[1] for key in needs.absent}
    for scope in (*needs.wide, *needs.everywhere):
        if scope.sku_id is not None:
            suspects.add(scope.sku_id)
    recipes = recipes_of(suspects)
    if not recipes:
        return unpacked
    for index, request in enumerate(requests):
        if isinstance(request, _OF_CLAIMS):
            continue
        named = [line for line in _lines(request) if line.sku_id in recipes]
        if not named:
            continue
        if isinstance(request, HoldRequest) and not request.blanket:
            _unpack_hold(unpacked, index, request, recipes)
        else:
            unpacked.refusals[index] = Refused("kit_has_no_stock", sku_id=named[0].sku_id)
    return unpacked


def _lines(request: Request) -> Iterable[Any]:
    """Every line of a request, whatever the verb calls them."""
    for name in ("lines", "placed", "counted"):
        yield from getattr(request, name, None) or ()


def _unpack_hold(
    unpacked: Unpacked, index: int, request: HoldRequest, recipes: Mapping[int, KitRecipe]
) -> None:
    if request.warehouse_id is None:
        # Its parts would be held here and there; a kit is packed in one place.
        unpacked.refusals[index] = Refused("bad_request", field="warehouse_id")
        return
    lines: list[Line] = []
    kits: dict[int, int] = {}
    for line in request.lines:
        recipe = recipes.get(line.sku_id)
        if recipe is None or not recipe.parts or not _countable(line.qty):
            # A kit without a recipe has no units, and a wrong quantity is refused as such.
            lines.append(line)
            continue
        if line.lot_id is not None or line.serials:
            unpacked.refusals[index] = Refused(
                "bad_request", field="lot_id", sku_id=line.sku_id, lot_id=line.lot_id
            )
            return
        kits[recipe.recipe_id] = kits.get(recipe.recipe_id, 0) + line.qty
        lines += [replace(line, sku_id=part, qty=qty) for part, qty in recipe.of(line.qty)]
    unpacked.requests[index] = replace(request, lines=tuple(lines))
    unpacked.kits[index] = tuple(kits.items())


def _countable(qty: object) -> bool:
    return isinstance(qty, int) and not isinstance(qty, bool) and qty > 0


def unpack_claims(unpacked: Unpacked, requests: Sequence[Request], world: World) -> None:
    """Lines that let go of, ship or change claimed kits: by the recipe of the claim itself.

    No statement unless a line names a SKU that none of the locked balances is of.
    """
    locked = {key[1] for key in world.balances}
    suspects: dict[int, list[Line]] = {}
    whole: dict[int, int] = {}
    for index, request in enumerate(requests):
        if isinstance(request, ConvertRequest) and request.lines is None:
            whole[index] = request.hold_id
        elif isinstance(request, _OF_CLAIMS):
            strange = [line for line in request.lines or () if line.sku_id not in locked]
            if strange:
                suspects[index] = strange
    if not suspects and not whole:
        return
    wanted = {line.sku_id for lines in suspects.values() for line in lines}
    claimed = _claimed_kits(wanted, whole.values(), world)
    for index, hold_id in whole.items():
        mine = [item for item in claimed if item.hold_id == hold_id]
        if mine:
            unpacked.claimed[index] = mine
    for index in suspects:
        request = requests[index]
        mine = [item for item in claimed if _is_of(request, item)]
        if mine:
            lines: list[Line] = []
            kits: dict[int, int] = {}
            for line in getattr(request, "lines"):  # noqa: B009 - one of four kinds
                lines += _parts_of(line, mine, kits)
            unpacked.requests[index] = replace(request, lines=tuple(lines))  # type: ignore[call-arg]
            if isinstance(request, ConvertRequest):
                unpacked.kits[index] = tuple(kits.items())


@dataclass(frozen=True, slots=True)
class _Claimed:
    hold_id: int
    document: str
    qty: int
    recipe: KitRecipe


def _claimed_kits(
    sku_ids: Collection[int], hold_ids: Collection[int], world: World
) -> list[_Claimed]:
    """These kits under the loaded claims, and all kits of these holds, the oldest claim first."""
    holds = {claim.id: claim.document for claim in world.claims.values() if claim.id is not None}
    rows = (
        HoldKit.objects.filter(hold_id__in=list(holds))
        .filter(Q(recipe__kit_id__in=sku_ids) | Q(hold_id__in=list(hold_ids)))
        .order_by("hold_id", "id", "recipe__lines__part_id")
        .values_list(
            "id", "hold_id", "qty", "recipe__kit_id", "recipe_id", "recipe__version",
            "recipe__lines__part_id", "recipe__lines__qty",
        )
    )  # fmt: skip
    found: dict[int, _Claimed] = {}
    for pk, hold, qty, kit, recipe, version, part, per_kit in rows:
        before = found[pk].recipe.parts if pk in found else ()
        made = KitRecipe(kit, recipe, version, (*before, (part, per_kit)))
        found[pk] = _Claimed(hold, holds[hold], qty, made)
    return list(found.values())


def _is_of(request: Request, item: _Claimed) -> bool:
    hold_id = getattr(request, "hold_id", None)
    return item.hold_id == hold_id if hold_id is not None else item.document == request.document


def _parts_of(line: Line, claimed: Sequence[_Claimed], kits: dict[int, int]) -> list[Line]:
    """The parts of so many claimed kits; a line that names no claimed kit stays as it is.

    `kits` counts them by recipe.
    """
    mine = [item for item in claimed if item.recipe.kit_id == line.sku_id]
    if not mine or not _countable(line.qty):
        return [line]
    parts: list[Line] = []
    left = line.qty
    for item in mine:
        take = left if item is mine[-1] else min(left, item.qty)
        if take:
            recipe = item.recipe.recipe_id
            kits[recipe] = kits.get(recipe, 0) + take
            parts += [replace(line, sku_id=part, qty=qty) for part, qty in item.recipe.of(take)]
            left -= take
    return parts
