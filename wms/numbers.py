"""Names that are printed and scanned: FF-12 a fulfilment, PL-7 a pick list, PC-5 a parcel, CN-3 a
count.
"""

from __future__ import annotations

import re
import unicodedata

FULFILMENT = "FF"
PICK_LIST = "PL"
PARCEL = "PC"
COUNT = "CN"

_NUMBER = re.compile(r"([A-Z]{2})-([1-9][0-9]{0,17})")


def fold(code: str) -> str:
    """A scanned or typed code as it is stored: half-width, upper case, no blanks around it.

    Chinese input methods hand out full-width letters and digits; NFKC folds them.
    """
    return unicodedata.normalize("NFKC", code).strip().upper()


def id_of(number: str, kind: str) -> int | None:
    """The row behind "FF-12" for kind "FF"; None when it is no such number."""
    match = _NUMBER.fullmatch(fold(number))
    if match is None or match[1] != kind:
        return None
    return int(match[2])


def ids_of(numbers: list[str], kind: str) -> dict[str, int]:
    """The rows behind many numbers; what is no such number is left out."""
    found = {number: id_of(number, kind) for number in numbers}
    return {number: pk for number, pk in found.items() if pk is not None}
