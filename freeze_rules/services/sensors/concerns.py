"""Whom a bound concerns: a SKU's own bound goes before its class's, both before the zone's."""

from __future__ import annotations

from freeze_rules.models import SensorBound
from inventory.selectors.exposure import Concern, Needs

LIGHT_SENSITIVE = "LIGHT_SENSITIVE"


def matters(bound: SensorBound, needs: Needs, own: frozenset[int]) -> bool:
    """True when goods of this SKU are judged by this bound; `own` have bounds of their own."""
    if bound.sku_id is not None:
        return needs.sku_id == bound.sku_id
    if needs.sku_id in own:
        return False
    if bound.sku_class == LIGHT_SENSITIVE:
        return needs.light_sensitive
    return needs.temperature == bound.sku_class


def concern_of(bound: SensorBound) -> Concern:
    """The SKUs that an excursion beyond this bound concerns.

    A zone's bound concerns goods that need something but have no bound of their own or of their
    class; ambient goods in a cold room are none of them. Damp and shocks concern everything.
    """
    if bound.sku_id is not None:
        return Concern(sku_ids=frozenset({bound.sku_id}))
    others = SensorBound.objects.filter(measure=bound.measure, until__isnull=True)
    own = frozenset(
        pk for pk in others.values_list("sku_id", flat=True).distinct() if pk is not None
    )
    if bound.sku_class == LIGHT_SENSITIVE:
        return Concern(but_sku_ids=own, light_sensitive=True)
    if bound.sku_class:
        return Concern(but_sku_ids=own, temperatures=frozenset({bound.sku_class}))
    classes = {name for name in others.values_list("sku_class", flat=True).distinct() if name}
    if bound.measure == "LIGHT":
        if LIGHT_SENSITIVE in classes:
            return Concern(sku_ids=frozenset())
        return Concern(but_sku_ids=own, light_sensitive=True)
    if bound.measure == "TEMPERATURE":
        left = {"COOL", "CHILLED", "FROZEN"} - classes
        return Concern(but_sku_ids=own, temperatures=frozenset(left))
    return Concern(but_sku_ids=own)
