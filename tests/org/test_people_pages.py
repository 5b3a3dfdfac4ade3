"""The pages of people, roles and units do what they say, and nothing beyond one's reach."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from org import roles
from org import selectors as who
from org import services as org
from org.models import AuditRecord, Batch, Invitation, Person, RoleSet, Unit
from org.roles import GRANTS, Role
from org.services import invitations
from tests import given

pytestmark = pytest.mark.django_db


def _as(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def boss() -> Client:
    return _as(given.person(role="HEAD_OFFICE", name="boss"))


NEW = {
    "display_name": "王小明", "username": "wangxm", "email": "", "language": "zh-hans",
    "role": "WAREHOUSE_STAFF",
}  # fmt: skip


def test_somebody_is_invited_chooses_a_password_and_signs_in(boss: Client) -> None:
    house = given.warehouse("WH1")

    made = boss.post("/people/new/", NEW | {"place": f"warehouse:{house}"})
    person = Person.objects.get(username="wangxm")
    page = boss.get(made["Location"])
    again = boss.get(made["Location"])

    assert page.context["link"].startswith("http://testserver/invitation/")
    assert again.context["link"] == ""
    assert not person.has_usable_password()
    new = Client()
    path = page.context["link"].removeprefix("http://testserver")
    assert new.post(path, {"password": "short", "again": "short"}).status_code == 422
    done = new.post(path, {"password": "warehouse-night-7", "again": "warehouse-night-7"})
    assert done["Location"] == "/sign-in/"
    assert new.get(path).status_code == 410
    signed = new.post("/sign-in/", {"username": "wangxm", "password": "warehouse-night-7"})
    assert signed.status_code == 302
    assert who.scope_of(person).warehouse_ids == {house}
    assert new.get("/people/").status_code == 403


def test_people_are_found_by_pinyin_initials_and_role(boss: Client) -> None:
    given.unit()
    for username, name in (("w1", "王小明"), ("l1", "李雷")):
        with transaction.atomic():
            made = org.create_person(
                username=username, display_name=name, password=None, actor=given.ACTOR
            )
            org.assign(person_id=made.pk, unit_id=given.unit().pk, role="CLERK", actor=given.ACTOR)

    def found(query: str) -> list[str]:
        return [row["label"] for row in boss.get(f"/people/?{query}").context["list"].rows]

    assert found("q=wxm") == ["王小明"]
    assert found("q=lilei") == ["李雷"]
    assert found("role=CLERK") == ["李雷", "王小明"]
    assert found("q=%25") == []


def test_a_region_manager_sees_and_manages_the_own_region_only() -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("WEST", "REGION", "HQ")
    manager = given.person(role="REGION_MANAGER", at="EAST", name="east-manager")
    mine = given.person(role="CLERK", at="EAST", name="east-clerk")
    other = given.person(role="CLERK", at="WEST", name="west-clerk")
    client = _as(manager)

    listed = {row["label"] for row in client.get("/people/").context["list"].rows}
    assert listed == {"east-manager", "east-clerk"}
    assert client.get(f"/people/{other.pk}/").status_code == 403
    assert client.post(f"/people/{other.pk}/act/", {"act": "deactivate"}).status_code == 403
    refused = client.post(
        f"/people/{mine.pk}/assign/",
        {"role": "HEAD_OFFICE", "place": f"unit:{given.unit('EAST').pk}"},
    )
    assert refused.status_code == 422
    beyond = client.post(
        f"/people/{mine.pk}/assign/",
        {"role": "CLERK", "place": f"unit:{given.unit('WEST').pk}"},
    )
    assert list(beyond.context["form"].errors) == ["place"]
    client.post(f"/people/{mine.pk}/act/", {"act": "deactivate", "why": "Left  us"})
    assert not Person.objects.get(pk=mine.pk).is_active
    out = AuditRecord.objects.get(action="person.deactivated")
    assert out.after == {"active": False, "why": "Left us"}
    assert Person.objects.get(pk=other.pk).is_active
    assert set(mine.assignments.values_list("role__code", flat=True)) == {"CLERK"}


def test_many_are_shut_out_at_once_and_whoever_may_not_be_is_answered_for_alone() -> None:
    given.unit("EAST", "REGION", "HQ")
    manager = given.person(role="REGION_MANAGER", at="EAST", name="east-manager")
    mine = given.person(role="CLERK", at="EAST", name="east-clerk")
    other = given.person(role="CLERK", at="HQ", name="head-clerk")
    client = _as(manager)
    ids = [str(each.pk) for each in (manager, mine, other)]

    client.post("/lists/people/batch/", {"action": "out", "id": ids})
    batch = Batch.objects.get()
    # Whom the manager does not see was never chosen.
    assert set(batch.ids) == {manager.pk, mine.pk}
    client.post(f"/batches/{batch.pk}/", {"why": "The store is closed"})

    active = Person.objects.filter(is_active=True).values_list("username", flat=True)
    assert set(active) == {"east-manager", "head-clerk"}
    batch.refresh_from_db()
    assert (batch.done, batch.refused) == (1, 1)
    out = AuditRecord.objects.get(action="person.deactivated")
    assert (out.subject, out.after) == (
        mine.actor, {"active": False, "why": "The store is closed"},
    )  # fmt: skip
    tabs = client.get("/people/").context["list"].tabs
    assert [each["count"] for each in tabs] == [1, 0, 0, 1]
    client.post(
        "/lists/people/batch/", {"action": "in", "id": [str(mine.pk)], "query": "state=gone"}
    )
    assert Person.objects.get(pk=mine.pk).is_active


def test_a_refusal_is_a_sentence_on_the_page(boss: Client) -> None:
    me = Person.objects.get(username="boss")
    [job] = me.assignments.all()

    answer = boss.post(f"/people/{me.pk}/unassign/", {"job": job.pk}, follow=True)

    [said] = [str(message) for message in answer.context["messages"]]
    assert "head office" in said or "总部" in said
    assert me.assignments.count() == 1


def test_a_newer_link_ends_the_older_one_and_whoever_is_shut_out_gets_none(boss: Client) -> None:
    clerk = given.person(role="CLERK")
    with transaction.atomic():
        first = invitations.invite(person=clerk, kind="RESET", actor=given.ACTOR)
    boss.post(f"/people/{clerk.pk}/act/", {"act": "RESET"})

    assert Client().get(f"/invitation/{invitations.token_of(first)}/").status_code == 410
    second = Invitation.objects.get(ended_at__isnull=True)
    assert Client().get(f"/invitation/{invitations.token_of(second)}/").status_code == 200
    assert Client().get("/invitation/nonsense/").status_code == 410
    boss.post(f"/people/{clerk.pk}/act/", {"act": "deactivate"})
    assert Client().get(f"/invitation/{invitations.token_of(second)}/").status_code == 410


def test_a_role_is_changed_on_its_page_and_counts_at_once(boss: Client) -> None:
    clerk = _as(given.person(role="CLERK"))
    assert clerk.get("/people/").status_code == 403
    codes = sorted(GRANTS[Role.CLERK] | {roles.PEOPLE_VIEW})

    done = boss.post("/roles/CLERK/", {"name": "门店店员", "permissions": codes})
    assert done.status_code == 302
    assert clerk.get("/people/").status_code == 200

    boss.post("/roles/CLERK/act/", {"act": "restore"})
    assert clerk.get("/people/").status_code == 403
    assert AuditRecord.objects.filter(action="role.changed", subject="role:CLERK").count() == 2


def test_a_role_is_copied_compared_and_deleted(boss: Client) -> None:
    ticked = boss.get("/roles/new/?copy=CLERK").context["form"]["permissions"].value()
    boss.post("/roles/new/", {"name": "夜班", "permissions": ticked})
    made = RoleSet.objects.get(name="夜班")
    assert made.permissions == GRANTS[Role.CLERK]

    page = boss.get(f"/roles/?compare=CLERK&compare={made.code}")
    assert page.context["matrix"] == []
    page = boss.get("/roles/?compare=CLERK&compare=AUDITOR")
    differing = {row.permission.code for _title, rows in page.context["matrix"] for row in rows}
    assert differing == GRANTS[Role.CLERK] ^ GRANTS[Role.AUDITOR]

    boss.post(f"/roles/{made.code}/act/", {"act": "delete"})
    assert not RoleSet.objects.filter(name="夜班").exists()


def test_an_unknown_permission_and_a_taken_name_are_refused_at_the_form(boss: Client) -> None:
    boss.post("/roles/new/", {"name": "夜班", "permissions": []})

    odd = boss.post("/roles/new/", {"name": "早班", "permissions": ["stock.burn"]})
    taken = boss.post("/roles/new/", {"name": "夜班", "permissions": []})

    assert (odd.status_code, taken.status_code) == (422, 422)
    assert list(taken.context["form"].errors) == ["name"]
    assert taken.context["form"]["name"].value() == "夜班"
    assert RoleSet.objects.filter(code__startswith="OWN-").count() == 1


def test_a_unit_moves_with_all_below_and_who_sees_it_follows(boss: Client) -> None:
    for code, kind, parent in (
        ("EAST", "REGION", "HQ"), ("WEST", "REGION", "HQ"), ("CITY", "REGION", "EAST"),
        ("S1", "STORE", "CITY"),
    ):  # fmt: skip
        given.unit(code, kind, parent)
    west = given.person(role="REGION_MANAGER", at="WEST")
    store = given.unit("S1")
    assert not who.scope_of(west).covers(store.pk)

    moved = boss.post(
        f"/units/{given.unit('CITY').pk}/", {"name": "City", "parent": given.unit("WEST").pk}
    )

    assert moved.status_code == 302
    assert Unit.objects.get(code="S1").path == "HQ/WEST/CITY/S1/"
    assert who.scope_of(west).covers(store.pk)
    loop = boss.post(
        f"/units/{given.unit('WEST').pk}/", {"name": "West", "parent": given.unit("CITY").pk}
    )
    assert loop.status_code == 422
    assert Unit.objects.get(code="WEST").path == "HQ/WEST/"
    row = AuditRecord.objects.get(action="unit.moved")
    assert (row.before, row.after) == ({"path": "HQ/EAST/CITY/"}, {"path": "HQ/WEST/CITY/"})


def test_a_unit_is_opened_and_a_taken_code_stands_at_its_field(boss: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    asked = {"kind": "STORE", "code": "S9", "name": "九店", "parent": given.unit("EAST").pk}

    assert boss.post("/units/new/", asked).status_code == 302
    again = boss.post("/units/new/", asked)

    assert Unit.objects.get(code="S9").path == "HQ/EAST/S9/"
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["code"])
