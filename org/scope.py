"""Which units somebody sees; every selector that lists anything takes one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True)
class Scope:
    """The units a person or machine sees. `unit_ids` is None for everything."""

    unit_ids: frozenset[int] | None

    @classmethod
    def everything(cls) -> Scope:
        """For machines and the head office."""
        return cls(None)

    @classmethod
    def nothing(cls) -> Scope:
        """For people without a job."""
        return cls(frozenset())

    @classmethod
    def of(cls, unit_ids: Iterable[int]) -> Scope:
        """Exactly these units."""
        return cls(frozenset(unit_ids))

    def covers(self, unit_id: int) -> bool:
        """True when the unit is inside."""
        return self.unit_ids is None or unit_id in self.unit_ids

    def limit(self, queryset: QuerySet[_Row], path: str) -> QuerySet[_Row]:
        """Keep the rows whose unit is inside.

        Args:
            queryset: rows to narrow.
            path: lookup of the unit from a row, such as "warehouse__unit"; "pk" for units.
        """
        if self.unit_ids is None:
            return queryset
        return queryset.filter(**{f"{path}__in": sorted(self.unit_ids)})
