"""A release that names a document lets go of its commitments."""

from __future__ import annotations

import pytest

from inventory import services as inventory
from tests import given
from tests.inventory.claiming import hold, refused, release, units

pytestmark = pytest.mark.django_db


def test_a_cancelled_order_leaves_the_freeze_under_its_number() -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=4).check()
    frozen = hold("SO-1", qty=3, reason="QC", location="A-01").check()

    release("SO-1").check()

    assert (units("SO-1"), given.free("TEA")) == (3, 7)
    assert refused(release("SO-1"))[0] == "already_released"
    assert refused(release("SO-1", lines=(inventory.Line(sku_id=given.sku("TEA"), qty=1),)))[0] == (
        "already_released"
    )
    release("SO-1", hold_id=frozen.hold_id).check()
    assert given.free("TEA") == 10


def test_whoever_asks_for_the_freezes_too_gets_all_of_the_document() -> None:
    given.stock("TEA", 10)
    hold("SO-1", qty=4).check()
    hold("SO-1", qty=3, reason="QC", location="A-01").check()
    release("SO-1", freezes=True).check()
    assert (units("SO-1"), given.free("TEA")) == (0, 10)
