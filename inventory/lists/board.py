"""The stock board: every SKU in every warehouse that its reader sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.lists.labels import PRINT_LABELS
from inventory.models.books import Grade
from inventory.selectors import board as boards
from inventory.selectors.board import BoardRow, Narrowing
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab

SHELVES = {
    "": _("All"),
    "free": _("Available"),
    "sold_out": _("Nothing available"),
    "frozen": _("Reserved or frozen"),
    "kits": _("Kits"),
}


def narrowing_of(question: Question) -> Narrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    asked = question.asked
    shelf, grade = asked.get("shelf", ""), asked.get("grade", "")
    return Narrowing(
        words=words_in(asked, "q"),
        warehouse_id=number_in(asked, "warehouse"),
        grade=grade if grade in Grade.values else "",
        shelf=shelf if shelf in SHELVES else "",
        with_kits=True,
    )


def read(question: Question, cursor: str, limit: int) -> Part[BoardRow]:
    """One page, by code or by a figure."""
    narrowing = narrowing_of(question)
    if question.sort.lstrip("-") in boards.SORTS:
        return boards.board_sorted(
            scope=question.scope, narrowing=narrowing, sort=question.sort, cursor=cursor,
            limit=limit,
        )  # fmt: skip
    page = boards.board(scope=question.scope, narrowing=narrowing, cursor=cursor, limit=limit)
    return Part(page.rows, page.after, page.before)


def tabs(question: Question) -> Sequence[Tab]:
    """What there is of it, with counts."""
    narrowing = narrowing_of(question)
    counts = boards.board_counts(scope=question.scope, narrowing=narrowing)
    return [
        Tab(
            sets={"shelf": shelf},
            label=label,
            active=shelf == narrowing.shelf,
            counted=counts[shelf],
            tone="warn" if shelf == "sold_out" and counts[shelf].count else "",
        )
        for shelf, label in SHELVES.items()
        # Whoever sells no kits needs no tab for them.
        if shelf != "kits" or counts[shelf].count or narrowing.shelf == "kits"
    ]


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Code, name, pinyin or barcode"), kind="search"),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="grade", label=_("Grade"), choices=Grade.choices),
    )  # fmt: skip


def page_url(row: BoardRow) -> str:
    """The explanation of a balance; of a kit, its parts."""
    if row.is_kit:
        return f"/stock/kits/{row.sku_id}/{row.warehouse_id}/"
    return f"/stock/{row.sku_id}/{row.warehouse_id}/{quote(row.grade)}/"


def _code(row: BoardRow) -> SafeString:
    house: str = row.warehouse_name
    if row.is_kit:
        house = f"{house} · {_now('Kit')}"
    if row.grade != "ZP":
        house = f"{house} · {row.grade_name}"
    return format_html(
        "{}{}", cells.link(page_url(row), row.code, under=row.name), cells.second_line(house)
    )


def _name(row: BoardRow) -> SafeString:
    if row.is_kit:
        hint = _now("Built from its parts; the number opens them")
        return format_html(
            "{} {}", cells.text(row.name), cells.chip(_now("Kit"), "info", hint=hint)
        )
    if row.grade == "ZP":
        return cells.text(row.name)
    return format_html("{} {}", cells.text(row.name), cells.chip(row.grade_name, "warn"))


def _available(row: BoardRow) -> SafeString:
    return cells.number(
        row.available, url=page_url(row), tone="" if row.available else "bad", strong=True
    )


def _lying(row: BoardRow, units: int, tone: str = "") -> SafeString:
    """A figure of goods; a kit lies nowhere, which is not the same as nought."""
    if row.is_kit:
        return cells.number(None)
    return cells.number(units, url=page_url(row), tone=tone if units else "")


def _of_goods(units: Callable[[BoardRow], int]) -> Callable[[BoardRow], int | None]:
    """The same for files: empty for kits."""
    return lambda row: None if row.is_kit else units(row)


def _share(row: BoardRow) -> SafeString:
    """The bar of components/quantity_bar.html: held and free."""
    if not row.on_hand:
        return format_html("{}", "")
    said = _now("%(held)s of %(on_hand)s held") % {"held": row.held, "on_hand": row.on_hand}
    return format_html(
        '<svg class="quantity-bar" viewBox="0 0 {} 1" preserveAspectRatio="none" role="img"'
        ' aria-label="{}"><rect class="quantity-free" width="{}" height="1"/>'
        '<rect class="quantity-held" width="{}" height="1"/></svg>',
        row.on_hand, said, row.on_hand, row.held,
    )  # fmt: skip


COLUMNS: tuple[Column[BoardRow], ...] = (
    Column(
        key="sku", label=_("SKU"), kind=Kind.CODE, sortable=False, value=lambda row: row.code,
        cell=_code,
    ),
    Column(key="name", label=_("Name"), wide=True, value=lambda row: row.name, cell=_name),
    Column(key="warehouse", label=_("Warehouse"), wide=True,
           value=lambda row: row.warehouse_name),
    Column(key="house_code", label=_("Warehouse code"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.warehouse_code),
    Column(key="grade", label=_("Grade"), wide=True, default=False,
           value=lambda row: row.grade_name),
    Column(
        key="on_hand", label=_("On hand"), kind=Kind.NUMBER, sortable=True,
        value=_of_goods(lambda row: row.on_hand),
        cell=lambda row: _lying(row, row.on_hand),
    ),
    Column(
        key="reserved", label=_("Reserved"), kind=Kind.NUMBER, wide=True,
        value=_of_goods(lambda row: row.ordered), cell=lambda row: _lying(row, row.ordered),
    ),
    Column(
        key="frozen", label=_("Frozen"), kind=Kind.NUMBER, wide=True,
        value=_of_goods(lambda row: row.frozen),
        cell=lambda row: _lying(row, row.frozen, "hold"),
    ),
    Column(
        key="held", label=_("Held"), kind=Kind.NUMBER, sortable=True, wide=True, default=False,
        value=_of_goods(lambda row: row.held), cell=lambda row: _lying(row, row.held),
    ),
    Column(
        key="available", label=_("Available"), kind=Kind.NUMBER, sortable=True,
        value=lambda row: row.available, cell=_available,
    ),
    Column(
        key="in_transit", label=_("In transit"), kind=Kind.NUMBER, wide=True,
        hint=_("On the way from another warehouse"),
        value=_of_goods(lambda row: row.in_transit),
    ),
    Column(
        key="incoming", label=_("Incoming"), kind=Kind.NUMBER, wide=True,
        hint=_("Announced by suppliers, not here yet"),
        value=_of_goods(lambda row: row.incoming),
    ),
    Column(key="unit", label=_("Unit"), wide=True, value=lambda row: row.unit_name),
    Column(key="share", label=_("Share held"), wide=True, cell=_share,
           value=lambda row: round(100 * row.held / row.on_hand) if row.on_hand else 0),
)  # fmt: skip

BOARD: ListSpec[BoardRow] = ListSpec(
    key="stock",
    title=_("Stock board"),
    route="stock",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("shelf", "q", "warehouse", "grade"),
    read=read,
    row_id=lambda row: row.balance_id,
    row_url=page_url,
    row_label=lambda row: f"{row.code} {row.warehouse_code}",
    filters=filters,
    tabs=tabs,
    rows=lambda question: boards.board_ids(question.scope, narrowing_of(question)),
    chosen_by=(),
    still=lambda question, ids: boards.board_matching(
        scope=question.scope, narrowing=narrowing_of(question), ids=ids
    ),
    actions=(PRINT_LABELS,),
)
