"""The hold list: open claims, and many freezes let go at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from freeze_rules import services as freezing
from freeze_rules.lists.fields import warehouse_field
from inventory import selectors as stock
from org import roles
from org.addresses import number_in
from org.lists import cells
from org.lists.counting import counted
from org.lists.specs import (
    Action,
    Answer,
    Column,
    Filter,
    Kind,
    ListSpec,
    Part,
    Question,
    Tab,
)
from org.models import Person
from org.selectors import names_of_actors

ROLES = {
    "FREEZE": _("Freezes"),
    "COMMITMENT": _("Orders and reserves"),
    "MARK": _("Marks"),
    "ALL": _("All"),
}


@dataclass(frozen=True)
class HoldRow:
    """A claim and who placed it, in the reader's language."""

    hold: stock.HoldView
    who: str


def role_of(question: Question) -> str:
    """The kind of claim asked for; freezes unless said otherwise, empty for all."""
    asked = question.get("role")
    return "" if asked == "ALL" else asked if asked in ROLES else "FREEZE"


def _documents(question: Question) -> Collection[str] | None:
    document = "".join(each for each in question.get("document") if each.isprintable())
    return [document] if document else None


def _idle(question: Question) -> bool:
    # Every receiving area has its standing freeze: an empty one is no news.
    return bool(question.get("reason") or question.get("document"))


def read(question: Question, cursor: str, limit: int) -> Part[HoldRow]:
    """One page."""
    part = stock.hold_slice(
        scope=question.scope,
        role=role_of(question),
        reason=question.get("reason"),
        documents=_documents(question),
        overdue=question.get("overdue") == "1",
        idle=_idle(question),
        warehouse_id=number_in(question.asked, "warehouse"),
        sort=question.sort,
        cursor=cursor,
        limit=limit,
    )
    found = {
        hold.id: hold
        for hold in stock.holds(
            scope=question.scope, ids=part.ids, closed=True, limit=max(len(part.ids), 1)
        )
    }
    names = names_of_actors([hold.placed_by for hold in found.values()])
    return part.of({pk: HoldRow(hold, names[hold.placed_by]) for pk, hold in found.items()})


def _rows(question: Question) -> stock.Holds:
    return stock.open_holds(
        scope=question.scope,
        role=role_of(question),
        reason=question.get("reason"),
        documents=_documents(question),
        overdue=question.get("overdue") == "1",
        idle=_idle(question),
        warehouse_id=number_in(question.asked, "warehouse"),
    )


def tabs(question: Question) -> Sequence[Tab]:
    """One tab for each kind of claim."""
    here = role_of(question) or "ALL"
    found = []
    for role, label in ROLES.items():
        asked = dict(question.asked) | {"role": role, "overdue": ""}
        rows = _rows(replace(question, asked=asked))
        found.append(
            Tab(sets={"role": role}, label=label, active=role == here, counted=counted(rows))
        )
    return found


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    reasons = [(view.code, view.label) for view in stock.reasons(by_hand=False)]
    return (
        Filter(name="document", label=_("Document"), kind="search"),
        Filter(name="reason", label=_("Reason"), choices=reasons),
        warehouse_field(question),
        Filter(name="overdue", label=_("Only past their review date"), kind="flag"),
    )


def release(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Let go of whole freezes."""
    del choice
    answers = freezing.let_go_each(hold_ids=ids, why=why, person=person)
    return [Answer(pk, answers[pk][0], not answers[pk][1], answers[pk][1]) for pk in ids]


def page_url(row: HoldRow) -> str:
    """Where a claim is shown."""
    return f"/holds/{row.hold.id}/"


def _number(row: HoldRow) -> SafeString:
    return cells.link(page_url(row), f"H-{row.hold.id}", under=row.hold.document)


def _reason(row: HoldRow) -> SafeString:
    return cells.chip(row.hold.reason_label, "bad" if row.hold.is_safety else "hold")


def _goods(row: HoldRow) -> SafeString:
    hold = row.hold
    shown = format_html(
        '<span class="code">{}</span> <span class="cell-cut" title="{}">{}</span>',
        hold.sku_code or "–", hold.sku_name, hold.sku_name,
    )  # fmt: skip
    if hold.more_skus:
        more = ngettext("+%(number)s more", "+%(number)s more", hold.more_skus)
        shown = format_html(
            '{} <span class="soft nowrap">{}</span>', shown, more % {"number": hold.more_skus}
        )
    return format_html("{}{}", shown, cells.second_line(place(row)))


def place(row: HoldRow) -> str:
    """Warehouse, location and lot that it names."""
    hold = row.hold
    parts = (hold.warehouse_code, hold.location_code, hold.lot_code)
    return " · ".join(part for part in parts if part)


def _review(row: HoldRow) -> SafeString:
    shown = cells.day(timezone.localtime(row.hold.review_at).date() if row.hold.review_at else None)
    if row.hold.review_at and row.hold.review_at < timezone.now():
        return format_html('<span class="text-bad">{}</span>', shown)
    return shown


COLUMNS: tuple[Column[HoldRow], ...] = (
    Column(
        key="hold", label=_("Hold"), kind=Kind.CODE, sortable=True,
        value=lambda row: f"H-{row.hold.id}", cell=_number,
    ),
    Column(
        key="reason", label=_("Reason"), value=lambda row: row.hold.reason_label, cell=_reason
    ),
    Column(
        key="document", label=_("Document"), kind=Kind.CODE, wide=True,
        value=lambda row: row.hold.document,
    ),
    Column(
        key="goods", label=_("Goods"), cell=_goods,
        value=lambda row: f"{row.hold.sku_code} {row.hold.sku_name}".strip(),
    ),
    Column(key="place", label=_("Place"), kind=Kind.CODE, wide=True, value=place),
    Column(key="held", label=_("Held"), kind=Kind.NUMBER, value=lambda row: row.hold.open),
    Column(
        key="asked", label=_("Asked"), kind=Kind.NUMBER, wide=True,
        value=lambda row: None if row.hold.blanket else row.hold.asked,
        cell=lambda row: format_html("{}", _("all"))
        if row.hold.blanket else cells.number(row.hold.asked),
    ),
    Column(
        key="cost", label=_("Cost"), kind=Kind.MONEY, wide=True, sortable=True,
        value=lambda row: row.hold.cost,
    ),
    Column(
        key="since", label=_("Since"), kind=Kind.MOMENT, wide=True,
        value=lambda row: row.hold.created_at,
        cell=lambda row: format_html(
            '{}<div class="second-line soft">{}</div>', cells.moment(row.hold.created_at), row.who
        ),
    ),
    Column(key="who", label=_("Placed by"), wide=True, default=False, value=lambda row: row.who),
    Column(
        key="review", label=_("Review"), kind=Kind.DAY, wide=True, sortable=True,
        value=lambda row: row.hold.review_at, cell=_review,
    ),
    Column(key="note", label=_("Note"), wide=True, value=lambda row: row.hold.note),
)  # fmt: skip

HOLDS: ListSpec[HoldRow] = ListSpec(
    key="holds",
    title=_("Holds"),
    route="holds",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("role", "document", "reason", "warehouse", "overdue"),
    read=read,
    row_id=lambda row: row.hold.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-hold",
    actions=(
        Action(
            key="release", label=_("Release"), permission=roles.STOCK_RELEASE, run=release,
            needs_why=True,
        ),
    ),
)  # fmt: skip
