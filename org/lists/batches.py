"""One action on many rows: on exactly those that were shown or counted, never on others.

First the rows are chosen: their ids are kept. Then somebody confirms, and they are compared with
the filter again: when some have moved on meanwhile, the new number must be confirmed. Few are done
at once, many by a job; rows that cannot be done are answered one by one, the others are done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from org import services as org
from org.coded import SpokenRefusal
from org.lists.files import CSV, cell_value, csv_text
from org.lists.fitting import all_ids, still_fitting
from org.lists.pages import may_act, question_of_query
from org.lists.registry import list_of
from org.lists.specs import MANY, MOST_CHOSEN, Action, Answer, ListSpec
from org.models import Batch, Person
from org.selectors.belonging import unit_of_person

# So many are done while somebody waits; a chunk of a job has as many.
AT_ONCE = 100
MOST_ANSWERS = 1_000
MARK = "\ufeff"


class BatchRefused(SpokenRefusal):
    """Nothing was done; `code` is stable, the text is for people."""


@dataclass(frozen=True)
class Wish:
    """What is to be done with which rows, as the list's form sent it."""

    action: str
    query: str
    sort: str
    ids: Sequence[int]
    everything: bool


def action_of(spec: ListSpec[Any], key: str, person: Person) -> Action:
    """The action, if there is such an action and the person may do it.

    Raises:
        BatchRefused: unknown_action, not_allowed.
    """
    found = next((each for each in spec.actions if each.key == key), None)
    if found is None:
        raise BatchRefused("unknown_action", _("There is no such action for these rows."))
    if not may_act(found, person):
        raise BatchRefused("not_allowed", _("You may not do this."))
    return found


def choose(*, spec: ListSpec[Any], wish: Wish, person: Person) -> Batch:
    """Keep which rows are meant; nothing is done yet. Joins the caller's transaction.

    Raises:
        BatchRefused: unknown_action, not_allowed, nothing_chosen, too_many.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    action_of(spec, wish.action, person)
    question = question_of_query(spec, wish.query, wish.sort, person)
    if wish.everything and spec.rows is not None:
        ids = all_ids(spec, question, MOST_CHOSEN + 1)
        if len(ids) > MOST_CHOSEN:
            raise BatchRefused(
                "too_many",
                _("More than 10,000 rows match. Narrow the list, then choose all of them."),
            )
    else:
        fitting = still_fitting(spec, question, wish.ids)
        ids = [pk for pk in dict.fromkeys(wish.ids) if pk in fitting]
    if not ids:
        raise BatchRefused("nothing_chosen", _("Choose at least one row."))
    return Batch.objects.create(
        list_key=spec.key, action=wish.action, person=person, query=wish.query[:1000],
        sort=wish.sort[:60], ids=ids, everything=wish.everything,
    )  # fmt: skip


def page_of(*, spec: ListSpec[Any], batch: Batch) -> str:
    """The route of the page that the action only opens; empty when it does something."""
    return next(each.opens for each in spec.actions if each.key == batch.action)


def needs_asking(*, spec: ListSpec[Any], batch: Batch) -> bool:
    """Whether a reason, another word or a second look is wanted before it is done."""
    action = next(each for each in spec.actions if each.key == batch.action)
    return bool(action.needs_why or action.choices or action.dangerous or len(batch.ids) > MANY)


def confirm(*, batch_id: int, person: Person, why: str, choice: str) -> Batch:
    """Do it: at once, or by a job when there are many. Joins the caller's transaction.

    Asked again it does nothing more.

    Raises:
        BatchRefused: unknown_batch, not_allowed, reason_missing, unknown_choice, moved_on (some
            rows no longer fit the filter: they were taken out, the rest must be confirmed anew).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    batch = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id, person=person).first()
    if batch is None:
        raise BatchRefused("unknown_batch", _("There is no such batch among yours."))
    if batch.confirmed_at is not None:
        return batch
    spec = list_of(batch.list_key)
    action = action_of(spec, batch.action, person)
    if action.run is None:
        raise BatchRefused("unknown_action", _("There is no such action for these rows."))
    batch.why, batch.choice = _checked(action, batch, person, why, choice)
    batch.confirmed_at = timezone.now()
    org.record(
        actor=person.actor, action="list.batch", subject=str(batch),
        after={"list": spec.key, "action": action.key, "rows": len(batch.ids),
               "filter": batch.query, "why": batch.why, "choice": batch.choice},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    if len(batch.ids) > AT_ONCE:
        batch.job_id = org.add_job(
            kind="lists.batch",
            title=f"{action.label}: {spec.title} ({len(batch.ids)})",
            person=person,
            payload={"batch": batch.pk},
            page_url=f"/batches/{batch.pk}/",
        )
    else:
        _answer(batch, _done(spec, action, batch, batch.ids))
        batch.finished_at = timezone.now()
    batch.save()
    return batch


def moved_on(*, batch_id: int, person: Person) -> int:
    """Take out the rows that no longer fit; how many there were. Joins the transaction."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    batch = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id, person=person).first()
    if batch is None or batch.confirmed_at is not None:
        return 0
    spec = list_of(batch.list_key)
    question = question_of_query(spec, batch.query, batch.sort, person)
    fitting = still_fitting(spec, question, batch.ids)
    left = [pk for pk in batch.ids if pk in fitting]
    gone = len(batch.ids) - len(left)
    if gone and left:
        batch.ids = left
        batch.save(update_fields=["ids"])
    return gone


def work_off(work: org.Work) -> Iterator[org.Step]:
    """The job: a hundred rows a chunk.

    Raises:
        JobTrouble: the person may no longer do it.
    """
    if work.place.get("ended"):
        return
    at = int(work.place.get("at", 0))
    batch = Batch.objects.get(pk=work.payload["batch"])
    spec = list_of(batch.list_key)
    try:
        action = action_of(spec, batch.action, work.person)
    except BatchRefused as refused:
        raise org.JobTrouble(str(refused)) from None
    total = len(batch.ids)
    while at < total:
        ids = batch.ids[at : at + AT_ONCE]
        _answer(batch, _done(spec, action, batch, ids))
        at += len(ids)
        batch.finished_at = timezone.now() if at >= total else None
        batch.save(update_fields=["done", "refused", "answers", "finished_at"])
        yield org.Step(done=at, total=total, place={"at": at}, result=_result(batch))
    yield org.Step(
        done=total, total=total, place={"ended": True}, result=_result(batch),
        file=_refused_file(batch) if batch.refused else None,
    )  # fmt: skip


def _result(batch: Batch) -> dict[str, int]:
    return {"done": batch.done, "refused": batch.refused}


def _checked(
    action: Action, batch: Batch, person: Person, why: str, choice: str
) -> tuple[str, str]:
    why = " ".join(why.replace("\x00", "").split())[:200]
    if not why and (action.needs_why or len(batch.ids) > MANY):
        raise BatchRefused("reason_missing", _("Say why: the timeline and the trail keep it."))
    if action.choices is not None and choice not in dict(action.choices(person)):
        raise BatchRefused("unknown_choice", _("Choose one of the offered answers."))
    return why, choice if action.choices is not None else ""


def _done(spec: ListSpec[Any], action: Action, batch: Batch, ids: Sequence[int]) -> list[Answer]:
    """Act on the rows that still fit; the others say that they moved on."""
    question = question_of_query(spec, batch.query, batch.sort, batch.person)
    fitting = still_fitting(spec, question, ids)
    answers = [
        Answer(pk, str(pk), False, _("It no longer fits the filter that you confirmed."))
        for pk in ids
        if pk not in fitting
    ]
    wanted = [pk for pk in ids if pk in fitting]
    if wanted and action.run is not None:
        answers += action.run(ids=wanted, person=batch.person, why=batch.why, choice=batch.choice)
    return answers


def _answer(batch: Batch, answers: Sequence[Answer]) -> None:
    refused = [each for each in answers if not each.done]
    batch.done += len(answers) - len(refused)
    batch.refused += len(refused)
    kept = [{"id": each.row_id, "name": each.name, "said": each.said} for each in refused]
    batch.answers = [*batch.answers, *kept][:MOST_ANSWERS]


def _refused_file(batch: Batch) -> org.Download:
    rows = [[_("Row"), _("Why not")], *([cell_value(each["name"]), cell_value(each["said"])]
                                       for each in batch.answers)]  # fmt: skip
    return org.Download(
        name=f"{batch}.csv", content=(MARK + csv_text(rows)).encode(), content_type=CSV
    )


def outcome_of(batch: Batch) -> str:
    """What became of it, in a sentence."""
    done = ngettext("%(count)s row done.", "%(count)s rows done.", batch.done)
    text = done % {"count": batch.done}
    if batch.refused:
        not_done = ngettext("%(count)s row was not done.", "%(count)s rows were not done.",
                            batch.refused)  # fmt: skip
        text = f"{text} {not_done % {'count': batch.refused}}"
    return text
