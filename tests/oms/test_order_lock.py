"""Orders tell the freeze rules what happens to them, and draw from the locks that rules lay."""

from __future__ import annotations

import pytest
from django.db import transaction

from freeze_rules.models import Event
from oms.services import cancelling, pipeline
from org.scope import Scope
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.oms.told import NOON, accept, draft, held, line, moved, the

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    """What was told, in order."""
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def test_nothing_is_told_while_no_rule_listens() -> None:
    given.stock("TEA", 10)
    accept(draft("T1", line("TEA", 2)))
    pipeline.process()
    assert kinds() == []


def test_a_paid_order_that_cannot_go_yet_keeps_its_units_and_a_cancel_frees_them() -> None:
    given.stock("TEA", 10)
    taken("order-lock")
    accept(draft("T1", line("TEA", 4), state="hold"))
    pipeline.process()
    assert held(the().document) == {}

    writing.judge()
    assert kinds() == ["order.paid"]
    assert given.free("TEA") == 6

    order = the()
    with transaction.atomic():
        cancelling.cancel_each(
            ids=[order.pk], scope=Scope.everything(), actor="system:test", why="buyer asked"
        )
    writing.judge()
    assert given.free("TEA") == 10


def test_an_unpaid_orders_lock_is_handed_on_to_the_order_when_it_is_paid() -> None:
    given.stock("TEA", 5)
    taken("unpaid-order-lock")
    told = draft("T1", line("TEA", 5), state="pending_payment")
    accept(told)
    writing.judge()
    assert given.free("TEA") == 0

    accept(moved(told, state="paid", paid_at=NOON))
    pipeline.process()
    writing.judge()

    assert the().state == "SUBMITTED"
    assert held(the().document) == {"TEA": 5}
    assert given.free("TEA") == 0
    # Drawn empty: what was kept for the order is the order's own claim now.
    assert [hold.open for hold in writing.open_holds("ORDER_LOCK")] == [0]


def test_an_order_that_was_placed_before_the_rule_was_judged_is_claimed_once() -> None:
    given.stock("TEA", 10)
    taken("order-lock")
    accept(draft("T1", line("TEA", 4)))
    pipeline.process()
    assert the().state == "SUBMITTED"

    while writing.judge().more:
        pass

    assert given.free("TEA") == 6
    assert writing.open_holds("ORDER_LOCK") == []
