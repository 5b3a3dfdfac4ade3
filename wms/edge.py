"""Where a request becomes one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

_Answer = TypeVar("_Answer")


def committed(work: Callable[[], _Answer]) -> _Answer:
    """Do the work in one transaction of its own and commit it.

    Two copies of one command that arrive at the same moment both find no earlier answer; the
    second then fails on the unique key. Done once more, it finds the first one's answer.

    Raises:
        IntegrityError: the second attempt failed too, so it is no race.
    """
    try:
        with transaction.atomic(durable=True):
            return work()
    except IntegrityError:
        with transaction.atomic(durable=True):
            return work()
