"""What people type to set up masters."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.models import Location, Sku, Warehouse
from inventory.requests import Refused
from inventory.services.masters import clean_code
from inventory.services.warehouses import MOST_AISLES, MOST_BINS
from org.selectors import UnitView

# Scanned, typed and printed: letters, digits and the signs that every scanner sends alike.
CODE = re.compile(r"[A-Z0-9][A-Z0-9._/-]*")
# Kinds that people set up; totes and trucks are made where they are used.
HOUSES = [kind for kind in Warehouse.Kind.choices if kind[0] not in {"TRANSIT", "VIRTUAL"}]
PLACES = [kind for kind in Location.Kind.choices if kind[0] != "TRUCK"]


class CodeField(forms.CharField):
    """A code: upper case, half width, no blanks."""

    def clean(self, value: Any) -> str:
        """The code as it is kept.

        Raises:
            ValidationError: it has signs that cannot be scanned.
        """
        code = clean_code(super().clean(value))
        if code and not CODE.fullmatch(code):
            raise forms.ValidationError(
                _("Use letters, digits and - . _ / only, beginning with a letter or digit.")
            )
        return code


class WarehouseForm(forms.Form):
    """A new warehouse with its first places."""

    code = CodeField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("Short and lasting, such as WH-SH. Shown on labels and in lists."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    unit = forms.TypedChoiceField(label=gettext_lazy("Belongs to"), coerce=int)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=HOUSES)
    province = forms.CharField(label=gettext_lazy("Province"), max_length=40, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=40, required=False)
    aisles = forms.IntegerField(
        label=gettext_lazy("Aisles"), min_value=1, max_value=MOST_AISLES, initial=2
    )
    bins = forms.IntegerField(
        label=gettext_lazy("Bins in each aisle"), min_value=1, max_value=MOST_BINS, initial=12,
        help_text=gettext_lazy("Places A-01, A-02 ... are made; add others later."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[UnitView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["unit"]
        choice.choices = [(unit.id, unit.name) for unit in units]


class WarehouseFactsForm(forms.Form):
    """What may change about a warehouse; code, unit and kind stay."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    province = forms.CharField(label=gettext_lazy("Province"), max_length=40, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=40, required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(name, name) for name in sorted(zoneinfo.available_timezones())],
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"), min_value=0, max_value=100_000,
        help_text=gettext_lazy("The lower goes first when two warehouses are as near."),
    )  # fmt: skip


class ZoneForm(forms.Form):
    """What may change about a zone."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)
    temperature = forms.ChoiceField(
        label=gettext_lazy("Temperature"), required=False,
        choices=[("", gettext_lazy("Not said")), *Sku.Temperature.choices],
    )  # fmt: skip
    dark = forms.BooleanField(label=gettext_lazy("Kept away from light"), required=False)


class ReasonForm(forms.Form):
    """What may change about a reason; holds that exist keep what they were placed with."""

    name = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=60)
    review_days = forms.IntegerField(
        label=gettext_lazy("Review after days"), min_value=1, max_value=3650, required=False
    )
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"), min_value=0, max_value=32_000,
        help_text=gettext_lazy("The higher gets freed units first."),
    )  # fmt: skip
    by_hand = forms.BooleanField(label=gettext_lazy("People choose it"), required=False)


class PlaceForm(forms.Form):
    """One more place of a warehouse."""

    code = CodeField(label=gettext_lazy("Code"), max_length=32)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PLACES)
    sequence = forms.IntegerField(
        label=gettext_lazy("Order in the walk"), min_value=0, max_value=1_000_000, initial=0
    )


class SkuForm(forms.Form):
    """A SKU as an office keeps it."""

    code = CodeField(label=gettext_lazy("SKU code"), max_length=64)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    barcodes = forms.CharField(
        label=gettext_lazy("Barcodes"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on each line; scanning one means one unit."),
    )
    category = forms.CharField(label=gettext_lazy("Category"), max_length=80, required=False)
    unit_name = forms.CharField(label=gettext_lazy("Unit"), max_length=16, initial="件")
    unit_cost = forms.DecimalField(
        label=gettext_lazy("Cost"), min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    list_price = forms.DecimalField(
        label=gettext_lazy("Price"), min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    lot_tracked = forms.BooleanField(
        label=gettext_lazy("Kept by lot, with dates"), required=False,
        help_text=gettext_lazy("Cannot change once there was stock."),
    )  # fmt: skip
    shelf_life_days = forms.IntegerField(
        label=gettext_lazy("Shelf life in days"), min_value=1, max_value=36_500, required=False
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def clean_barcodes(self) -> list[str]:
        """Each line one code."""
        typed: str = self.cleaned_data["barcodes"]
        codes = [clean_code(line) for line in typed.splitlines() if line.strip()]
        if any(len(code) > 64 for code in codes):
            raise forms.ValidationError(_("A barcode has at most 64 characters."))
        return list(dict.fromkeys(codes))


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """Put what the services refuse at the field it concerns."""
    field = str(refused.params.get("field", ""))
    text = str(refused)
    if refused.code == "barcode_taken":
        text = _("%(text)s (%(code)s)") % {"text": text, "code": refused.params.get("asked")}
    form.add_error(field if field in form.fields else None, text)
