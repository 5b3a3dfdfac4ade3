"""What the ledger answers: an outcome, a plan, or a refusal with a stable code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "insufficient_stock": _("Not enough free stock in this warehouse."),
    "not_pickable": _("The free units lie where they may not be picked."),
    "not_held": _("There is no open claim of this document for these units."),
    "not_pinned": _("Units of this claim are not in a cell yet."),
    "already_released": _("The claim is closed already."),
    "blocked": _("A freeze forbids this."),
    "key_reused": _("This key was used before with other content."),
    "bad_quantity": _("The quantity must be a whole number from 1 to 1,000,000,000,000."),
    "bad_request": _("The request contradicts itself."),
    "bad_key": _("Every command needs a key of 1 to 120 printable characters."),
    "bad_text": _("This must be a text that can be printed, and not too long."),
    "bad_number": _("This must be a whole number."),
    "bad_flag": _("This must be true or false."),
    "bad_time": _("This must be a moment with its time zone, such as 2026-01-31T08:00:00+08:00."),
    "bad_choice": _("This is none of the allowed words."),
    "bad_list": _("This must be a list."),
    "bad_object": _("This must be an object."),
    "nothing_there": _("There are not that many units in the cell."),
    "world_moved": _("The stock changed meanwhile. Look again and repeat."),
    "unknown_reason": _("There is no such reason."),
    "outside_place": _("The location does not belong to this warehouse."),
    "place_closed": _("The location is switched off: nothing may be put down there."),
    "location_in_use": _("Goods lie in this location. Move them away, then switch it off."),
    "kind_is_fixed": _("A location of this kind stays what it is. Make another one."),
    "code_taken": _("There is one with this code already."),
    "barcode_taken": _("This barcode leads to another SKU already."),
    "tracking_is_fixed": _("There was stock of it: how its pieces are told apart cannot change."),
    "unknown_zone": _("There is no such zone in this warehouse."),
    "nothing_in_scope": _("The scope matches no stock and no place."),
    "not_shipped": _("Fewer units than that were shipped under this document."),
    "not_in_transit": _("Fewer units than that are on the way under this transfer."),
    "not_announced": _("Nothing is announced under this document."),
    "part_of_recall": _("This freeze belongs to a recall, which is lifted as a whole."),
    "on_the_way": _("Goods on the way stay claimed until they arrive or are written off."),
    "already_reversed": _("This posting was reversed already."),
    "not_reversible": _("This posting cannot be reversed any more."),
    "unknown_posting": _("There is no such posting."),
    "wrong_serials": _("The serial numbers do not match: name each piece once, where it lies."),
    "kit_has_no_stock": _("A kit has no stock of its own; its parts have."),
    "not_a_kit": _("This SKU is not a kit."),
    "stays_as_it_is": _("What has had stock never becomes a kit, and a kit never goods."),
    "empty_recipe": _("A kit needs at least one part."),
    "kit_in_kit": _("A kit cannot be part of a kit: name its parts instead."),
    "unknown_part": _("There is no such SKU to be a part."),
    "period_closed": _("That day is in a closed period. Book it today."),
    "in_the_future": _("That time lies in the future."),
    "bad_dates": _("The lot expires before it was produced."),
}


class Refused(Exception):
    """The ledger says no; nothing of the request was done.

    `code` is stable for machines, `params` name the units: whenever it can be said, `sku_id` or
    `line` (the line's place in the request, from 0), `asked` and `there`. The text is for people.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return str(SENTENCES.get(self.code, self.code))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """Units of a claim that now lie in a certain cell."""

    line_id: int
    hold_id: int
    sku_id: int
    lot_id: int | None
    location_id: int
    qty: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanStep:
    """One thing that a request would do to a claim: `change` units more (or fewer) under it.

    `location_id` and `lot_id` are empty for units that lie in no cell yet.
    """

    document: str
    reason: str
    role: str
    warehouse_id: int
    sku_id: int
    grade: str
    location_id: int | None
    lot_id: int | None
    change: int
    started: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a request would do now. `digest` goes into the request that applies it exactly.

    `displaced` says what documents would lose: {document: {sku_id: qty}}; `left` what a freeze
    would not get now although its scope covers it: {sku_id: qty} (promised to started picks, or
    under other freezes).
    """

    digest: str
    steps: tuple[PlanStep, ...]
    frozen: Mapping[int, int]
    displaced: Mapping[str, Mapping[int, int]]
    left: Mapping[int, int]
    refusal: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer to one request."""

    key: str
    document: str
    posting_id: int | None = None
    hold_id: int | None = None
    refusal: Refused | None = None
    repeated: bool = False
    pins: tuple[Pin, ...] = ()
    # Documents whose claims lost units because the goods are gone: {document: {sku_id: qty}}.
    displaced: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """True when nothing was done."""
        return self.refusal is not None

    def check(self) -> Outcome:
        """This outcome, or its refusal as an exception.

        Raises:
            Refused: the request was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        return self
