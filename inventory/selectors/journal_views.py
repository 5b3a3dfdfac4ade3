"""A row of the journal: one posting in one balance (or cell, or lot), with the sums after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inventory.selectors.moments import PostingView


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalRow:
    """What the posting changed, and what stood there after it.

    `on_hand` and `held` are changes, `on_hand_after` and `held_after` the running sums of what
    was asked for: of the balance, the cell (held: pinned) or the lot; a document's rows carry the
    sums of their own balances. `outside` are the accounts goods came from or went to, such as
    ("SUPPLIER",), empty when they stayed inside.
    """

    entry_id: int
    balance_id: int
    sku_id: int
    sku_code: str
    warehouse_id: int
    warehouse_code: str
    grade: str
    posting: PostingView
    on_hand: int
    held: int
    on_hand_after: int
    held_after: int
    outside: tuple[str, ...]
    facts: Mapping[str, Any]
    reverses_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalPage:
    """Rows newest first; `after` goes on with older ones, None at the end."""

    rows: tuple[JournalRow, ...]
    after: int | None
