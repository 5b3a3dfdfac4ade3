"""Barcodes that are commands: printed once, hung at the bench, scanned instead of a button. Pure.

They begin with "CMD-", which no SKU, location or document of the house begins with.
"""

from __future__ import annotations

from dataclasses import dataclass

from wms.numbers import fold

PREFIX = "CMD-"
CONFIRM, BACK, SHORT = "confirm", "back", "short"
PRINT, DONE, ALL, HELP = "print", "done", "all", "help"
# A tap on one of several lots: "cell-17" by the id of its cell.
CELL = "cell-"
ACTIONS = (CONFIRM, DONE, BACK, SHORT, ALL, PRINT, HELP)


@dataclass(frozen=True)
class Scan:
    """One thing that was read or pressed.

    `raw` is the code as it was read (serial numbers may have small letters), `code` folded;
    `action` the command, from a button or a command's barcode, then there is no code; `key` names
    this very scan: sent again it has the same one.
    """

    key: str
    raw: str = ""
    action: str = ""

    @property
    def code(self) -> str:
        """Half-width, upper case."""
        return fold(self.raw)


def code_of(action: str) -> str:
    """The barcode of a command: "CMD-CONFIRM"."""
    return PREFIX + action.upper()


def read(*, key: str, code: str, action: str = "") -> Scan:
    """What a code or a pressed button says; an unknown command stays a code nobody knows."""
    if action:
        return Scan(key, action=action)
    said = fold(code).removeprefix(PREFIX).lower()
    if fold(code).startswith(PREFIX) and said in ACTIONS:
        return Scan(key, action=said)
    return Scan(key, raw=code)


def cell_of(scan: Scan) -> int | None:
    """The cell that was tapped."""
    digits = scan.action.removeprefix(CELL)
    return int(digits) if digits.isdecimal() and len(digits) <= 18 else None
