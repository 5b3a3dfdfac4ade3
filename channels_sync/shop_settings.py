"""A shop's settings: its name, how often it is pulled, from where it sells, what is kept back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from channels_sync.selectors.shop_settings import ShopSettings, shop_settings
from channels_sync.services import shops
from inventory import selectors as stock
from org import roles
from org.access import permission_required, person_of
from org.scope import Scope
from org.selectors import scope_of

MOST_KEPT_BACK = 1_000_000


class ShopForm(forms.Form):
    """What may be changed of a shop; its address and its secrets are not typed here."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    pull_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds between two looks"),
        min_value=1,
        max_value=180,
        help_text=gettext_lazy(
            "How often the platform is asked for orders, besides what it tells by itself."
        ),
    )
    safety_qty = forms.IntegerField(
        label=gettext_lazy("Safety stock"),
        min_value=0,
        max_value=MOST_KEPT_BACK,
        help_text=gettext_lazy("So many units of each SKU are kept out of the shop's figure."),
    )
    warehouses = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Warehouses it sells from"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("A shop that sells from no warehouse would show 0 everywhere.")
        },
    )

    def __init__(
        self,
        *args: Any,
        houses: list[tuple[int, str]],
        beyond: Collection[int],
        pulled: bool,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        choices = self.fields["warehouses"]
        assert isinstance(choices, forms.TypedMultipleChoiceField)
        choices.choices = houses
        # Where others let it sell from elsewhere it need not sell from here.
        choices.required = not beyond
        if not pulled:
            del self.fields["pull_seconds"]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.SHOPS_EDIT)
def settings_page(request: HttpRequest, shop_id: int) -> HttpResponse:
    """See the settings of a shop and change them; what was typed stays when something is wrong."""
    scope = scope_of(person_of(request), permission=roles.SHOPS_EDIT)
    shop = shop_settings(scope=scope, shop_id=shop_id)
    if shop is None:
        raise Http404
    houses = _houses(scope, shop)
    mine = {number for number, _name in houses}
    now = {
        "name": shop.name, "pull_seconds": shop.pull_seconds, "safety_qty": shop.safety_qty,
        "warehouses": [each for each in shop.warehouse_ids if each in mine],
    }  # fmt: skip
    form = ShopForm(
        request.POST or None, initial=now, houses=houses, pulled=shop.is_pulled,
        beyond=set(shop.warehouse_ids) - mine,
    )  # fmt: skip
    seen = request.POST.get("seen", shop.seen)
    if request.method == "POST" and form.is_valid():
        if _changed(scope, shop_id, form.cleaned_data, mine, seen, person_of(request).actor):
            messages.success(request, _("The settings of the shop are saved."))
            return redirect("shop", shop_id)
        shop = shop_settings(scope=scope, shop_id=shop_id) or shop
        seen = shop.seen
        form.add_error(
            None,
            _("Somebody else changed this shop meanwhile. Look at its history, then save again."),
        )
    status = 422 if form.is_bound else 200
    context = {"form": form, "shop": shop, "seen": seen}
    return render(request, "channels_sync/shop_settings.html", context, status=status)


def _houses(scope: Scope, shop: ShopSettings) -> list[tuple[int, str]]:
    """The warehouses to choose among: those in use, and closed ones that the shop still names."""
    found = stock.warehouses(scope=scope)
    known = {each.id for each in found}
    named = stock.warehouses(scope=scope, ids=shop.warehouse_ids, active=False)
    found += [each for each in named if each.id not in known]
    return [(each.id, f"{each.name} {each.code}") for each in found if each.kind != "TRANSIT"]


def _changed(
    scope: Scope, shop_id: int, told: dict[str, Any], mine: set[int], seen: str, actor: str
) -> bool:
    """Change what was told; False, and nothing changed, where the shop is not as it was seen."""
    texts: dict[str, Any] = {each: told[each] for each in ("name", "pull_seconds") if each in told}
    with transaction.atomic(durable=True):
        shop = shop_settings(scope=scope, shop_id=shop_id, locked=True)
        if shop is None or shop.seen != seen:
            return False
        # Warehouses beyond the person's part of the company stay as they are.
        beyond = [each for each in shop.warehouse_ids if each not in mine]
        shops.change_shop(shop_id=shop.id, changes=texts, actor=actor)
        if told["safety_qty"] != shop.safety_qty:
            shops.change_safety(shop_id=shop.id, safety_qty=told["safety_qty"], actor=actor)
        shops.bind_warehouses(
            shop_id=shop.id, warehouse_ids=[*beyond, *told["warehouses"]], actor=actor
        )
    return True
