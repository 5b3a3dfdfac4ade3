"""The exception list: what stands in the way, and what can be done about many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from oms import codes, selectors
from oms import services as orders
from oms.labels import ACTIONS
from oms.refusals import OrderRefused
from oms.selectors import ExceptionRow
from org import roles
from org.addresses import number_in
from org.lists import cells
from org.lists.specs import (
    Action,
    Answer,
    Column,
    Counted,
    Filter,
    Kind,
    ListSpec,
    Part,
    Question,
    Tab,
)
from org.models import Person
from org.scope import Scope
from org.selectors import names_of_actors, people_with, scope_of

VERBS: dict[str, Callable[..., int]] = {
    codes.RETRY: orders.retry,
    codes.ACCEPT: orders.accept_as_is,
    codes.RECALL: orders.recall_orders,
    codes.INTERCEPT: orders.intercept,
    codes.CLOSE: orders.close,
}


def read(question: Question, cursor: str, limit: int) -> Part[ExceptionRow]:
    """One page, its owners by name."""
    return selectors.exception_list(
        scope=_where(question),
        code=question.get("code"),
        overdue=question.get("overdue") == "1",
        sort=question.sort,
        cursor=cursor,
        limit=limit,
    )


def tabs(question: Question) -> Sequence[Tab]:
    """All, overdue, and one for each kind that is open."""
    counts = selectors.exception_counts(scope=_where(question))
    code, overdue = question.get("code"), question.get("overdue") == "1"
    found = [
        _tab(_("All"), counts.total, "", False, question),
        _tab(_("Overdue"), counts.overdue, "", True, question),
    ]
    found += [
        _tab(codes.policy(name).label, count, name, False, question)
        for name, count in counts.by_code.items()
    ]
    if code and code not in counts.by_code:
        found.append(_tab(codes.policy(code).label, 0, code, overdue, question))
    return found


def _tab(label: object, count: int, code: str, late: bool, question: Question) -> Tab:
    here = code == question.get("code") and late == (question.get("overdue") == "1")
    return Tab(
        sets={"code": code, "overdue": "1" if late else ""},
        label=str(label),
        active=here,
        counted=Counted(count),
        tone="bad" if late and count else "",
    )


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar; what is in the way is chosen by the tabs."""
    houses = stock.warehouses(scope=question.scope, active=False)
    choices = [(house.id, house.name) for house in houses]
    return (Filter(name="warehouse", label=_("Warehouse"), choices=choices),)


def _rows(question: Question) -> selectors.Exceptions:
    return selectors.open_exceptions(
        scope=_where(question), code=question.get("code"), overdue=question.get("overdue") == "1"
    )


def _where(question: Question) -> Scope:
    """Orders of the warehouse that the address names; of all within reach when it names none."""
    return stock.scope_at(question.scope, number_in(question.asked, "warehouse"))


def page_url(row: ExceptionRow) -> str:
    """An exception is looked at on the page of its order."""
    return f"/orders/{quote(row.number)}/"


def _run(action: str) -> Callable[..., Sequence[Answer]]:
    def run(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
        del choice
        scope = scope_of(person, permission=roles.EXCEPTIONS_HANDLE)
        seen = selectors.exceptions_by_id(ids=ids, scope=scope)
        offered = [pk for pk in ids if pk in seen and action in seen[pk].actions]
        trouble = ""
        if offered:
            told = {} if action == codes.RETRY else {"why": why}
            try:
                VERBS[action](ids=offered, actor=person.actor, scope=scope, **told)
            except OrderRefused as refused:
                trouble = str(refused)
        return [_answer(pk, seen.get(pk), pk in offered, trouble) for pk in ids]

    return run


def _answer(pk: int, row: ExceptionRow | None, offered: bool, trouble: str) -> Answer:
    if row is None:
        return Answer(pk, str(pk), False, _now("You may not do this there."))
    name = f"{row.number} {row.label}"
    if not offered:
        return Answer(pk, name, False, str(OrderRefused("not_offered")))
    return Answer(pk, name, not trouble, trouble)


def assign(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Give them to somebody."""
    scope = scope_of(person, permission=roles.EXCEPTIONS_HANDLE)
    seen = selectors.exceptions_by_id(ids=ids, scope=scope)
    orders.assign(ids=list(seen), owner=choice, actor=person.actor, why=why, scope=scope)
    return [_answer(pk, seen.get(pk), True, "") for pk in ids]


def people(person: Person) -> Sequence[tuple[str, str]]:
    """Who may handle exceptions for the whole house, and whoever asks."""
    ids = {person.pk, *people_with(roles.EXCEPTIONS_HANDLE)}
    names = names_of_actors([f"person:{pk}" for pk in sorted(ids)])
    return sorted(names.items(), key=lambda pair: (pair[0] != person.actor, pair[1]))


def _label(row: ExceptionRow) -> SafeString:
    shown = cells.chip(row.label, "bad" if row.blocks else "warn")
    return format_html("{}{}", shown, cells.second_line(row.note, whole=True))


COLUMNS: tuple[Column[ExceptionRow], ...] = (
    Column(
        key="order", label=_("Order"), kind=Kind.CODE, sortable=True, value=lambda row: row.number,
        cell=lambda row: cells.link(page_url(row), row.number, under=row.shop_name),
    ),
    Column(key="exception", label=_("Exception"), value=lambda row: row.label, cell=_label),
    Column(key="field", label=_("Field"), kind=Kind.CODE, wide=True, value=lambda row: row.field),
    Column(key="details", label=_("Details"), wide=True, value=lambda row: row.note),
    Column(key="shop", label=_("Shop"), wide=True, value=lambda row: row.shop_name),
    Column(
        key="platform_number", label=_("Platform number"), kind=Kind.CODE, wide=True,
        default=False, value=lambda row: row.platform_number,
    ),
    Column(key="state", label=_("State"), wide=True, value=lambda row: row.order_state_label),
    Column(key="owner", label=_("Owner"), wide=True, value=lambda row: row.owner_name),
    Column(
        key="tries", label=_("Tries"), kind=Kind.NUMBER, wide=True, value=lambda row: row.attempts
    ),
    Column(
        key="retry", label=_("Next try"), kind=Kind.MOMENT, wide=True,
        value=lambda row: row.retry_at,
    ),
    Column(
        key="deadline", label=_("Deadline"), kind=Kind.MOMENT, sortable=True,
        value=lambda row: row.deadline,
    ),
    Column(
        key="opened", label=_("Since"), kind=Kind.MOMENT, sortable=True, wide=True, default=False,
        value=lambda row: row.opened_at,
    ),
)  # fmt: skip

EXCEPTIONS: ListSpec[ExceptionRow] = ListSpec(
    key="exceptions",
    title=_("Exceptions"),
    route="exceptions",
    permission=roles.ORDERS_VIEW,
    columns=COLUMNS,
    params=("code", "overdue", "warehouse"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: f"{row.number} {row.label}",
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-order",
    actions=(
        *(
            Action(
                key=name, label=label, permission=roles.EXCEPTIONS_HANDLE, run=_run(name),
                needs_why=needs_why,
            )
            for name, (label, needs_why) in ACTIONS.items()
        ),
        Action(
            key="assign", label=_("Give to somebody"), permission=roles.EXCEPTIONS_HANDLE,
            run=assign, choices=people, choice_label=_("To whom"),
        ),
    ),
)  # fmt: skip
