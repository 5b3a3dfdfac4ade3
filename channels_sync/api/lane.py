"""Requests that wait for stock share transactions: whoever comes first carries all that wait.

One order in a transaction of its own costs some forty statements; eight of them together cost
forty too. So the threads of a web process take turns: one of them carries everything that was
handed to the lane meanwhile, the others only wait for their answer. An idle lane carries one at
once, a busy one carries more at a time, and two of them never fight for the same rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
log = logging.getLogger(__name__)

MOST = 64


@dataclass(eq=False)
class _Ticket(Generic[_Asked, _Answer]):
    """One that waits."""

    asked: _Asked
    is_done: bool = False
    answer: _Answer | None = None
    trouble: Exception | None = None


class Lane(Generic[_Asked, _Answer]):
    """Carries many at once. `carry` gives one answer each, in order, or raises and did nothing.

    When a batch fails, each of it is carried alone: one bad order stops nobody else.
    """

    def __init__(self, carry: Callable[[Sequence[_Asked]], Sequence[_Answer]]) -> None:
        self._carry = carry
        self._turn = Condition()
        self._waiting: list[_Ticket[_Asked, _Answer]] = []
        self._is_busy = False

    def through(self, asked: _Asked) -> _Answer:
        """Wait for the answer.

        Raises:
            Exception: what carrying this one alone raises.
        """
        ticket: _Ticket[_Asked, _Answer] = _Ticket(asked)
        with self._turn:
            self._waiting.append(ticket)
            while True:
                if ticket.is_done:
                    break
                if self._is_busy:
                    self._turn.wait()
                    continue
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                self._is_busy = True
                self._turn.release()
                try:
                    self._serve(batch)
                finally:
                    self._turn.acquire()
                    self._is_busy = False
                    self._turn.notify_all()
        if ticket.trouble is not None:
            raise ticket.trouble
        assert ticket.answer is not None, "Whoever is done has an answer or trouble."
        return ticket.answer

    def _serve(self, batch: Sequence[_Ticket[_Asked, _Answer]]) -> None:
        try:
            answers = self._carry([ticket.asked for ticket in batch])
        except Exception as trouble:
            if len(batch) == 1:
                batch[0].trouble, batch[0].is_done = trouble, True
                return
            log.warning("A batch of %s failed: %s", len(batch), type(trouble).__name__)
            for ticket in batch:
                self._serve([ticket])
            return
        for ticket, answer in zip(batch, answers, strict=True):
            ticket.answer, ticket.is_done = answer, True
