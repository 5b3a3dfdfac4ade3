"""Units that would get another grade when they are let go of, but lie in no cell: they stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from freeze_rules.models import Lease, Watch
from inventory.selectors.held_lines import HeldLine
from inventory.selectors.leasing import leased
from org import roles
from org.selectors import people_with
from org.services.notices import notify

# By then somebody may have changed the freeze by hand.
LOOK_AGAIN_AFTER = timedelta(days=1)


def in_no_cell(held: Sequence[HeldLine]) -> bool:
    """True when some of the held units lie in no cell."""
    return any(line.location_id is None for line in held)


def keep_frozen(watch: Watch, *, now: datetime, deed: list[int] | None = None) -> None:
    """Rather they stay than be sold as they are; tried again tomorrow, and its owner is told.

    Args:
        deed: what an event asked for, as `Watch.put_off` keeps it; None when the formula is met.
    """
    if deed is not None and deed not in watch.put_off:
        watch.put_off = [*watch.put_off, deed]
    watch.look_at = now + LOOK_AGAIN_AFTER
    watch.save(update_fields=["put_off", "look_at"])
    _tell(watch)


def _tell(watch: Watch) -> None:
    """Its owner, or all who keep the frozen stock of that place; once until it is read."""
    for view in leased([watch.hold_id]):
        owner = Lease.objects.filter(hold_id=watch.hold_id).values_list("owner_id", flat=True)
        to = [pk for pk in owner if pk] or people_with(roles.STOCK_RELEASE, unit_id=view.unit_id)
        notify(
            kind="freeze.unplaced", to=to, document=view.document,
            link=f"/holds/{watch.hold_id}/", params={"hold": view.document},
            once=f"unplaced:{watch.hold_id}",
        )  # fmt: skip
