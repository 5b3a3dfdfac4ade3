"""The commands: what each is allowed to, what it is told, and which request that makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from inventory import requests as asked
from inventory import services
from inventory.api import guards
from inventory.api.codes import Codes
from inventory.api.shapes import (
    any_warehouse,
    cells,
    code_of_a_place,
    hold,
    location,
    lot,
    lots,
    posting,
    qty,
    reason,
    sku,
    warehouse,
    zone,
)
from inventory.models.books import Grade
from inventory.services import correcting
from org import roles
from org.api.faults import Fault
from org.api.shapes import (
    Field,
    Shape,
    choice,
    facts,
    flag,
    lines,
    moment,
    number,
    text,
    texts,
    word,
)
from org.callers import Caller
from org.models import Person

Consent = Callable[..., int | None]
Guard = Callable[[Any, Codes, Caller], Fault | None]


@dataclass(frozen=True)
class Verb:
    """One command. `carry` is the service that does many of them in one transaction."""

    name: str
    permission: str
    shape: Shape
    guard: Guard = guards.anything
    carry: str = ""
    # Asks for consent when a person needs it: gives the id of the request, None to go on.
    consent: Consent | None = None
    # Completes the requests inside the transaction that carries them out.
    prepare: Callable[[list[Any]], list[Any]] = list

    @property
    def service(self) -> str:
        """The name of the service."""
        return self.carry or self.name


def _upstairs(verb: str) -> Consent:
    """The policies about freezes live upstairs: the settings name who knows them."""

    def ask(request: Any, *, person: Person) -> int | None:
        found: Consent = import_string(settings.STOCK_CONSENT[verb].replace(":", "."))
        return found(request, person=person)

    return ask


GRADE = Field("grade", word(*Grade.values))
OWNER = Field("owner", text(32, least=1))
SKU = Field("sku", sku, "sku_id", required=True)
LOT = Field("lot", lot, "lot_id")
QTY = Field("qty", qty(), required=True)
SERIALS = Field("serials", texts)
WAREHOUSE = Field("warehouse", warehouse, "warehouse_id", required=True)
LOCATION = Field("location", location(), "location_id", required=True)
HOLD = Field("hold", hold, "hold_id")
WHY = Field("why", text(200, least=1), required=True)
NOTE = Field("note", text(400))
PRIORITY = Field("priority", number(-1_000_000, 1_000_000))
TIMES = (Field("review_at", moment), Field("expires_at", moment))

LINE = Shape(
    (SKU, QTY, LOT, GRADE, OWNER, SERIALS, Field("min_days_left", number(0, 10_000))), asked.Line
)
COUNTED = Shape((SKU, Field("qty", qty(0), required=True), LOT, GRADE, OWNER, SERIALS), asked.Line)
PLACED = Shape((SKU, QTY, LOCATION, LOT, GRADE, OWNER, HOLD, SERIALS), asked.PlacedLine)
CARRIED = Shape(
    (
        SKU,
        QTY,
        Field("from_location", location(), "from_location_id", required=True),
        Field("to_location", location(), "to_location_id", required=True),
        LOT,
        GRADE,
        OWNER,
        SERIALS,
        Field("hold_document", text(least=1)),
    ),
    asked.MoveLine,
)
REGRADED = Shape(
    (
        SKU,
        QTY,
        LOCATION,
        Field("from_grade", word(*Grade.values), required=True),
        Field("to_grade", word(*Grade.values), required=True),
        LOT,
        OWNER,
        HOLD,
        Field("carry", flag),
        SERIALS,
    ),
    asked.RegradeLine,
)
# A blanket has no quantity: its lines name SKU and lot.
SCOPED = Shape(
    (
        SKU,
        Field("qty", qty(0)),
        LOT,
        GRADE,
        OWNER,
        SERIALS,
        Field("min_days_left", number(0, 10_000)),
    ),
    lambda **values: asked.Line(**{"qty": 0, **values}),
)
EXPECTED = Shape(
    (
        WAREHOUSE,
        SKU,
        Field("version", number(0, 2**62), required=True),
        GRADE,
        OWNER,
    ),
    asked.Expected,
)


def _command(*fields: Field, make: Callable[..., Any], document: bool = True) -> Shape:
    """What every command says, before what this one says."""
    general = (
        Field("key", text(least=1), required=True),
        Field("document", text(least=1), required=document),
        Field("occurred_at", moment),
        Field("expected", lines(EXPECTED)),
    )
    own = {each.name for each in fields}
    return Shape((*(each for each in general if each.name not in own), *fields), make)


def _lines(shape: Shape, name: str = "lines", *, required: bool = True) -> Field:
    return Field(name, lines(shape), required=required)


def _of_a_hold(make: Callable[..., Any]) -> Callable[..., Any]:
    """A command about one claim need not name a document; it then goes by the claim's number."""

    def made(**values: Any) -> Any:
        if "document" not in values and values.get("hold_id") is not None:
            values["document"] = f"H-{values['hold_id']}"
        return make(**{"document": "", **values})

    return made


RECEIVE = _command(
    WAREHOUSE,
    Field("location", location(), "location_id"),
    _lines(LINE, required=False),
    _lines(PLACED, "placed", required=False),
    Field("source", word("SUPPLIER", "OPENING")),
    make=asked.ReceiveRequest,
)
HOLD_SHAPE = _command(
    Field("warehouse", warehouse, "warehouse_id"),
    _lines(SCOPED, required=False),
    Field("reason", reason, required=True),
    PRIORITY,
    Field("location", location(), "location_id"),
    Field("zone", zone, "zone_id"),
    Field("supplier", text(80)),
    GRADE,
    OWNER,
    Field("blanket", flag),
    Field("policy", choice(asked.Policy)),
    Field("draw_from", text(least=1)),
    Field("plan", text(128, least=1)),
    *TIMES,
    NOTE,
    Field("rule_version", text()),
    Field("release_condition", facts),
    make=lambda **values: asked.HoldRequest(**{"warehouse_id": None, **values}),
)

TRANSFER = Field("document", code_of_a_place, required=True)


def _on_trucks(requests: list[Any]) -> list[Any]:
    """Each transfer travels in a place of its own, made when it sets out."""
    known = services.trucks(documents=[each.document for each in requests])
    for each in requests:
        if each.document not in known and isinstance(each, asked.TransferOutRequest):
            known[each.document] = services.truck(document=each.document)
    # 0 is no place: the ledger says that nothing is on the way.
    return [replace(each, transit_location_id=known.get(each.document, 0)) for each in requests]


VERBS: tuple[Verb, ...] = (
    Verb(
        "transfer-out",
        roles.STOCK_TRANSFER,
        _command(
            TRANSFER,
            # Read under the name by which the lines' locations look for their warehouse.
            WAREHOUSE,
            Field("to_warehouse", any_warehouse, "to_warehouse_id"),
            Field("due_at", moment),
            _lines(PLACED),
            make=lambda **values: asked.TransferOutRequest(
                from_warehouse_id=values.pop("warehouse_id"), transit_location_id=0, **values
            ),
        ),
        carry="transfer_out",
        prepare=_on_trucks,
    ),
    Verb(
        "transfer-in",
        roles.STOCK_TRANSFER,
        _command(
            TRANSFER,
            WAREHOUSE,
            LOCATION,
            _lines(LINE),
            make=lambda **values: asked.TransferInRequest(
                to_warehouse_id=values.pop("warehouse_id"), transit_location_id=0, **values
            ),
        ),
        guards.transfer_in,
        carry="transfer_in",
        prepare=_on_trucks,
    ),
    Verb("receive", roles.STOCK_RECEIVE, RECEIVE),
    Verb("move", roles.STOCK_MOVE, _command(WAREHOUSE, _lines(CARRIED), make=asked.MoveRequest)),
    Verb("hold", roles.STOCK_HOLD, HOLD_SHAPE, guards.hold, consent=_upstairs("hold")),
    Verb(
        "pin",
        roles.FLOOR_PICK,
        _command(WAREHOUSE, Field("strategy", choice(asked.Strategy)), make=asked.PinRequest),
    ),
    Verb("unpin", roles.FLOOR_PICK, _command(WAREHOUSE, make=asked.UnpinRequest)),
    Verb(
        "swap",
        roles.FLOOR_PICK,
        _command(
            WAREHOUSE,
            SKU,
            QTY,
            Field("from_location", location(), "from_location_id", required=True),
            Field("to_location", location(), "to_location_id", required=True),
            Field("from_lot", lot, "from_lot_id"),
            Field("to_lot", lot, "to_lot_id"),
            GRADE,
            OWNER,
            make=asked.SwapRequest,
        ),
    ),
    Verb(
        "release",
        roles.STOCK_RELEASE,
        _command(
            HOLD,
            _lines(LINE, required=False),
            Field("freezes", flag),
            make=_of_a_hold(asked.ReleaseRequest),
            document=False,
        ),
        guards.release,
        consent=_upstairs("release"),
    ),
    Verb(
        "convert",
        roles.STOCK_CONVERT,
        _command(
            Field("hold", hold, "hold_id", required=True),
            Field("reason", reason, required=True),
            _lines(LINE, required=False),
            PRIORITY,
            *TIMES,
            NOTE,
            make=asked.ConvertRequest,
        ),
        guards.one_hold,
        consent=_upstairs("convert"),
    ),
    Verb(
        "displace",
        roles.STOCK_HOLD,
        _command(WAREHOUSE, _lines(LINE), make=asked.DisplaceRequest),
    ),
    Verb(
        "narrow",
        roles.STOCK_CONVERT,
        _command(
            Field("hold", hold, "hold_id", required=True),
            Field("cells", cells, "stock_ids"),
            Field("lots", lots, "lot_ids"),
            Field("fixed", flag),
            make=_of_a_hold(asked.NarrowRequest),
            document=False,
        ),
        guards.one_hold,
        consent=_upstairs("narrow"),
    ),
    Verb(
        "ship",
        roles.FLOOR_SHIP,
        _command(_lines(LINE, required=False), make=asked.ShipRequest),
        guards.ship,
    ),
    Verb(
        "adjust",
        roles.STOCK_ADJUST,
        _command(WAREHOUSE, LOCATION, _lines(COUNTED, "counted"), WHY, make=asked.AdjustRequest),
        consent=correcting.ask_for_count,
    ),
    Verb(
        "regrade",
        roles.STOCK_REGRADE,
        _command(WAREHOUSE, _lines(REGRADED), Field("why", text(200)), make=asked.RegradeRequest),
        guards.regrade,
        consent=_upstairs("regrade"),
    ),
    Verb(
        "scrap",
        roles.STOCK_SCRAP,
        _command(
            WAREHOUSE,
            _lines(PLACED),
            WHY,
            Field("to", word("SCRAPPED", "SUPPLIER")),
            make=asked.ScrapRequest,
        ),
        consent=_upstairs("scrap"),
    ),
    Verb(
        "return",
        roles.STOCK_RECEIVE,
        _command(
            WAREHOUSE,
            LOCATION,
            _lines(LINE),
            Field("shipped_document", text(least=1), required=True),
            make=asked.ReturnRequest,
        ),
        carry="take_return",
    ),
    Verb(
        "reverse",
        roles.STOCK_REVERSE,
        _command(
            Field("posting", posting, "posting_id", required=True), WHY, make=asked.ReverseRequest
        ),
    ),
)
