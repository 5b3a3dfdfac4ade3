"""Every law: a planted lie is named by exactly the laws it breaks, and by no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from inventory.models import Balance
from inventory.selectors.audit import audit, check
from inventory.selectors.laws import LAWS, Guard, Kept
from inventory.selectors.laws.history import HISTORY_LAWS
from inventory.selectors.replay import replay
from tests.inventory.proof.plants import PLANTS, Plant

pytestmark = pytest.mark.broken_books
Ids = dict[str, int | str]


@pytest.fixture
def rolled_back(planting_ground: Ids) -> Iterator[Ids]:
    with transaction.atomic():
        yield planting_ground
        transaction.set_rollback(True)


def _plant(sql: str, ids: Ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql.format(**ids))
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_untouched_world_breaks_no_law(planting_ground: Ids) -> None:
    assert check().differences == []
    everywhere = list(Balance.objects.values_list("id", flat=True))
    assert check(balances=everywhere).differences == []
    assert audit() == []
    with transaction.atomic():
        assert replay().differences == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.law)
def test_a_planted_lie_is_named_by_the_laws_it_breaks(plant: Plant, rolled_back: Ids) -> None:
    _plant(plant.sql, rolled_back)

    assert {each.law for each in check().differences} == plant.laws
    assert {each.law for each in replay().differences} == plant.replay


@pytest.mark.parametrize(
    "plant", [plant for plant in PLANTS if not plant.anywhere], ids=lambda plant: plant.law
)
def test_a_sweep_over_its_balance_names_it_too(plant: Plant, rolled_back: Ids) -> None:
    _plant(plant.sql, rolled_back)
    everywhere = list(Balance.objects.values_list("id", flat=True))

    assert {each.law for each in check(balances=everywhere).differences} == plant.laws


def test_a_sweep_over_other_balances_does_not_see_it(rolled_back: Ids) -> None:
    _plant("UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE id = {tea_cell}", rolled_back)

    assert check(balances=[int(rolled_back["rice_balance"])]).differences == []


def test_a_guard_that_is_gone_is_a_difference(rolled_back: Ids) -> None:
    for law in LAWS:
        for guard in law.guards:
            # A superuser may always TRUNCATE; the guards' own tests see the owner refused.
            if guard.kind != "final":
                assert _without(guard) >= {(law.code, f"{guard.kind} {guard.table}.{guard.name}")}


def _without(guard: Guard) -> set[tuple[str, str]]:
    """What is missed when a guard is taken away for a moment."""
    undone = {
        "constraint": f"DROP CONSTRAINT {guard.name} CASCADE",
        "trigger": f"DISABLE TRIGGER {guard.name}",
        "generated": f"ALTER {guard.name} DROP EXPRESSION",
    }
    mark = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {guard.table} {undone[guard.kind]}")
    missed = {
        (each.law, each.where) for each in check().differences if each.found == "missing or off"
    }
    transaction.savepoint_rollback(mark)
    return missed


def test_every_law_that_has_a_query_has_a_plant() -> None:
    # A3 breaks only together with A2; the laws of marks are damaged in their own tests.
    asked = {law.code for law in LAWS if law.query} - {law.code for law in HISTORY_LAWS}
    assert asked - {plant.law for plant in PLANTS} == {"A3"}


def test_every_law_is_kept_by_something() -> None:
    replayed = {law.code for law in LAWS if law.kept is Kept.REPLAY}
    assert replayed == {"A13", "A14", "I2", "J2"}
    assert {law.code for law in LAWS if not law.query and not law.guards} == replayed
    assert [law.code for law in LAWS if law.kept is Kept.CONSTRAINT and not law.guards] == ["I1"]
    assert len({law.code for law in LAWS}) == len(LAWS)
