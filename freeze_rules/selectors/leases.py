"""Questions about leases of freezes."""

from __future__ import annotations

from dataclasses import dataclass

from freeze_rules.models import Lease, NextStep
from freeze_rules.selectors.lease_owners import ROLE, owner_label
from inventory.selectors.leasing import leased
from org import roles
from org.selectors import names_of_actors, people_with


@dataclass(frozen=True, kw_only=True)
class LeaseView:
    """Whose a freeze is and what happens next."""

    owner_id: int | None
    # A role that owns it instead of a person; empty for a person's.
    owner_role: str
    owner: str
    next_step: str
    next_label: str
    extensions: int


def lease_of(hold_id: int) -> LeaseView | None:
    """The lease of a freeze; None until somebody looks after it."""
    row = Lease.objects.select_related("owner").filter(hold_id=hold_id).first()
    if row is None:
        return None
    return LeaseView(
        owner_id=row.owner_id,
        owner_role=row.owner_role,
        owner=str(row.owner) if row.owner else owner_label(ROLE + row.owner_role)
        if row.owner_role else "",
        next_step=row.next_step,
        next_label=str(NextStep(row.next_step).label),
        extensions=row.extensions,
    )  # fmt: skip


def possible_owners(hold_id: int) -> list[tuple[int, str]]:
    """People who may look after a freeze there, by name."""
    views = leased([hold_id])
    if not views:
        return []
    actors = {f"person:{pk}": pk for pk in people_with(roles.STOCK_HOLD, unit_id=views[0].unit_id)}
    names = names_of_actors(list(actors))
    return sorted(((pk, names[actor]) for actor, pk in actors.items()), key=lambda each: each[1])


def next_steps() -> list[tuple[str, str]]:
    """What may happen next, in words."""
    return [(step.value, str(step.label)) for step in NextStep]
