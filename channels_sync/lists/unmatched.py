"""What the shops sell and nobody has said the SKU of."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from channels_sync.models import Listing
from channels_sync.selectors import ListingRow, shop_names, unmatched_of
from channels_sync.selectors.browsing import listings_named, unmatched_sorted
from channels_sync.services import matching
from inventory import selectors as stock
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question
from org.models import Person
from org.selectors import scope_of


def read(question: Question, cursor: str, limit: int) -> Part[ListingRow]:
    """One page."""
    return unmatched_sorted(
        scope=question.scope, shop_id=number_in(question.asked, "shop"),
        text=words_in(question.asked, "q"), sort=question.sort, cursor=cursor, limit=limit,
    )  # fmt: skip


def rows_of(question: Question) -> QuerySet[Listing]:
    """The listings of a filter, unordered."""
    return unmatched_of(
        scope=question.scope, shop_id=number_in(question.asked, "shop"),
        text=words_in(question.asked, "q"),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Merchant code or title"), kind="search"),
        Filter(name="shop", label=_("Shop"), choices=shop_names(scope=question.scope)),
    )


def page_url(row: ListingRow) -> str:
    """The shop it is on offer in."""
    return reverse("shop", args=[row.shop_id])


def name_of(row: ListingRow) -> str:
    """What people call it."""
    return row.outer_code or row.title or row.platform_sku_id


def _match_by_code(
    *, ids: Sequence[int], person: Person, why: str, choice: str
) -> Sequence[Answer]:
    """Match those whose merchant code has become a SKU code or barcode of ours."""
    del why, choice
    scope = scope_of(person, permission=roles.SHOPS_EDIT)
    seen = {row.id: row for row in listings_named(scope=scope, ids=ids)}
    codes = stock.sku_ids_by_barcode({row.outer_code for row in seen.values()} - {""})
    answers = []
    for pk in ids:
        row = seen.get(pk)
        if row is None:
            answers.append(Answer(pk, str(pk), False, _now("You may not do this there.")))
            continue
        found = codes.get(row.outer_code)
        if found is None:
            said = _now("There is no SKU with the code or barcode “%s”.") % row.outer_code
            answers.append(Answer(pk, name_of(row), False, said))
            continue
        matching.map_listing(listing_id=pk, sku_id=found[0], actor=person.actor)
        answers.append(Answer(pk, name_of(row), True))
    return answers


COLUMNS: tuple[Column[ListingRow], ...] = (
    Column(
        key="shop", label=_("Shop"), value=lambda row: row.shop_name,
        cell=lambda row: format_html(
            '<a data-row-link href="{}">{}</a>', page_url(row), row.shop_name
        ),
    ),
    Column(
        key="code", label=_("Merchant code"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.outer_code,
    ),
    Column(
        key="title", label=_("Title"), sortable=True, value=lambda row: row.title,
        cell=lambda row: cells.text(row.title),
    ),
    Column(key="item", label=_("Item"), kind=Kind.CODE, wide=True,
           value=lambda row: row.item_id),
    Column(key="platform_sku", label=_("Platform SKU"), kind=Kind.CODE, wide=True,
           value=lambda row: row.platform_sku_id),
    Column(key="seen", label=_("Number"), kind=Kind.NUMBER, wide=True, default=False,
           sortable=True, value=lambda row: row.id),
)  # fmt: skip

UNMATCHED: ListSpec[ListingRow] = ListSpec(
    key="unmatched",
    title=_("Unmatched items"),
    route="unmatched",
    permission=roles.SHOPS_VIEW,
    columns=COLUMNS,
    params=("q", "shop"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=name_of,
    filters=filters,
    rows=rows_of,
    chosen_by=("pk",),
    sort="seen",
    actions=(
        Action(
            key="match", label=_("Match by merchant code"), permission=roles.SHOPS_EDIT,
            run=_match_by_code,
        ),
    ),
)  # fmt: skip
