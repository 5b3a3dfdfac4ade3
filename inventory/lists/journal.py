"""The ledger as a list: postings newest first, with the sums after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.lists.wording import house_names, odd_grade, outside_name, sku_names
from inventory.selectors import whereabouts
from inventory.selectors.journal import newest
from inventory.selectors.journal_views import JournalPage
from org import roles
from org.addresses import number_in
from org.lists import cells
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question
from org.selectors import names_of_actors

# Ledgers of one thing; a document comes before them, the newest of all after them.
OF_ONE = {"balance": "balance_id", "cell": "stock_id", "lot": "lot_id"}
LONGEST = 64


@dataclass(frozen=True)
class Line:
    """A row of the ledger with the names of what it is about; `grade` only when it is odd."""

    row: stock.JournalRow
    who: str
    name: str
    warehouse: str
    grade: str
    outside: str
    # The document the whole list is about, which needs no link to itself.
    here: str


def asked_for(question: Question) -> tuple[str, int | str]:
    """Of what: ("document", number), ("balance", id), ("cell", id), ("lot", id) or ("", 0)."""
    document = "".join(each for each in question.get("document") if each.isprintable())
    if document:
        return "document", document[:LONGEST]
    for name in OF_ONE:
        if (number := number_in(question.asked, name)) is not None:
            return name, number
    return "", 0


def lies_in(question: Question) -> int:
    """The warehouse of what the ledger is of; 0 for several, and for the ledger of all."""
    kind, key = asked_for(question)
    scope = question.scope
    if kind == "document":
        return whereabouts.warehouse_of_document(str(key), scope=scope)
    if kind == "balance":
        return whereabouts.warehouse_of_balance(int(key), scope=scope)
    if kind == "cell":
        return whereabouts.warehouse_of_cell(int(key), scope=scope)
    return whereabouts.warehouse_of_lot(int(key), scope=scope) if kind == "lot" else 0


def read(question: Question, cursor: str, limit: int) -> Part[Line]:
    """One page."""
    before = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None
    page = _page(question, before, limit)
    rows = page.rows
    houses = house_names(question.scope) if rows else {}
    names = names_of_actors([row.posting.actor for row in rows])
    goods = sku_names({row.sku_id for row in rows})
    kind, key = asked_for(question)
    here = str(key) if kind == "document" else ""
    lines = [
        Line(
            row=row,
            who=names[row.posting.actor],
            name=goods[row.sku_id],
            warehouse=houses.get(row.warehouse_id, row.warehouse_code),
            grade=odd_grade(row.grade),
            outside=", ".join(map(outside_name, row.outside)),
            here=here,
        )
        for row in rows
    ]
    return Part(lines, str(page.after) if page.after else "", "newest" if before else "")


def _page(question: Question, before: int | None, limit: int) -> JournalPage:
    scope = stock.scope_at(question.scope, number_in(question.asked, "warehouse"))
    kind, key = asked_for(question)
    if kind == "document":
        return stock.journal(document=str(key), scope=scope, before=before, limit=limit)
    if kind == "balance":
        return stock.journal(balance_id=int(key), scope=scope, before=before, limit=limit)
    if kind == "cell":
        return stock.journal(stock_id=int(key), scope=scope, before=before, limit=limit)
    if kind == "lot":
        return stock.journal(lot_id=int(key), scope=scope, before=before, limit=limit)
    return newest(scope=scope, before=before, limit=limit)


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar; cell, lot and balance come by links."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="document", label=_("Document number"), kind="search"),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
    )  # fmt: skip


def page_url(line: Line) -> str:
    """The explanation of the balance that was moved."""
    return f"/stock/{line.row.sku_id}/{line.row.warehouse_id}/{quote(line.row.grade)}/"


def _recorded(line: Line) -> SafeString:
    posting = line.row.posting
    # On a phone the column of what happened stands beneath.
    shown = format_html(
        "{}{}", cells.moment(posting.recorded_at), cells.second_line(posting.kind_label)
    )
    if posting.occurred_at.replace(second=0, microsecond=0) == posting.recorded_at.replace(
        second=0, microsecond=0
    ):
        return shown
    return format_html(
        '{}<div class="second-line soft" title="{}">{}</div>',
        shown, _("When it really happened"), cells.moment(posting.occurred_at),
    )  # fmt: skip


def _what(line: Line) -> SafeString:
    if not line.outside:
        return format_html("{}", line.row.posting.kind_label)
    return format_html(
        '{}<div class="second-line soft">{}</div>', line.row.posting.kind_label, line.outside
    )


def _document(line: Line) -> SafeString:
    # Which page a document has is known above this room: the template asks.
    linked = get_template("inventory/document.html").render(
        {"number": line.row.posting.document, "here": line.here}
    )
    under = f"{line.row.sku_code} · {line.warehouse}"
    if line.grade:
        under += f" · {line.grade}"
    return format_html('<span class="code">{}</span>{}', linked, cells.second_line(under))


def _sku(line: Line) -> SafeString:
    shown = cells.link(page_url(line), line.row.sku_code)
    return format_html("{} {}", shown, cells.chip(line.grade, "warn")) if line.grade else shown


def _change(units: int) -> SafeString:
    if not units:
        return cells.number(0)
    tone = "ok" if units > 0 else "bad"
    return format_html('<span class="text-{}">{}</span>', tone, f"{units:+,}")


COLUMNS: tuple[Column[Line], ...] = (
    Column(
        key="recorded", label=_("Recorded"), kind=Kind.MOMENT, cell=_recorded,
        value=lambda line: line.row.posting.recorded_at,
    ),
    Column(
        key="occurred", label=_("Happened"), kind=Kind.MOMENT, wide=True, default=False,
        value=lambda line: line.row.posting.occurred_at,
    ),
    Column(
        key="what", label=_("What"), wide=True, cell=_what,
        value=lambda line: line.row.posting.kind_label,
    ),
    Column(
        key="document", label=_("Document"), kind=Kind.CODE, cell=_document,
        value=lambda line: line.row.posting.document,
    ),
    Column(
        key="sku", label=_("SKU"), kind=Kind.CODE, wide=True, cell=_sku,
        value=lambda line: line.row.sku_code,
    ),
    Column(key="name", label=_("Name"), wide=True, value=lambda line: line.name),
    Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda line: line.warehouse),
    Column(
        key="grade", label=_("Grade"), wide=True, default=False, value=lambda line: line.row.grade
    ),
    Column(
        key="on_hand", label=_("On hand ±"), kind=Kind.NUMBER,
        value=lambda line: line.row.on_hand, cell=lambda line: _change(line.row.on_hand),
    ),
    Column(
        key="on_hand_after", label=_("On hand after"), kind=Kind.NUMBER,
        value=lambda line: line.row.on_hand_after,
        cell=lambda line: cells.number(line.row.on_hand_after, strong=True),
    ),
    Column(
        key="held", label=_("Held ±"), kind=Kind.NUMBER, wide=True,
        value=lambda line: line.row.held,
        cell=lambda line: format_html("{}", f"{line.row.held:+,}")
        if line.row.held else cells.number(0),
    ),
    Column(
        key="held_after", label=_("Held after"), kind=Kind.NUMBER, wide=True,
        value=lambda line: line.row.held_after,
    ),
    Column(key="by", label=_("By"), wide=True, value=lambda line: line.who),
    Column(key="outside", label=_("From or to"), wide=True, default=False,
           value=lambda line: line.outside),
    Column(
        key="note", label=_("Note"), wide=True,
        value=lambda line: str(line.row.facts.get("why") or ""),
    ),
)  # fmt: skip

JOURNAL: ListSpec[Line] = ListSpec(
    key="journal",
    title=_("Ledger"),
    route="stock-journal",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("document", "balance", "cell", "lot", "warehouse"),
    read=read,
    row_id=lambda line: line.row.entry_id,
    row_url=page_url,
    row_label=lambda line: f"{line.row.posting.document} {line.row.sku_code}",
    filters=filters,
    one_way=True,
    lies_in=lies_in,
)
