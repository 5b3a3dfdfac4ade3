"""Which SKU a listing is, out of a file."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from channels_sync.services import matching
from channels_sync.services.matching import ListingName
from inventory import selectors as stock
from org import roles
from org.importing.kinds import Batch, Column, Fault, ImportKind, Told
from org.models import Person
from org.selectors import scope_of

COLUMNS = (
    Column(field="shop", label=_("Shop"), required=True, example="tmall-flagship",
           names=("店铺", "店铺编码", "shop", "shop code")),
    Column(field="platform_sku_id", label=_("Platform SKU"), example="4811223344",
           names=("平台规格id", "平台sku", "规格id", "platform sku", "sku id", "platform_sku_id")),
    Column(field="item_id", label=_("Item"), names=("商品id", "平台商品id", "item", "item id")),
    Column(field="outer_code", label=_("Merchant code"),
           names=("商家编码", "外部编码", "merchant code", "outer code")),
    Column(field="sku", label=_("SKU"), required=True, example="TEA-250",
           names=("商品编码", "系统商品编码", "sku", "sku编码", "sku code")),
)  # fmt: skip


def judge(rows: Sequence[Told], person: Person) -> None:
    """Note unknown shops, SKUs and listings, and listings that a row does not name for certain."""
    scope = scope_of(person, permission=roles.SHOPS_EDIT)
    shops = matching.shops_by_code(scope=scope)
    codes = {row.code("sku", most=64) for row in rows} - {""}
    skus = stock.sku_ids_by_code(sorted(codes)) if codes else {}
    named = []
    for row in rows:
        shop = shops.get(row.get("shop"))
        sku = skus.get(row.code("sku", most=64))
        if shop is None and row.get("shop"):
            row.wrong("shop", "unknown_shop", row.get("shop"))
        if sku is None and row.get("sku"):
            row.wrong("sku", "unknown_sku", row.get("sku"))
        name = ListingName(
            shop or 0, row.get("platform_sku_id")[:64], row.get("item_id")[:64],
            row.get("outer_code")[:64],
        )  # fmt: skip
        if not (name.platform_sku_id or name.item_id or name.outer_code):
            row.wrong("platform_sku_id", "nothing_named")
        row.made = (name, sku)
        named.append(name)
    found = matching.listings_named(names=named)
    for row in rows:
        name, _sku = row.made
        listings = found.get(name, [])
        if name.shop_id and not listings and not row.faults:
            row.wrong("platform_sku_id", "unknown_listing", name.platform_sku_id or name.outer_code)
        elif len(listings) > 1:
            row.wrong("platform_sku_id", "several_listings", there=str(len(listings)))
        row.made = (*row.made, listings[0] if len(listings) == 1 else 0)


def book(rows: Sequence[Told], batch: Batch) -> Sequence[Fault]:
    """Map the listings; waiting orders go on."""
    pairs = {listing: sku for _name, sku, listing in (row.made for row in rows)}
    matching.map_listings(sku_of=pairs, actor=batch.person.actor)
    return ()


def _listing(row: Told) -> str:
    return str(row.made[2]) if row.made and len(row.made) == 3 and row.made[2] else ""


MAPPINGS = ImportKind(
    key="mappings",
    title=_("Listing mappings"),
    permission=roles.SHOPS_EDIT,
    columns=COLUMNS,
    rules=(
        _("One row for each listing: its shop, what the shop calls it, and your SKU."),
        _("The platform's SKU id decides; without it the item id, then the merchant code."),
    ),
    judge=judge,
    book=book,
    name_of=_listing,
    texts={
        "unknown_shop": _("There is no such shop among yours. Write the shop's code."),
        "unknown_sku": _("There is no such SKU. Create it first, or correct the code."),
        "nothing_named": _("Name the listing: platform SKU, item, or merchant code."),
        "unknown_listing": _("The shop has no such listing. Read its catalogue first."),
        "several_listings": _("Several listings are called so. Add the platform's SKU id."),
    },
    route="unmatched",
)
