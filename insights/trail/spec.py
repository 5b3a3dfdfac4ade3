"""The audit trail as a list: columns, filters, tabs, and its export for auditors."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from insights.trail.families import FAMILIES
from insights.trail.rows import POSTING, STOCK, TrailRow, read
from inventory.selectors.posting_trail import posting_kinds
from org import roles
from org.deeds import deeds
from org.lists import cells
from org.lists.specs import Column, Filter, Kind, ListSpec, Question, Tab


def page_url(row: TrailRow) -> str:
    """A record's page; for a posting the ledger of its document."""
    if row.is_posting:
        return f"{reverse('stock-journal')}?{urlencode({'document': row.subject})}"
    return reverse("trail-record", args=[row.id])


def _what(row: TrailRow) -> SafeString:
    """What was done; on a phone with who did it to which, in as many lines as it takes."""
    return format_html(
        '<a data-row-link data-drawer href="{}">{}</a>'
        '<div class="narrow-only second-line">{} · {}</div>',
        page_url(row), row.what, row.who, row.subject,
    )  # fmt: skip


def filters(_question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    actions = sorted(((code, str(label)) for code, label in deeds().items()), key=lambda x: x[1])
    kinds = [(f"{POSTING}{kind}", label) for kind, label in posting_kinds()]
    return (
        Filter(name="q", label=_("Person, document or thing"), kind="search"),
        Filter(name="action", label=_("What"), choices=[*actions, *kinds]),
        Filter(name="since", label=_("From"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )


def tabs(question: Question) -> Sequence[Tab]:
    """Families of actions, without counts: a trail of millions is not counted for a tab."""
    chosen = question.get("tab")
    labels = {"": _("All"), STOCK: _("Stock")} | {
        key: label for key, (label, _a) in FAMILIES.items()
    }
    return [
        Tab(sets={"tab": key}, label=label, active=key == chosen) for key, label in labels.items()
    ]


TRAIL: ListSpec[TrailRow] = ListSpec(
    key="trail",
    title=_("Audit trail"),
    route="trail",
    permission=roles.AUDIT_VIEW,
    export_permission=roles.AUDIT_EXPORT,
    columns=(
        Column(
            key="at", label=_("When"), kind=Kind.MOMENT, value=lambda row: row.at,
            cell=lambda row: cells.moment(row.at),
        ),
        Column(key="who", label=_("Who"), wide=True, value=lambda row: row.who),
        Column(
            key="what", label=_("What"), value=lambda row: row.what, cell=_what,
        ),
        Column(
            key="subject", label=_("To which"), kind=Kind.CODE, wide=True,
            value=lambda row: row.subject,
        ),
        Column(key="change", label=_("Change"), wide=True, value=lambda row: row.change),
        Column(key="unit", label=_("Where"), wide=True, value=lambda row: row.unit),
        Column(
            key="actor", label=_("Account"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: row.actor,
        ),
        Column(
            key="action", label=_("Action"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: row.action,
        ),
        Column(
            key="id", label=_("Row"), kind=Kind.CODE, wide=True, default=False,
            value=lambda row: f"{'ledger' if row.is_posting else 'trail'}:{row.id}",
        ),
    ),
    params=("tab", "q", "action", "since", "until"),
    read=read,
    row_id=lambda row: row.id * 2 + row.is_posting,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
)  # fmt: skip
