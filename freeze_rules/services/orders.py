"""What somebody wants frozen, and whether they may: checked before anything is planned or laid."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import reach
from inventory.selectors.places import grades
from org import roles
from org.coded import CodedRefusal
from org.models import Person
from org.selectors import scope_of

MOST_UNITS = 1_000_000_000

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_location": _("There is no such location in this warehouse."),
    "unknown_zone": _("There is no such zone in this warehouse."),
    "unknown_lot": _("This SKU has no such lot."),
    "unknown_grade": _("There is no such grade."),
    "scope_missing": _("Name a warehouse, a SKU or a supplier: nobody freezes the world."),
    "sku_missing": _("A quantity is of one SKU: name it, or freeze everything."),
    "place_missing": _("This reason belongs to a place: name the warehouse."),
    "reason_not_by_hand": _("People cannot freeze or release for this reason."),
    "bad_quantity": _("The quantity must be a whole number from 1 to 1,000,000,000."),
    "safety_never_thaws": _("A freeze for safety never ends by itself: leave the end date empty."),
    "date_passed": _("This date has passed."),
    "unknown_hold": _("There is no such hold among yours."),
    "not_a_freeze": _("This hold belongs to an order or a place; it is not released by hand."),
    "reason_missing": _("Say why it is released."),
    "part_of_recall": _("This freeze belongs to a recall, which is lifted as a whole."),
    "rule_asks_more": _(
        "The rule that laid this freeze asks for another permission to release it by hand."
    ),
    "unknown_way": _("Say what becomes of the goods."),
    "unknown_target": _("Choose the grade that the units get."),
    "same_grade": _("All of these units have this grade already."),
    "supplier_missing": _("Name the supplier that the goods go back to."),
    "paper_missing": _("Give the number of the document under which they go back."),
    "several_skus": _(
        "This freeze holds several SKUs: decide about all of it, or freeze the part by itself."
    ),
    "part_of_everything": _(
        "This freeze covers everything in its scope: part of it cannot be named. Leave the "
        "quantity empty."
    ),
    "in_no_cell": _(
        "Some of these units lie in no cell yet. Put them away first, or name fewer units."
    ),
    "which_place": _("This freeze names no cell: say in which location the units lie."),
    "not_there": _("Units of nobody do not lie in that location."),
    "serials_missing": _("Name the serial number of each piece, as many as units."),
    "unknown_serial": _("Not all of these serial numbers lie here."),
    "in_rework": _("These goods are in rework already."),
    "not_held": _("Fewer units than that are frozen here."),
    "unknown_cell": _("There is no such cell among yours."),
    "wrong_approver": _("Nobody of those who approved may release this freeze."),
}


class FreezeRefused(CodedRefusal):
    """Nothing was frozen or released. `code` is stable, the text is for people."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class FreezeOrder:
    """What to freeze: whatever is named must match, what is not named covers everything.

    `qty` counts base units of the SKU; None is everything there is, and all that comes.
    Without a warehouse it reaches into all of them.
    """

    reason: str
    warehouse_id: int | None = None
    zone_id: int | None = None
    location_id: int | None = None
    sku_id: int | None = None
    lot_id: int | None = None
    supplier: str = ""
    grade: str = ""
    qty: int | None = None
    policy: inventory.Policy = inventory.Policy.FREE_ONLY
    note: str = ""
    # Without one the reason says after how many days somebody looks again.
    review_at: datetime | None = None
    # Only commercial freezes end by themselves.
    expires_at: datetime | None = None

    def said(self) -> dict[str, object]:
        """What was named, for the audit trail."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in named.items()
            if value not in (None, "")
        }


def check(order: FreezeOrder, person: Person) -> stock.ReasonView:
    """This person may freeze this; gives the reason.

    Raises:
        FreezeRefused: not_allowed, unknown_warehouse, unknown_zone, unknown_location,
            unknown_lot, unknown_grade, scope_missing, sku_missing, place_missing,
            reason_not_by_hand, bad_quantity, safety_never_thaws, date_passed.
    """
    _check_place(order, person)
    if order.warehouse_id is None and order.sku_id is None and not order.supplier:
        raise FreezeRefused("scope_missing")
    if order.grade and order.grade not in dict(grades()):
        raise FreezeRefused("unknown_grade")
    if order.lot_id is not None:
        lot = stock.lots([order.lot_id]).get(order.lot_id)
        if lot is None or lot.sku_id != order.sku_id:
            raise FreezeRefused("unknown_lot")
    if order.qty is not None:
        if order.sku_id is None:
            raise FreezeRefused("sku_missing")
        if not 1 <= order.qty <= MOST_UNITS:
            raise FreezeRefused("bad_quantity")
    reason = by_hand(order.reason)
    if reason.binds_to == "PLACE" and order.warehouse_id is None:
        raise FreezeRefused("place_missing")
    if order.expires_at is not None and reason.is_safety:
        raise FreezeRefused("safety_never_thaws")
    return reason


def check_dates(order: FreezeOrder) -> None:
    """A review or an end lies ahead. Asked of new freezes only: a resend may come later.

    Raises:
        FreezeRefused: date_passed.
    """
    now = timezone.now()
    if any(day is not None and day < now for day in (order.review_at, order.expires_at)):
        raise FreezeRefused("date_passed")


def by_hand(code: str) -> stock.ReasonView:
    """Only reasons that people may use; the others belong to orders, places and rules.

    Raises:
        FreezeRefused: reason_not_by_hand.
    """
    found = next((view for view in stock.reasons() if view.code == code), None)
    if found is None:
        raise FreezeRefused("reason_not_by_hand")
    return found


def check_reach(warehouse_id: int | None, person: Person) -> None:
    """This person may freeze in this warehouse; None is every warehouse.

    Raises:
        FreezeRefused: not_allowed, unknown_warehouse.
    """
    if not person.may(roles.STOCK_HOLD):
        raise FreezeRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    if warehouse_id is None:
        # A freeze that names no warehouse reaches into all of them.
        if not scope.is_everything:
            raise FreezeRefused("unknown_warehouse")
    elif not stock.warehouses(scope=scope, ids=[warehouse_id]):
        raise FreezeRefused("unknown_warehouse")


def _check_place(order: FreezeOrder, person: Person) -> None:
    check_reach(order.warehouse_id, person)
    house = order.warehouse_id
    if order.location_id is not None:
        place = stock.locations([order.location_id]).get(order.location_id)
        if place is None or place.warehouse_id != house:
            raise FreezeRefused("unknown_location")
    if order.zone_id is not None:
        zones = reach.zones([order.zone_id], warehouse_ids=[house] if house else [])
        if house is None or zones.get(order.zone_id, house) is None:
            raise FreezeRefused("unknown_zone")
