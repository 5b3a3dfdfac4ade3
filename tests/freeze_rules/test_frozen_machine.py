"""Rules, approvals and time on top of the ledger's verbs; and that a planted bug would be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from freeze_rules import formula
from freeze_rules.services import releasing
from tests.freeze_rules.frozen_machine import FrozenMachine
from tests.proving.sizes import machine

pytestmark = pytest.mark.django_db


def test_what_rules_freeze_is_what_the_plainest_count_says() -> None:
    run_state_machine_as_test(FrozenMachine, settings=machine(examples=4, steps=30))


def _late(monkeypatch: pytest.MonkeyPatch) -> None:
    after = formula.after
    monkeypatch.setattr(
        formula,
        "after",
        lambda said, since, works: after(said, since=since, works=works) + timedelta(hours=1),
    )


def _any_proof_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    met = formula.met

    def easily(tree: formula.Tree, moment: formula.Moment) -> bool:
        return met({"any": tree["all"]} if "all" in tree else tree, moment)

    monkeypatch.setattr(formula, "met", easily)


def _a_unit_more(monkeypatch: pytest.MonkeyPatch) -> None:
    part = releasing._part

    def more(event: Any, deed: Any, held: Any) -> Any:
        facts = {name: value + 1 for name, value in event.facts.items()}
        event = type("More", (), {"items": event.items, "facts": facts})
        return part(event, deed, held)

    monkeypatch.setattr(releasing, "_part", more)


def _whoever_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "speaks_of", lambda event, watch: event.kind in watch.hears)


BUGS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "a freeze ends an hour late": _late,
    "one proof of several lets go": _any_proof_will_do,
    "a part has a unit more": _a_unit_more,
    "an inspection speaks of all receipts": _whoever_listens,
}


def _story(frozen: FrozenMachine) -> None:
    """One of everything, counted after each step."""
    frozen.a_warehouse()
    steps: list[Callable[[], Any]] = [
        lambda: frozen.delivered(sku="TEA", qty=5, place="A-02", soon=False, days=90),
        lambda: frozen.asked_from_outside(sku="TEA", qty=2, place="A-01", soon=True, by="timed"),
        lambda: frozen.damaged(sku="TEA", qty=4, place="A-01", soon=True),
        lambda: frozen.the_night_comes(),
        lambda: frozen.inspected(at=0, result="partial", passed=2, failed=1, soon=True),
        lambda: frozen.inspected(at=1, result="passed", passed=1, failed=0, soon=True),
        lambda: frozen.approved(at=0, permission="stock.release", who=1, early=False),
        lambda: frozen.approved(at=0, permission="stock.release_safety", who=2, early=False),
        lambda: frozen.hours_pass(hours=4),
        lambda: frozen.hours_pass(hours=1),
    ]
    for step in steps:
        step()
        frozen.frozen_by_document_as_counted()
        frozen.nothing_of_a_frozen_lot_is_free()
        frozen.every_law_holds()


@pytest.mark.parametrize("bug", ["", *BUGS])
def test_a_planted_bug_is_seen_and_without_one_nothing_is(
    bug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = FrozenMachine()
    try:
        if not bug:
            _story(frozen)
            assert not frozen.waiting
            assert not frozen.ends
            return
        BUGS[bug](monkeypatch)
        with pytest.raises(AssertionError):
            _story(frozen)
    finally:
        monkeypatch.undo()
        frozen.teardown()
