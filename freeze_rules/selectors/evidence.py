"""What a hold waits for, leaf by leaf: who or what proved it, when, on which paper."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from freeze_rules import formula
from freeze_rules.leaf_facts import leaf_sentence
from freeze_rules.models import Proof, Watch
from freeze_rules.selectors import leaf_requests
from freeze_rules.selectors.moments import moments_of
from org.models import ApprovalRequest
from org.selectors import names_of_actors
from org.selectors.attachments import FileView, files_of
from org.selectors.workdays import Workdays


@dataclass(frozen=True, kw_only=True)
class Proved:
    """One proof: by a person or an event; `inspection` is its number, empty for others."""

    number: str
    who: str
    at: datetime
    reference: str
    note: str
    inspection: str
    files: tuple[FileView, ...]

    @property
    def inspection_id(self) -> int | None:
        """The id of the inspection behind it."""
        tail = self.inspection.partition("-")[2]
        return int(tail) if tail.isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class LeafView:
    """One leaf in the reader's language; `permission` is set for one that a person approves.

    `request` is the request for that approval, where somebody was asked.
    """

    label: str
    met: bool
    permission: str
    due_at: datetime | None
    proofs: tuple[Proved, ...]
    request: ApprovalRequest | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The formula as a sentence, its leaves, and the grade the units get with their release."""

    sentence: str
    leaves: tuple[LeafView, ...]
    regrade: str
    closed: bool


def evidence_of(hold_id: int) -> Evidence | None:
    """What the hold waits for; None when nothing but a person's decision lets go of it.

    The caller has checked that the reader sees the hold. A constant number of statements.
    """
    watch = Watch.objects.filter(hold_id=hold_id).first()
    if watch is None or not watch.formula:
        return None
    proofs: dict[str, list[Proved]] = defaultdict(list)
    rows = list(Proof.objects.filter(watch=watch).select_related("person", "event").order_by("id"))
    names = names_of_actors([row.event.told_by for row in rows if row.event])
    for row in rows:
        inspection = str(row.event.facts.get("inspection", "")) if row.event else ""
        proofs[row.leaf].append(
            Proved(
                number=str(row),
                who=str(row.person)
                if row.person
                else (names[row.event.told_by] if row.event else ""),
                at=row.event.occurred_at if row.event else row.at,
                reference=row.reference,
                note=row.note,
                inspection=inspection,
                files=files_of([str(row), *([inspection] if inspection else [])]),
            )
        )
    now = timezone.now()
    asked = leaf_requests.newest_of(watch.pk)
    leaves = list(formula.leaves(watch.formula))
    # Facts are as they are now; of a freeze that is gone nobody knows what they were.
    reads = watch.closed_at is None and any("fact" in leaf for leaf in leaves)
    moment = moments_of([watch], now=now)[watch.pk] if reads else None
    return Evidence(
        sentence=formula.sentence(watch.formula, fact=leaf_sentence),
        leaves=tuple(_leaf(leaf, watch, proofs, asked, now, moment) for leaf in leaves),
        regrade=watch.regrade,
        closed=watch.closed_at is not None,
    )


def _leaf(
    leaf: formula.Tree,
    watch: Watch,
    proofs: dict[str, list[Proved]],
    asked: dict[str, ApprovalRequest],
    now: datetime,
    moment: formula.Moment | None,
) -> LeafView:
    due = formula.due_at(leaf, since=watch.made_at, works=Workdays())
    given = tuple(proofs.get(formula.name_of(leaf), ()))
    return LeafView(
        label=formula.leaf_sentence(leaf, fact=leaf_sentence),
        met=bool(given)
        or (due is not None and due <= now)
        or (moment is not None and "fact" in leaf and moment.holds_true(leaf)),
        permission=str(leaf.get("approval", "")),
        due_at=due,
        proofs=given,
        request=asked.get(str(leaf.get("approval", ""))),
    )
