"""The freezes that a rule lays, or turns into others, have the owner and next step it names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from freeze_rules.definition import Lease, read
from freeze_rules.models import NextStep, RuleVersion
from freeze_rules.selectors.lease_owners import LeaseOwner, owners_named
from freeze_rules.services.leases import Grant, give


def of_laid(laid: Iterable[tuple[int, Lease]]) -> int:
    """Leases of freezes that were just laid, each with what its rule says of them; how many.

    Freezes of rules that name neither an owner nor a next step get theirs from the sweep.
    """
    named = [(hold_id, lease) for hold_id, lease in laid if lease.owner or lease.next]
    if not named:
        return 0
    owners = owners_named({lease.owner for _hold, lease in named if lease.owner})
    return give([_grant(hold_id, lease, owners, lease.next) for hold_id, lease in named])


def of_converted(converted: Mapping[int, int | None], *, now: datetime) -> int:
    """Leases of freezes that others became: holds with the version that laid the first ones.

    They keep owner and days of review; what happens next is to be decided anew.
    """
    said = RuleVersion.objects.filter(pk__in={each for each in converted.values() if each})
    leases = {row.pk: read(row.definition).lease for row in said}
    found = [
        (hold_id, leases[version_id])
        for hold_id, version_id in converted.items()
        if version_id in leases
    ]
    owners = owners_named({lease.owner for _hold, lease in found if lease.owner})
    return give(
        [
            _grant(
                hold_id, lease, owners, NextStep.DECIDE,
                None if lease.review_days is None else now + timedelta(days=lease.review_days),
            )
            for hold_id, lease in found
            if lease.owner
        ]
    )  # fmt: skip


def _grant(
    hold_id: int,
    lease: Lease,
    owners: Mapping[str, LeaseOwner],
    next_step: str,
    review_at: datetime | None = None,
) -> Grant:
    owner = owners.get(lease.owner)
    return Grant(
        hold_id=hold_id,
        owner_id=owner.person_id if owner else None,
        owner_role=owner.role if owner else "",
        # Versions of old said it in words of their own.
        next_step=next_step if next_step in NextStep.values else NextStep.DECIDE,
        review_at=review_at,
    )
