"""The history of a shop's settings, and how a version comes back."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels_sync.models import Shop
from channels_sync.services import shops
from inventory import selectors as stock
from org import roles
from org.history import CannotRestore, Field, HistoryKind, Known, Part, Restoring, Rows
from org.scope import Scope
from org.selectors import scope_of

# Not the address: the present secrets would be sent to the former one.
_COLUMNS = ("name", "pull_seconds")


def _find(shop_id: int, scope: Scope) -> Known | None:
    row = scope.limit(Shop.objects.filter(pk=shop_id).defer("credentials"), "unit").first()
    if row is None:
        return None
    return Known(
        code=row.code, name=row.name, url=reverse("shop", args=[row.pk]), unit_id=row.unit_id
    )


def _tell_warehouses(rows: Rows) -> list[str]:
    ids = [row["warehouse_id"] for row in rows]
    found = stock.warehouses(scope=Scope.everything(), ids=ids, active=False)
    return [f"{each.code} {each.name}" for each in found]


def _restore(asked: Restoring) -> None:
    actor = asked.person.actor
    if "bindings" in asked.names:
        wanted = [row["warehouse_id"] for row in asked.state.get("bindings", ())]
        scope = scope_of(asked.person, permission=roles.SHOPS_EDIT)
        if len(stock.warehouses(scope=scope, ids=wanted, active=False)) < len(wanted):
            raise CannotRestore(
                "not_allowed", str(_("One of its warehouses is beyond your part of the company."))
            )
        shops.bind_warehouses(shop_id=asked.object_id, warehouse_ids=wanted, actor=actor)
    columns = {name: asked.state[name] for name in _COLUMNS if name in asked.names}
    if columns:
        shops.change_shop(shop_id=asked.object_id, changes=columns, actor=actor)
    if "safety_qty" in asked.names:
        shops.change_safety(
            shop_id=asked.object_id, safety_qty=asked.state["safety_qty"], actor=actor
        )


SHOP = HistoryKind(
    code="shop",
    name=_("Shop"),
    see=(roles.SHOPS_VIEW, roles.AUDIT_VIEW),
    edit=roles.SHOPS_EDIT,
    fields=(
        Field(name="code", label=_("Code"), restored=False),
        Field(name="name", label=_("Name")),
        Field(name="platform", label=_("platform"), choices=dict(Shop.Platform.choices),
              restored=False),
        Field(name="base_url", label=_("address of the API"), restored=False),
        Field(name="currency", label=_("Currency"), restored=False),
        Field(name="is_active", label=_("active"), restored=False),
        Field(name="pull_seconds", label=_("seconds between pulls")),
        Field(name="safety_qty", label=_("Safety stock")),
    ),
    parts=(Part(name="bindings", label=_("Warehouses it sells from"), tell=_tell_warehouses),),
    find=_find,
    subject=lambda pk: f"shop:{Shop.objects.values_list('code', flat=True).get(pk=pk)}",
    restore=_restore,
)  # fmt: skip
