"""What people type to freeze goods."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.services import FreezeOrder, FreezeRefused
from freeze_rules.services.recalls import RecallOrder
from inventory import selectors as stock
from inventory.selectors import reach
from inventory.selectors.lot_board import LotNarrowing, lot_rows
from inventory.selectors.places import grades
from inventory.services import Policy, Refused
from org import clocks
from org.asking import ReasonForm
from org.lists.days import end_of
from org.scope import Scope
from org.services.approvals import ApprovalRefused

POLICIES = [
    (
        Policy.FREE_ONLY,
        gettext_lazy("Only what is free: units promised to orders stay with them"),
    ),
    (
        Policy.LET_FINISH,
        gettext_lazy("Also promised units, but picks that have started go on"),
    ),
    (
        Policy.DISPLACE,
        gettext_lazy("Also promised units, from the least urgent order up; picks stop"),
    ),
]
AMOUNTS = [
    ("some", gettext_lazy("So many units")),
    ("all", gettext_lazy("Everything there, and all that comes")),
]
# Where a refusal is shown; the others stand above the form.
FIELDS_OF = {
    "insufficient_stock": "qty", "bad_quantity": "qty", "sku_missing": "sku",
    "unknown_warehouse": "warehouse", "scope_missing": "warehouse", "place_missing": "warehouse",
    "unknown_location": "location", "outside_place": "location", "unknown_zone": "zone",
    "unknown_lot": "lot", "reason_not_by_hand": "reason", "unknown_reason": "reason",
    "safety_never_thaws": "expires_on", "unknown_grade": "grade",
}  # fmt: skip


class FreezeForm(forms.Form):
    """Codes as people know them; `order()` is what they mean."""

    warehouse = forms.ChoiceField(label=gettext_lazy("Warehouse"), required=False)
    zone = forms.CharField(label=gettext_lazy("Zone"), max_length=32, required=False)
    location = forms.CharField(label=gettext_lazy("Location"), max_length=32, required=False)
    sku = forms.CharField(label=gettext_lazy("SKU or barcode"), max_length=64, required=False)
    lot = forms.CharField(label=gettext_lazy("Lot"), max_length=64, required=False)
    supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=80, required=False)
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), required=False)
    amount = forms.ChoiceField(
        label=gettext_lazy("How much"), choices=AMOUNTS, widget=forms.RadioSelect
    )
    qty = forms.IntegerField(
        label=gettext_lazy("Quantity"), min_value=1, max_value=1_000_000_000, required=False
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("When units are promised to orders"),
        choices=[(policy.value, label) for policy, label in POLICIES],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    review_on = forms.DateField(
        label=gettext_lazy("Review on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: after as many days as the reason says."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Ends by itself on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only for commercial reasons; a freeze for safety is released."),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=400, required=False)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)
    # What was shown before: the number it was drawn for, signed, and what it would do.
    drawn = forms.CharField(widget=forms.HiddenInput, max_length=200, required=False)
    plan = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        self._warehouses = {view.code: view for view in stock.warehouses(scope=scope)}
        every = [("", _("All warehouses"))] if scope.is_everything else []
        _offer(
            self.fields["warehouse"],
            [*every, *((code, f"{code} {view.name}") for code, view in self._warehouses.items())],
        )
        _offer(self.fields["grade"], [("", _("Every grade")), *grades()])
        # Nothing is chosen beforehand: the highest reason is a recall.
        self.reasons = {view.code: view for view in stock.reasons()}
        choices = [(code, view.label) for code, view in self.reasons.items()]
        _offer(self.fields["reason"], [("", _("Choose a reason")), *choices])

    def clean(self) -> dict[str, Any]:
        """Adds the ids of what was named; errors stand at the field they are of."""
        given = super().clean() or {}
        if self.errors:
            return given
        house = self._warehouses.get(given["warehouse"])
        given["warehouse_id"] = house.id if house else None
        # The days that were typed are days there.
        clocks.show_zone(house.time_zone if house else "")
        self._clean_place(given)
        self._clean_goods(given)
        if given["amount"] == "all":
            if given["qty"] is not None:
                self.add_error(
                    "qty",
                    _("Everything is chosen: choose “So many units” instead, or leave this empty."),
                )
        elif given["qty"] is None:
            self.add_error("qty", _("Say how many units."))
        elif given["sku_id"] is None and not self.errors:
            self.add_error("sku", _("A quantity is of one SKU: name it, or freeze everything."))
        elif given["location_id"] and not self.errors:
            self._clean_cell(given)
        return given

    def _clean_place(self, given: dict[str, Any]) -> None:
        given["zone_id"] = given["location_id"] = None
        house = given["warehouse_id"]
        for name in ("zone", "location"):
            code = given[name].strip().upper()
            if not code:
                continue
            if house is None:
                self.add_error("warehouse", _("Name the warehouse of this place."))
            elif name == "zone":
                given["zone_id"] = reach.zones([code], warehouse_ids=[house]).get(code, house)
                if given["zone_id"] is None:
                    self.add_error("zone", _("There is no such zone in this warehouse."))
            else:
                place = stock.location_by_code(warehouse_id=house, code=code)
                given["location_id"] = place.id if place else None
                if place is None:
                    self.add_error("location", _("There is no such location in this warehouse."))

    def _clean_goods(self, given: dict[str, Any]) -> None:
        given["sku_id"] = given["lot_id"] = None
        code, lot = given["sku"].strip().upper(), given["lot"].strip().upper()
        if code:
            given["sku_id"], _pack = stock.sku_ids_by_barcode([code]).get(code, (None, 1))
            if given["sku_id"] is None:
                self.add_error("sku", _("Nobody knows this code."))
                return
        if not lot:
            return
        if given["sku_id"] is None:
            self._clean_lot_alone(given, lot)
            return
        known = reach.lots([lot], sku_ids=[given["sku_id"]])
        given["lot_id"] = known.get(lot, given["sku_id"])
        if given["lot_id"] is None:
            self.add_error("lot", _("This SKU has no such lot."))

    def _clean_lot_alone(self, given: dict[str, Any], code: str) -> None:
        """A lot number on a carton: enough as long as one SKU only has it."""
        rows = lot_rows(
            scope=self._scope, narrowing=LotNarrowing(words=code), today=timezone.localdate()
        )
        found = [row for row in rows if row.code == code]
        if len(found) == 1:
            given["lot_id"], given["sku_id"] = found[0].id, found[0].sku_id
        elif found:
            self.add_error("sku", _("Several SKUs have a lot of this number: name the SKU."))
        else:
            self.add_error("lot", _("Nothing lies in stock of a lot with this number."))

    def _clean_cell(self, given: dict[str, Any]) -> None:
        """So many units of one place: they lie there, and one lot is meant."""
        cells = [
            cell
            for cell in stock.cells(
                scope=self._scope, sku_id=given["sku_id"], location_id=given["location_id"]
            )
            if cell.grade == (given["grade"] or "ZP") and given["lot_id"] in (None, cell.lot_id)
        ]
        if not cells:
            self.add_error("location", _("These goods do not lie there."))
        elif len(cells) > 1:
            lots = ", ".join(cell.lot_code or "–" for cell in cells)
            self.add_error("lot", _("Several lots lie there: %(lots)s. Name one.") % {"lots": lots})

    def order(self) -> FreezeOrder:
        """What is to be frozen; of a valid form."""
        given = self.cleaned_data
        return FreezeOrder(
            warehouse_id=given["warehouse_id"],
            zone_id=given["zone_id"],
            location_id=given["location_id"],
            sku_id=given["sku_id"],
            lot_id=given["lot_id"],
            supplier=given["supplier"].strip(),
            grade=given["grade"],
            qty=given["qty"],
            policy=Policy(given["policy"]),
            reason=given["reason"],
            note=given["note"],
            review_at=_last_moment(self.review_day()),
            expires_at=_last_moment(given["expires_on"]),
        )

    def review_day(self) -> date | None:
        """The day that was typed, or the one that the reason says; of a valid form."""
        typed: date | None = self.cleaned_data["review_on"]
        days = self.reasons[self.cleaned_data["reason"]].review_days
        if typed is not None or days is None:
            return typed
        return timezone.localdate() + timedelta(days=days)

    def refuse(self, refused: FreezeRefused | Refused | ApprovalRefused) -> None:
        """Show why not, at the field it is of."""
        text = str(refused)
        if refused.code == "insufficient_stock" and isinstance(refused, Refused):
            text += " " + _("Asked: %(asked)s, there: %(there)s.") % refused.params
        name = FIELDS_OF.get(refused.code)
        if refused.code == "date_passed":
            passed = self.cleaned_data["review_on"]
            name = "review_on" if passed and passed < timezone.localdate() else "expires_on"
        self.add_error(name, text)


def _last_moment(day: date | None) -> datetime | None:
    """The whole of the day still counts."""
    return None if day is None else end_of(day)


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class RecallForm(forms.Form):
    """What a recall starts from, as it stands on a carton or on paper; `order()` is the recall."""

    root = forms.ChoiceField(
        label=gettext_lazy("Starts from"),
        choices=[
            ("LOT", gettext_lazy("A lot")),
            ("RECEIPT", gettext_lazy("A delivery: every lot it brought")),
            ("ORDER", gettext_lazy("An order: every lot it was sent")),
        ],
        widget=forms.RadioSelect,
    )
    sku = forms.CharField(
        label=gettext_lazy("SKU or barcode"), max_length=64, required=False,
        help_text=gettext_lazy("Only for a lot number that several SKUs have."),
    )  # fmt: skip
    lot = forms.CharField(label=gettext_lazy("Lot"), max_length=64, required=False)
    document = forms.CharField(
        label=gettext_lazy("Number of the delivery or order"), max_length=64, required=False
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("When units are promised to orders"),
        choices=[(policy.value, label) for policy, label in (POLICIES[2], POLICIES[1])],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(label=gettext_lazy("Why it is called back"), max_length=400)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def clean(self) -> dict[str, Any]:
        """Adds the lot's id; errors stand at the field they are of."""
        given = super().clean() or {}
        given["lot_id"] = None
        if self.errors:
            return given
        if given["root"] != "LOT":
            if not given["document"].strip():
                self.add_error("document", _("Name the delivery or the order."))
            return given
        code, sku = given["lot"].strip().upper(), given["sku"].strip().upper()
        if not code:
            self.add_error("lot", _("Name the lot."))
            return given
        sku_id = stock.sku_ids_by_barcode([sku]).get(sku, (None, 1))[0] if sku else None
        if sku and sku_id is None:
            self.add_error("sku", _("Nobody knows this code."))
            return given
        found = [
            view
            for view in stock.lots_named(codes=[code])
            if sku_id is None or view.sku_id == sku_id
        ]
        if len(found) == 1:
            given["lot_id"] = found[0].id
        elif found:
            self.add_error("sku", _("Several SKUs have a lot of this number: name the SKU."))
        else:
            self.add_error("lot", _("There is no lot of this number."))
        return given

    def order(self) -> RecallOrder:
        """What is called back; of a valid form."""
        given = self.cleaned_data
        return RecallOrder(
            root=given["root"],
            lot_id=given["lot_id"],
            document="" if given["root"] == "LOT" else given["document"].strip(),
            why=given["why"],
            policy=Policy(given["policy"]),
        )


class LiftForm(ReasonForm):
    """Why a recall is lifted; the dialog of its page."""

    fields_of = {"lift_why_missing": "why"}

    token = forms.CharField(
        widget=forms.HiddenInput, max_length=40, required=False, initial=lambda: uuid.uuid4().hex
    )

    def __init__(self, sent: QueryDict | None = None) -> None:
        super().__init__(sent, label=_("Why it is lifted"), dialog="lift-recall")
