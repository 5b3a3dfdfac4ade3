"""May this caller do this to these claims? Where is asked before; here it is about documents.

A document or claim that reaches beyond the caller's scope is answered as one that is not there.
"""

from __future__ import annotations

from typing import Any

from inventory.api.codes import Codes
from inventory.selectors.reach import HoldReach
from org.api.faults import Fault
from org.callers import Caller


def _may_let_go(hold: HoldReach, codes: Codes, caller: Caller) -> bool:
    """Who may release is said by the reason of the claim, and by the rule that laid it."""
    asked = {hold.release_permission, codes.also_needed.get(hold.id, hold.release_permission)}
    return all(caller.may(each) and hold.inside(caller.scope(each)) for each in asked)


def release(request: Any, codes: Codes, caller: Caller) -> Fault | None:
    """All of what would be released is within reach and may be released by this caller."""
    if request.hold_id is not None:
        held = [codes.holds[request.hold_id]]
    else:
        held = [
            hold
            for hold in codes.documents.get(request.document, [])
            if request.freezes or hold.role == "COMMITMENT"
        ]
        if not all(hold.inside(codes.scope) for hold in held):
            return Fault(code="already_released", status=409)
    if not all(_may_let_go(hold, codes, caller) for hold in held):
        return Fault(code="not_allowed", field="reason", asked=held[0].reason, status=403)
    return None


def one_hold(request: Any, codes: Codes, caller: Caller) -> Fault | None:
    """Changing a claim into another, or making it smaller, lets go of it too."""
    hold = codes.holds[request.hold_id]
    if not _may_let_go(hold, codes, caller):
        return Fault(code="not_allowed", field="reason", asked=hold.reason, status=403)
    return None


def regrade(request: Any, codes: Codes, caller: Caller) -> Fault | None:
    """Units of a freeze that it does not follow into their new grade are let go of."""
    for number, line in enumerate(request.lines):
        if line.hold_id is None or line.carry:
            continue
        hold = codes.holds[line.hold_id]
        if not _may_let_go(hold, codes, caller):
            return Fault(
                code="not_allowed", line=number, field="hold", asked=hold.reason, status=403
            )
    return None


def ship(request: Any, codes: Codes, _caller: Caller) -> Fault | None:
    """All claims of the document lie in the caller's warehouses."""
    held = codes.documents.get(request.document, [])
    if not all(hold.inside(codes.scope) for hold in held):
        return Fault(code="not_held", status=409)
    return None


def hold(request: Any, codes: Codes, _caller: Caller) -> Fault | None:
    """A claim that names no warehouse reaches into all of them."""
    if request.warehouse_id is None and not codes.scope.is_everything:
        return Fault(code="missing_field", field="warehouse")
    if request.blanket:
        return None
    # Only a blanket covers without a quantity.
    empty = (number for number, line in enumerate(request.lines) if line.qty == 0)
    line = next(empty, None)
    return None if line is None else Fault(code="bad_quantity", line=line, field="qty", asked=0)


def transfer_in(request: Any, codes: Codes, _caller: Caller) -> Fault | None:
    """The transfer was announced to a warehouse of the caller, or the caller sees everything."""
    if codes.scope.is_everything or request.document in codes.transfers:
        return None
    return Fault(code="not_in_transit", field="document", asked=request.document, status=409)


def anything(_request: Any, _codes: Codes, _caller: Caller) -> Fault | None:
    """Its warehouse was found within reach: nothing more to ask."""
    return None
