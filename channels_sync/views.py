"""Pages about shops: how they are in sync, what nobody knows, what failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from channels_sync import selectors
from channels_sync.lists.shops import SHOPS
from channels_sync.lists.unmatched import UNMATCHED, name_of
from channels_sync.selectors import ShopRow
from channels_sync.services import catalogue, inbox, matching, publishing, shipments, shops
from inventory import selectors as stock
from org import roles
from org import services as org
from org.access import permission_required, person_of
from org.asking import AskedForm
from org.lists.pages import list_page
from org.scope import Scope
from org.selectors import scope_of

OUTCOMES = {
    "stored": gettext_lazy("Stored"),
    "duplicate": gettext_lazy("Repeated by the platform"),
    "replay": gettext_lazy("Copies"),
    "altered": gettext_lazy("Known number, other content"),
    "unsigned": gettext_lazy("Not signed"),
    "bad_signature": gettext_lazy("Wrong signature"),
    "stale": gettext_lazy("Too old"),
    "malformed": gettext_lazy("Unreadable"),
    "too_large": gettext_lazy("Too large"),
}


@require_GET
@permission_required(roles.SHOPS_VIEW)
def shop_list(request: HttpRequest) -> HttpResponse:
    """Every shop the person sees, with its state of synchronisation."""
    scope = _scope(request, roles.SHOPS_VIEW)
    page = list_page(request, SHOPS, scope=scope)
    return render(request, "channels_sync/shops.html", {"list": page})


@require_GET
@permission_required(roles.SHOPS_VIEW)
def shop(request: HttpRequest, shop_id: int) -> HttpResponse:
    """One shop: what waits, what failed with a way to try again, and the nightly proof."""
    scope = _scope(request, roles.SHOPS_VIEW)
    row = _seen(scope, shop_id)
    since = timezone.now() - timedelta(days=1)
    told = selectors.pushes(shop_id=shop_id, since=since)
    return render(
        request,
        "channels_sync/shop.html",
        {
            "shop": row,
            "may_edit": person_of(request).may(roles.SHOPS_EDIT),
            "may_retry": person_of(request).may(roles.EXCEPTIONS_HANDLE),
            "unmatched": selectors.unmatched(scope=scope, shop_id=shop_id, limit=10),
            "figures": selectors.failed_figures(scope=scope, shop_id=shop_id),
            "orders": selectors.failed_orders(scope=scope, shop_id=shop_id),
            "uploads": selectors.failed_uploads(scope=scope, shop_id=shop_id),
            "nights": selectors.nights(scope=scope, shop_id=shop_id),
            "pushes": [(OUTCOMES.get(outcome, outcome), count) for outcome, count in told],
            "push_url": request.build_absolute_uri(reverse("push", args=[row.platform, row.code])),
        },
    )


@require_GET
@permission_required(roles.SHOPS_VIEW)
def unmatched(request: HttpRequest) -> HttpResponse:
    """What the shops sell and nobody has said the SKU of."""
    return _unmatched_page(request)


class MatchForm(AskedForm):
    """The SKU that a listing is, by code or barcode."""

    sku = forms.CharField(
        label=gettext_lazy("SKU code or barcode"), max_length=64,
        error_messages={"required": gettext_lazy("Type or scan the code or barcode of a SKU.")},
    )  # fmt: skip

    def clean_sku(self) -> int:
        """The SKU's id."""
        typed = self.cleaned_data["sku"]
        found = stock.sku_ids_by_barcode([typed]).get(typed)
        if found is None:
            said = _("There is no SKU with the code or barcode “%s”.") % typed
            raise forms.ValidationError(said)
        return found[0]


def _unmatched_page(
    request: HttpRequest, form: MatchForm | None = None, listing_id: int | None = None
) -> HttpResponse:
    """The list; with a form that was refused, beside its row."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.SHOPS_VIEW)
    page = list_page(request, UNMATCHED, scope=scope, path=reverse("unmatched"))
    may_edit = person.may(roles.SHOPS_EDIT)
    context = {
        "list": page,
        "row_extra": "channels_sync/match.html" if may_edit else "",
        "form": form,
        "refused_id": listing_id,
    }
    status = 422 if form is not None else 200
    return render(request, "channels_sync/unmatched.html", context, status=status)


@require_POST
@permission_required(roles.SHOPS_EDIT)
def map_listing(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Say which SKU a listing is, by code or barcode."""
    scope = _scope(request, roles.SHOPS_EDIT)
    listing = next(iter(selectors.unmatched(scope=scope, after=listing_id - 1, limit=1)), None)
    if listing is None or listing.id != listing_id:
        raise Http404
    form = MatchForm(request.POST, auto_id=f"%s-{listing_id}")
    if not form.is_valid():
        return _unmatched_page(request, form, listing_id)
    with transaction.atomic(durable=True):
        matching.map_listing(
            listing_id=listing_id,
            sku_id=form.cleaned_data["sku"],
            actor=person_of(request).actor,
        )
    messages.success(request, _("“%s” is matched. Waiting orders go on.") % name_of(listing))
    return _back(request, "unmatched")


@require_POST
@permission_required(roles.SHOPS_EDIT)
def look_now(request: HttpRequest, shop_id: int) -> HttpResponse:
    """Pull the shop and read its catalogue at once."""
    row = _seen(_scope(request, roles.SHOPS_EDIT), shop_id)
    with transaction.atomic(durable=True):
        shops.pull_now(shop_id=shop_id)
        catalogue.read_soon(shop_id=shop_id)
        org.record(
            actor=person_of(request).actor, action="shop.pull_asked", subject=f"shop:{row.code}",
            unit_id=row.unit_id,
        )  # fmt: skip
    messages.success(request, _("The shop is being looked at now."))
    return redirect("shop", shop_id)


@require_POST
@permission_required(roles.EXCEPTIONS_HANDLE)
def retry(request: HttpRequest, shop_id: int, kind: str) -> HttpResponse:
    """Try again what failed in a shop: orders, figures or waybills."""
    scope = _scope(request, roles.EXCEPTIONS_HANDLE)
    row = _seen(scope, shop_id)
    work = _RETRIES.get(kind)
    if work is None:
        raise Http404
    with transaction.atomic(durable=True):
        count = work(scope, shop_id)
        org.record(
            actor=person_of(request).actor,
            action=f"shop.{kind}_retried",
            subject=f"shop:{row.code}",
            after={"count": count},
            unit_id=row.unit_id,
        )
    text = ngettext("%s is tried again.", "%s are tried again.", count) % count
    messages.success(request, text)
    return redirect("shop", shop_id)


def _retry_orders(scope: Scope, shop_id: int) -> int:
    found = selectors.failed_orders(scope=scope, shop_id=shop_id)
    return inbox.retry(row_ids=[one.id for one in found])


def _retry_figures(scope: Scope, shop_id: int) -> int:
    found = selectors.failed_figures(scope=scope, shop_id=shop_id)
    return publishing.retry(listing_ids=[one.id for one in found])


def _retry_uploads(scope: Scope, shop_id: int) -> int:
    found = selectors.failed_uploads(scope=scope, shop_id=shop_id)
    return shipments.retry(upload_ids=[one.id for one in found])


_RETRIES: dict[str, Callable[[Scope, int], int]] = {
    "orders": _retry_orders,
    "figures": _retry_figures,
    "uploads": _retry_uploads,
}


def _scope(request: HttpRequest, permission: str) -> Scope:
    return scope_of(person_of(request), permission=permission)


def _seen(scope: Scope, shop_id: int) -> ShopRow:
    """The shop, if it is inside the scope; a foreign one looks like none."""
    rows = selectors.shop_rows(scope=scope, only=[shop_id])
    if not rows:
        raise Http404
    return rows[0]


def _back(request: HttpRequest, route: str) -> HttpResponse:
    """To the page the form was on, if it is one of ours."""
    where = request.POST.get("back", "")
    if where and url_has_allowed_host_and_scheme(where, allowed_hosts={request.get_host()}):
        return redirect(where)
    return redirect(route)
