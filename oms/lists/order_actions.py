"""What can be done with many orders at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from oms import codes, selectors
from oms import services as orders
from oms.refusals import OrderRefused
from org import roles
from org.lists.specs import Action, Answer
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of


def cancel(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Cancel those that have not left; the others say why not."""
    del choice
    scope = scope_of(person, permission=roles.ORDERS_EDIT)
    answers = orders.cancel_each(ids=ids, actor=person.actor, why=why, scope=scope)
    return _answers(ids, scope, answers)


def note(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Write the note into each timeline."""
    del choice
    scope = scope_of(person, permission=roles.ORDERS_EDIT)
    noted = orders.note(ids=ids, actor=person.actor, why=why, scope=scope)
    return _answers(ids, scope, dict.fromkeys(noted))


def retry(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Look again, now, at those that an exception stands in the way of."""
    del why, choice
    scope = scope_of(person, permission=roles.EXCEPTIONS_HANDLE)
    stuck = selectors.open_exceptions_of(order_ids=ids, scope=scope, action=codes.RETRY)
    if stuck:
        waiting = [pk for rows in stuck.values() for pk in rows]
        orders.retry(ids=waiting, actor=person.actor, scope=scope)
    numbers = selectors.numbers_of(order_ids=ids, scope=scope)
    return [
        Answer(pk, numbers.get(pk, str(pk)), pk in stuck,
               "" if pk in stuck else _now("No exception of it can be tried again."))
        for pk in ids
    ]  # fmt: skip


def _answers(
    ids: Sequence[int], scope: Scope, said: Mapping[str, OrderRefused | None]
) -> list[Answer]:
    """One answer a row; what lies outside the scope of the action was not touched."""
    numbers = selectors.numbers_of(order_ids=ids, scope=Scope.everything())
    answers = []
    for pk in ids:
        number = numbers.get(pk, str(pk))
        if number not in said:
            answers.append(Answer(pk, number, False, _now("You may not do this there.")))
            continue
        refusal = said[number]
        answers.append(Answer(pk, number, refusal is None, "" if refusal is None else str(refusal)))
    return answers


ACTIONS = (
    Action(key="note", label=_("Add a note"), permission=roles.ORDERS_EDIT, run=note,
           needs_why=True),
    Action(key="retry", label=_("Try exceptions again"), permission=roles.EXCEPTIONS_HANDLE,
           run=retry),
    Action(key="cancel", label=_("Cancel orders"), permission=roles.ORDERS_EDIT, run=cancel,
           needs_why=True, dangerous=True),
)  # fmt: skip


def receivers(ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    """What is secret of these orders, by the keys of the list's secret columns."""
    return {
        pk: {"receiver_name": seen.name, "receiver_phone": seen.phone,
             "receiver_address": seen.address}
        for pk, seen in orders.revealed_rows(order_ids=ids).items()
    }  # fmt: skip
