"""Holds let go by themselves: events prove what they wait for, or turn them into something else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Now

from freeze_rules import formula
from freeze_rules.models import Proof, Watch
from freeze_rules.selectors.moments import moments_of
from freeze_rules.selectors.weighing import Heard
from freeze_rules.services import unplaced
from freeze_rules.services.unplaced import in_no_cell
from freeze_rules.triggers import TRIGGERS, About
from inventory import services as inventory
from inventory.selectors import held_lines

ClaimRequest = (
    inventory.HoldRequest
    | inventory.ReleaseRequest
    | inventory.ConvertRequest
    | inventory.NarrowRequest
    | inventory.RegradeRequest
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One request about a watched hold; `ends` when the hold is gone with it."""

    watch: Watch
    request: ClaimRequest
    ends: bool = False
    # A new hold that this request makes is watched with this formula.
    then_release: Mapping[str, Any] | None = None
    # The disposition that it carries out, as `Watch.put_off` keeps it; None for the formula.
    deed: list[int] | None = None


# So many holds of one document are let go of in the transaction that judges; more are let go of
# by `judging.look_again`, some thousands in a transaction, by as many workers as there are.
AT_ONCE = 3_500


def hear_widely(events: Sequence[Heard]) -> frozenset[str]:
    """Documents with very many holds: proved in one statement each, and due at once.

    Returns:
        The documents that are done with; their watches need not be looked at one by one.
    """
    documents = {
        event.document: event
        for event in events
        if event.document and TRIGGERS[event.kind].about is About.DOCUMENT
    }
    counted = (
        Watch.objects.filter(document__in=documents, closed_at__isnull=True, dispositions=[])
        .values_list("document")
        .annotate(n=Count("id"))
    )
    wide = [document for document, n in counted if n > AT_ONCE]
    for document in wide:
        event = documents[document]
        with connection.cursor() as cursor:
            cursor.execute(_PROVE, [document, event.kind, event.kind, event.id, document])
    return frozenset(wide)


_PROVE = """
WITH heard AS (
    UPDATE freeze_rules_watch SET look_at = clock_timestamp()
    WHERE document = %s AND closed_at IS NULL AND dispositions = '[]' AND hears ? %s
    RETURNING id
)
INSERT INTO freeze_rules_proof (watch_id, leaf, event_id, reference, note)
SELECT id, %s, %s, %s, '' FROM heard ON CONFLICT DO NOTHING
"""


def watches_for(events: Sequence[Heard], *, without: Collection[str] = ()) -> list[Watch]:
    """Open watches that any of the events may speak of, locked; one statement."""
    documents = {event.document for event in events if event.document}
    lots = {item.lot_id for event in events for item in event.items if item.lot_id}
    skus = {item.sku_id for event in events for item in event.items}
    suppliers = {str(event.facts.get("event.supplier") or "") for event in events} - {""}
    places = {item.location_id for event in events for item in event.items if item.location_id}
    places |= {int(event.facts["location_id"]) for event in events if "location_id" in event.facts}
    zones = {int(event.facts["zone_id"]) for event in events if "zone_id" in event.facts}
    asked = Q(document__in=documents) if documents else Q(pk__in=[])
    if without:
        asked &= ~Q(document__in=without, dispositions=[])
    if lots or skus:
        asked |= Q(lot_id__in=lots) | Q(sku_id__in=skus, lot=None)
    if suppliers:
        asked |= Q(supplier__in=suppliers)
    if places or zones:
        asked |= Q(sku=None, location_id__in=places) | Q(sku=None, zone_id__in=zones)
    return list(
        Watch.objects.filter(asked, closed_at__isnull=True)
        .select_related("hold__reason")
        .order_by("id")
        .select_for_update(of=("self",))
    )


def speaks_of(event: Heard, watch: Watch) -> bool:
    """True when the event is about the goods, the document or the place of the hold."""
    if event.kind not in watch.hears:
        return False
    about = TRIGGERS[event.kind].about
    if about is About.DOCUMENT:
        return bool(event.document) and event.document == watch.document
    if event.warehouse_id and watch.warehouse_id and event.warehouse_id != watch.warehouse_id:
        return False
    if about is About.SUPPLIER:
        return bool(watch.supplier) and event.facts.get("event.supplier") == watch.supplier
    if about is About.PLACE:
        return _same_place(event, watch)
    if not event.items:
        return bool(event.document) and event.document == watch.document
    # A document on both sides narrows goods to one receipt.
    if event.document and watch.document and event.document != watch.document:
        return False
    return any(
        watch.sku_id == item.sku_id
        and watch.lot_id in (None, item.lot_id)
        and (item.location_id is None or watch.location_id in (None, item.location_id))
        for item in event.items
    )


def _same_place(event: Heard, watch: Watch) -> bool:
    places = {item.location_id for item in event.items} | {event.facts.get("location_id")}
    return (watch.location_id is not None and watch.location_id in places) or (
        watch.zone_id is not None and watch.zone_id == event.facts.get("zone_id")
    )


def prove_by(events: Sequence[Heard], watches: Sequence[Watch]) -> list[tuple[Heard, Watch]]:
    """Keep what the events prove for these watches; gives who spoke of what."""
    pairs = [
        (event, watch)
        for event in events
        if event.kind in TRIGGERS
        for watch in watches
        if speaks_of(event, watch)
    ]
    Proof.objects.bulk_create(
        (
            Proof(
                watch=watch,
                leaf=event.kind,
                event_id=event.id,
                reference=_reference_of(event),
            )
            for event, watch in pairs
            if event.kind in formula.hears(watch.formula)
        ),
        ignore_conflicts=True,
    )
    return pairs


def _reference_of(event: Heard) -> str:
    """The report, declaration or document that stands for the evidence."""
    told = event.facts.get("event.report") or event.facts.get("event.declaration")
    return str(told or event.document)[:120]


def steps_after(pairs: Sequence[tuple[Heard, Watch]], *, now: datetime) -> list[Step]:
    """What the events turn their holds into, and the holds that are let go of now."""
    steps: list[Step] = []
    answered: set[int] = set()
    held = held_lines.of_holds({watch.hold_id for _event, watch in pairs})
    for event, watch in pairs:
        for at, deed in enumerate(watch.dispositions):
            if deed["on"] != event.kind:
                continue
            answered.add(watch.pk)
            if needs_cells(watch, at, held) and event.id is not None:
                unplaced.keep_frozen(watch, now=now, deed=[event.id, at])
            else:
                steps += steps_of(event, watch, at, held)
    rest = {watch.pk: watch for _event, watch in pairs if watch.pk not in answered}
    return steps + steps_met(list(rest.values()), now=now)


def steps_met(watches: Sequence[Watch], *, now: datetime) -> list[Step]:
    """The releases of holds whose formula is met now; the others say when to look again."""
    moments = moments_of(watches, now=now)
    graded = {watch.hold_id for watch in watches if watch.regrade}
    held = held_lines.of_holds(graded) if graded else {}
    steps = []
    for watch in watches:
        moment = moments[watch.pk]
        if formula.met(watch.formula, moment):
            lines = held.get(watch.hold_id, ())
            if watch.regrade and in_no_cell(lines):
                unplaced.keep_frozen(watch, now=now)
            else:
                steps.append(release_of(watch, lines))
        elif watch.look_at is not None and not watch.put_off:
            watch.look_at = formula.next_look(
                watch.formula, frozen_at=watch.made_at, now=now, works=moment.works
            )
            watch.save(update_fields=["look_at"])
    return steps


def met_now(watches: Sequence[Watch], *, now: datetime) -> list[Watch]:
    """Those of these watches whose formula is met now; nothing is written."""
    moments = moments_of(watches, now=now) if watches else {}
    return [watch for watch in watches if formula.met(watch.formula, moments[watch.pk])]


def release_of(watch: Watch, held: Sequence[held_lines.HeldLine] = ()) -> Step:
    """Let go of the whole hold, once; with another grade where its rule says so.

    Args:
        held: the open lines of the hold, for a rule that regrades.
    """
    hold = watch.hold
    if watch.regrade and held:
        return _regrade(watch, f"watch:{watch.pk}:regrade", watch.regrade, held)
    return Step(
        watch=watch,
        request=inventory.ReleaseRequest(
            key=f"watch:{watch.pk}:release", document=hold.document, hold_id=hold.pk
        ),
        ends=True,
    )


def needs_cells(watch: Watch, at: int, held: Mapping[int, Sequence[held_lines.HeldLine]]) -> bool:
    """True when this disposition gives units another grade and some of them lie in no cell."""
    deed = watch.dispositions[at]
    if not deed.get("regrade") or str(deed["do"]).startswith("convert"):
        return False
    return in_no_cell(held.get(watch.hold_id, ()))


def steps_of(
    event: Heard, watch: Watch, at: int, held: Mapping[int, list[held_lines.HeldLine]]
) -> list[Step]:
    """One disposition: the hold, or so many units of it, is released or becomes another freeze.

    Args:
        at: its place among the dispositions of the watch.
    """
    deed = watch.dispositions[at]
    kept = None if event.id is None else [event.id, at]
    key, hold, do = f"watch:{watch.pk}:E{event.id}:{at}", watch.hold, str(deed["do"])
    whole = not do.endswith("_qty")
    lines = None if whole else _part(event, deed, held.get(hold.pk, []))
    if lines == ():
        return []
    steps: list[Step] = []
    if not whole and hold.blanket:
        # Part of a blanket cannot be named: it becomes the quantity it holds now.
        fixed = inventory.NarrowRequest(
            key=f"watch:{watch.pk}:fixed", document=hold.document, hold_id=hold.pk, fixed=True
        )
        steps.append(Step(watch=watch, request=fixed))
    request: ClaimRequest
    if do.startswith("convert"):
        request = inventory.ConvertRequest(
            key=key,
            document=hold.document,
            hold_id=hold.pk,
            reason=str(deed["reason"]),
            lines=lines,
            note=str(deed.get("note", "")),
        )
        steps.append(
            Step(
                watch=watch, request=request, ends=whole, then_release=deed.get("release") or {},
                deed=kept,
            )
        )  # fmt: skip
    elif deed.get("regrade") and held.get(hold.pk):
        regrade = _regrade(watch, key, str(deed["regrade"]), held[hold.pk])
        steps.append(replace(regrade, deed=kept))
    else:
        request = inventory.ReleaseRequest(
            key=key, document=hold.document, hold_id=hold.pk, lines=lines
        )
        steps.append(Step(watch=watch, request=request, ends=whole, deed=kept))
    return steps


def _part(
    event: Heard, deed: Mapping[str, Any], held: Sequence[held_lines.HeldLine]
) -> tuple[inventory.Line, ...]:
    """The units that the event says: its goods, or the fact that the disposition names."""
    named = str(deed.get("fact", ""))
    wanted = {
        (item.sku_id, item.lot_id): int(event.facts.get(named) or 0) if named else item.qty
        for item in event.items
    }
    there: dict[tuple[int, str], int] = defaultdict(int)
    for line in held:
        there[(line.sku_id, line.grade)] += line.open
    lines = []
    for (sku_id, grade), units in there.items():
        asked = sum(qty for (sku, _lot), qty in wanted.items() if sku == sku_id)
        qty = min(asked, units)
        if qty > 0:
            lines.append(inventory.Line(sku_id=sku_id, qty=qty, grade=grade))
    return tuple(lines)


def _regrade(watch: Watch, key: str, grade: str, held: Sequence[held_lines.HeldLine]) -> Step:
    """The units get their new grade where they lie and are let go of in the same posting."""
    return Step(
        watch=watch,
        ends=True,
        request=inventory.RegradeRequest(
            key=key,
            document=watch.hold.document,
            warehouse_id=held[0].warehouse_id,
            lines=tuple(
                inventory.RegradeLine(
                    sku_id=line.sku_id,
                    qty=line.open,
                    location_id=line.location_id,
                    lot_id=line.lot_id,
                    from_grade=line.grade,
                    to_grade=grade,
                    hold_id=line.hold_id,
                )
                for line in held
                if line.location_id is not None and line.grade != grade
            ),
            why=str(watch.hold.note),
        ),
    )


def due(*, now: datetime, limit: int) -> list[Watch]:
    """Watches whose time has come to be looked at again, claimed for this transaction."""
    return list(
        Watch.objects.filter(closed_at__isnull=True, look_at__lte=now)
        .select_related("hold__reason")
        .order_by("look_at")
        .select_for_update(of=("self",), skip_locked=True)[:limit]
    )


def any_due() -> bool:
    """True when some hold is to be looked at now."""
    return Watch.objects.filter(closed_at__isnull=True, look_at__lte=Now()).exists()


def heard_kinds(release: Mapping[str, Any], dispositions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Kinds of events a watch listens to, sorted."""
    return sorted(formula.hears(release) | {str(each["on"]) for each in dispositions})
