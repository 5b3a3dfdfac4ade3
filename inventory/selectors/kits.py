"""Kits: their recipes, what claims were made of them, and which part is the scarcest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from inventory.models import HoldKit, RecipeLine, Sku
from inventory.selectors.selling import GOOD, available
from inventory.things import ONE_OWNER
from inventory.unpacking import KitRecipe, recipes_of


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldKits:
    """So many kits that a document claimed in one hold, by the recipe of that time.

    `parts` are (SKU id, base units in one kit). Units that were released since are not taken off.
    """

    document: str
    hold_id: int
    kit_sku_id: int
    version: int
    qty: int
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PartView:
    """One part of a kit in one warehouse: enough for `kits` kits."""

    sku_id: int
    sku_code: str
    sku_name: str
    per_kit: int
    available: int
    kits: int
    is_bottleneck: bool

    @property
    def missing_for_one_more(self) -> int:
        """Units to get before one more kit could be packed of this part."""
        return max((self.kits + 1) * self.per_kit - max(self.available, 0), 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class KitExplanation:
    """How many kits a warehouse can pack now, and which part decides."""

    kit_sku_id: int
    kit_code: str
    kit_name: str
    warehouse_id: int
    version: int
    available: int
    parts: tuple[PartView, ...]

    @property
    def bottlenecks(self) -> tuple[PartView, ...]:
        """The scarcest parts; several when they are equally scarce."""
        return tuple(part for part in self.parts if part.is_bottleneck)


def recipes(sku_ids: Iterable[int]) -> dict[int, KitRecipe]:
    """The newest recipe of those SKUs that are kits; one statement."""
    return recipes_of(set(sku_ids))


def with_kits(sku_ids: Iterable[int]) -> set[int]:
    """These SKUs and every kit that has one of them as a part, now or in an older recipe.

    One statement. Older recipes count because a kit's version counts their parts.
    """
    wanted = set(sku_ids)
    rows = RecipeLine.objects.filter(part_id__in=wanted).values_list("recipe__kit_id", flat=True)
    return wanted | set(rows)


def held_kits(*, documents: Collection[str]) -> dict[str, list[HeldKits]]:
    """The kits that these documents claimed, oldest claim first; documents without are missing.

    One statement.
    """
    rows = (
        HoldKit.objects.filter(hold__document__in=set(documents))
        .order_by("hold_id", "id", "recipe__lines__part_id")
        .values_list(
            "id", "hold__document", "hold_id", "qty", "recipe__kit_id", "recipe__version",
            "recipe__lines__part_id", "recipe__lines__qty",
        )
    )  # fmt: skip
    found: dict[int, HeldKits] = {}
    for pk, document, hold, qty, kit, version, part, per_kit in rows:
        before = found[pk].parts if pk in found else ()
        found[pk] = HeldKits(
            document=document,
            hold_id=hold,
            kit_sku_id=kit,
            version=version,
            qty=qty,
            parts=(*before, (part, per_kit)),
        )
    answer: dict[str, list[HeldKits]] = {}
    for item in found.values():
        answer.setdefault(item.document, []).append(item)
    return answer


def as_sold(units: Mapping[int, int], kits: Iterable[HeldKits]) -> dict[int, int]:
    """Units by SKU with the parts of whole claimed kits put together again. Pure.

    `kits` are those of the one document whose units these are; whatever makes no whole kit of
    them stays as it is.
    """
    left = dict(units)
    for kit in kits:
        whole = min(kit.qty, *(max(left.get(part, 0), 0) // per_kit for part, per_kit in kit.parts))
        if whole:
            for part, per_kit in kit.parts:
                left[part] -= per_kit * whole
            left[kit.kit_sku_id] = left.get(kit.kit_sku_id, 0) + whole
    return {sku: qty for sku, qty in left.items() if qty}


def explain_kit(
    *, kit_sku_id: int, warehouse_ids: Collection[int], grade: str = GOOD, owner: str = ONE_OWNER
) -> list[KitExplanation]:
    """Per warehouse: how many kits, and which part is the bottleneck. Three statements.

    Empty when the SKU is no kit or has no recipe yet. Warehouses are answered in the order asked.
    """
    recipe = recipes_of([kit_sku_id]).get(kit_sku_id)
    if recipe is None or not recipe.parts:
        return []
    parts = [part for part, _ in recipe.parts]
    free = available(
        sku_ids=parts, warehouse_ids=warehouse_ids, grade=grade, owner=owner, kits=False
    )
    names = Sku.objects.in_bulk([kit_sku_id, *parts])
    kit = names[kit_sku_id]
    return [
        KitExplanation(
            kit_sku_id=kit_sku_id,
            kit_code=kit.code,
            kit_name=kit.name,
            warehouse_id=warehouse,
            version=recipe.version,
            available=recipe.makes(_there(free, warehouse, parts)),
            parts=_part_views(recipe, _there(free, warehouse, parts), names),
        )
        for warehouse in dict.fromkeys(warehouse_ids)
    ]


def _there(
    free: dict[tuple[int, int], int], warehouse: int, parts: Iterable[int]
) -> dict[int, int]:
    return {part: free.get((warehouse, part), 0) for part in parts}


def _part_views(
    recipe: KitRecipe, free: dict[int, int], names: dict[int, Sku]
) -> tuple[PartView, ...]:
    """The scarcest part first."""
    whole = recipe.makes(free)
    views = [
        PartView(
            sku_id=part,
            sku_code=names[part].code,
            sku_name=names[part].name,
            per_kit=per_kit,
            available=free[part],
            kits=max(free[part], 0) // per_kit,
            is_bottleneck=max(free[part], 0) // per_kit == whole,
        )
        for part, per_kit in recipe.parts
    ]
    return tuple(sorted(views, key=lambda view: (view.kits, view.sku_code)))
