"""A moment in the past on two axes, and what a balance, a cell, a claim was then.

RECORDED asks what we knew at `at`. OCCURRED asks what had happened until `at`, as we know it now,
or as we knew it at `known_at`: goods that left on Monday and were booked on Tuesday are gone on
Monday night on the occurred axis only. Never negative is promised on the recorded axis alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Axis(StrEnum):
    """By which of a posting's two times the past is cut."""

    RECORDED = "recorded"
    OCCURRED = "occurred"


@dataclass(frozen=True, kw_only=True, slots=True)
class PastBalance:
    """What a balance was. `balance_id` is the balance; figures are base units."""

    balance_id: int
    sku_id: int
    sku_code: str
    sku_name: str
    warehouse_id: int
    warehouse_code: str
    grade: str
    owner: str
    on_hand: int
    held: int

    @property
    def available(self) -> int:
        """Free units."""
        return self.on_hand - self.held


@dataclass(frozen=True, kw_only=True, slots=True)
class PastPage:
    """Balances in id order; `after` is the cursor of the next page, None at the end."""

    rows: tuple[PastBalance, ...]
    after: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PastCell:
    """What a cell was: goods in it and units pinned in it."""

    stock_id: int
    balance_id: int
    location_id: int
    location_code: str
    lot_id: int | None
    lot_code: str
    on_hand: int
    pinned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PastClaim:
    """Units of one hold in one cell (or in none yet) that were open then."""

    line_id: int
    hold_id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    stock_id: int | None
    location_code: str
    lot_code: str
    open: int
    placed_by: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PastReason:
    """Open claims of one reason then: units, and hold lines that had them."""

    reason_code: str
    reason_label: str
    role: str
    units: int
    positions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PastClaims:
    """Claims that were open, newest first; `by_reason` sums all of them, not only this page.

    `after` goes on with older ones; a page may be short although more follow (`after` is set).
    """

    by_reason: tuple[PastReason, ...]
    rows: tuple[PastClaim, ...]
    after: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostingView:
    """One command that happened, as lists show it."""

    id: int
    kind: str
    kind_label: str
    document: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one posting did to one balance."""

    posting: PostingView
    on_hand: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BalanceDifference:
    """A balance at two moments and the postings in between, newest first.

    The sum of all changes is the difference. `more` says that older postings were left out.
    """

    before: PastBalance
    after: PastBalance
    changes: tuple[Change, ...]
    more: bool

    @property
    def on_hand(self) -> int:
        """Units more on hand (or fewer)."""
        return self.after.on_hand - self.before.on_hand

    @property
    def held(self) -> int:
        """Units more held (or fewer)."""
        return self.after.held - self.before.held


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferencePage:
    """Balances that changed, in id order; `after` is the cursor of the next page."""

    rows: tuple[BalanceDifference, ...]
    after: int | None
