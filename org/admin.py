"""Configuration by the superuser: units, people, jobs; the audit trail to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from org import services
from org.access import person_of
from org.models import Assignment, AuditRecord, Person, Unit
from org.selectors.belonging import unit_of_person

if TYPE_CHECKING:
    _UnitAdmin = admin.ModelAdmin[Unit]
    _UnitForm = forms.ModelForm[Unit]
    _AssignmentAdmin = admin.ModelAdmin[Assignment]
    _AuditAdmin = admin.ModelAdmin[AuditRecord]
    _PersonAdmin = UserAdmin[Person]
    _PersonForm = AdminUserCreationForm[Person]
else:
    _UnitAdmin = _AssignmentAdmin = _AuditAdmin = admin.ModelAdmin
    _UnitForm = forms.ModelForm
    _PersonAdmin = UserAdmin
    _PersonForm = AdminUserCreationForm


class SuperuserOnly:
    """Being staff opens the door of the admin; only a superuser changes who may do what."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return person_of(request).is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return person_of(request).is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return person_of(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return person_of(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UnitForm(_UnitForm):
    """A unit; what the tree refuses is said at the field."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        kind, parent = data.get("kind"), data.get("parent")
        if self.instance.pk is None and (kind == Unit.Kind.HEAD_OFFICE) == (parent is not None):
            raise ValidationError(_("Only the head office stands without a parent."))
        if parent is not None and parent.kind == Unit.Kind.STORE:
            raise ValidationError({"parent": _("A store has no units below it.")})
        return data


@admin.register(Unit)
class UnitAdmin(SuperuserOnly, _UnitAdmin):
    form = UnitForm
    list_display = ["path", "kind", "name"]
    search_fields = ["code", "name"]
    ordering = ["path"]

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> list[str]:
        return [] if obj is None else ["kind", "parent", "code"]

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:
        actor = person_of(request).actor
        if change:
            services.rename_unit(unit_id=obj.pk, name=obj.name, actor=actor)
            return
        made = services.create_unit(
            code=obj.code, name=obj.name, kind=obj.kind, parent_id=obj.parent_id, actor=actor
        )
        obj.pk, obj.path = made.pk, made.path


class PersonCreationForm(_PersonForm):
    class Meta:
        model = Person
        fields = ["username", "display_name", "language"]


@admin.register(Person)
class PersonAdmin(SuperuserOnly, _PersonAdmin):
    add_form = PersonCreationForm
    list_display = ["username", "display_name", "is_active", "is_superuser"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "display_name"]
    ordering = ["username"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "display_name", "language", "email"]}),
        (_("May"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": [
                    "username", "display_name", "language",
                    "usable_password", "password1", "password2",
                ]
            },
        )
    ]  # fmt: skip

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        shown = ("username", "display_name", "language", "is_active", "is_staff", "is_superuser")
        services.record(
            actor=person_of(request).actor,
            action="person.changed" if change else "person.created",
            subject=obj.actor,
            after={name: getattr(obj, name) for name in shown},
            unit_id=unit_of_person(obj.pk),
        )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic(durable=True):
            response = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                services.record(
                    actor=person_of(request).actor,
                    action="person.password_set",
                    subject=f"person:{id}",
                    unit_id=unit_of_person(int(id)),
                )
        return response


@admin.register(Assignment)
class AssignmentAdmin(SuperuserOnly, _AssignmentAdmin):
    list_display = ["person", "role", "unit", "warehouse_id", "shop_id"]
    list_filter = ["role"]
    list_select_related = ["person", "role", "unit"]
    ordering = ["id"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return person_of(request).is_superuser

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        made = services.assign(
            person_id=obj.person_id,
            role=obj.role_id,
            unit_id=obj.unit_id,
            warehouse_id=obj.warehouse_id,
            shop_id=obj.shop_id,
            valid_from=obj.valid_from,
            valid_until=obj.valid_until,
            actor=person_of(request).actor,
        )
        obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        services.unassign(
            person_id=obj.person_id,
            role=obj.role_id,
            unit_id=obj.unit_id,
            warehouse_id=obj.warehouse_id,
            shop_id=obj.shop_id,
            actor=person_of(request).actor,
        )

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic(durable=True):
            for job in queryset:
                self.delete_model(request, job)


@admin.register(AuditRecord)
class AuditAdmin(SuperuserOnly, _AuditAdmin):
    list_display = ["at", "actor", "action", "subject"]
    list_filter = ["action"]
    search_fields = ["=subject", "=actor"]
    ordering = ["-id"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
