"""What a law is: a sentence, what keeps it, and the query that must find nothing.

A query gives rows of (where, found, expected, balance id or NULL). It is written once: comments
such as `/*among b.id*/` mark where a sweep over some balances narrows it, so the complete query
and the narrowed one cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kept(Enum):
    """What makes the law hold; the strongest of several is named."""

    CONSTRAINT = _("Constraint")
    TRIGGER = _("Trigger")
    LOCK = _("Lock")
    QUERY = _("Query")
    REPLAY = _("Replay")


@dataclass(frozen=True, slots=True)
class Guard:
    """Something in the database that keeps a law: its absence is a difference.

    `kind` is "constraint", "trigger", "index" (unique, by name), "generated" (a column) or
    "final" (nobody may TRUNCATE the table).
    """

    kind: str
    table: str
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Law:
    """One law.

    `timely` laws say that something was done in time; a test's world may stand still.
    `placeless` laws can be broken by rows that belong to no balance: a sweep over balances cannot
    see all of them, so the rolling sweep asks them whole once per round.
    """

    code: str
    name: Promise
    kept: Kept
    query: str = ""
    guards: tuple[Guard, ...] = ()
    timely: bool = False
    placeless: bool = False

    def among_balances(self) -> str:
        """The query narrowed to the balances given as the parameter `balances` (an array)."""
        return _MARK.sub(lambda mark: _NARROWED[mark[1]].format(column=mark[2]), self.query)


_MARK = re.compile(r"/\*(\w+) ([\w.]+)\*/")
_NARROWED = {
    "among": "AND {column} = ANY(%(balances)s)",
    "cells": (
        "AND {column} IN (SELECT id FROM inventory_stock WHERE balance_id = ANY(%(balances)s))"
    ),
    "holds": (
        "AND {column} IN (SELECT hold_id FROM inventory_holdline"
        " WHERE balance_id = ANY(%(balances)s))"
    ),
    "postings": (
        "AND {column} IN (SELECT posting_id FROM inventory_entry"
        " WHERE balance_id = ANY(%(balances)s))"
    ),
    "pieces": (
        "AND {column} IN (SELECT x.piece_id FROM inventory_pieceentry x JOIN inventory_stock k"
        " ON k.id IN (x.from_stock_id, x.to_stock_id) WHERE k.balance_id = ANY(%(balances)s))"
    ),
    "skus": ("AND {column} IN (SELECT sku_id FROM inventory_balance WHERE id = ANY(%(balances)s))"),
}


def constraints(table: str, *names: str) -> tuple[Guard, ...]:
    """Guards of one table."""
    return tuple(Guard("constraint", f"inventory_{table}", name) for name in names)


def triggers(table: str, *names: str) -> tuple[Guard, ...]:
    """Guards of one table."""
    return tuple(Guard("trigger", f"inventory_{table}", name) for name in names)


def final(*tables: str) -> tuple[Guard, ...]:
    """Tables that nobody may empty."""
    return tuple(Guard("final", f"inventory_{table}") for table in tables)
