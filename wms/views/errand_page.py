"""The frame of the scan pages whose state the server holds: one scan, one transaction, one answer.

The errand's row is locked, the step is worked out and booked, the new stage and the answer are
written down with it. A scan that is sent again (the answer got lost) finds its token there and gets
the same words; nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from inventory.services import Refused
from org.access import person_of
from org.scope import Scope
from wms import commands
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.refusals import FloorRefused
from wms.views.scan_page import (
    Choice,
    Verdict,
    common_answer,
    go_to,
    read_scan,
    scope_for,
    show,
    warehouse_choice,
)

Stage = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """What a step works with: who, where, what was scanned, how far they are."""

    scan: commands.Scan
    stage: Stage
    scope: Scope
    actor: str
    person_id: int
    warehouse_id: int
    permissions: frozenset[str]

    @property
    def key(self) -> str:
        """Of the posting this scan may become."""
        return f"scan:{self.scan.key}"


@dataclass(frozen=True)
class Step:
    """Where a scan led: the new stage and what is said about it."""

    stage: Stage
    verdict: Verdict
    # What follows in a transaction of its own once this one is committed; safe to lose and repeat.
    then: Callable[[], None] | None = None
    # What `look` would find anew, when the step had to find it anyway.
    seen: dict[str, Any] | None = None


Work = Callable[[Turn], Step]


@dataclass(frozen=True)
class Errands:
    """One scenario: its template, permission and the two functions that are all of its own.

    `work` takes a scan one step further or raises `FloorRefused` or the ledger's `Refused`, and
    then nothing has changed; `look` gives the page what the stage means.
    """

    scenario: str
    template: str
    permission: str
    work: Work
    look: Callable[[Stage, Choice, Scope], dict[str, Any]]
    # Commands that `work` answers itself.
    takes: frozenset[str] = field(default_factory=frozenset)
    # Where the labels of what is on the screen are printed; empty: nothing to print.
    paper: Callable[[Stage], str] = lambda stage: ""


def serve(request: HttpRequest, errands: Errands, *, shown: Stage | None = None) -> HttpResponse:
    """A GET shows how far the person is (or the stage `shown`); a POST is one scan."""
    person = person_of(request)
    scope = scope_for(request, errands.permission)
    place = warehouse_choice(request, scope)
    verdict: Verdict | None = None
    seen: dict[str, Any] | None = None
    if request.method == "POST":
        scan = read_scan(request)
        stage = _stage(person.pk, errands, place)
        if scan.action == commands.PRINT and (paper := errands.paper(stage)):
            return go_to(request, paper)
        mine = scan.action in errands.takes or scan.action.startswith(commands.CELL)
        if not mine or (scan.action == commands.BACK and not stage):
            common = common_answer(request, scan)
            if isinstance(common, HttpResponse):
                return common
            verdict = common
        if verdict is None:
            verdict, seen = _scanned(request, errands, scan, place, scope)
    stage = shown or _stage(person.pk, errands, place)
    if seen is None:
        seen = errands.look(stage, place, scope)
    context = {"place": place, "stage": stage, **seen}
    return show(request, errands.template, context, verdict=verdict)


def _stage(person_id: int, errands: Errands, place: Choice) -> Stage:
    return board.stage_of(person_id=person_id, scenario=errands.scenario, warehouse_id=place.id)


def _scanned(
    request: HttpRequest, errands: Errands, scan: commands.Scan, place: Choice, scope: Scope
) -> tuple[Verdict, dict[str, Any] | None]:
    """What is said about a scan, and what it found if the page need not ask again."""
    person = person_of(request)
    if place.id is None:
        text = _("You work in no warehouse. Ask whoever manages accounts.")
        return Verdict(text, "error"), None
    warehouse_id = place.id

    def turn() -> Step:
        errand = floor.take_up(person_id=person.pk, scenario=errands.scenario)
        if scan.key and errand.token == scan.key and errand.said:
            return Step(errand.stage, Verdict(errand.said["text"], errand.said["sound"]))
        # Another warehouse was chosen meanwhile: what was scanned lies in the one of before.
        stage = errand.stage if errand.warehouse_id in (None, warehouse_id) else {}
        step = errands.work(
            Turn(
                scan, dict(stage), scope, person.actor, person.pk, warehouse_id, person.permissions
            )
        )
        floor.lay_down(
            errand,
            stage=step.stage,
            token=scan.key,
            said={"text": step.verdict.text, "sound": step.verdict.sound},
            warehouse_id=warehouse_id,
        )
        return step

    try:
        step = committed(turn)
        if step.then is not None:
            committed(step.then)
        return step.verdict, step.seen
    except (FloorRefused, Refused) as refused:
        return Verdict(str(refused), "error"), None
