"""From "paid" to "with the warehouse"."""

import pytest

from oms import services as orders
from oms.models import OrderEvent
from tests import given
from tests.oms import told
from wms import selectors as floor_selectors

pytestmark = pytest.mark.django_db


def test_a_paid_order_is_held_and_handed_to_the_floor() -> None:
    given.stock("TEA", 10)
    told.accept(told.draft("T1", told.line("TEA", 3)))

    assert orders.process() == 1

    order = told.the("T1")
    assert order.state == "SUBMITTED"
    assert order.held_at is not None
    assert order.due_at is None
    assert told.held(order.document) == {"TEA": 3}
    assert given.free("TEA") == 7
    assert floor_selectors.states([order.document]) == {order.document: "RELEASED"}
    events = OrderEvent.objects.filter(order=order).order_by("id")
    assert list(events.values_list("from_state", "to_state", "what")) == [
        ("", "PREPROCESS", "received"),
        ("PREPROCESS", "SUBMITTED", "submitted"),
    ]
    assert orders.process() == 0
