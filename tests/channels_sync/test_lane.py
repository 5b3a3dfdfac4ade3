"""Requests that wait together travel together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import pytest

from channels_sync.api import lane
from channels_sync.api.lane import Lane

SOON_S = 20.0


class Carrier:
    """Notes how many travel at a time; the first journey ends when it is told to."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.under_way = Event()
        self.may_arrive = Event()

    def carry(self, asked: Sequence[str]) -> list[str]:
        self.sizes.append(len(asked))
        if len(self.sizes) == 1:
            self.under_way.set()
            assert self.may_arrive.wait(SOON_S)
        return [each.upper() for each in asked]


def three_of_whom_one_comes_again(carrier: Carrier, road: Lane[str, str]) -> list[str]:
    """One is carried while two wait; whoever was first comes again when it has its answer."""
    a_moment = Event()
    with ThreadPoolExecutor(3) as people:
        first = people.submit(lambda: [road.through("a"), road.through("d")])
        assert carrier.under_way.wait(SOON_S)
        others = [people.submit(road.through, each) for each in ("b", "c")]
        until = monotonic() + SOON_S
        while len(road._waiting) < 2:
            assert monotonic() < until, "The two never came to wait."
            a_moment.wait(0.001)
        carrier.may_arrive.set()
        return [*first.result(SOON_S), *(each.result(SOON_S) for each in others)]


def test_those_who_wait_go_with_the_one_who_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "PATIENCE_S", SOON_S)
    carrier = Carrier()

    answers = three_of_whom_one_comes_again(carrier, Lane(carrier.carry))

    assert answers == ["A", "D", "B", "C"]
    assert carrier.sizes == [1, 3]


def test_who_comes_alone_waits_a_moment_once_for_those_who_stay_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patience = 0.3
    monkeypatch.setattr(lane, "PATIENCE_S", patience)
    carrier = Carrier()
    road: Lane[str, str] = Lane(carrier.carry)
    three_of_whom_one_comes_again(carrier, road)

    begun = monotonic()
    answers = [road.through("e")]
    first = monotonic()
    answers.append(road.through("f"))
    second = monotonic()

    assert (answers, sum(carrier.sizes)) == (["E", "F"], 6)
    assert patience <= first - begun < SOON_S
    assert second - first < patience


def test_one_that_fails_stops_nobody_else() -> None:
    def carry(asked: Sequence[int]) -> list[int]:
        return [10 // each for each in asked]

    road: Lane[int, int] = Lane(carry)

    with pytest.raises(ZeroDivisionError):
        road.through(0)
    assert road.through(5) == 2
