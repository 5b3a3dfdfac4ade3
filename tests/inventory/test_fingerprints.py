"""A key of last year is still answered: the digest of the same words never changes."""

from datetime import UTC, datetime

import pytest

from inventory import requests

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TEA = requests.Line(sku_id=7, qty=2)
A_LOT = requests.Line(sku_id=8, qty=1, lot_id=4, serials=("a", "b"))
MOVED = requests.MoveLine(sku_id=1, qty=0, from_location_id=2, to_location_id=3, hold_document="")
SEEN = requests.Expected(warehouse_id=1, sku_id=2, version=9)


@pytest.mark.parametrize(
    ("request_", "digest"),
    [
        (
            requests.HoldRequest(key="k1", document="SO-1", warehouse_id=3, lines=(TEA, A_LOT)),
            "1:c0185042617e8c0ed222d92c9ad72b114c891e8ca07ea8a7fa2f23a93c9f3d53",
        ),
        (
            requests.HoldRequest(
                key="k2", document="F-1", warehouse_id=None, reason="RECALL", blanket=True,
                supplier="茶厂", policy=requests.Policy.DISPLACE, review_at=AT,
                release_condition={"b": 1, "a": [2]}, expected=(SEEN,),
            ),
            "1:aa45a384a4df7e2943a108559b65d72bbe4402f4e5a350bdf508bad0d9c08375",
        ),
        (
            requests.ReleaseRequest(key="k3", document="SO-1"),
            "1:df3b3de4d972fc11d594e55080c8a1c8d0b44c5191433b1f5084bef744ae77ea",
        ),
        (
            requests.ReleaseRequest(
                key="k3", document="SO-1", hold_id=5, lines=(), as_expired=True, occurred_at=AT
            ),
            "1:f1dc1811e865010e3b12ebae9ffe46c6fa5a2f31b0a7850b07ce61835187c5b9",
        ),
        (
            requests.MoveRequest(key="k4", document="M", warehouse_id=1, lines=(MOVED,)),
            "1:f09ca22157ee4be269c0ff724d8b92040f93565d8a9f4ebafb09ee6ffc0f8a17",
        ),
        (
            requests.AdjustRequest(
                key="k5", document="C", warehouse_id=1, location_id=2,
                counted=(requests.Line(sku_id=1, qty=True),), why="x",
            ),
            "1:8ace2f552b33a9378a9abe3348d460ea5ee52983194968b209f17e517fd00022",
        ),
    ],
)  # fmt: skip
def test_the_digest_of_the_same_words_never_changes(
    request_: requests.Request, digest: str
) -> None:
    assert request_.fingerprint() == digest


def test_defaults_and_the_clock_are_not_part_of_it() -> None:
    said = requests.ReleaseRequest(key="k3", document="SO-1", hold_id=None, occurred_at=AT)
    assert said.fingerprint() == requests.ReleaseRequest(key="k3", document="SO-1").fingerprint()
