"""The small warehouse of these tests."""

from __future__ import annotations

import pytest

from tests.wms import world
from tests.wms.world import House


@pytest.fixture
def house(db: None) -> House:
    """Twenty TEA and ten RICE in A-01, ten SALT in A-02; walk order A-03, A-01, A-02."""
    return fill(world.build())


@pytest.fixture
def kitchen(house: House) -> House:
    """The small warehouse with the kettles S1, S2 and S3 in A-01."""
    world.kettles(house)
    return house


def fill(made: House) -> House:
    """Put the goods on the shelves."""
    world.stocked(made, "A-01", TEA=20, RICE=10)
    world.stocked(made, "A-02", SALT=10)
    return made
