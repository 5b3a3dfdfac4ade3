"""Where somebody sees; every selector that lists anything takes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Paths:
    """How a model that belongs to a unit is also reached by warehouse or shop.

    Lookups from the model, such as "warehouse" or "pk"; empty: not that way. A model says it once,
    in its attribute `scope_paths`, and every list of it and of what hangs on it obeys.
    """

    warehouse: str = ""
    shop: str = ""


@dataclass(frozen=True)
class Scope:
    """What a person or machine sees: everything in these units, these warehouses, these shops.

    `unit_ids` is None for everything.
    """

    unit_ids: frozenset[int] | None
    warehouse_ids: frozenset[int] = frozenset()
    shop_ids: frozenset[int] = frozenset()

    @classmethod
    def everything(cls) -> Scope:
        """For machines and the head office."""
        return cls(None)

    @classmethod
    def nothing(cls) -> Scope:
        """For people without a job."""
        return cls(frozenset())

    @classmethod
    def of(
        cls,
        unit_ids: Iterable[int],
        *,
        warehouse_ids: Iterable[int] = (),
        shop_ids: Iterable[int] = (),
    ) -> Scope:
        """Exactly these units, warehouses and shops."""
        return cls(frozenset(unit_ids), frozenset(warehouse_ids), frozenset(shop_ids))

    @property
    def is_everything(self) -> bool:
        """True when nothing is left out."""
        return self.unit_ids is None

    @property
    def is_nothing(self) -> bool:
        """True when not one row of anything is inside."""
        return not (self.is_everything or self.unit_ids or self.warehouse_ids or self.shop_ids)

    def covers(
        self, unit_id: int, *, warehouse_id: int | None = None, shop_id: int | None = None
    ) -> bool:
        """True when the unit is inside, or the warehouse or shop that belongs to it."""
        return (
            self.unit_ids is None
            or unit_id in self.unit_ids
            or warehouse_id in self.warehouse_ids
            or shop_id in self.shop_ids
        )

    @property
    def of_warehouses(self) -> dict[str, list[int] | None]:
        """Parameters for statements written by hand, to stand in this condition:

        `(%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
        OR w.id = ANY(%(houses)s::bigint[]))`
        """
        units = None if self.unit_ids is None else sorted(self.unit_ids)
        return {"units": units, "houses": sorted(self.warehouse_ids)}

    def inside(self, model: type[Model], path: str) -> Q:
        """The condition under which a row of the model is inside; empty for everything.

        Args:
            model: whose rows are asked for.
            path: lookup of the unit from a row, such as "warehouse__unit"; "pk" for units. The
                model that has the unit may say how its rows are reached otherwise (`Paths`).
        """
        if self.unit_ids is None:
            return Q()
        found = Q(**{f"{path}__in": sorted(self.unit_ids)})
        way, _, _ = path.rpartition("__")
        paths = getattr(_owner(model, way), "scope_paths", Paths())
        prefix = f"{way}__" if way else ""
        if self.warehouse_ids and paths.warehouse:
            found |= Q(**{f"{prefix}{paths.warehouse}__in": sorted(self.warehouse_ids)})
        if self.shop_ids and paths.shop:
            found |= Q(**{f"{prefix}{paths.shop}__in": sorted(self.shop_ids)})
        return found

    def limit(self, queryset: QuerySet[_Row], path: str) -> QuerySet[_Row]:
        """Keep the rows that are inside; see `inside` for the path."""
        if self.unit_ids is None:
            return queryset
        return queryset.filter(self.inside(queryset.model, path))


def _owner(model: type[Model], way: str) -> type[Model]:
    """The model at the end of a way of relations."""
    for name in way.split("__") if way else ():
        field = model._meta.get_field(name)
        related = field.related_model
        assert isinstance(related, type), f"{name} of {model} leads nowhere"
        model = related
    return model
