"""Roles are data: made, changed, restored; bounded by what the changer may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from org import roles
from org import selectors as who
from org import services as org
from org.models import AuditRecord, Person, RoleSet
from org.roles import GRANTS, Role
from tests import given

pytestmark = pytest.mark.django_db


def _fresh(person: Person) -> Person:
    """The person as the next request reads them."""
    return Person.objects.get(pk=person.pk)


def _change(code: str, permissions: frozenset[str], by: Person | None = None) -> bool:
    with transaction.atomic():
        return org.change_role(code=code, permissions=permissions, actor="system:test", by=by)


def test_every_shipped_role_stands_as_shipped() -> None:
    assert {role.code: role.permissions for role in RoleSet.objects.all()} == GRANTS


def test_a_permission_given_to_a_role_counts_at_the_next_request_and_is_on_the_trail() -> None:
    clerk = given.person(role="CLERK")
    assert not _fresh(clerk).may(roles.FLOOR_SHIP)

    changed = _change("CLERK", GRANTS[Role.CLERK] | {roles.FLOOR_SHIP})

    assert changed
    assert _fresh(clerk).may(roles.FLOOR_SHIP)
    assert who.scope_of(clerk, permission=roles.FLOOR_SHIP).is_everything
    row = AuditRecord.objects.get(action="role.changed")
    assert row.subject == "role:CLERK"
    before, after = row.before or {}, row.after or {}
    assert set(after["permissions"]) - set(before["permissions"]) == {roles.FLOOR_SHIP}
    assert not _change("CLERK", GRANTS[Role.CLERK] | {roles.FLOOR_SHIP})
    assert AuditRecord.objects.filter(action="role.changed").count() == 1


def test_a_permission_taken_from_a_role_is_gone_until_the_role_is_restored() -> None:
    clerk = given.person(role="CLERK")
    _change("CLERK", GRANTS[Role.CLERK] - {roles.FLOOR_PICK})
    assert not _fresh(clerk).may(roles.FLOOR_PICK)
    assert RoleSet.objects.get(code="CLERK").is_changed

    with transaction.atomic():
        org.restore_role(code="CLERK", actor="system:test")

    assert _fresh(clerk).may(roles.FLOOR_PICK)
    assert not RoleSet.objects.get(code="CLERK").is_changed


def test_a_role_of_ones_own_carries_what_it_was_made_with_and_goes_when_nobody_has_it() -> None:
    with transaction.atomic():
        made = org.create_role(
            name="夜班", permissions=[roles.FLOOR_PICK], note="night", actor="system:test"
        )
    person = given.person(role=made.code)
    assert _fresh(person).permissions == {roles.FLOOR_PICK}
    with pytest.raises(org.RoleNameTaken), transaction.atomic():
        org.create_role(name="夜班", permissions=[], actor="system:test")
    with pytest.raises(org.RoleInUse), transaction.atomic():
        org.delete_role(code=made.code, actor="system:test")

    person.assignments.all().delete()
    with transaction.atomic():
        org.delete_role(code=made.code, actor="system:test")

    assert not RoleSet.objects.filter(code=made.code).exists()
    with pytest.raises(org.RoleInUse), transaction.atomic():
        org.delete_role(code="CLERK", actor="system:test")


def test_the_database_refuses_a_role_that_adds_and_removes_the_same() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleSet.objects.filter(code="CLERK").update(added=["stock.view"], removed=["stock.view"])


def test_nobody_shapes_a_role_with_what_they_lack() -> None:
    region = given.unit("EAST", "REGION", "HQ").code
    manager = given.person(role="REGION_MANAGER", at=region)
    with transaction.atomic():
        half = org.create_role(
            name="Half", permissions=[roles.ROLES_EDIT, roles.PEOPLE_EDIT], actor="system:test"
        )
    shaper = given.person(role=half.code)

    with pytest.raises(org.NotYours) as no_right:
        _change("CLERK", GRANTS[Role.CLERK] | {roles.FLOOR_SHIP}, by=manager)
    with pytest.raises(org.NotYours) as no_code:
        _change("CLERK", GRANTS[Role.CLERK] | {roles.FLOOR_SHIP}, by=shaper)

    assert roles.ROLES_EDIT in no_right.value.codes
    assert no_code.value.codes == (roles.FLOOR_SHIP,)
    assert RoleSet.objects.get(code="CLERK").permissions == GRANTS[Role.CLERK]


def test_nobody_gives_a_role_that_carries_more_than_their_own_there() -> None:
    east = given.unit("EAST", "REGION", "HQ")
    west = given.unit("WEST", "REGION", "HQ")
    manager = given.person(role="REGION_MANAGER", at="EAST")
    clerk = given.person(role="CLERK", at="EAST")

    def give(role: str, unit_id: int) -> None:
        with transaction.atomic():
            org.assign(
                person_id=clerk.pk, unit_id=unit_id, role=role, actor=manager.actor, by=manager
            )

    give("WAREHOUSE_STAFF", east.pk)
    with pytest.raises(org.NotYours):
        give("WAREHOUSE_STAFF", west.pk)
    with pytest.raises(org.NotYours) as refused:
        give("HEAD_OFFICE", east.pk)

    assert roles.ROLES_EDIT in refused.value.codes
    assert set(clerk.assignments.values_list("role__code", "unit__code")) == {
        ("CLERK", "EAST"), ("WAREHOUSE_STAFF", "EAST"),
    }  # fmt: skip


def test_who_may_more_is_not_managed_by_who_may_less() -> None:
    given.unit("EAST", "REGION", "HQ")
    manager = given.person(role="REGION_MANAGER", at="EAST")
    boss = given.person(role="HEAD_OFFICE")
    given.person(role="HEAD_OFFICE")
    clerk = given.person(role="CLERK", at="EAST")

    with pytest.raises(org.NotYours), transaction.atomic():
        org.set_active(person_id=boss.pk, active=False, actor=manager.actor, by=manager)
    with pytest.raises(org.OwnAccount), transaction.atomic():
        org.set_active(person_id=manager.pk, active=False, actor=manager.actor, by=manager)
    with transaction.atomic():
        org.set_active(person_id=clerk.pk, active=False, actor=manager.actor, by=manager)

    assert _fresh(boss).is_active
    assert not _fresh(clerk).is_active
    assert _fresh(clerk).permissions == frozenset()


def test_the_last_administrator_of_the_head_office_keeps_the_role() -> None:
    boss = given.person(role="HEAD_OFFICE")
    home = given.unit()

    def refused(work: Callable[[], object]) -> None:
        with pytest.raises(org.LastAdministrator), transaction.atomic():
            work()

    refused(
        lambda: org.unassign(
            person_id=boss.pk, unit_id=home.pk, role="HEAD_OFFICE", actor="system:test"
        )
    )
    refused(lambda: org.set_active(person_id=boss.pk, active=False, actor="system:test"))
    refused(
        lambda: org.change_role(
            code="HEAD_OFFICE",
            permissions=GRANTS[Role.HEAD_OFFICE] - {roles.ROLES_EDIT},
            actor="system:test",
        )
    )
    refused(
        lambda: org.assign(
            person_id=boss.pk, unit_id=home.pk, role="HEAD_OFFICE", actor="system:test",
            valid_until=date(2099, 1, 1),
        )
    )  # fmt: skip
    assert _fresh(boss).may(roles.ROLES_EDIT)

    given.person(role="HEAD_OFFICE")
    with transaction.atomic():
        org.unassign(person_id=boss.pk, unit_id=home.pk, role="HEAD_OFFICE", actor="system:test")
    assert not _fresh(boss).may(roles.ROLES_EDIT)


def test_a_role_counts_only_on_its_days() -> None:
    person = given.person(role="CLERK")
    home, today = given.unit().pk, timezone.localdate()

    def days(valid_from: date | None, valid_until: date | None) -> bool:
        with transaction.atomic():
            org.assign(
                person_id=person.pk, unit_id=home, role="CLERK", actor="system:test",
                valid_from=valid_from, valid_until=valid_until,
            )  # fmt: skip
        seen = who.scope_of(_fresh(person))
        assert seen.is_everything == _fresh(person).may(roles.FLOOR_PICK)
        return seen.is_everything

    day = timedelta(days=1)
    assert days(today, today)
    assert days(None, None)
    assert not days(today + day, None)
    assert not days(None, today - day)
    assert days(today - day, today + day)
    with pytest.raises(org.DaysInDisorder):
        days(today, today - day)


def test_permissions_cost_one_query_a_request(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    person = _fresh(given.person(role="STORE_MANAGER"))

    with django_assert_num_queries(1):
        assert person.may(roles.STOCK_RELEASE)
        assert not person.may(roles.ROLES_EDIT)
        assert person.is_trusted_with_much


def test_every_permission_says_in_both_languages_what_it_lets_do() -> None:
    from django.utils import translation

    for permission in roles.CATALOGUE.values():
        with translation.override("zh-hans"):
            chinese = (str(permission.label), str(permission.lets))
        with translation.override("en"):
            english = (str(permission.label), str(permission.lets))
        assert all(chinese)
        assert all(english)
        assert chinese != english, permission.code
    assert {roles.STOCK_RELEASE, roles.ORDERS_REVEAL, roles.ROLES_EDIT} <= roles.SENSITIVE
