"""A rule says whose its freezes are: a person or a role, with a review and a next step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from freeze_rules.models import Lease, Rule
from freeze_rules.selectors import ageing, wording
from freeze_rules.services import leases, rules
from inventory import services as inventory
from org.models import NoticeCopy
from org.scope import Scope
from tests import given
from tests.freeze_rules.writing import draft, enabled, open_holds, tell

pytestmark = pytest.mark.django_db
PASSED = {"proof": "inspection.passed"}
FAILED = {"on": "inspection.failed", "do": "convert", "reason": "DEFECT", "release": PASSED}


def looked_after(owner: str, **more: Any) -> Rule:
    return enabled(
        scope="sku", release=PASSED, dispositions=[FAILED],
        lease={"owner": owner, "next": "INSPECT", "review_days": 4}, **more,
    )  # fmt: skip


def received(qty: int = 5) -> None:
    given.stock("MILK", qty)
    tell("goods.received", goods=[("MILK", qty)])


def test_freezes_of_a_rule_belong_to_the_person_it_names_with_its_step_and_days() -> None:
    keeper, other = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD")
    looked_after(f"person:{other.username}")

    received()

    lease, [hold] = Lease.objects.get(), open_holds("QC")
    assert (lease.hold_id, lease.owner_id, lease.next_step) == (hold.id, other.pk, "INSPECT")
    assert keeper.pk != other.pk
    assert hold.review_at is not None
    assert abs(hold.review_at - timezone.now() - timedelta(days=4)) < timedelta(minutes=1)


def test_a_role_owns_the_freezes_where_the_goods_are_and_all_who_have_it_are_reminded() -> None:
    first, second = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD")
    manager = given.person("STORE_MANAGER")
    looked_after("role:WAREHOUSE_LEAD")
    received()
    lease, [hold] = Lease.objects.get(), open_holds("QC")
    assert (lease.owner_id, lease.owner_role) == (None, "WAREHOUSE_LEAD")
    with override("en"):
        [row] = ageing.aged(scope=Scope.everything(), now=timezone.now())
    assert (row.owner, row.next_step) == ("Warehouse lead", "Inspect")

    with transaction.atomic():
        inventory.set_reviews({hold.id: timezone.now() - timedelta(hours=1)})
        assert leases.remind(now=timezone.now()) == 1

    told = set(
        NoticeCopy.objects.filter(notice__kind="hold.review").values_list("person_id", flat=True)
    )
    assert told == {first.pk, second.pk}
    assert manager.pk not in told
    with transaction.atomic():
        leases.change(hold_id=hold.id, person=first, owner_id=second.pk, why="on holiday")
    lease.refresh_from_db()
    assert (lease.owner_id, lease.owner_role) == (second.pk, "")


def test_what_a_freeze_becomes_keeps_its_owner_and_is_to_be_decided() -> None:
    looked_after("role:WAREHOUSE_LEAD")
    received()

    tell("inspection.failed", goods=[("MILK", 5)])

    [hold] = open_holds("DEFECT")
    lease = Lease.objects.get(hold_id=hold.id)
    assert (lease.owner_role, lease.next_step) == ("WAREHOUSE_LEAD", "DECIDE")
    assert hold.review_at is not None


def test_somebody_who_left_does_not_keep_what_the_rule_freezes() -> None:
    keeper, gone = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD")
    looked_after(f"person:{gone.username}")
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    received()

    assert Lease.objects.get().owner_id == keeper.pk


@pytest.mark.parametrize(
    ("lease", "part"),
    [
        ({"owner": "person:nobody"}, "lease.owner"),
        ({"owner": "role:CLERK"}, "lease.owner"),
        ({"owner": "QC"}, "lease.owner"),
        ({"next": "DANCE"}, "lease.next"),
    ],
)
def test_an_owner_and_a_step_that_mean_nothing_are_refused_where_they_are_written(
    lease: dict[str, str], part: str
) -> None:
    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.create_rule(draft=draft(lease=lease), person=given.person())

    [wrong] = refused.value.wrong
    assert wrong.part == part
    assert next(iter(lease.values())) in wrong.sentence


def test_the_form_offers_roles_and_people_and_the_rule_says_it_in_words() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())

    page = client.get("/freeze-rules/new/").content.decode()

    assert 'value="role:WAREHOUSE_LEAD"' in page
    assert f'value="person:{lead.username}"' in page
    lease = {"owner": "role:WAREHOUSE_LEAD", "next": "INSPECT"}
    with override("en"):
        parts = wording.said({"trigger": "goods.received", "reason": "QC", "lease": lease}, {})
    said = {each.part: each.text for each in parts}
    assert said["lease"] == "by Warehouse lead; next: Inspect"
