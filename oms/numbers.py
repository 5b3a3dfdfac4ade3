"""Numbers of orders and of their documents. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DOCUMENT = re.compile(r"^SO-([1-9][0-9]{0,17})(?:/[1-9][0-9]{0,8})?$")


def order_id_of(document: str) -> int | None:
    """The order behind "SO-1042" or "SO-1042/2"; None for what is no order's document."""
    found = _DOCUMENT.match(document.strip().upper())
    return int(found[1]) if found else None


def order_ids_of(documents: Iterable[str]) -> list[int]:
    """The orders behind documents, each once, in id order; foreign documents are left out."""
    return sorted({found for item in documents if (found := order_id_of(item)) is not None})
