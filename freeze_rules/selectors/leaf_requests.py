"""Requests for the approvals that freezes wait for, and the freezes for which one is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import TextField
from django.db.models.functions import Cast

from freeze_rules import formula
from freeze_rules.models import Proof, RuleVersion, Watch
from org.models import ApprovalRequest, ApprovalState

# The kind of these requests, as in `settings.APPROVALS`.
CODE = "freeze.leaf"
# How a leaf that somebody approves begins, as the database writes JSON.
LEAF = '"approval"'
OPEN = (ApprovalState.SUBMITTED, ApprovalState.APPROVED, ApprovalState.APPLY_FAILED)


# Asked anew when nobody answered: after so many times it is left to the page of the freeze.
TURNS = 5
UNANSWERED = (ApprovalState.EXPIRED, ApprovalState.VOIDED)


def key_of(*, watch_id: int, permission: str, turn: int) -> str:
    """The key under which the approval of one leaf is asked for, once in each turn."""
    return f"leaf:{watch_id}:{permission}:{turn}"


def newest_of(watch_id: int) -> dict[str, ApprovalRequest]:
    """The newest request for each permission that the freeze waits for."""
    rows = ApprovalRequest.objects.filter(kind=CODE, payload__watch_id=watch_id).order_by("id")
    return {str(row.payload["permission"]): row for row in rows}


def open_of(*, hold_id: int, permission: str) -> ApprovalRequest | None:
    """The request that waits for this approval; None when nobody was asked, or it is over."""
    rows = ApprovalRequest.objects.filter(
        kind=CODE, state__in=OPEN, payload__hold_id=hold_id, payload__permission=permission
    )
    return rows.order_by("-id").first()


def overtaken(*, limit: int) -> list[int]:
    """Open requests whose freeze is gone, or whose leaf was proved without them."""
    rows = ApprovalRequest.objects.filter(kind=CODE, state__in=OPEN)
    asked = {row.pk: (int(row.payload["watch_id"]), str(row.payload["permission"])) for row in rows}
    watches = {watch_id for watch_id, _permission in asked.values()}
    gone = set(
        Watch.objects.filter(pk__in=watches, closed_at__isnull=False).values_list("pk", flat=True)
    ) | set(
        Watch.objects.filter(pk__in=watches, hold__closed_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    given = set(Proof.objects.filter(watch__in=watches).values_list("watch_id", "leaf"))
    found = [
        pk
        for pk, (watch_id, permission) in asked.items()
        if watch_id in gone or (watch_id, f"approval:{permission}") in given
    ]
    return sorted(found)[:limit]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An open watch whose formula has approvals, and those to be asked for: permission, turn."""

    watch: Watch
    wanted: tuple[tuple[str, int], ...]


def waiting(*, after: int, limit: int) -> list[Waiting]:
    """Open watches whose formula has approvals, by id; three statements.

    Only those of rules that name an approval at all: a hundred thousand reserves of a promotion are
    not looked at.

    Args:
        after: the id of the last one looked at.
    """
    versions = list(
        RuleVersion.objects.annotate(told=Cast("definition", TextField()))
        .filter(told__contains=LEAF)
        .values_list("pk", flat=True)
    )
    rows = (
        Watch.objects.annotate(told=Cast("formula", TextField()))
        .filter(
            closed_at__isnull=True, hold__closed_at__isnull=True, told__contains=LEAF,
            version__in=versions, pk__gt=after,
        )
        .select_related("hold__reason", "version")
        .order_by("id")[:limit]
    )  # fmt: skip
    wanted = {watch.pk: _permissions(watch.formula) for watch in rows}
    told = _told(wanted)
    return [
        Waiting(
            watch=watch,
            wanted=tuple(
                (each, turn)
                for each in wanted[watch.pk]
                if (turn := _turn(told, watch.pk, each)) <= TURNS
            ),
        )
        for watch in rows
    ]


def _permissions(tree: formula.Tree) -> list[str]:
    found = {str(leaf["approval"]) for leaf in formula.leaves(tree) if "approval" in leaf}
    return sorted(found)


def _told(wanted: Mapping[int, Collection[str]]) -> dict[str, str]:
    """The states of what was asked already, by key."""
    keys = [
        key_of(watch_id=watch_id, permission=each, turn=turn)
        for watch_id, permissions in wanted.items()
        for each in permissions
        for turn in range(1, TURNS + 1)
    ]
    return dict(ApprovalRequest.objects.filter(key__in=keys).values_list("key", "state"))


def _turn(told: Mapping[str, str], watch_id: int, permission: str) -> int:
    """The turn in which it is asked for next; beyond the last when it is answered or waits."""
    for turn in range(1, TURNS + 1):
        state = told.get(key_of(watch_id=watch_id, permission=permission, turn=turn))
        if state is None:
            return turn
        if state not in UNANSWERED:
            break
    return TURNS + 1
