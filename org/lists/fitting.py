"""What fits a list's question: how many, which of some, and all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from org import clocks
from org.lists.counting import counted
from org.lists.specs import Counted, ListSpec, Question


def how_many(spec: ListSpec[Any], question: Question) -> Counted | None:
    """How many fit, up to ten thousand; None for a list that is read whole."""
    return counted(spec.rows(question)) if spec.rows else None


def how_many_exactly(spec: ListSpec[Any], question: Question) -> int | None:
    """All of them, for the progress of an export: slow on a long list."""
    if spec.rows is None:
        return None
    with clocks.of_list(spec.warehouse_of(question), scope=question.scope):
        return spec.rows(question).count()


def still_fitting(spec: ListSpec[Any], question: Question, ids: Sequence[int]) -> set[int]:
    """Which of these rows fit the question now; one statement, none for no ids."""
    if not ids or spec.rows is None:
        return set()
    # Days of the filter are days where the list was looked at.
    with clocks.of_list(spec.warehouse_of(question), scope=question.scope):
        if spec.still is not None:
            return spec.still(question, ids)
        return set(spec.rows(question).filter(pk__in=ids).values_list("pk", flat=True))


def all_ids(spec: ListSpec[Any], question: Question, limit: int) -> list[int]:
    """The first so many ids that fit, in the order of the spec (`chosen_by`)."""
    if spec.rows is None:
        return []
    with clocks.of_list(spec.warehouse_of(question), scope=question.scope):
        rows = spec.rows(question)
        ordered = rows.order_by(*spec.chosen_by) if spec.chosen_by else rows
        return list(ordered.values_list("pk", flat=True)[:limit])
