"""The approval centre: what waits, one request, and every way to answer it."""

from __future__ import annotations

import io
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from org import clocks
from org.access import permission_required, person_of, signed_in
from org.addresses import address_with, number_in
from org.approving import kind_of, kinds
from org.asking import AskedForm
from org.models import ApprovalState, Person
from org.roles import APPROVALS_DECIDE, APPROVALS_POLICIES
from org.selectors import approvals as asked
from org.selectors import scope_of, standing_in
from org.services import approvals
from org.views.approval_forms import CommentForm, DecisionForm, HandOverForm, QuestionForm

PAGE = 50


@require_GET
@signed_in
def centre(request: HttpRequest) -> HttpResponse:
    """Requests in four boxes: waiting for me, mine, decided by me, all that I may see."""
    person = person_of(request)
    box = request.GET.get("box", "")
    if box not in asked.BOXES:
        box = "waiting" if person.may(APPROVALS_DECIDE) else "mine"
    kind = request.GET.get("kind", "")
    state = request.GET.get("state", "")
    rows = asked.requests(
        person=person,
        box=box,
        kind=kind if kind in {each.code for each in kinds()} else "",
        state=state if state in ApprovalState.values else "",
        before=number_in(request.GET, "before"),
        limit=PAGE + 1,
    )
    shown = rows[:PAGE]
    return render(
        request,
        "org/approvals/centre.html",
        {
            "box": box,
            "rows": shown,
            "tabs": _tabs(person, box),
            "kinds": [(each.code, each.name) for each in kinds()],
            "kind": kind,
            "states": [] if box == "waiting" else ApprovalState.choices,
            "state": state,
            "next_url": address_with(request, before=str(shown[-1].id)) if len(rows) > PAGE else "",
            "first_url": address_with(request, before="") if request.GET.get("before") else "",
            "token": uuid.uuid4().hex,
            "may_decide": person.may(APPROVALS_DECIDE),
            "may_set_policies": person.may(APPROVALS_POLICIES),
        },
    )


def _tabs(person: Person, chosen: str) -> list[dict[str, object]]:
    counts = asked.counts(person=person)
    names = {
        "waiting": _("Waiting for me"),
        "mine": _("Asked by me"),
        "decided": _("Decided by me"),
        "all": _("All"),
    }
    if not person.may(APPROVALS_DECIDE):
        names = {"mine": names["mine"], "all": names["all"]}
    return [
        {
            "label": label,
            "url": f"?box={box}",
            "active": box == chosen,
            "count": None if box == "decided" else min(counts[box], asked.COUNT_TO),
            "more": counts[box] > asked.COUNT_TO,
            "tone": "warn" if box == "waiting" and counts[box] else "",
        }
        for box, label in names.items()
    ]


def _page(request: HttpRequest, request_id: int) -> asked.RequestPage:
    """A request that the person may read; others and those that never were look the same."""
    person = person_of(request)
    found = asked.request_page(request_id, person=person)
    if found is None:
        raise PermissionDenied
    clocks.show_times_at(found.warehouse_id or 0, scope=scope_of(person))
    return found


@require_GET
@signed_in
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what would change, whom it asks, what was said, and the buttons."""
    return _drawn(request, _page(request, request_id))


def _people(request: HttpRequest, found: asked.RequestPage) -> list[tuple[int, str]]:
    """Who may be asked in one's own place."""
    if not found.may_decide:
        return []
    return standing_in.deciders(without=[person_of(request).pk, found.row.maker_id])


def _drawn(
    request: HttpRequest, found: asked.RequestPage, refused: AskedForm | None = None
) -> HttpResponse:
    """The page; with a form that was refused it says why, and keeps what was typed."""
    kind = kind_of(found.row.kind)
    said_no = isinstance(refused, DecisionForm) and refused["verdict"].value() == approvals.REJECT
    said_yes = isinstance(refused, DecisionForm) and not said_no
    context = {
        "page": found,
        "row": found.row,
        "kind": kind,
        "before_word": kind.word("before"),
        "after_word": kind.word("after"),
        "impact": [(kind.word(code), value) for code, value in found.facts.impact],
        "traits": [kind.word(code) for code in found.facts.traits],
        "links": [(kind.word(code), url) for code, url in found.facts.links],
        "token": uuid.uuid4().hex,
        "yes_form": refused if said_yes else None,
        "no_form": refused if said_no else None,
        "comment_form": refused if isinstance(refused, CommentForm) else CommentForm(),
        "question_form": refused if isinstance(refused, QuestionForm) else QuestionForm(),
        "hand_over_form": refused
        if isinstance(refused, HandOverForm)
        else HandOverForm(people=_people(request, found)),
        # What is wrong with the request itself, or has no dialog any more, stands above the page.
        "beyond": refused.non_field_errors() if refused else [],
    }
    status = 422 if refused else 200
    return render(request, "org/approvals/one.html", context, status=status)


def _back(request_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("approval", args=[request_id]))


@require_POST
@permission_required(APPROVALS_DECIDE)
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Yes or no. A second tap of the same button finds the first one's answer."""
    person = person_of(request)
    found = _page(request, request_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _drawn(request, found, form)
    given = form.cleaned_data
    try:
        with transaction.atomic(durable=True):
            done = approvals.decide(
                request_id=request_id, person=person, verdict=given["verdict"],
                key=given["token"], why=given["why"], seen=given["seen"],
            )  # fmt: skip
    except approvals.ApprovalRefused as refused:
        form.refuse(refused)
        # What it is now, not what was decided about.
        return _drawn(request, _page(request, request_id), form)
    tone, text = outcome_of(done)
    messages.add_message(request, tone, f"{found.row.number}: {text}")
    if tone == messages.SUCCESS and asked.waiting_count(person):
        return HttpResponseRedirect(f"{reverse('approvals')}?box=waiting")
    return _back(request_id)


def outcome_of(done: approvals.Decided) -> tuple[int, str]:
    """What a decision led to, in a sentence, and how good that is."""
    state = done.request.state
    if state == ApprovalState.APPLIED:
        return messages.SUCCESS, _("Approved and done.")
    if state == ApprovalState.REJECTED:
        return messages.SUCCESS, _("Rejected; whoever asked is told.")
    if state == ApprovalState.SUBMITTED:
        return messages.SUCCESS, _("Your approval is noted; others are still to be asked.")
    if state == ApprovalState.APPLY_FAILED:
        return messages.ERROR, _("Approved, but it could not be done: %(why)s") % {
            "why": done.request.failure
        }
    if state == ApprovalState.VOIDED:
        return messages.WARNING, _(
            "Nothing was done: the facts have changed since it was asked. Whoever asked is told."
        )
    return messages.INFO, str(done.request.get_state_display())


@require_POST
@signed_in
def comment(request: HttpRequest, request_id: int) -> HttpResponse:
    """Say something, or ask back."""
    found = _page(request, request_id)
    asks = request.POST.get("ask_back") == "1"
    form = QuestionForm(request.POST) if asks else CommentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _drawn(request, found, form)
    try:
        with transaction.atomic(durable=True):
            approvals.comment(
                request_id=request_id, person=person_of(request), text=form.cleaned_data["text"],
                ask_back=asks,
            )  # fmt: skip
            file = form.cleaned_data.get("file")
            if isinstance(file, UploadedFile):
                _attach(request, request_id, file)
    except approvals.ApprovalRefused as refused:
        form.refuse(refused)
        return _drawn(request, _page(request, request_id), form)
    return _back(request_id)


@require_POST
@signed_in
def attach(request: HttpRequest, request_id: int) -> HttpResponse:
    """Add a photo or paper."""
    _page(request, request_id)
    file = request.FILES.get("file")
    try:
        if not isinstance(file, UploadedFile):
            raise approvals.ApprovalRefused("file_empty")
        with transaction.atomic(durable=True):
            _attach(request, request_id, file)
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    return _back(request_id)


def _attach(request: HttpRequest, request_id: int, file: UploadedFile[bytes]) -> None:
    approvals.attach_to_request(
        request_id=request_id,
        person=person_of(request),
        name=file.name or "",
        file=file.file or io.BytesIO(),
        size=file.size or 0,
    )


@require_GET
@signed_in
def attachment(request: HttpRequest, request_id: int, file_id: int) -> HttpResponse:
    """An attachment; photos are shown, papers are downloaded."""
    found = asked.file_of_request(request_id, file_id=file_id, person=person_of(request))
    if found is None:
        raise Http404
    name, content_type, content = found
    answer = HttpResponse(content, content_type=content_type)
    is_paper = not content_type.startswith("image/")
    answer["Content-Disposition"] = str(
        content_disposition_header(as_attachment=is_paper, filename=name)
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@require_POST
@permission_required(APPROVALS_DECIDE)
def hand_over(request: HttpRequest, request_id: int) -> HttpResponse:
    """Let somebody else decide one's step."""
    found = _page(request, request_id)
    form = HandOverForm(request.POST, people=_people(request, found))
    if not form.is_valid():
        return _drawn(request, found, form)
    to = Person.objects.get(pk=form.cleaned_data["to"])
    try:
        with transaction.atomic(durable=True):
            approvals.hand_over(
                request_id=request_id, person=person_of(request), to=to,
                why=form.cleaned_data["why"],
            )  # fmt: skip
    except approvals.ApprovalRefused as refused:
        form.refuse(refused)
        return _drawn(request, _page(request, request_id), form)
    messages.success(request, _("%(who)s can decide it now too.") % {"who": str(to)})
    return _back(request_id)


@require_POST
@signed_in
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one's own request back."""
    _page(request, request_id)
    try:
        with transaction.atomic(durable=True):
            approvals.withdraw(
                request_id=request_id, person=person_of(request), why=request.POST.get("why", "")
            )
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    return _back(request_id)


@require_POST
@signed_in
def retry(request: HttpRequest, request_id: int) -> HttpResponse:
    """Try again to do what was approved."""
    found = _page(request, request_id)
    try:
        with transaction.atomic(durable=True):
            done = approvals.retry(request_id=request_id, person=person_of(request))
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
    else:
        tone, text = outcome_of(done)
        messages.add_message(request, tone, f"{found.row.number}: {text}")
    return _back(request_id)


@require_POST
@signed_in
def again(request: HttpRequest, request_id: int) -> HttpResponse:
    """Ask anew, with the facts of today."""
    _page(request, request_id)
    try:
        with transaction.atomic(durable=True):
            fresh = approvals.ask_again(request_id=request_id, person=person_of(request))
    except approvals.ApprovalRefused as refused:
        messages.error(request, str(refused))
        return _back(request_id)
    messages.success(request, _("Asked again as %(number)s.") % {"number": fresh.number})
    return _back(fresh.pk)
