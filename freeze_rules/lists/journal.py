"""The journal of freezes as a list: filters, columns, files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.lists.fields import day_fields, warehouse_field
from freeze_rules.models import JournalLine
from freeze_rules.selectors import journal
from inventory import selectors as stock
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.keyset import By, slice_of
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.selectors import names_of_actors


@dataclass(frozen=True)
class JournalRow:
    """A line and its words in the reader's language."""

    line: JournalLine
    who: str
    what: str
    reason: str
    warehouse: str


def narrowed(question: Question) -> journal.Lines:
    """The lines that the address asks for."""
    asked = question.asked
    return journal.lines(
        scope=question.scope,
        words=words_in(asked, "q"),
        turn=asked.get("turn", ""),
        cause=asked.get("cause", ""),
        reason=asked.get("reason", ""),
        warehouse_id=number_in(asked, "warehouse"),
        since=day_in(asked, "since"),
        until=day_in(asked, "until"),
    )


def read(question: Question, cursor: str, limit: int) -> Part[JournalRow]:
    """One page, newest first."""
    by = By(descending=question.sort != "at")
    part = slice_of(narrowed(question), by=by, cursor=cursor, limit=limit)
    return Part(rows_of(part.ids), part.after, part.before)


def rows_of(ids: Sequence[int]) -> list[JournalRow]:
    """These lines with their words, in this order."""
    found = JournalLine.objects.select_related("warehouse").in_bulk(list(ids))
    names = names_of_actors([line.actor for line in found.values()])
    reasons = {view.code: view.label for view in stock.reasons(by_hand=False)}
    return [
        JournalRow(
            line=found[pk],
            who=names[found[pk].actor],
            what=journal.what(found[pk].units),
            reason=reasons.get(found[pk].reason, found[pk].reason),
            warehouse=house.name if (house := found[pk].warehouse) else "",
        )
        for pk in ids
        if pk in found
    ]


def tabs(question: Question) -> Sequence[Tab]:
    """Frozen, released, or both; without counts: a journal of years is not counted for a tab."""
    chosen = question.get("turn")
    labels = {"": _("All"), "frozen": _("Frozen"), "released": _("Released")}
    return [
        Tab(sets={"turn": key}, label=label, active=key == chosen) for key, label in labels.items()
    ]


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Document, rule or SKU code"), kind="search"),
        Filter(
            name="reason", label=_("Reason"),
            choices=[
                (view.code, view.label)
                for view in stock.reasons(by_hand=False)
                if view.role == "FREEZE"
            ],
        ),
        Filter(name="cause", label=_("By"), choices=JournalLine.Cause.choices),
        warehouse_field(question),
        *day_fields(_("From")),
    )  # fmt: skip


def page_url(row: JournalRow) -> str:
    """The freeze that it is about."""
    return reverse("hold", args=[row.line.hold_id])


def _what(row: JournalRow) -> SafeString:
    tone = "hold" if row.line.units >= 0 else "ok"
    return cells.chip(row.what, tone)


def goods(line: JournalLine) -> str:
    """The largest goods in a line: "MILK L1 A-01 +12, ..."."""
    said = [
        " ".join(part for part in (each["sku"], each["lot"], each["location"]) if part)
        + f" {each['units']:+,}"
        for each in line.facts.get("goods", ())[:3]
    ]
    more = line.facts.get("cells", 0) - len(said)
    return ", ".join([*said, *([f"+{more}"] if more > 0 else [])])


def known(facts: Mapping[str, object]) -> str:
    """What a rule had read and what was proved, in one line."""
    read_then = facts.get("read")
    parts = (
        [f"{name} = {value}" for name, value in read_then.items()]
        if isinstance(read_then, dict)
        else []
    )
    proofs = facts.get("proofs")
    if isinstance(proofs, list):
        parts += [f"{each['leaf']}: {each['by']} {each['reference']}".strip() for each in proofs]
    return "; ".join(parts)


def _document(row: JournalRow) -> SafeString:
    return cells.link(page_url(row), row.line.document, under=f"{row.reason} {row.line.units:+,}")


def _why(row: JournalRow) -> SafeString:
    """Shorter than other texts, so that the whole table fits a desk's screen; whole in its hint."""
    said = row.line.why
    return format_html('<span class="cell-cut cell-short" title="{}">{}</span>', said, said)


JOURNAL: ListSpec[JournalRow] = ListSpec(
    key="freeze-journal",
    title=_("Journal of freezes"),
    route="freeze-journal",
    permission=roles.STOCK_VIEW,
    columns=(
        Column(
            key="at", label=_("When"), kind=Kind.MOMENT, sortable=True,
            value=lambda row: row.line.at,
        ),
        Column(key="what", label=_("What"), value=lambda row: row.what, cell=_what),
        Column(
            key="document", label=_("Document"), kind=Kind.CODE,
            value=lambda row: row.line.document, cell=_document,
        ),
        # On a phone the line under the document says it.
        Column(
            key="units", label=_("Units"), kind=Kind.NUMBER, wide=True,
            value=lambda row: row.line.units,
        ),
        Column(
            key="value", label=_("Value at cost"), kind=Kind.MONEY, wide=True,
            value=lambda row: row.line.value,
        ),
        Column(key="reason", label=_("Reason"), wide=True, value=lambda row: row.reason),
        Column(key="goods", label=_("Goods"), wide=True, value=lambda row: goods(row.line)),
        Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda row: row.warehouse),
        # Who it was and the document's number say as much.
        Column(
            key="cause", label=_("By"), wide=True, default=False,
            value=lambda row: str(JournalLine.Cause(row.line.cause).label),
        ),
        Column(key="who", label=_("Who"), wide=True, value=lambda row: row.who),
        Column(
            key="rule", label=_("Rule"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: row.line.rule_version,
        ),
        Column(
            key="why", label=pgettext_lazy("journal", "Why"), wide=True,
            value=lambda row: row.line.why, cell=_why,
        ),
        Column(
            key="known", label=_("Known then"), wide=True, default=False,
            value=lambda row: known(row.line.facts),
        ),
        Column(
            key="hold", label=_("Hold"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: f"H-{row.line.hold_id}",
        ),
        Column(
            key="posting", label=_("Posting"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: f"P-{row.line.posting_id}",
        ),
    ),
    params=("turn", "q", "reason", "cause", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.line.pk,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=narrowed,
    sort="-at",
)  # fmt: skip
