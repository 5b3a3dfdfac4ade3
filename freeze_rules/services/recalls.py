"""Calling goods back: all that came from a lot, a delivery or an order is frozen as one unit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules.models import NextStep, Recall, RecallHold, draw_recall_pk
from freeze_rules.services.leases import Grant, give
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors.genealogy import Cone, cone_of
from org import roles
from org import services as org
from org.coded import CodedRefusal
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of

REASON = "RECALL"
# One recall is one transaction: so many lots and places freeze in seconds.
MOST_FREEZES = 500

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "everywhere_only": _(
        "A recall reaches every warehouse: whoever freezes all of them may do it."
    ),
    "root_missing": _("Name the lot, the delivery or the order that the recall starts from."),
    "unknown_lot": _("There is no such lot."),
    "nothing_found": _("The books know no goods that came from this."),
    "too_wide": _(
        "More than 500 lots and places would be frozen at once. Freeze the supplier or the SKU "
        "instead, or recall the lots one by one."
    ),
    "why_missing": _("Say why the goods are called back."),
    "lift_why_missing": _("Say why the recall is lifted."),
    "world_moved": _("Goods were moved meanwhile; nothing was frozen. Look again and repeat."),
    "unknown_recall": _("There is no such recall."),
    "lifted_already": _("This recall is lifted already."),
    "own_recall": _("Whoever called goods back does not lift the recall: somebody else does."),
    "bad_policy": _("There is no such way to treat promised units."),
}


class RecallRefused(CodedRefusal):
    """Nothing was frozen or lifted. `code` is stable, the text is for people."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class RecallOrder:
    """What a recall starts from, and what happens to units that are promised already."""

    root: str
    lot_id: int | None = None
    document: str = ""
    why: str = ""
    policy: inventory.Policy = inventory.Policy.DISPLACE


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a recall would reach. Laid with the same `seen` it reaches exactly that."""

    cone: Cone
    seen: str
    freezes: int


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """A recall in force; `repeated` when the same request was done before."""

    recall_id: int
    number: str
    hold_ids: tuple[int, ...]
    repeated: bool = False


def trace(order: RecallOrder, *, scope: Scope | None = None) -> Cone:
    """Everything that came from the root; cells of the scope only, without one of all.

    Raises:
        RecallRefused: root_missing, unknown_lot.
    """
    if order.root == Recall.Root.LOT:
        if order.lot_id is None:
            raise RecallRefused("root_missing")
        if order.lot_id not in stock.lots([order.lot_id]):
            raise RecallRefused("unknown_lot")
        return cone_of(lot_ids=[order.lot_id], scope=scope or Scope.everything())
    if not order.document:
        raise RecallRefused("root_missing")
    named = "receipt" if order.root == Recall.Root.RECEIPT else "order"
    return cone_of(**{named: order.document}, scope=scope or Scope.everything())  # type: ignore[arg-type]


def preview(*, order: RecallOrder, person: Person) -> Preview:
    """What the recall would freeze, where it lies, what left and what is promised.

    Raises:
        RecallRefused: not_allowed, everywhere_only, root_missing, unknown_lot, nothing_found,
            too_wide, bad_policy.
    """
    _check_may(person)
    if order.policy == inventory.Policy.FREE_ONLY:
        raise RecallRefused("bad_policy")
    cone = trace(order)
    if cone.is_empty:
        raise RecallRefused("nothing_found")
    requests = _requests(cone, order, number="RC-0", key="")
    if len(requests) > MOST_FREEZES:
        raise RecallRefused("too_wide")
    return Preview(cone=cone, seen=_seen(cone, order), freezes=len(requests))


def recall(*, key: str, order: RecallOrder, person: Person, seen: str = "") -> Recalled:
    """Freeze all of it, or nothing. Joins the caller's transaction; the same key does it once.

    Lots are frozen whole and everywhere: what comes back of them is frozen on arrival.

    Args:
        seen: of the preview; when the goods lie otherwise by now, nothing is done.

    Raises:
        RecallRefused: as `preview`; why_missing, world_moved.
        inventory.Refused: what the ledger refuses; the transaction must not be committed then.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = Recall.objects.filter(key=key).first()
    if known is not None:
        return Recalled(
            recall_id=known.pk, number=known.number, hold_ids=_hold_ids(known.pk), repeated=True
        )
    if not order.why.strip():
        raise RecallRefused("why_missing")
    shown = preview(order=order, person=person)
    if seen and seen != shown.seen:
        raise RecallRefused("world_moved")
    row = Recall.objects.create(
        pk=draw_recall_pk(), key=key, root=order.root, lot_id=order.lot_id,
        document=order.document, why=order.why.strip(), policy=str(order.policy),
        units=shown.cone.units, at_customers=shown.cone.at_customers, person=person,
    )  # fmt: skip
    requests = _requests(shown.cone, order, number=row.number, key=f"recall:{row.pk}")
    outcomes = inventory.hold(requests, actor=person.actor)
    hold_ids = [outcome.check().hold_id for outcome in outcomes]
    laid = tuple(each for each in hold_ids if each is not None)
    RecallHold.objects.bulk_create(RecallHold(recall=row, hold_id=each) for each in laid)
    give([Grant(hold_id=each, owner_id=person.pk, next_step=NextStep.INSPECT) for each in laid])
    org.record(
        actor=person.actor, action="recall.laid", subject=row.number,
        after={
            "from": order.document or f"LOT-{order.lot_id}", "why": row.why,
            "freezes": len(laid), "units": row.units, "at_customers": row.at_customers,
        },
    )  # fmt: skip
    return Recalled(recall_id=row.pk, number=row.number, hold_ids=laid)


def lift_now(*, row: Recall, why: str, by: Person, actor: str, key: str, **said: object) -> int:
    """Let go of every freeze of a recall at once; how many. For `consent`, which asks first.

    Joins the caller's transaction.

    Raises:
        RecallRefused: lifted_already.
        inventory.Refused: what the ledger refuses.
    """
    if row.lifted_at is not None:
        raise RecallRefused("lifted_already")
    holds = stock.holds(scope=Scope.everything(), ids=_hold_ids(row.pk), limit=MOST_FREEZES)
    outcomes = inventory.release(
        [
            inventory.ReleaseRequest(
                key=f"{key}:{hold.id}", document=row.number, hold_id=hold.id
            )
            for hold in holds
        ],
        actor=actor,
    ) if holds else []  # fmt: skip
    for outcome in outcomes:
        outcome.check()
    row.lifted_at, row.lifted_by, row.lift_why = timezone.now(), by, why.strip()
    row.save(update_fields=["lifted_at", "lifted_by", "lift_why"])
    org.record(
        actor=actor, action="recall.lifted", subject=row.number,
        before={"open": sum(hold.open for hold in holds)},
        after={"why": row.lift_why, "freezes": len(holds), **said},
    )  # fmt: skip
    return len(holds)


def _check_may(person: Person) -> None:
    if not person.may(roles.STOCK_HOLD):
        raise RecallRefused("not_allowed")
    if not scope_of(person, permission=roles.STOCK_HOLD).is_everything:
        raise RecallRefused("everywhere_only")


def _requests(
    cone: Cone, order: RecallOrder, *, number: str, key: str
) -> list[inventory.HoldRequest]:
    """A freeze for each suspect lot, everywhere, and one for each place with other suspects."""
    whole = [
        inventory.HoldRequest(
            key=f"{key}:lot:{lot.lot_id}", document=number, warehouse_id=None,
            lines=(inventory.Line(sku_id=lot.sku_id, qty=0, lot_id=lot.lot_id),),
            reason=REASON, blanket=True, policy=order.policy, note=order.why.strip(),
        )
        for lot in cone.lots
    ]  # fmt: skip
    places = {
        (cell.warehouse_id, cell.location_id, cell.sku_id, cell.lot_id)
        for cell in cone.cells
        if cell.mixed
    }
    return whole + [
        inventory.HoldRequest(
            key=f"{key}:at:{place}:{sku}:{lot or 0}", document=number, warehouse_id=house,
            location_id=place, lines=(inventory.Line(sku_id=sku, qty=0, lot_id=lot),),
            reason=REASON, blanket=True, policy=order.policy, note=order.why.strip(),
        )
        for house, place, sku, lot in sorted(places, key=str)
    ]  # fmt: skip


def _seen(cone: Cone, order: RecallOrder) -> str:
    """What was shown: which lots, and how much of what lies where."""
    told = [
        str(order.policy),
        sorted(lot.lot_id for lot in cone.lots),
        sorted((cell.stock_id, cell.on_hand, cell.mixed) for cell in cone.cells),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _hold_ids(recall_id: int) -> tuple[int, ...]:
    rows: Sequence[int] = list(
        RecallHold.objects.filter(recall=recall_id).order_by("id").values_list("hold_id", flat=True)
    )
    return tuple(rows)
