"""Tills that sell the last piece at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import given
from tests.api.asking import signed_in
from tests.inventory.test_races import together

pytestmark = pytest.mark.races


def _sold(number: str) -> Callable[[], int]:
    client = signed_in("CLERK")

    def sell() -> int:
        answer = client.post(
            "/api/v1/pos/sales",
            {"warehouse": "WH1", "number": number, "lines": [{"sku": "TEA", "qty": 1}]},
            content_type="application/json",
        )
        return int(answer.status_code)

    return sell


@pytest.mark.parametrize(
    ("numbers", "answers"),
    [(["A", "B", "C", "D"], [201, 201, 409, 409]), (["A", "A", "A", "A"], [200, 200, 200, 201])],
)
def test_tills_that_sell_at_once(
    real_commits: object, numbers: list[str], answers: list[int]
) -> None:
    """Four sales of two pieces; and one sale that is sent four times at once."""
    given.stock("TEA", 2)
    assert sorted(together([_sold(number) for number in numbers])) == answers
    assert given.free("TEA") == 2 - answers.count(201)
