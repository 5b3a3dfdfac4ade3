"""A kind of request with a world of its own: one box of beads, and what was done to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from org import roles
from org import services as org
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.models import ApprovalPolicy, ApprovalRequest, Person
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given


@dataclass
class Box:
    """The world: beads, what was done under which key, and whether it refuses."""

    beads: int = 10
    done: dict[str, int] = field(default_factory=dict)
    tries: int = 0
    refuses: bool = False


BOX = Box()


def _summarize(payload: Payload) -> Facts:
    take = int(payload["take"])
    return Facts(
        subject=f"BEADS −{take}",
        amount=Decimal(take * 5),
        qty=take,
        traits=("SAFETY",) if payload.get("safety") else (),
        changes=(Change(what="BEADS", before=BOX.beads, after=BOX.beads - take),),
    )


def _fingerprint(payload: Payload, lock: bool) -> str:
    return hashlib.sha256(f"{payload['take']}/{BOX.beads}".encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    BOX.tries += 1
    if BOX.refuses:
        raise CannotApply("jammed", "The lid is jammed.")
    BOX.done[granted.key] = int(payload["take"])
    return granted.number


SAMPLE = ApprovalKind(
    code="sample",
    name="Beads",
    permission=roles.STOCK_ADJUST,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
)


@pytest.fixture
def box(settings: Any) -> Iterator[Box]:
    """The kind is registered and its world is fresh."""
    settings.APPROVALS = {"sample": "tests.approvals.sample:SAMPLE"}
    BOX.__init__()  # type: ignore[misc]
    yield BOX
    BOX.__init__()  # type: ignore[misc]


def policy(*steps: StepDraft, name: str = "Beads", **more: Any) -> ApprovalPolicy:
    """A policy of the sample kind; without steps, the manager of the unit is asked."""
    with transaction.atomic():
        return approvals.save_policy(
            draft=PolicyDraft(
                kind="sample", name=name, steps=steps or (StepDraft(asked="MANAGER"),), **more
            ),
            person=given.person("HEAD_OFFICE", name=f"it{ApprovalPolicy.objects.count()}"),
        )


def asked(
    by: Person,
    *,
    take: int = 3,
    at: str = "S1",
    key: str = "",
    warehouse_id: int | None = None,
    shop_id: int | None = None,
    **payload: Any,
) -> ApprovalRequest:
    """A request of somebody to take beads, perhaps out of one warehouse or for one shop."""
    with transaction.atomic():
        return approvals.ask(
            kind="sample",
            payload={"take": take, **payload},
            unit_id=given.unit(at).pk,
            warehouse_id=warehouse_id,
            shop_id=shop_id,
            person=by,
            key=key or f"k{ApprovalRequest.objects.count()}",
            why="too many",
        )


def just_at(
    role: str, name: str, *, warehouse_id: int | None = None, shop_id: int | None = None
) -> Person:
    """Somebody whose only job is at one warehouse or one shop."""
    with transaction.atomic():
        made = org.create_person(
            username=name, display_name=name, password="correct horse 42", actor=given.ACTOR
        )
        org.assign(
            person_id=made.pk, role=role, warehouse_id=warehouse_id, shop_id=shop_id,
            actor=given.ACTOR,
        )  # fmt: skip
    return made


def decided(
    request: ApprovalRequest,
    by: Person,
    verdict: str = "APPROVE",
    *,
    key: str = "tap",
    why: str = "",
    seen: str = "",
) -> approvals.Decided:
    """A decision as the page takes it."""
    with transaction.atomic():
        return approvals.decide(
            request_id=request.pk, person=by, verdict=verdict, key=key, why=why, seen=seen
        )


def state(request: ApprovalRequest) -> str:
    """Its state in the database."""
    return str(ApprovalRequest.objects.get(pk=request.pk).state)


def refusal(request: ApprovalRequest, by: Person, verdict: str = "APPROVE", **more: Any) -> str:
    """The code with which a decision is refused."""
    with pytest.raises(approvals.ApprovalRefused) as refused:
        decided(request, by, verdict, **more)
    return refused.value.code


class Chain:
    """A head office, a region and a store in it, each with its manager, and a clerk."""

    def __init__(self) -> None:
        given.unit("HQ")
        given.unit("EAST", "REGION", "HQ")
        given.unit("S1", "STORE", "EAST")
        given.unit("S2", "STORE", "EAST")
        self.boss = given.person("HEAD_OFFICE", "HQ", "boss")
        self.region = given.person("REGION_MANAGER", "EAST", "region")
        self.store = given.person("STORE_MANAGER", "S1", "store")
        self.other = given.person("STORE_MANAGER", "S2", "other")
        self.clerk = given.person("CLERK", "S1", "clerk")


@pytest.fixture
def chain(box: Box) -> Chain:
    """Who is who."""
    return Chain()
