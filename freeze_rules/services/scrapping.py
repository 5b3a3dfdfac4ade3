"""Somebody scraps free units of one cell, or sends them back to the supplier."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules.services import asking_first, commanded, scrap_consent
from freeze_rules.services.consent import LetGo
from freeze_rules.services.disposal_lines import Disposal, Way
from freeze_rules.services.disposing import ACTIONS
from freeze_rules.services.manual import Released
from freeze_rules.services.orders import FreezeRefused
from freeze_rules.services.outlook import Figure, Outlook, sentence_of
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import corrections, places, reach
from org import roles
from org import services as org
from org.models import Person
from org.selectors import scope_of
from org.services import approvals


@dataclass(frozen=True, kw_only=True)
class ScrapOrder:
    """So many free units of a cell go; the same key does the same once."""

    cell_id: int
    disposal: Disposal
    key: str

    @property
    def number(self) -> str:
        """The document it is booked under."""
        return f"SC-{timezone.localdate():%y%m%d}-{self.key[:6].upper()}"

    def booked_under(self, person: Person) -> str:
        """The ledger's key: another cell or another decision is another deed."""
        return f"scrap:{person.pk}:{self.key}:{self.cell_id}:{self.disposal.digest()}"


def look_ahead(order: ScrapOrder, *, person: Person) -> Outlook:
    """What the ledger would do; nothing is written.

    Raises:
        FreezeRefused: as `scrap`.
        inventory.Refused: what the ledger would refuse.
    """
    cell, request = _request(order, person)
    payload = commanded.payload_of(request, person)
    plan = commanded.plan_of(payload)
    if plan.refusal is not None:
        raise plan.refusal
    facts = scrap_consent.summarize(payload)
    unit_id, warehouse_id = scrap_consent.place_of(request)
    needed = approvals.needed(
        kind=scrap_consent.CODE, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id,
        person=person,
    )  # fmt: skip
    units = facts.qty
    free = stock.available(
        sku_ids=[cell.sku_id], warehouse_ids=[cell.warehouse_id], grade=cell.grade,
        owner=cell.owner, kits=False,
    ).get((cell.warehouse_id, cell.sku_id), 0)  # fmt: skip
    return Outlook(
        sentence=sentence_of(order.disposal, units=units, goods=cell.sku_code),
        units=units,
        figures=(
            Figure(label=_("In this cell"), before=cell.on_hand, after=cell.on_hand - units),
            Figure(label=_("Sellable now"), before=free, after=free - units),
        ),
        value=facts.amount,
        needed=needed,
    )


def scrap(order: ScrapOrder, *, person: Person) -> LetGo:
    """Take the units out of the books, or ask for consent when a policy wants it.

    Joins the caller's transaction and leaves an audit record.

    Raises:
        FreezeRefused: not_allowed, unknown_cell, bad_quantity, reason_missing,
            supplier_missing, paper_missing, serials_missing, unknown_serial.
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
        inventory.Refused: insufficient_stock, nothing_there, blocked, wrong_serials. Nothing of
            it may be committed then.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if reach.booked_keys({order.booked_under(person)}):
        done = Released(order.number, order.disposal.qty, True)
        return LetGo(document=order.number, released=done)
    cell, request = _request(order, person)
    approval = asking_first.ask_to_scrap(request, person=person)
    if approval is not None:
        return LetGo(document=request.document, approval_id=approval)
    inventory.scrap([request], actor=person.actor)[0].check()
    org.record(
        actor=person.actor,
        action=ACTIONS[Way(order.disposal.way)],
        subject=request.document,
        after={
            "sku": cell.sku_code, "units": order.disposal.qty, "location": cell.location_code,
            "why": order.disposal.said(),
        },
        unit_id=stock.unit_of_warehouse(cell.warehouse_id),
    )  # fmt: skip
    done = Released(request.document, order.disposal.qty, False)
    return LetGo(document=request.document, released=done)


def _request(
    order: ScrapOrder, person: Person
) -> tuple[places.PlacedGoods, inventory.ScrapRequest]:
    """The cell and the command about it.

    Raises:
        FreezeRefused: what is missing or not this person's.
    """
    if not person.may(roles.STOCK_SCRAP):
        raise FreezeRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_SCRAP)
    cell = places.cell(cell_id=order.cell_id, scope=scope)
    if cell is None:
        raise FreezeRefused("unknown_cell")
    told = order.disposal
    if told.qty is None:
        raise FreezeRefused("bad_quantity")
    if not told.why.strip():
        raise FreezeRefused("reason_missing")
    if told.way == Way.RETURN and not told.supplier.strip():
        raise FreezeRefused("supplier_missing")
    if told.way == Way.RETURN and not told.paper.strip():
        raise FreezeRefused("paper_missing")
    line = inventory.PlacedLine(
        sku_id=cell.sku_id, qty=told.qty, location_id=cell.location_id, lot_id=cell.lot_id,
        grade=cell.grade, owner=cell.owner, serials=_serials(cell, told),
    )  # fmt: skip
    request = inventory.ScrapRequest(
        key=order.booked_under(person),
        document=order.number,
        warehouse_id=cell.warehouse_id,
        lines=(line,),
        why=told.said()[:200],
        to="SUPPLIER" if told.way == Way.RETURN else "SCRAPPED",
    )
    return cell, request


def _serials(cell: places.PlacedGoods, told: Disposal) -> tuple[str, ...]:
    """The pieces that were named; all of the cell when all of it goes."""
    if not stock.skus([cell.sku_id])[cell.sku_id].serial_tracked:
        return ()
    there = corrections.pieces_in([cell.id]).get(cell.id, [])
    if not told.serials:
        if told.qty != len(there):
            raise FreezeRefused("serials_missing")
        return tuple(there)
    if not set(told.serials) <= set(there):
        raise FreezeRefused("unknown_serial")
    if len(told.serials) != told.qty:
        raise FreezeRefused("serials_missing")
    return told.serials
