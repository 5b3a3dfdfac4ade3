"""Suppliers that are blocked or were, and allowing many again at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.acting import each_for_itself
from freeze_rules.lists.fields import day_fields
from freeze_rules.models import SupplierBlock
from freeze_rules.selectors.reports import ReportNarrowing, supplier_blocks_of
from freeze_rules.services.reports import suppliers
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.addresses import day_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person
from org.selectors import names_of_actors, scope_of

STATES = {"": _("All"), "blocked": _("Blocked"), "allowed": _("Allowed again")}
SORTS = {"supplier": By("supplier", kind="text"), "since": By()}


@dataclass(frozen=True)
class BlockRow:
    """A block, who laid it and who lifted it."""

    block: SupplierBlock
    blocked_by: str
    allowed_by: str

    @property
    def state_label(self) -> str:
        """Blocked, or allowed again."""
        return _now("Blocked") if self.block.cleared_at is None else _now("Allowed again")


def narrowing_of(question: Question) -> ReportNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return ReportNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[SupplierBlock]:
    return supplier_blocks_of(narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[BlockRow]:
    """One page; three statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = SupplierBlock.objects.in_bulk(part.ids)
    who = names_of_actors(
        [name for row in found.values() for name in (row.blocked_by, row.cleared_by) if name]
    )
    return part.of(
        {
            pk: BlockRow(row, who[row.blocked_by], who.get(row.cleared_by, ""))
            for pk, row in found.items()
        }
    )


def tabs(question: Question) -> Sequence[Tab]:
    """Blocked and allowed again, with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: supplier_blocks_of(replace(narrowing, state=state)),
        tones={"blocked": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Supplier or reason"), kind="search"),
        *day_fields(_("Blocked from")),
    )


def page_url(row: BlockRow) -> str:
    """The lots of the supplier."""
    return f"{reverse('stock-lots')}?{urlencode({'q': row.block.supplier})}"


def _supplier(row: BlockRow) -> SafeString:
    return cells.link(page_url(row), row.block.supplier, under=row.block.why, drawer=False)


def _state(row: BlockRow) -> SafeString:
    tone = "bad" if row.block.cleared_at is None else "muted"
    return cells.chip(row.state_label, tone, hint=row.block.cleared_why)


def _allow(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Trust them again."""
    del choice
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    found = SupplierBlock.objects.in_bulk(ids)

    def act(pk: int) -> bool:
        if found[pk].cleared_at is not None:
            raise ReportRefused("not_blocked")
        suppliers.allow(supplier=found[pk].supplier, why=why, actor=person.actor, scope=scope)
        return True

    names = {pk: row.supplier for pk, row in found.items()}
    return each_for_itself(ids, names=names, act=act, refused=ReportRefused)


COLUMNS: tuple[Column[BlockRow], ...] = (
    Column(key="supplier", label=_("Supplier"), sortable=True, cell=_supplier,
           value=lambda row: row.block.supplier),
    Column(key="why", label=_("Reason"), wide=True, value=lambda row: row.block.why),
    Column(key="state", label=_("State"), value=lambda row: row.state_label, cell=_state),
    Column(key="since", label=_("Since"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.block.blocked_at),
    Column(key="blocked_by", label=_("Blocked by"), wide=True,
           value=lambda row: row.blocked_by),
    Column(key="allowed", label=_("Allowed again at"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.block.cleared_at),
    Column(key="allowed_by", label=_("Allowed by"), wide=True, default=False,
           value=lambda row: row.allowed_by),
    Column(key="allowed_why", label=_("Why it is allowed again"), wide=True, default=False,
           value=lambda row: row.block.cleared_why),
)  # fmt: skip

SUPPLIERS: ListSpec[BlockRow] = ListSpec(
    key="suppliers",
    title=_("Blocked suppliers"),
    route="supplier-blocks",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "since", "until"),
    read=read,
    row_id=lambda row: row.block.pk,
    row_url=page_url,
    row_label=lambda row: row.block.supplier,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-since",
    actions=(
        Action(
            key="allow", label=_("Allow again"), permission=roles.STOCK_HOLD, run=_allow,
            needs_why=True,
        ),
    ),
)  # fmt: skip
