"""The follower of the trading day adds up what the board says, and sees when it does not."""

from __future__ import annotations

from bench.day.follower import Follower
from org import roles
from tests import given
from tests.horizon import wait_for_horizon


def test_what_was_followed_is_what_is_on_the_board(served: str) -> None:
    given.stock("TEA", 30)
    who = given.api_client(roles.STOCK_VIEW)
    follower = Follower(url=served, key_id=who.key_id, secret=who.secret)
    follower.start()
    given.stock("CUP", 4, warehouse="WH2")
    given.held("SO-1", "TEA", 7)
    given.stock("TEA", 5)

    wait_for_horizon()
    assert follower.finish() == []
    assert follower.units["WH1", "TEA", "ZP"] == 35
    assert follower.changes >= 4


def test_control_a_change_that_was_missed_is_named(served: str) -> None:
    given.stock("TEA", 30)
    who = given.api_client(roles.STOCK_VIEW)
    follower = Follower(url=served, key_id=who.key_id, secret=who.secret)
    # Before it reads: two threads that count at once lose each other's sums.
    follower.units["WH1", "TEA", "ZP"] -= 1
    follower.start()

    wait_for_horizon()
    assert follower.finish() == ["WH1 TEA ZP: 29 by the feed, 30 on the board"]
