"""IT makes, changes and revokes the programs that use the API; every step is on the trail."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from org import roles
from org import selectors as org_selectors
from org import services as org
from org.models import ApiClient, ApiSecret
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db

EVERYWHERE = Scope.everything()


@pytest.fixture
def it(client: Client) -> Client:
    client.force_login(given.person("IT"))
    return client


def typed(**change: Any) -> dict[str, Any]:
    return {
        "name": "ERP", "units": ["HQ"], "permissions": [roles.STOCK_VIEW],
        "networks": "10.1.0.0/16\r\n2001:db8::1", "per_minute": "600", "burst": "50", **change,
    }  # fmt: skip


def the_client() -> ApiClient:
    return ApiClient.objects.get()


def test_a_client_is_made_and_its_secret_shown_once(it: Client) -> None:
    shown = it.post(reverse("client-new"), typed())

    secret = ApiSecret.objects.get()
    made = the_client()
    assert shown.status_code == 200
    assert secret.secret in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert (made.name, made.permissions, made.per_minute) == ("ERP", ["stock.view"], 600)
    assert made.networks == ["10.1.0.0/16", "2001:db8::1/128"]
    for name, args in (("clients", []), ("client", [made.pk])):
        page = it.get(reverse(name, args=args)).content.decode()
        assert secret.secret not in page
        assert secret.ending in page
    trail = org_selectors.audit_trail(subject=made.actor)
    assert [each.action for each in trail] == ["client.created"]
    assert secret.secret not in str(trail)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\u200bb"}, "name"),
        ({"units": []}, "units"),
        ({"units": ["NOWHERE"]}, "units"),
        ({"permissions": [roles.PEOPLE_EDIT]}, "permissions"),
        ({"permissions": ["everything"]}, "permissions"),
        ({"networks": "10.1.0.0/33"}, "networks"),
        ({"networks": "house.example.com"}, "networks"),
        ({"networks": "\n".join(f"10.0.0.{n}" for n in range(51))}, "networks"),
        ({"per_minute": "0"}, "per_minute"),
        ({"per_minute": "many"}, "per_minute"),
        ({"burst": "100001"}, "burst"),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_made(
    it: Client, change: dict[str, Any], field: str
) -> None:
    given.unit()

    answer = it.post(reverse("client-new"), typed(**change))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "10.1.0.0/16" in answer.content.decode() or "networks" in change
    assert ApiClient.objects.count() == 0


def test_sending_the_form_again_makes_no_second_client(it: Client) -> None:
    it.post(reverse("client-new"), typed())
    again = it.post(reverse("client-new"), typed())

    assert again.status_code == 422
    assert list(again.context["form"].errors) == ["name"]
    assert ApiClient.objects.count() == 1


def test_changes_are_kept_with_before_and_after(it: Client) -> None:
    it.post(reverse("client-new"), typed())
    made = the_client()
    change = typed(permissions=[roles.STOCK_VIEW, roles.ORDERS_VIEW], version=made.version)

    done = it.post(reverse("client", args=[made.pk]), change)

    assert done.status_code == 302
    assert the_client().permissions == ["orders.view", "stock.view"]
    [changed, _made] = org_selectors.audit_trail(subject=made.actor)
    assert changed.before == {"permissions": ["stock.view"]}
    assert changed.after == {"permissions": ["orders.view", "stock.view"]}
    same = it.post(reverse("client", args=[made.pk]), change | {"version": the_client().version})
    assert same.status_code == 302
    assert len(org_selectors.audit_trail(subject=made.actor)) == 2


def test_two_who_change_at_once_do_not_overwrite_each_other(it: Client) -> None:
    it.post(reverse("client-new"), typed())
    made = the_client()
    it.post(reverse("client", args=[made.pk]), typed(per_minute="700", version=made.version))

    late = it.post(reverse("client", args=[made.pk]), typed(burst="9", version=made.version))

    assert late.status_code == 422
    assert len(late.context["form"].non_field_errors()) == 1
    # Sent once more as it is, it is refused once more.
    assert f'name="version" value="{made.version}"' in late.content.decode()
    assert (the_client().per_minute, the_client().burst) == (700, 50)


def test_the_secret_is_changed_without_a_pause_and_the_last_one_stays(it: Client) -> None:
    it.post(reverse("client-new"), typed())
    made = the_client()
    [first] = ApiSecret.objects.all()

    lonely = it.post(reverse("client-secret-retire", args=[made.pk]), {"secret": first.pk})
    shown = it.post(reverse("client-secret-add", args=[made.pk]))
    third = it.post(reverse("client-secret-add", args=[made.pk]))
    retired = it.post(reverse("client-secret-retire", args=[made.pk]), {"secret": first.pk})

    [living] = ApiSecret.objects.filter(retired_at__isnull=True)
    assert living.pk != first.pk
    assert living.secret in shown.content.decode()
    assert [each.status_code for each in (lonely, third, retired)] == [302, 302, 302]
    assert [each.action for each in org_selectors.audit_trail(subject=made.actor)] == [
        "client.secret_retired", "client.secret_added", "client.created",
    ]  # fmt: skip


def test_a_revoked_client_is_listed_apart_and_can_never_be_changed(it: Client) -> None:
    it.post(reverse("client-new"), typed())
    made = the_client()

    it.post(reverse("client-revoke", args=[made.pk]))
    late = it.post(reverse("client", args=[made.pk]), typed(version=made.version + 1))
    again = it.post(reverse("client-new"), typed())

    assert late.status_code == 422
    assert again.status_code == 200
    active = it.get(reverse("clients")).content.decode()
    revoked = it.get(reverse("clients"), {"state": "revoked"}).content.decode()
    assert made.key_id not in active
    assert made.key_id in revoked


def test_whoever_keeps_one_region_sees_and_gives_only_that(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("WEST", "REGION", "HQ")
    west = given.api_client(roles.STOCK_VIEW, at="WEST")
    both = org.add_client(
        org.ClientWish(name="Both", permissions=[], unit_codes=["EAST", "WEST"]),
        actor=given.ACTOR, scope=EVERYWHERE,
    )  # fmt: skip
    own = given.api_client(roles.STOCK_VIEW, at="EAST")
    client.force_login(given.person("IT", at="EAST"))

    page = client.get(reverse("clients")).content.decode()
    statuses = {
        each.client_id: client.get(reverse("client", args=[each.client_id])).status_code
        for each in (own, west, both)
    }
    given_away = client.post(reverse("client-new"), typed(units=["WEST"]))

    assert own.key_id in page
    assert west.key_id not in page
    assert both.key_id not in page
    assert list(statuses.values()) == [200, 404, 404]
    assert given_away.status_code == 422


def test_the_database_itself_refuses_a_third_secret_and_a_second_of_the_name(db: None) -> None:
    made = given.api_client()
    row = ApiClient.objects.get(pk=made.client_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiSecret.objects.create(client=row, slot=1, secret="x", ending="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiSecret.objects.create(client=row, slot=3, secret="x", ending="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.create(key_id="ak_" + "0" * 16, name=row.name, created_by="x")
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE org_apiclient SET active = false")
