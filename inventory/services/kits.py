"""Recipes of kits: what is sold as one and kept as its parts."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from inventory.models import Recipe, RecipeLine, Sku
from inventory.requests import Refused
from inventory.unpacking import recipes_of
from outbox import services as outbox

# What the column holds; nobody packs two milliards of a part into one box.
MOST_PER_KIT = 2**31 - 1


def write_recipe(*, kit_sku_id: int, parts: Sequence[tuple[int, int]], actor: str) -> int:
    """Write what the kit is made of from now on; gives the recipe's id.

    Each change is a new version: claims keep the version they were made by. The same parts again
    leave the newest version as it is. A kit has no kits inside: their recipes would change behind
    its back.

    Args:
        parts: (SKU id, base units in one kit); a part named twice is added up.

    Raises:
        Refused: not_a_kit; empty_recipe; kit_in_kit with the part's `sku_id` (also the kit
            itself); unknown_part; bad_quantity.
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    # Its versions follow one another: two writers of one kit take turns.
    kit = Sku.objects.select_for_update(no_key=True).filter(pk=kit_sku_id, is_kit=True).first()
    if kit is None:
        raise Refused("not_a_kit", sku_id=kit_sku_id)
    wanted = _checked(kit_sku_id, parts)
    before = recipes_of([kit_sku_id])[kit_sku_id]
    if before.parts == tuple(sorted(wanted.items())):
        return before.recipe_id
    recipe = Recipe.objects.create(kit=kit, version=before.version + 1, written_by=actor)
    RecipeLine.objects.bulk_create(
        RecipeLine(recipe=recipe, part_id=part, qty=qty) for part, qty in sorted(wanted.items())
    )
    outbox.tell(topic="stock.changed", keys=[str(kit_sku_id)])
    return recipe.pk


def _checked(kit_sku_id: int, parts: Sequence[tuple[int, int]]) -> dict[int, int]:
    if not parts:
        raise Refused("empty_recipe", sku_id=kit_sku_id)
    wanted: dict[int, int] = {}
    for place, (part, qty) in enumerate(parts):
        if not isinstance(qty, int) or isinstance(qty, bool) or qty < 1:
            raise Refused("bad_quantity", sku_id=part, qty=qty, line=place)
        wanted[part] = wanted.get(part, 0) + qty
        if wanted[part] > MOST_PER_KIT:
            raise Refused("bad_quantity", sku_id=part, qty=wanted[part], line=place)
    known = dict(Sku.objects.filter(pk__in=wanted).values_list("pk", "is_kit"))
    for place, (part, _) in enumerate(parts):
        if part not in known:
            raise Refused("unknown_part", sku_id=part, line=place)
        if known[part]:
            raise Refused("kit_in_kit", sku_id=part, line=place)
    return wanted
