"""Forms of sensors: values are typed as people read them and kept in thousandths."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.measuring import THOUSAND
from freeze_rules.models import Measure
from freeze_rules.selectors.sensors import class_label
from freeze_rules.services.sensors.bounds import CLASSES, BoundWish
from freeze_rules.services.sensors.refusals import SensorRefused
from freeze_rules.services.sensors.registry import DeviceWish

UNIT_CHOICES = [("C", "°C"), ("F", "°F"), ("LX", "lx"), ("PCT", "%"), ("G", "g")]
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class _Refusable(forms.Form):
    """A form that can say what the service refused."""

    def refuse(self, refused: SensorRefused) -> None:
        """At its field when the form has that, else above."""
        field = refused.field if refused.field in self.fields else None
        self.add_error(field, str(refused))


class ValueField(forms.DecimalField):
    """A measured value with up to three decimals; thousandths when cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=12, decimal_places=3, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        """Thousandths, None for empty."""
        found: Decimal | None = super().clean(value)
        return None if found is None else int(found * THOUSAND)


class DeviceForm(_Refusable):
    """A new device."""

    code = forms.CharField(label=_("Code"), max_length=64)
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    measure = forms.ChoiceField(label=_("What it measures"), choices=Measure.choices)
    unit = forms.ChoiceField(label=_("Unit"), choices=UNIT_CHOICES)
    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int)
    period_s = forms.IntegerField(
        label=_("Seconds between readings"), min_value=1, max_value=86_400, initial=300,
        help_text=_("Three times that long without a word, and it counts as silent."),
    )  # fmt: skip

    def __init__(self, *args: Any, houses: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].choices = houses  # type: ignore[attr-defined]

    def wish(self) -> DeviceWish:
        """What was asked for; only after `is_valid`."""
        told = self.cleaned_data
        return DeviceWish(
            code=told["code"], name=told["name"], measure=told["measure"], unit=told["unit"],
            warehouse_id=told["warehouse"], period_s=told["period_s"],
        )  # fmt: skip


class ChangeForm(_Refusable):
    """Name, period, in or out of service."""

    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    period_s = forms.IntegerField(
        label=_("Seconds between readings"), min_value=1, max_value=86_400
    )
    in_service = forms.BooleanField(label=_("In service"), required=False)


class PlaceForm(_Refusable):
    """Where it hangs from when on."""

    zone = forms.CharField(label=_("Zone"), max_length=32, required=False)
    location = forms.CharField(label=_("or one location"), max_length=32, required=False)
    since = forms.DateTimeField(label=_("Since"), widget=MOMENT, initial=timezone.now)


class CalibrationForm(_Refusable):
    """What is added to what it says, from when on."""

    offset = ValueField(label=_("Added to readings"))
    since = forms.DateTimeField(label=_("Since"), widget=MOMENT, initial=timezone.now)
    due_on = forms.DateField(
        label=_("Next calibration"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    certificate = forms.CharField(label=_("Certificate"), max_length=80, required=False)

    def clean_offset(self) -> int:
        """Raises ValidationError when it is empty."""
        offset: int | None = self.cleaned_data["offset"]
        if offset is None:
            raise forms.ValidationError(_("This field is missing."))
        return offset


class BoundForm(_Refusable):
    """A bound of a zone, a SKU, or a class of SKUs."""

    measure = forms.ChoiceField(label=_("What it measures"), choices=Measure.choices)
    warehouse = forms.TypedChoiceField(
        label=_("Warehouse"), coerce=int, required=False, empty_value=None
    )
    zone = forms.CharField(label=_("Zone"), max_length=32, required=False)
    sku = forms.CharField(label=_("or SKU"), max_length=64, required=False)
    sku_class = forms.ChoiceField(label=_("or class of SKUs"), required=False)
    lower = ValueField(label=_("Not below"))
    upper = ValueField(label=_("Not above"))
    hysteresis = ValueField(
        label=_("Hysteresis"), help_text=_("Back by so much before it counts as over.")
    )
    grace_minutes = forms.IntegerField(
        label=_("Minutes forgiven"), min_value=0, max_value=100_000, required=False
    )
    dose_limit = ValueField(
        label=_("Dose allowed"),
        help_text=_("°C·min or %·min beyond the bound; for light lx·h in all."),
    )

    def __init__(self, *args: Any, houses: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].choices = [("", "–"), *houses]  # type: ignore[attr-defined]
        classes = sorted({name for names in CLASSES.values() for name in names})
        self.fields["sku_class"].choices = [  # type: ignore[attr-defined]
            ("", "–"), *((name, class_label(name)) for name in classes),
        ]  # fmt: skip

    def wish(self) -> BoundWish:
        """What was asked for; only after `is_valid`."""
        told = self.cleaned_data
        return BoundWish(
            measure=told["measure"], warehouse_id=told["warehouse"] if told["zone"] else None,
            zone=told["zone"], sku=told["sku"], sku_class=told["sku_class"], lower=told["lower"],
            upper=told["upper"], hysteresis=told["hysteresis"] or 0,
            grace_minutes=told["grace_minutes"], dose_limit=told["dose_limit"],
        )  # fmt: skip
