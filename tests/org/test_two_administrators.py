"""Two administrators who take each other's rights at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections, transaction

from org import services as org
from org.models import Assignment, Person
from org.services import people
from org.services.safeguards import Ruling, somebody_rules
from tests import given


@pytest.mark.races
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_two_administrators_who_remove_each_other_leave_one(
    real_commits: str, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = given.person(role="HEAD_OFFICE"), given.person(role="HEAD_OFFICE")
    home = given.unit().pk
    both_looked = threading.Barrier(2)
    if not locked:

        class Unlocked(Ruling):
            def __init__(self) -> None:
                self._there_was_one = somebody_rules()

            def check(self) -> None:
                super().check()
                both_looked.wait(60)

        monkeypatch.setattr(people, "Ruling", Unlocked)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def remove(victim: Person, by: Person) -> None:
        try:
            start.wait(60)
            with transaction.atomic(durable=True):
                org.unassign(person_id=victim.pk, unit_id=home, role="HEAD_OFFICE", actor=by.actor)
            outcomes.append("done")
        except org.LastAdministrator:
            outcomes.append("refused")
        finally:
            connections["default"].close()

    threads = [
        threading.Thread(target=remove, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    left = Assignment.objects.filter(role__code="HEAD_OFFICE").count()
    assert (sorted(outcomes), left) == (
        (["done", "refused"], 1) if locked else (["done", "done"], 0)
    )
