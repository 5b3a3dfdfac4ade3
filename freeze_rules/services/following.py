"""A hold over a whole document follows the document when it is changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from freeze_rules.definition import CHANGED
from freeze_rules.models import Watch
from freeze_rules.selectors.weighing import Heard
from freeze_rules.services.own_claims import claimed_by, name_of
from freeze_rules.services.releasing import Step
from inventory import services as inventory
from inventory.selectors import held_lines


def steps(pairs: Sequence[tuple[Heard, Watch]]) -> list[Step]:
    """For each changed document the difference: units fewer are let go of, units more claimed.

    What is claimed more stands under the same document as a claim of its own; later changes look
    at all claims of the document together.
    """
    together: dict[tuple[str, int | None, int | None], list[Watch]] = defaultdict(list)
    events: dict[str, Heard] = {}
    for event, watch in pairs:
        if event.kind == CHANGED and _follows(watch):
            events[event.key] = event
            together[(event.key, watch.version_id, watch.warehouse_id)].append(watch)
    held = held_lines.of_holds({each.hold_id for group in together.values() for each in group})
    own = claimed_by({name_of(event) for event in events.values()})
    found: list[Step] = []
    for (key, _version, _house), watches in together.items():
        found += _difference(events[key], watches, held, own)
    return found


def _follows(watch: Watch) -> bool:
    """Only a whole document's hold has no SKU of its own."""
    return watch.sku_id is None and bool(watch.document)


def _difference(
    event: Heard,
    watches: Sequence[Watch],
    held: Mapping[int, list[held_lines.HeldLine]],
    own: Mapping[tuple[str, int], int],
) -> list[Step]:
    asked: dict[int, int] = defaultdict(int)
    for item in event.items:
        if item.warehouse_id in (None, watches[0].warehouse_id):
            asked[item.sku_id] += item.qty
    # What the document has claimed itself meanwhile needs nobody else's claim.
    for sku in asked:
        asked[sku] = max(asked[sku] - own.get((name_of(event), sku), 0), 0)
    found = []
    # The oldest claim keeps what is still asked, the later ones what then is left.
    for watch in watches:
        there: dict[int, int] = defaultdict(int)
        for line in held.get(watch.hold_id, ()):
            there[line.sku_id] += line.open
        kept = {sku: min(units, asked[sku]) for sku, units in there.items()}
        for sku, units in kept.items():
            asked[sku] -= units
        fewer = {sku: units - kept[sku] for sku, units in there.items() if units > kept[sku]}
        if fewer:
            found.append(_less(event, watch, fewer, whole=not any(kept.values())))
    more = {sku: units for sku, units in asked.items() if units > 0}
    return [*found, _more(event, watches[0], more)] if more else found


def _key(event: Heard, watch: Watch) -> str:
    return f"watch:{watch.pk}:E{event.id}"


def _less(event: Heard, watch: Watch, units: Mapping[int, int], *, whole: bool) -> Step:
    request = inventory.ReleaseRequest(
        key=f"{_key(event, watch)}:less",
        document=watch.hold.document,
        hold_id=watch.hold_id,
        lines=None if whole else _lines(units),
    )
    return Step(watch=watch, request=request, ends=whole)


def _more(event: Heard, watch: Watch, units: Mapping[int, int]) -> Step:
    hold = watch.hold
    request = inventory.HoldRequest(
        key=f"{_key(event, watch)}:more",
        document=hold.document,
        warehouse_id=watch.warehouse_id,
        lines=_lines(units),
        reason=hold.reason.code,
        rule_version=hold.rule_version,
        release_condition=dict(watch.formula),
        review_at=hold.review_at,
        expires_at=hold.expires_at,
        note=hold.note,
    )
    return Step(watch=watch, request=request, then_release=watch.formula)


def _lines(units: Mapping[int, int]) -> tuple[inventory.Line, ...]:
    return tuple(inventory.Line(sku_id=sku, qty=qty) for sku, qty in sorted(units.items()))
