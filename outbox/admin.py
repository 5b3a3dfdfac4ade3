"""Waiting and dead news, to look at and to revive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outbox import services
from outbox.models import News

if TYPE_CHECKING:
    _NewsAdmin = admin.ModelAdmin[News]
else:
    _NewsAdmin = admin.ModelAdmin


@admin.register(News)
class NewsAdmin(_NewsAdmin):
    list_display = ["id", "handler", "key", "told_at", "attempts", "last_error", "dead_at"]
    list_filter = [("dead_at", admin.EmptyFieldListFilter), "handler"]
    search_fields = ["=key"]
    ordering = ["-id"]
    actions = ["deliver_again"]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description=_("Deliver again"), permissions=["view"])
    def deliver_again(self, request: HttpRequest, queryset: QuerySet[News]) -> None:
        """Revive the chosen rows; those that are not dead are left alone."""
        with transaction.atomic(durable=True):
            revived = services.revive(ids=list(queryset.values_list("pk", flat=True)))
        text = ngettext("%(n)s will be delivered again.", "%(n)s will be delivered again.", revived)
        self.message_user(request, text % {"n": revived})
