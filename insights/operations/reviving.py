"""Have given-up news delivered again; who asked for it is on the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from org import services as org
from outbox import services as outbox


def revive(*, ids: Sequence[int], actor: str) -> int:
    """Deliver these again from the first attempt; others than dead ones are left alone.

    Joins the caller's transaction. Returns how many live again.
    """
    number = outbox.revive(ids=ids)
    if number:
        org.record(
            actor=actor, action="outbox.revived", subject="outbox",
            after={"ids": sorted(ids), "revived": number},
        )  # fmt: skip
    return number
