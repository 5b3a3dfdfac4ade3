"""One story for each preset: goods lie there, something is told as people and machines tell it,
and something else brings the goods back. Who sets the rule up is told elsewhere."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from freeze_rules import tasks
from freeze_rules.models import Incident, Promotion, Rule
from freeze_rules.services import proving, scanning
from freeze_rules.services.reports import (
    customs,
    incidents,
    inspections,
    promotions,
    suppliers,
)
from freeze_rules.services.reports.naming import Named, named
from inventory import services as inventory
from inventory.selectors import HoldView
from org.callers import SignedIn
from org.models import Person
from org.scope import Scope
from org.services.approvals.talking import attach
from outbox import services as outbox
from tests import given
from tests.api.calling import signed
from tests.freeze_rules.writing import open_holds

LOT = "L1"
_turn = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Story:
    """`free`: units that may be sold when the goods lie there, while frozen, and at the end.

    `tune`: a parameter and another value for it; without one the days until the review are
    changed in the form. `by_hand`: a person lets go of it on the page of the hold.
    """

    preset: str
    lies: Callable[[], None]
    happens: Callable[[Person], None]
    ends: Callable[[Person], None] | None
    free: tuple[int, int, int]
    tune: tuple[str, str] = ("", "")
    house: str = "WH1"

    @property
    def by_hand(self) -> bool:
        """True when no event lets go of it."""
        return self.ends is None


def milk(qty: int = 20, *, house: str = "WH1", **columns: Any) -> Callable[[], None]:
    """So much milk of one lot; `columns` are the lot's or the SKU's."""

    def lies() -> None:
        of_lot = {name: columns.pop(name) for name in ("supplier", "expires_on", "customs")
                  if name in columns}  # fmt: skip
        state = of_lot.pop("customs", "")
        given.sku("MILK", lot_tracked=True, shelf_life_days=45, **columns)
        lot = given.lot("MILK", LOT, **of_lot)
        if state:
            with transaction.atomic():
                inventory.set_customs(lot_ids=[lot], state=state)
        if qty:
            given.stock("MILK", qty, lot_id=lot, warehouse=house)
        else:
            given.warehouse_id(house)

    return lies


def tells(
    kind: str, qty: int, document: str = "", *, grade: str = "", **facts: Any
) -> Callable[[Person], None]:
    """A program tells it by REST; of the lot, or of units of that grade where they lie."""

    def told(_person: Person) -> None:
        named = {"grade": grade, "location": "A-01"} if grade else {"lot": LOT}
        item = {
            "kind": kind, "key": f"story:{next(_turn)}", "document": document, "warehouse": "WH1",
            "facts": {f"event.{name}": value for name, value in facts.items()},
            "goods": [{"sku": "MILK", "qty": qty, **named}],
        }  # fmt: skip
        answer = signed(
            given.api_client("rules.tell"), "POST", "/api/v1/freeze-rules/events",
            body={"items": [item]},
        )  # fmt: skip
        assert answer.status_code < 300, answer.content
        tasks.judge()

    return told


def arrives(qty: int = 20, *, house: str = "WH1", late: int = 0) -> Callable[[Person], None]:
    """The goods are booked in; the outbox tells the rules of it."""

    def booked(_person: Person) -> None:
        lot, where = given.lot("MILK", LOT), given.warehouse_id(house)
        place = given.location("A-01", warehouse=house)
        line = inventory.Line(sku_id=given.sku("MILK"), qty=qty, lot_id=lot)
        if late:
            due = timezone.now() - timedelta(days=late)
            with transaction.atomic():
                inventory.announce(
                    [inventory.Announcement(document="PO-7", warehouse_id=where, qty=qty,
                                            sku_id=line.sku_id, due_at=due)],
                    actor="system:test",
                )  # fmt: skip
        with transaction.atomic():
            [outcome] = inventory.receive(
                [
                    inventory.ReceiveRequest(
                        key=f"story:{next(_turn)}", document="PO-7", warehouse_id=where,
                        location_id=place, lines=(line,),
                    )
                ],
                actor="system:test",
            )  # fmt: skip
        outcome.check()
        assert outbox.deliver(handler="freeze_rules.services.hearing:note_arrived").failed == 0
        tasks.judge()

    return booked


def goods(**codes: str) -> Named:
    """What the codes on the labels name."""
    return named(scope=Scope.everything(), **{"warehouse": "WH1", **codes})


def inspected(qty: int = 20, **codes: str) -> Callable[[Person], None]:
    """A sample is looked at and passes."""

    def passes(person: Person) -> None:
        what = goods(**{"sku": "MILK", "lot": LOT, **codes})
        sample = inspections.Sample(goods=what, qty=qty, sample=1)
        with transaction.atomic():
            row = inspections.ask(key=f"story:{next(_turn)}", sample=sample, by=SignedIn(person))
        with transaction.atomic():
            attach(document=row.number, actor=person.actor, name="r.pdf",
                   file=io.BytesIO(b"%PDF-1.4"), size=8)  # fmt: skip
        with transaction.atomic():
            inspections.decide(
                inspection_id=row.pk, result="PASSED", reference="QR-1", by=SignedIn(person)
            )
        tasks.judge()

    return passes


def at_customs(state: str) -> Callable[[Person], None]:
    """Customs say this of the lot."""

    def says(person: Person) -> None:
        lot, sku = given.lot("MILK", LOT), given.sku("MILK")
        with transaction.atomic():
            customs.set_state(
                lot_id=lot, sku_id=sku, state=state,
                declaration="5301202611", person=person, actor=person.actor,
            )  # fmt: skip
        tasks.judge()

    return says


def reports(kind: str, qty: int = 0, **codes: str) -> Callable[[Person], None]:
    """Somebody saw damage or a leak at a place, or mended goods."""

    def seen(person: Person) -> None:
        with transaction.atomic():
            incidents.report(
                key=f"story:{next(_turn)}", kind=kind, what=goods(**codes), qty=qty, note="seen",
                by=SignedIn(person),
            )  # fmt: skip
        tasks.judge()

    return seen


def mends(person: Person) -> None:
    """The leak is mended."""
    with transaction.atomic():
        incidents.mend(incident_id=Incident.objects.get().pk, by=SignedIn(person))
    tasks.judge()


def supplier(verb: Callable[..., object]) -> Callable[[Person], None]:
    """The supplier is blocked, or allowed again."""

    def said(person: Person) -> None:
        with transaction.atomic():
            verb(supplier="S-1", why="glass", actor=person.actor, scope=Scope.everything())
        tasks.judge()

    return said


def opens(_person: Person) -> None:
    """A promotion with twelve units is planned, and its minute comes."""
    now = timezone.now()
    line = promotions.LineWish(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("MILK"), qty=12
    )
    wish = promotions.PromotionWish(
        name="Double Eleven", opens_at=now, closes_at=now + timedelta(days=2), lines=[line]
    )
    boss = given.person()
    with transaction.atomic():
        promotions.plan(key="story", wish=wish, by=SignedIn(boss))
    tasks.run_promotions()
    tasks.judge()


def closes(_person: Person) -> None:
    """It is ended before its minute."""
    boss = given.person()
    with transaction.atomic():
        promotions.close_now(promotion_id=Promotion.objects.get().pk, by=SignedIn(boss))
    tasks.judge()


def searched(_person: Person) -> None:
    """The night's search."""
    scanning.scan_in_parts(rule_id=Rule.objects.get().pk)


def frozen_now() -> list[HoldView]:
    """Open claims, but for the standing ones of places."""
    return [hold for hold in open_holds() if not hold.document.startswith("LOC-")]


def agreed(person: Person) -> None:
    """The supervisor agrees, with the report."""
    [hold] = frozen_now()
    with transaction.atomic():
        proving.approve(
            hold_id=hold.id, permission="stock.release_safety", person=person, reference="QR-1"
        )


def one_after_another(*steps: Callable[[Person], None]) -> Callable[[Person], None]:
    """Each of these; nothing is free before the last."""

    def done(person: Person) -> None:
        for step in steps:
            assert given.free("MILK") == 0
            step(person)

    return done


def broken() -> None:
    """Three broken ones lie there."""
    given.stock("MILK", 3, grade="CC")


def at_the_wall() -> None:
    """Everything lies in one zone."""
    given.location("W-01", zone="WET")
    given.stock("MILK", 20, location="W-01")


def bonded() -> None:
    """Nothing is there yet; the lot is not cleared."""
    given.warehouse("BW", kind="BONDED")
    milk(0, house="BW", customs="NOT_CLEARED")()


STORIES: Mapping[str, Story] = {
    each.preset: each
    for each in (
        Story(
            preset="order-lock", lies=milk(), free=(20, 15, 20),
            happens=tells("order.paid", 5, "SO-1"), ends=tells("order.cancelled", 5, "SO-1"),
        ),
        Story(
            preset="unpaid-order-lock", lies=milk(), free=(20, 15, 20), tune=("most", "50"),
            happens=tells("order.placed", 5, "SO-1", paid=False),
            ends=tells("order.cancelled", 5, "SO-1"),
        ),
        Story(
            preset="receive-qc", lies=milk(0), free=(0, 0, 20), tune=("shelf_life", "365"),
            happens=arrives(), ends=inspected(),
        ),
        Story(
            preset="late-receipt", lies=milk(3), free=(3, 0, 13), happens=arrives(10, late=3),
            ends=inspected(13),
        ),
        Story(
            preset="promotion-reserve", lies=milk(), free=(20, 8, 20), happens=opens, ends=closes
        ),
        Story(
            preset="defects", lies=broken, free=(0, 0, 3),
            happens=tells("return.received", 3, "SO-9", grade="CC"),
            ends=one_after_another(
                reports("REPAIR", 3, sku="MILK"), inspected(3, lot=""), agreed
            ),
        ),
        Story(
            preset="near-expiry", free=(20, 0, 20), happens=searched, ends=None,
            lies=lambda: milk(expires_on=timezone.localdate() + timedelta(days=9))(),
        ),
        Story(
            preset="customs-inspection", lies=milk(), free=(20, 0, 20),
            happens=at_customs("INSPECTING"), ends=at_customs("CLEARED"),
        ),
        Story(
            preset="arrived-not-cleared", lies=milk(0, customs="NOT_CLEARED"), free=(0, 0, 20),
            happens=arrives(), ends=at_customs("CLEARED"),
        ),
        Story(
            preset="bonded", lies=bonded, free=(0, 0, 20), house="BW",
            happens=arrives(house="BW"), ends=at_customs("CLEARED"),
        ),
        Story(
            preset="cold-chain", lies=milk(temperature="CHILLED"), free=(20, 0, 20),
            tune=("minutes", "40"), happens=tells("sensor.excursion", 20, "EX-7", minutes=45),
            ends=inspected(),
        ),
        Story(
            preset="light", lies=milk(light_sensitive=True), free=(20, 0, 20),
            tune=("lux_hours", "20000"),
            happens=tells("sensor.excursion", 20, "EX-7", dose=40_000), ends=inspected(),
        ),
        Story(
            preset="leak", lies=at_the_wall, free=(20, 0, 20),
            happens=reports("LEAK", location="W-01"), ends=mends,
        ),
        Story(
            preset="supplier-blocked", lies=milk(supplier="S-1"), free=(20, 0, 20),
            happens=supplier(suppliers.block), ends=supplier(suppliers.allow),
        ),
        Story(
            preset="damaged-part", lies=milk(), free=(20, 16, 20),
            happens=reports("DAMAGE", 4, location="A-01", sku="MILK", lot=LOT),
            ends=inspected(4),
        ),
        Story(
            preset="recall-notice", lies=milk(), free=(20, 0, 20),
            happens=tells("external", 0, external="recall"),
            ends=one_after_another(inspected(), agreed),
        ),
    )
}  # fmt: skip
