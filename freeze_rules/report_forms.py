"""What people type to report something; codes as they stand on labels."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from freeze_rules.models import Incident, Inspection
from freeze_rules.selectors.customs_words import STATES
from freeze_rules.selectors.told_events import EXCURSION, EXTERNAL
from freeze_rules.services.applying import Wish
from freeze_rules.services.reports.naming import Named, named
from freeze_rules.services.reports.outside import Outside
from inventory import selectors as stock
from org.scope import Scope

CUSTOMS = [
    (state, STATES[state][0]) for state in ("INSPECTING", "CLEARED", "REFUSED", "NOT_CLEARED")
]


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )


def _units(label: Any, *, required: bool = True, least: int = 1) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=least, max_value=1_000_000_000, required=required
    )


class Reported(forms.Form):
    """What all have: one attempt, and the warehouses within reach."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"].setdefault("token", uuid.uuid4().hex)
        super().__init__(*args, **kwargs)
        self._scope = scope
        if "warehouse" in self.fields:
            houses = [
                (view.code, f"{view.code} {view.name}") for view in stock.warehouses(scope=scope)
            ]
            field = self.fields["warehouse"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = houses

    def key(self) -> str:
        """The attempt's key; of a valid form."""
        return str(self.cleaned_data["token"] or uuid.uuid4().hex)

    def what(self) -> Named:
        """What the codes name; of a valid form.

        Raises:
            ReportRefused: as `naming.named`.
        """
        given = self.cleaned_data
        codes = {
            name: given[name] for name in ("warehouse", "location", "sku", "lot") if name in given
        }
        return named(scope=self._scope, **codes)


class InspectionForm(Reported):
    """An inspection begins."""

    warehouse = forms.ChoiceField(label=_("Warehouse"))
    sku = forms.CharField(label=_("SKU or barcode"), max_length=64)
    lot = forms.CharField(label=_("Lot"), max_length=64, required=False)
    document = forms.CharField(label=_("Delivery"), max_length=64, required=False)
    qty = _units(_("Quantity it is about"))
    sample = _units(_("Sample"), required=False, least=0)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class ResultForm(Reported):
    """The result of an inspection, with its report."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=[each for each in Inspection.Result.choices if each[0] != "ASKED"],
        widget=forms.RadioSelect,
    )
    passed = _units(_("Passed units, when passed in part"), required=False, least=0)
    reference = forms.CharField(label=_("Number of the report"), max_length=120)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)
    file = forms.FileField(label=_("Report or photo"), required=False)


class CustomsForm(Reported):
    """What customs say of a lot."""

    sku = forms.CharField(label=_("SKU or barcode"), max_length=64)
    lot = forms.CharField(label=_("Lot"), max_length=64)
    state = forms.ChoiceField(label=_("Customs"), choices=CUSTOMS)
    declaration = forms.CharField(label=_("Declaration number"), max_length=64)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)


class SupplierForm(Reported):
    """A supplier is blocked."""

    supplier = forms.CharField(label=_("Supplier"), max_length=80)
    why = forms.CharField(label=_("Why it is blocked"), max_length=400)


class IncidentForm(Reported):
    """Damage, a leak, or a repair that is done."""

    kind = forms.ChoiceField(
        label=_("What"), choices=Incident.Kind.choices, widget=forms.RadioSelect
    )
    warehouse = forms.ChoiceField(label=_("Warehouse"))
    location = forms.CharField(label=_("Location"), max_length=32, required=False)
    sku = forms.CharField(label=_("SKU or barcode"), max_length=64, required=False)
    lot = forms.CharField(label=_("Lot"), max_length=64, required=False)
    qty = _units(_("Units"), required=False, least=0)
    note = forms.CharField(label=_("What was seen or done"), max_length=400)


class OutsideForm(Reported):
    """Something that no program told."""

    kind = forms.ChoiceField(
        label=_("Kind of event"),
        choices=[
            (EXTERNAL, _("A notice from outside, such as a recall by a supplier or an authority")),
            (EXCURSION, _("A logger was read out: too warm, too cold, or too much light")),
        ],
        widget=forms.RadioSelect,
        initial=EXTERNAL,
    )
    name = forms.CharField(label=_("Name of the event"), max_length=64, required=False)
    sku = forms.CharField(label=_("SKU or barcode"), max_length=64, required=False)
    lot = forms.CharField(label=_("Lot"), max_length=64, required=False)
    warehouse = forms.ChoiceField(label=_("Warehouse"), required=False)
    location = forms.CharField(label=_("Location"), max_length=32, required=False)
    qty = _units(_("Units, where only some are concerned"), required=False)
    minutes = _units(_("Minutes out of range, by the logger"), required=False, least=0)
    dose = forms.DecimalField(
        label=_("Dose, by the logger"), min_value=0, max_value=1_000_000_000, required=False,
        help_text=_("Degree-minutes out of range, or lux-hours."),
    )  # fmt: skip
    reference = forms.CharField(
        label=_("Number of the notice or the logger"), max_length=64, required=False
    )
    note = forms.CharField(label=_("What the notice or the logger says"), max_length=400)

    def __init__(self, *args: Any, scope: Scope, awaited: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        field = self.fields["warehouse"]
        assert isinstance(field, forms.ChoiceField)
        if scope.is_everything:
            field.choices = [("", _("All warehouses")), *field.choices]  # type: ignore[misc]
        said = ", ".join(awaited) or _("no rule waits for one now")
        self.fields["name"].help_text = _("Rules wait for: %(names)s.") % {"names": said}

    def told(self) -> Outside:
        """What is told; of a valid form.

        Raises:
            ReportRefused: as `naming.named`.
        """
        given = self.cleaned_data
        return Outside(
            kind=given["kind"], what=self.what(), name=given["name"], qty=given["qty"] or 0,
            minutes=given["minutes"], dose=given["dose"], reference=given["reference"],
            note=given["note"],
        )  # fmt: skip


class ApplyForm(Reported):
    """A rule is applied to goods, or to all that lies at a place."""

    rule = forms.ChoiceField(label=_("Rule"))
    warehouse = forms.ChoiceField(label=_("Warehouse"))
    location = forms.CharField(label=_("Location"), max_length=32, required=False)
    sku = forms.CharField(label=_("SKU or barcode"), max_length=64, required=False)
    lot = forms.CharField(label=_("Lot"), max_length=64, required=False)
    qty = _units(_("Units; empty for all that lies there"), required=False)
    why = forms.CharField(label=_("Why"), max_length=200)
    # What was shown before.
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, rules: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["rule"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(pk), name) for pk, name in rules]

    def wish(self) -> Wish:
        """To what the rule is applied; of a valid form.

        Raises:
            ReportRefused: as `naming.named`.
        """
        given = self.cleaned_data
        return Wish(what=self.what(), qty=given["qty"], why=given["why"])


class PromotionForm(Reported):
    """A promotion; its lines typed or from a workbook."""

    name = forms.CharField(label=_("Name"), max_length=80)
    opens_at = _moment(_("Opens"))
    closes_at = _moment(_("Closes"))
    shops = forms.CharField(
        label=_("Shops, by number"), max_length=400, required=False,
        help_text=_("Separated by commas; empty: every shop."),
    )  # fmt: skip
    lines = forms.CharField(
        label=_("Goods"), required=False, max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One line each: SKU, warehouse, units."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a workbook"), required=False,
        help_text=_("Three columns: SKU, warehouse, units."),
    )  # fmt: skip
