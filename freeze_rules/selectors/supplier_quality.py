"""How good what suppliers send is: received, kept back for quality, inspected; a score of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from freeze_rules.models import Inspection, SupplierAlarm, SupplierBlock, SupplierLimit
from freeze_rules.selectors.periods import Period
from inventory.selectors import supplier_figures
from org.scope import Scope

# Freezes that say something of the goods themselves. Waiting for an inspection says nothing yet,
# and a broken cold chain or a leak is the house's own doing.
QUALITY = ("DEFECT", "DAMAGE", "RECALL")
# The score loses so many points when everything inspected failed, or everything was kept back.
FOR_DEFECTS, FOR_FREEZES = 60, 40
GOOD, FAIR = Decimal(95), Decimal(85)
R = Inspection.Result


@dataclass(frozen=True, kw_only=True)
class SupplierFigures:
    """One supplier in a period; units are base units. `limit` is None where none is set."""

    supplier: str
    received: int
    frozen: int
    frozen_now: int
    passed: int
    failed: int
    partial: int
    units_passed: int
    units_failed: int
    limit: int | None
    own_limit: bool
    told: bool
    blocked: bool

    @property
    def inspected(self) -> int:
        """Units that inspections decided about."""
        return self.units_passed + self.units_failed

    @property
    def defective_share(self) -> Decimal | None:
        """Failed units among inspected ones; None where nothing was inspected."""
        return Decimal(self.units_failed) / self.inspected if self.inspected else None

    @property
    def frozen_share(self) -> Decimal | None:
        """Units frozen for quality among received ones, at most one; None where there are none."""
        if not self.received:
            return Decimal(1) if self.frozen else None
        return min(Decimal(1), Decimal(self.frozen) / self.received)

    @property
    def defective_percent(self) -> Decimal | None:
        """The defective share as people write it."""
        share = self.defective_share
        return None if share is None else share * 100

    @property
    def score(self) -> Decimal | None:
        """100 without a fault; None where the period has neither goods nor inspections."""
        defective, frozen = self.defective_share, self.frozen_share
        if defective is None and frozen is None:
            return None
        return 100 - FOR_DEFECTS * (defective or 0) - FOR_FREEZES * (frozen or Decimal(0))

    @property
    def tone(self) -> str:
        """How the score looks."""
        if self.score is None:
            return "muted"
        return "ok" if self.score >= GOOD else "warn" if self.score >= FAIR else "bad"

    @property
    def is_beyond(self) -> bool:
        """True while more is frozen than the limit."""
        return self.limit is not None and self.frozen_now > self.limit


def board(*, period: Period, scope: Scope) -> list[SupplierFigures]:
    """Every supplier with goods, freezes or inspections in the period, the lowest score first.

    Goods and inspections of the reader's warehouses. Seven statements.
    """
    units = supplier_figures.supplier_units(
        scope=scope, since=period.begins, until=period.ends, reasons=QUALITY
    )
    looked = _inspected(period, scope)
    limits = limits_set()
    told = set(SupplierAlarm.objects.filter(over_at=None).values_list("supplier", flat=True))
    blocked = set(SupplierBlock.objects.filter(cleared_at=None).values_list("supplier", flat=True))
    names = {*units.received, *units.frozen, *units.frozen_now, *looked}
    rows = [
        SupplierFigures(
            supplier=name,
            received=units.received.get(name, 0),
            frozen=units.frozen.get(name, 0),
            frozen_now=units.frozen_now.get(name, 0),
            limit=limit_of(name, limits),
            own_limit=name in limits,
            told=name in told,
            blocked=name in blocked,
            **{key: looked.get(name, {}).get(key) or 0 for key in _LOOKED},
        )
        for name in names
    ]
    return sorted(rows, key=lambda row: (row.score is None, row.score or 0, row.supplier))


def limits_set() -> dict[str, int]:
    """Limits by supplier; the empty name is for all others. One statement."""
    return dict(SupplierLimit.objects.values_list("supplier", "units"))


def limit_of(supplier: str, limits: Mapping[str, int]) -> int | None:
    """The supplier's own limit, or that of all others; None where none is set."""
    return limits.get(supplier, limits.get(""))


_LOOKED = ("passed", "failed", "partial", "units_passed", "units_failed")


def _inspected(period: Period, scope: Scope) -> dict[str, dict[str, Any]]:
    decided = Inspection.objects.filter(
        decided_at__gte=period.begins, decided_at__lt=period.ends
    ).exclude(Q(lot=None) | Q(lot__supplier=""))
    rows = (
        scope.limit(decided, "warehouse__unit")
        .order_by()
        .values("lot__supplier")
        .annotate(
            n_passed=Count("id", filter=Q(result=R.PASSED)),
            n_failed=Count("id", filter=Q(result=R.FAILED)),
            n_partial=Count("id", filter=Q(result=R.PARTIAL)),
            sound=Sum("passed"),
            bad=Sum("failed"),
        )
    )
    return {
        row["lot__supplier"]: {
            "passed": row["n_passed"], "failed": row["n_failed"], "partial": row["n_partial"],
            "units_passed": row["sound"], "units_failed": row["bad"],
        }
        for row in rows
    }  # fmt: skip


def charted(rows: Sequence[SupplierFigures]) -> tuple[list[str], list[float]]:
    """Names and scores of the chart."""
    shown = [(row.supplier, row.score) for row in rows if row.score is not None]
    return [name for name, _score in shown], [round(float(score), 1) for _name, score in shown]
