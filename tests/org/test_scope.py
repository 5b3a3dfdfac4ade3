"""Who sees which units, and who may do what."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from org import roles
from org import selectors as org_selectors
from org import services as org
from org.models import AuditRecord, Person, Unit
from org.roles import Role
from org.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> dict[str, int]:
    """HQ over EAST (S1, S10) and EAST2 (S2): codes that are prefixes of each other."""
    ids: dict[str, int] = {}
    for code, kind, parent in (
        ("HQ", "HEAD_OFFICE", None),
        ("EAST", "REGION", "HQ"),
        ("EAST2", "REGION", "HQ"),
        ("S1", "STORE", "EAST"),
        ("S10", "STORE", "EAST"),
        ("S2", "STORE", "EAST2"),
    ):
        with transaction.atomic():
            ids[code] = org.create_unit(
                code=code, name=code.title(), kind=kind,
                parent_id=ids[parent] if parent else None, actor="system:test",
            ).pk  # fmt: skip
    return ids


def _person(name: str, *jobs: tuple[int, str]) -> Person:
    with transaction.atomic():
        person = org.create_person(
            username=name, display_name=name, password=None, actor="system:test"
        )
        for unit_id, role in jobs:
            org.assign(person_id=person.pk, unit_id=unit_id, role=role, actor="system:test")
    return person


def test_a_region_manager_sees_the_region_and_its_stores_and_no_neighbour(
    house: dict[str, int],
) -> None:
    scope = org_selectors.scope_of(_person("wang", (house["EAST"], Role.REGION_MANAGER)))

    assert scope == Scope.of([house["EAST"], house["S1"], house["S10"]])
    assert scope.covers(house["S10"])
    assert not scope.covers(house["EAST2"])
    assert [unit.code for unit in org_selectors.units(scope=scope)] == ["EAST", "S1", "S10"]


def test_a_store_manager_sees_the_own_store_only(house: dict[str, int]) -> None:
    scope = org_selectors.scope_of(_person("li", (house["S1"], Role.STORE_MANAGER)))

    assert scope == Scope.of([house["S1"]])
    rows = scope.limit(Unit.objects.all(), "parent").count()
    assert rows == 0


def test_the_head_office_and_the_superuser_see_everything(house: dict[str, int]) -> None:
    boss = _person("boss", (house["HQ"], Role.HEAD_OFFICE))
    root = Person.objects.create_superuser("root", display_name="Root")

    assert org_selectors.scope_of(boss) == Scope.everything()
    assert org_selectors.scope_of(root) == Scope.everything()
    assert len(org_selectors.units(scope=Scope.everything())) == 6


def test_a_person_without_a_job_or_no_longer_active_sees_nothing(house: dict[str, int]) -> None:
    leaver = _person("leaver", (house["HQ"], Role.HEAD_OFFICE))
    leaver.is_active = False
    leaver.save(update_fields=["is_active"])
    leaver = Person.objects.get(pk=leaver.pk)

    assert org_selectors.scope_of(_person("nobody")) == Scope.nothing()
    assert org_selectors.scope_of(leaver) == Scope.nothing()
    assert not leaver.may(roles.ORDERS_VIEW)
    assert org_selectors.units(scope=Scope.nothing()) == []


def test_a_permission_counts_only_where_the_role_that_carries_it_is(
    house: dict[str, int],
) -> None:
    person = _person("chen", (house["S1"], Role.STORE_MANAGER), (house["HQ"], Role.AUDITOR))

    assert org_selectors.scope_of(person) == Scope.everything()
    assert org_selectors.scope_of(person, permission=roles.STOCK_ADJUST) == Scope.of([house["S1"]])
    assert org_selectors.scope_of(person, permission=roles.FLOOR_PICK) == Scope.of([house["S1"]])
    either = (roles.FLOOR_PICK, roles.AUDIT_VIEW)
    assert org_selectors.scope_of(person, permission=either) == Scope.everything()
    with pytest.raises(roles.UnknownPermission):
        org_selectors.scope_of(person, permission="stock.burn")


def test_the_scope_costs_two_queries_however_many_jobs(
    house: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stores = [house[code] for code in ("S1", "S10", "S2")]
    person = _person("many", *((unit, Role.CLERK) for unit in stores))

    with django_assert_num_queries(2):
        scope = org_selectors.scope_of(person)

    assert scope == Scope.of(stores)


def test_roles_add_up_and_a_misspelt_permission_is_an_error(house: dict[str, int]) -> None:
    person = _person("zhao", (house["S1"], Role.CLERK), (house["S2"], Role.FINANCE))

    assert person.may(roles.FLOOR_PICK)
    assert person.may(roles.AUDIT_VIEW)
    assert not person.may(roles.ORDERS_REVEAL)
    with pytest.raises(roles.UnknownPermission):
        person.may("orders.veiw")


def test_it_sees_no_receivers_and_staff_release_nothing() -> None:
    assert roles.ORDERS_VIEW not in roles.GRANTS[Role.IT]
    assert {role for role, codes in roles.GRANTS.items() if roles.STOCK_RELEASE in codes} == {
        Role.HEAD_OFFICE, Role.REGION_MANAGER, Role.STORE_MANAGER, Role.WAREHOUSE_LEAD,
    }  # fmt: skip
    assert set(roles.GRANTS) == set(Role)


def test_the_tree_refuses_what_is_no_tree(house: dict[str, int]) -> None:
    def make(code: str, kind: str, parent_id: int | None) -> None:
        with transaction.atomic():
            org.create_unit(
                code=code, name=code, kind=kind, parent_id=parent_id, actor="system:test"
            )

    with pytest.raises(org.BadParent):
        make("S3", "STORE", house["S1"])
    with pytest.raises(org.BadParent):
        make("S3", "STORE", None)
    with pytest.raises(org.BadParent):
        make("HQ2", "HEAD_OFFICE", house["HQ"])
    with pytest.raises(org.CodeTaken):
        make("HQ2", "HEAD_OFFICE", None)
    with pytest.raises(org.CodeTaken):
        make("S1", "STORE", house["EAST2"])
    with pytest.raises(IntegrityError):
        make("S/3", "STORE", house["EAST"])
    assert Unit.objects.count() == 6


def test_building_and_staffing_leave_an_audit_record_each(house: dict[str, int]) -> None:
    before = AuditRecord.objects.count()
    person = _person("sun", (house["S1"], Role.CLERK), (house["S1"], Role.CLERK))
    with transaction.atomic():
        org.rename_unit(unit_id=house["S1"], name="Lake", actor=person.actor)
        org.unassign(person_id=person.pk, unit_id=house["S1"], role=Role.CLERK, actor="system:test")

    actions = AuditRecord.objects.order_by("id").values_list("action", "subject")[before:]
    assert list(actions) == [
        ("person.created", person.actor),
        ("person.assigned", person.actor),
        ("unit.renamed", "unit:S1"),
        ("person.unassigned", person.actor),
    ]
    with pytest.raises(org.NameTaken):
        _person("sun")
