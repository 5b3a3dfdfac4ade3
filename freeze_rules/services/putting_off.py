"""What could not be done yet about a hold is kept, and tried again when its time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from freeze_rules import formula
from freeze_rules.models import Event, Watch
from freeze_rules.selectors.weighing import heard
from freeze_rules.services import releasing, unplaced
from freeze_rules.services.releasing import Step
from inventory import services as inventory
from inventory.selectors import held_lines
from org.selectors.workdays import Workdays

# Units that are on a truck are let go of by nobody; by then they may have been received.
TRY_AGAIN_AFTER = timedelta(minutes=15)


def note(steps: Sequence[Step], outcomes: Sequence[inventory.Outcome], *, now: datetime) -> None:
    """Keep what was refused because the units are on the way; what was kept and is done, forget."""
    changed: dict[int, Watch] = {}
    travelling: set[int] = set()
    for step, outcome in zip(steps, outcomes, strict=True):
        watch, deed = step.watch, step.deed
        waits = outcome.refusal is not None and outcome.refusal.code == "on_the_way"
        if waits:
            travelling.add(watch.pk)
            changed[watch.pk] = watch
        if deed is None or waits == (deed in watch.put_off):
            continue
        rest = [each for each in watch.put_off if each != deed]
        watch.put_off = [*rest, deed] if waits else rest
        changed[watch.pk] = watch
    for watch in changed.values():
        watch.look_at = (
            now + TRY_AGAIN_AFTER if watch.put_off or watch.pk in travelling else _next(watch, now)
        )
    Watch.objects.bulk_update(changed.values(), ["put_off", "look_at"])


def steps_again(watches: Sequence[Watch], *, now: datetime) -> list[Step]:
    """What these watches have put off, as far as it can be done now."""
    waiting = [watch for watch in watches if watch.put_off]
    if not waiting:
        return []
    events = Event.objects.in_bulk({event for watch in waiting for event, _at in watch.put_off})
    held = held_lines.of_holds({watch.hold_id for watch in waiting})
    steps: list[Step] = []
    for watch in waiting:
        for deed in watch.put_off:
            event, at = heard(events[deed[0]]), deed[1]
            if releasing.needs_cells(watch, at, held):
                unplaced.keep_frozen(watch, now=now)
                continue
            found = releasing.steps_of(event, watch, at, held)
            steps += found
            if not found:
                # Nothing of what it asked for is held any more.
                watch.put_off = [each for each in watch.put_off if each != deed]
                watch.look_at = now + TRY_AGAIN_AFTER if watch.put_off else _next(watch, now)
                watch.save(update_fields=["put_off", "look_at"])
    return steps


def _next(watch: Watch, now: datetime) -> datetime | None:
    return formula.next_look(watch.formula, frozen_at=watch.made_at, now=now, works=Workdays())
