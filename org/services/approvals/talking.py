"""Talk about a request: comments, questions, files, and handing it to somebody else."""

from __future__ import annotations

import hashlib
from typing import IO

from django.db import connection
from django.utils import timezone

from org.models import ApprovalRequest, ApprovalState, Attachment, Delegation, Person
from org.roles import APPROVALS_DECIDE
from org.services.approvals import events
from org.services.approvals.asking import locked
from org.services.approvals.deciding import may_decide
from org.services.approvals.events import W
from org.services.approvals.refusals import ApprovalRefused

LONGEST_TEXT = 1000
MOST_BYTES = 8 * 1024 * 1024
MOST_FILES = 10
# The first bytes say what a file is, its name and the browser only claim it.
STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


def comment(*, request_id: int, person: Person, text: str, ask_back: bool = False) -> None:
    """Say something about a request; `ask_back` says that an answer is awaited.

    The edge has checked that the person sees it. Joins the caller's transaction.

    Raises:
        ApprovalRefused: unknown_request, text_missing, text_too_long, closed (to ask back).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    said = text.strip()
    if not said:
        raise ApprovalRefused("text_missing")
    if len(said) > LONGEST_TEXT:
        raise ApprovalRefused("text_too_long")
    request = locked(request_id)
    if ask_back:
        may_decide(request, person)
    events.note(request, W.ASKED_BACK if ask_back else W.COMMENTED, actor=person.actor, why=said)
    _settle_question(request, person, ask_back)
    if person.pk == request.maker_id:
        to = events.everybody(request) | _who_asked_back(request)
    else:
        to = {request.maker_id}
    events.tell(
        request,
        "approval.question" if ask_back else "approval.comment",
        to - {person.pk},
    )


def _settle_question(request: ApprovalRequest, person: Person, ask_back: bool) -> None:
    open_now = ask_back or (request.question_open and person.pk != request.maker_id)
    if open_now != request.question_open:
        request.question_open = open_now
        request.save(update_fields=["question_open"])


def _who_asked_back(request: ApprovalRequest) -> set[int]:
    actors = request.events.filter(what=W.ASKED_BACK).values_list("actor", flat=True)
    found = {events.person_of_actor(actor) for actor in actors}
    return {each for each in found if each is not None}


def hand_over(*, request_id: int, person: Person, to: Person, why: str = "") -> None:
    """Let somebody else decide one's step of this request. Joins the caller's transaction.

    Raises:
        ApprovalRefused: unknown_request, own_request, not_allowed, decided_already, not_asked,
            closed, to_yourself, to_the_maker, unknown_person.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    request = locked(request_id)
    may_decide(request, person)
    if to.pk == person.pk:
        raise ApprovalRefused("to_yourself")
    if to.pk == request.maker_id:
        raise ApprovalRefused("to_the_maker")
    if not to.is_active or not to.may(APPROVALS_DECIDE):
        raise ApprovalRefused("unknown_person")
    _row, new = Delegation.objects.get_or_create(
        from_person=person, to_person=to, request=request,
        defaults={"starts_at": timezone.now(), "why": why.strip()[:200]},
    )  # fmt: skip
    if new:
        said = f"→ {events.name_of(to)}" + (f": {why.strip()}" if why.strip() else "")
        events.note(
            request, W.HANDED_OVER, actor=person.actor, principal=to.actor, why=said[:LONGEST_TEXT]
        )
        events.tell(request, "approval.waiting", [to.pk])


def attach(*, document: str, actor: str, name: str, file: IO[bytes], size: int) -> int:
    """Keep a photo or paper with a document; the same file again is the same attachment.

    Joins the caller's transaction; the edge has checked that the person sees the document.

    Raises:
        ApprovalRefused: file_empty, file_too_large, file_kind, too_many_files.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if size > MOST_BYTES:
        raise ApprovalRefused("file_too_large")
    content = file.read(MOST_BYTES + 1)
    if not content:
        raise ApprovalRefused("file_empty")
    if len(content) > MOST_BYTES:
        raise ApprovalRefused("file_too_large")
    kind = kind_of_file(content)
    digest = hashlib.sha256(content).hexdigest()
    known = Attachment.objects.filter(document=document)
    same = known.filter(sha256=digest).first()
    if same is not None:
        return same.pk
    if known.count() >= MOST_FILES:
        raise ApprovalRefused("too_many_files")
    plain = "".join(each for each in name if each.isprintable()).replace("/", "_").strip()
    made = Attachment.objects.create(
        document=document, name=plain[-120:] or "file", content_type=kind, size=len(content),
        content=content, sha256=digest, actor=actor[:80],
    )  # fmt: skip
    return made.pk


def attach_to_request(
    *, request_id: int, person: Person, name: str, file: IO[bytes], size: int
) -> None:
    """Attach a file to an open request and note it on its timeline.

    Raises:
        ApprovalRefused: unknown_request, closed, and as `attach`.
    """
    request = locked(request_id)
    if request.state != ApprovalState.SUBMITTED:
        raise ApprovalRefused("closed")
    attach(document=request.number, actor=person.actor, name=name, file=file, size=size)
    events.note(request, W.ATTACHED, actor=person.actor, why=name[:120])


def kind_of_file(content: bytes) -> str:
    """What a file is, by its first bytes.

    Raises:
        ApprovalRefused: file_kind.
    """
    for start, kind in STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise ApprovalRefused("file_kind")
