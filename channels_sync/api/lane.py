"""Requests that wait for stock share transactions: whoever comes first carries all that wait.

One order in a transaction of its own costs some forty statements; eight of them together cost
forty too. So the threads of a web process take turns: one of them carries everything that was
handed to the lane meanwhile, the others only wait for their answer. One after one is carried at
once, a busy lane carries more at a time, and two of them never fight for the same rows.

Whoever was just answered tends to come again: without a moment's patience they would find the lane
gone with the few that had waited, and travel in two half-empty batches by turns for ever. So the
first that comes alone after a larger batch, however long ago that was, waits `PATIENCE_S` once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import Generic, TypeVar

_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
log = logging.getLogger(__name__)

MOST = 64
# How long a batch waits for as many as travelled lately, in seconds.
PATIENCE_S = 0.015


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
        # How many were on their way or waiting when the last batch was done.
        self._expected = 1

    def through(self, asked: _Asked) -> _Answer:
        """Wait for the answer.

        Raises:
            Exception: what carrying this one alone raises.
        """
        ticket: _Ticket[_Asked, _Answer] = _Ticket(asked)
        with self._turn:
            self._waiting.append(ticket)
            if len(self._waiting) == self._expected:
                self._turn.notify_all()
            while not ticket.is_done:
                if self._is_busy:
                    self._turn.wait()
                    continue
                self._is_busy = True
                batch = self._gathered()
                self._turn.release()
                try:
                    self._serve(batch)
                finally:
                    self._turn.acquire()
                    self._is_busy = False
                    self._expected = min(len(batch) + len(self._waiting), MOST)
                    self._turn.notify_all()
        if ticket.trouble is not None:
            raise ticket.trouble
        assert ticket.answer is not None, "Whoever is done has an answer or trouble."
        return ticket.answer

    def _gathered(self) -> list[_Ticket[_Asked, _Answer]]:
        """Those that travel now: all that wait, after a moment for as many as travelled lately."""
        until = monotonic() + PATIENCE_S
        while len(self._waiting) < self._expected and (left := until - monotonic()) > 0:
            self._turn.wait(left)
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

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
