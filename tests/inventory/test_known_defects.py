"""Defects that other systems shipped, and those our own machines found: none may come back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import transaction

from inventory import services as inventory
from inventory.models import Stock
from tests import given

pytestmark = pytest.mark.django_db
_keys = itertools.count(1)


def ask(verb: Any, kind: Any, document: str, **more: Any) -> inventory.Outcome:
    """One request in its own transaction."""
    with transaction.atomic():
        request = kind(key=f"defect:{next(_keys)}", document=document, **more)
        return verb([request], actor="system:test")[0]  # type: ignore[no-any-return]


def test_a_lifted_blanket_is_forgotten_by_empty_and_wholly_frozen_cells_too() -> None:
    """Found by random play: cells that had nothing to give kept the name of a lifted blanket."""
    house, tea = given.warehouse("WH1"), given.sku("TEA")
    given.location("A-02")
    given.stock("TEA", 5)
    given.stock("TEA", 5, location="A-02")
    given.held("SO-1", "TEA", 2)
    ask(inventory.hold, inventory.HoldRequest, "BL-1", warehouse_id=house, reason="RECALL",
        blanket=True, lines=(inventory.Line(sku_id=tea, qty=0),))  # fmt: skip
    ask(inventory.release, inventory.ReleaseRequest, "BL-1")
    assert Stock.objects.filter(blanket__isnull=False).count() == 0
