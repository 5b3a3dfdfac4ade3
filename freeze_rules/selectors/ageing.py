"""The ageing board: open freezes by age, reason, warehouse, supplier and owner, with their cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import ngettext as plural

from freeze_rules.models import Lease, NextStep
from freeze_rules.selectors.lease_owners import ROLE, LeaseOwner, owners_named
from inventory import selectors as stock
from inventory.selectors.ageing import SPEED_DAYS, OpenFreeze, open_freezes
from org.scope import Scope
from org.selectors import names_of_actors

CUTS = {
    "age": gettext_lazy("Age"),
    "reason": gettext_lazy("Reason"),
    "warehouse": gettext_lazy("Warehouse"),
    "supplier": gettext_lazy("Supplier"),
    "owner": gettext_lazy("Responsible"),
}
# Upper ends of the age classes, in days.
AGES = (1, 3, 7, 14, 30, 90)


@dataclass(frozen=True, kw_only=True)
class AgedFreeze:
    """One freeze in one warehouse of one supplier, in words."""

    freeze: OpenFreeze
    days: int
    reason: str
    warehouse: str
    sku: str
    owner: str
    next_step: str
    overdue: bool
    extensions: int


@dataclass(frozen=True, kw_only=True)
class AgedGroup:
    """Freezes of one kind; money is a day's but for `value`."""

    label: str
    freezes: int
    overdue: int
    units: int
    value: Decimal
    capital: Decimal
    expiry: Decimal
    missed: Decimal

    @property
    def cost(self) -> Decimal:
        """Money a day."""
        return self.capital + self.expiry + self.missed


def aged(*, scope: Scope, now: datetime) -> list[AgedFreeze]:
    """Every open freeze of the scope, the dearest first. Six statements, two more for roles."""
    rows = open_freezes(
        scope=scope,
        rate=Decimal(settings.CAPITAL_RATE_PERCENT) / 100,
        today=timezone.localdate(now),
        since=now - timedelta(days=SPEED_DAYS),
    )
    leases = {
        lease.hold_id: lease
        for lease in Lease.objects.filter(hold_id__in={row.hold_id for row in rows})
    }
    owners = {f"person:{each.owner_id}" for each in leases.values() if each.owner_id}
    names = names_of_actors(sorted(owners))
    in_role = owners_named({ROLE + each.owner_role for each in leases.values() if each.owner_role})
    reasons = {view.code: view.label for view in stock.reasons(by_hand=False)}
    houses = {
        view.id: view.name
        for view in stock.warehouses(
            scope=Scope.everything(), ids={row.warehouse_id for row in rows}, active=False
        )
    }
    skus = stock.skus({row.sku_id for row in rows})
    found = []
    for row in rows:
        lease = leases.get(row.hold_id)
        more = f" +{row.skus - 1}" if row.skus > 1 else ""
        found.append(
            AgedFreeze(
                freeze=row,
                days=(now - row.since).days,
                reason=reasons.get(row.reason, row.reason),
                warehouse=houses.get(row.warehouse_id, ""),
                sku=f"{skus[row.sku_id].code} {skus[row.sku_id].name}{more}",
                owner=_owner(lease, names, in_role),
                next_step=str(NextStep(lease.next_step).label) if lease else "",
                overdue=row.review_at is not None and row.review_at < now,
                extensions=lease.extensions if lease else 0,
            )
        )
    return sorted(found, key=lambda each: (-each.freeze.cost, each.freeze.hold_id))


def _owner(lease: Lease | None, names: Mapping[str, str], in_role: Mapping[str, LeaseOwner]) -> str:
    """The person, or the role that looks after it where it lies."""
    if lease is None:
        return ""
    if lease.owner_id:
        return names[f"person:{lease.owner_id}"]
    role = in_role.get(ROLE + lease.owner_role)
    return role.label if role else lease.owner_role


def grouped(rows: Sequence[AgedFreeze], cut: str) -> list[AgedGroup]:
    """The freezes added up by one of `CUTS`: ages in their order, others the dearest first."""
    label = _LABELS[cut]
    kinds: dict[tuple[int, str], list[AgedFreeze]] = {}
    for row in rows:
        kinds.setdefault(label(row), []).append(row)
    groups = [(key, _sum(key[1], rows_of)) for key, rows_of in kinds.items()]
    if cut == "age":
        return [group for _key, group in sorted(groups, key=lambda each: each[0])]
    return sorted((group for _key, group in groups), key=lambda group: -group.cost)


def total(rows: Sequence[AgedFreeze]) -> AgedGroup:
    """All together."""
    return _sum(_("All"), rows)


def _sum(label: str, rows: Sequence[AgedFreeze]) -> AgedGroup:
    nought = Decimal(0)
    return AgedGroup(
        label=label,
        freezes=len({row.freeze.hold_id for row in rows}),
        overdue=len({row.freeze.hold_id for row in rows if row.overdue}),
        units=sum(row.freeze.units for row in rows),
        value=sum((row.freeze.value for row in rows), nought),
        capital=sum((row.freeze.capital for row in rows), nought),
        expiry=sum((row.freeze.expiry for row in rows), nought),
        missed=sum((row.freeze.missed for row in rows), nought),
    )


def _age(row: AgedFreeze) -> tuple[int, str]:
    place = next((place for place, end in enumerate(AGES) if row.days < end), len(AGES))
    if place == 0:
        return place, _("less than a day")
    if place == len(AGES):
        return place, _("%(days)s days and more") % {"days": AGES[-1]}
    last = AGES[place]
    span = {"first": AGES[place - 1], "last": last}
    return place, plural("%(first)s to %(last)s day", "%(first)s to %(last)s days", last) % span


_LABELS: dict[str, Callable[[AgedFreeze], tuple[int, str]]] = {
    "age": _age,
    "reason": lambda row: (0, row.reason),
    "warehouse": lambda row: (0, row.warehouse),
    "supplier": lambda row: (0, row.freeze.supplier or _("not known")),
    "owner": lambda row: (0, row.owner or _("nobody yet")),
}
