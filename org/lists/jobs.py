"""Long work: how far it is, what became of it, stopped or tried again many at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from org import services
from org.addresses import words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Job, Person
from org.selectors.jobs import JobsWanted, JobView, jobs_by_id, jobs_of, sees_all_jobs

STATES = {
    "": _("All"),
    "running": _("Running"),
    "done": _("Done"),
    "failed": _("Failed"),
    "cancelled": _("Cancelled"),
}
TONES = {"DONE": "ok", "FAILED": "bad", "RUNNING": "info", "CANCELLED": "muted"}


def wanted_of(question: Question) -> JobsWanted:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return JobsWanted(
        words=words_in(question.asked, "q"),
        state=state if state in STATES else "",
        own=question.get("own") == "1",
    )


def _reader(question: Question) -> Person:
    assert question.person is not None, "A list of one's own is asked for by somebody."
    return question.person


def _rows(question: Question) -> QuerySet[Job]:
    return jobs_of(person=_reader(question), wanted=wanted_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[JobView]:
    """One page; a constant number of statements. The number of a job tells when it was asked."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = jobs_by_id(person=_reader(question), ids=part.ids)
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """By how they stand, with counts."""
    person, wanted = _reader(question), wanted_of(question)
    return counted_tabs(
        "state", STATES, wanted.state,
        lambda state: jobs_of(person=person, wanted=replace(wanted, state=state)),
        tones={"failed": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar; whose they are only matters to whoever sees others'."""
    words = Filter(name="q", label=_("Words of the title"), kind="search")
    if not sees_all_jobs(_reader(question)):
        return (words,)
    return (words, Filter(name="own", label=_("Only mine"), kind="flag"))


def page_url(row: JobView) -> str:
    """The job's page."""
    return reverse("job", args=[row.id])


def _title(row: JobView) -> SafeString:
    asked = timezone.localtime(row.created_at)
    return format_html(
        '<a data-row-link href="{}">{}</a>{}',
        page_url(row), row.title, cells.second_line(f"{asked:%m-%d %H:%M} {row.person_name}"),
    )  # fmt: skip


def _progress(row: JobView) -> SafeString:
    done = intcomma(row.done) if not row.total else f"{intcomma(row.done)} / {intcomma(row.total)}"
    if row.finished or row.percent is None:
        return format_html("{}", done)
    return format_html(
        '<progress class="progress-cell" value="{}" max="100" aria-label="{}"></progress> {}',
        row.percent, _now("Progress"), done,
    )  # fmt: skip


def _file(row: JobView) -> SafeString:
    if not row.file_name:
        return cells.number(None)
    url = reverse("job-file", args=[row.id])
    return format_html('<a href="{}" download>{}</a>', url, row.file_name)


def _each(
    ids: Sequence[int], person: Person, act: Callable[[int], bool], otherwise: str
) -> Sequence[Answer]:
    """Only whoever asked for a job stops it or tries it again."""
    known = jobs_by_id(person=person, ids=ids)
    answers = []
    for pk in ids:
        name = known[pk].title if pk in known else str(pk)
        try:
            done = act(pk)
        except services.UnknownJob:
            answers.append(Answer(pk, name, False, _now("It is somebody else's.")))
            continue
        answers.append(Answer(pk, name, done, "" if done else otherwise))
    return answers


def _stop(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Ask them to stop; what is done stays done."""
    del why, choice

    def act(pk: int) -> bool:
        return services.cancel_job(job_id=pk, person=person)

    return _each(ids, person, act, _now("It has ended already."))


def _again(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Try them again from where they stood."""
    del why, choice

    def act(pk: int) -> bool:
        return services.retry_job(job_id=pk, person=person)

    return _each(ids, person, act, _now("It has not failed."))


COLUMNS: tuple[Column[JobView], ...] = (
    Column(key="job", label=_("Job"), value=lambda row: row.title, cell=_title),
    Column(
        key="state", label=_("State"), value=lambda row: row.state_label,
        cell=lambda row: cells.chip(row.state_label, TONES.get(row.state, ""), hint=row.failure),
    ),
    Column(key="done", label=_("Done"), kind=Kind.NUMBER, value=lambda row: row.done,
           cell=_progress),
    Column(key="failure", label=_("What went wrong"), wide=True, default=False,
           value=lambda row: "" if row.state == "DONE" else row.failure),
    Column(key="file", label=_("File"), wide=True, value=lambda row: row.file_name, cell=_file),
    Column(key="who", label=_("Who"), wide=True, value=lambda row: row.person_name),
    Column(key="asked", label=_("Asked on"), kind=Kind.MOMENT, sortable=True, wide=True,
           value=lambda row: row.created_at),
    Column(key="begun", label=_("Begun"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.started_at),
    Column(key="ended", label=_("Ended"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.finished_at),
)  # fmt: skip

JOBS: ListSpec[JobView] = ListSpec(
    key="jobs",
    title=_("Jobs"),
    route="jobs",
    permission="",
    columns=COLUMNS,
    params=("state", "q", "own"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.title,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-asked",
    actions=(
        Action(key="stop", label=_("Stop"), permission="", run=_stop),
        Action(key="again", label=_("Try again"), permission="", run=_again),
    ),
)
