"""Configuration by the superuser: carriers and the waybill numbers they gave us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from org.access import person_of
from wms.models import Carrier, WaybillRange
from wms.services import BadRange, WaybillsOverlap, add_waybills

if TYPE_CHECKING:
    _CarrierAdmin = admin.ModelAdmin[Carrier]
    _RangeAdmin = admin.ModelAdmin[WaybillRange]
    _RangeForm = forms.ModelForm[WaybillRange]
else:
    _CarrierAdmin = _RangeAdmin = admin.ModelAdmin
    _RangeForm = forms.ModelForm


class SuperuserOnly:
    """Being staff opens the door of the admin; only a superuser changes carriers."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return person_of(request).is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person_of(request).is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return person_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person_of(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Carrier)
class CarrierAdmin(SuperuserOnly, _CarrierAdmin):
    """Names, and what the platforms call each company."""

    list_display = ("code", "name", "is_active")


class RangeForm(_RangeForm):
    """A new range; `clean` adds it, so what is refused is said at the form."""

    class Meta:
        model = WaybillRange
        fields = ("carrier", "prefix", "first", "last")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            with transaction.atomic():
                self.instance = add_waybills(
                    carrier_code=given["carrier"].code,
                    prefix=given["prefix"],
                    first=given["first"],
                    last=given["last"],
                )
        except WaybillsOverlap as refused:
            raise ValidationError(_("Some of these numbers were given before.")) from refused
        except BadRange as refused:
            raise ValidationError(_("The last number must not be before the first.")) from refused
        return given


@admin.register(WaybillRange)
class WaybillRangeAdmin(SuperuserOnly, _RangeAdmin):
    """Ranges are added and looked at; numbers are taken only by the pack bench."""

    form = RangeForm
    list_display = ("carrier", "prefix", "first", "next", "last")
    list_select_related = ("carrier",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: a handed out number must not come back."""
        return False
