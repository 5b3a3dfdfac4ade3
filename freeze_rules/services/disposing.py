"""What becomes of frozen goods: back for sale, another grade, rework, the supplier, the bin.

Each way is a command of the ledger about the units of one freeze, cell by cell. Who may and
whether somebody is asked first stands in `consent`.
"""

from __future__ import annotations

from freeze_rules.models import NextStep
from freeze_rules.services.disposal_lines import (
    REWORK,
    Disposal,
    Way,
    requests_of,
    units_of,
)
from freeze_rules.services.leases import Grant, give
from freeze_rules.services.manual import Released
from freeze_rules.services.orders import MOST_UNITS, FreezeRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import held_lines, reach, scope_units
from inventory.selectors.places import grades
from org import roles
from org import services as org
from org.models import Person

# What somebody must be allowed besides releasing.
ALSO = {
    Way.REGRADE: roles.STOCK_REGRADE,
    Way.REWORK: roles.STOCK_CONVERT,
    Way.RETURN: roles.STOCK_SCRAP,
    Way.SCRAP: roles.STOCK_SCRAP,
}
# Ways on which goods leave the books: nobody sells them, so no reason has a say.
LEAVES = (Way.RETURN, Way.SCRAP)
ACTIONS = {
    Way.RESTOCK: "stock.unfrozen",
    Way.REGRADE: "stock.regraded",
    Way.REWORK: "stock.reworked",
    Way.RETURN: "stock.sent_back",
    Way.SCRAP: "stock.scrapped",
}


def ways_for(hold: stock.HoldView, person: Person) -> list[Way]:
    """What this person may decide about the freeze, or ask for."""
    if hold.role != "FREEZE" or hold.closed_at is not None or not person.may(roles.STOCK_RELEASE):
        return []
    by_hand = hold.reason_code in {view.code for view in stock.reasons()}
    return [
        way
        for way in Way
        if (by_hand or way in LEAVES)
        and not (way == Way.REWORK and hold.reason_code == REWORK)
        and (way not in ALSO or person.may(ALSO[way]))
    ]


def is_loose(hold_id: int) -> bool:
    """True when the freeze is a quantity that names no cell. One statement."""
    held = held_lines.of_holds([hold_id]).get(hold_id, [])
    return bool(held) and all(line.location_id is None for line in held)


def supplier_of(hold_id: int) -> str:
    """The supplier of the frozen lots, when they all have the same one. Two statements."""
    lots = {line.lot_id for line in held_lines.of_holds([hold_id]).get(hold_id, []) if line.lot_id}
    names = set(scope_units.suppliers_of(lots).values()) if lots else set()
    return names.pop() if len(names) == 1 else ""


def check(hold: stock.HoldView, disposal: Disposal) -> None:
    """It is a freeze, and everything is said that this way asks for.

    Raises:
        FreezeRefused: not_a_freeze, reason_not_by_hand, reason_missing, bad_quantity,
            unknown_way, unknown_target, supplier_missing, paper_missing, in_rework.
    """
    if hold.role != "FREEZE":
        raise FreezeRefused("not_a_freeze")
    if disposal.way not in Way.values:
        raise FreezeRefused("unknown_way")
    by_hand = {view.code for view in stock.reasons()}
    if disposal.way not in LEAVES and hold.reason_code not in by_hand:
        raise FreezeRefused("reason_not_by_hand")
    if not disposal.why.strip():
        raise FreezeRefused("reason_missing")
    if disposal.qty is not None and not 1 <= disposal.qty <= MOST_UNITS:
        raise FreezeRefused("bad_quantity")
    if disposal.way == Way.REGRADE and disposal.grade not in dict(grades()):
        raise FreezeRefused("unknown_target")
    if disposal.way == Way.REWORK and hold.reason_code == REWORK:
        raise FreezeRefused("in_rework")
    if disposal.way == Way.RETURN and not disposal.supplier.strip():
        raise FreezeRefused("supplier_missing")
    if disposal.way == Way.RETURN and not disposal.paper.strip():
        raise FreezeRefused("paper_missing")


def carry_out(
    hold: stock.HoldView, disposal: Disposal, *, key: str, actor: str, owner_id: int | None,
    **said: object,
) -> Released:  # fmt: skip
    """Do it and leave an audit record; whoever calls has checked that it may be done.

    The same key does the same decision about the same freeze once; another decision is another
    deed.

    Args:
        owner_id: who looks after goods that go to rework.

    Raises:
        FreezeRefused: as `requests_of`.
        inventory.Refused: the ledger says no; nothing of it may be committed then.
    """
    key = f"{key}:{hold.id}:{disposal.digest()}"
    if reach.booked_keys({f"{key}:0"}):
        return Released(hold.document, disposal.qty, True)
    requests = requests_of(hold, disposal, key=key)
    units = units_of(requests, hold)
    for outcome in inventory.dispose(requests, actor=actor):
        made = outcome.check().hold_id
        if disposal.way == Way.REWORK and made is not None:
            give([Grant(hold_id=made, owner_id=owner_id, next_step=NextStep.REWORK)])
    org.record(
        actor=actor,
        action=ACTIONS[Way(disposal.way)],
        subject=hold.document,
        before={"open": hold.open},
        after={
            "released" if disposal.way == Way.RESTOCK else "units": units,
            **disposal.kept(),
            "why": disposal.said(),
            **said,
        },
        unit_id=hold.unit_id,
    )
    return Released(hold.document, disposal.qty, False)
