"""What masters and settings were, who changed them, and how a version comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from channels_sync.models import Shop
from channels_sync.services import shops
from inventory import services as inventory
from inventory.histories import LOCATION, REASON, SKU, WAREHOUSE, ZONE
from inventory.models import Barcode, Location, Reason, Sku, Zone
from inventory.selectors import warehouses
from inventory.services.settings import change_reason, change_warehouse, change_zone
from org import services as org
from org.histories import PERSON, POLICY, ROLE, UNIT
from org.history import CannotRestore, HistoryKind
from org.models import ApprovalPolicy, AuditRecord, Person, Revision, RoleSet, Unit
from org.roles import Role
from org.scope import Scope
from org.selectors.history import Moment, moments
from org.services.restoring import restore_version
from org.services.unit_moves import move_unit
from tests import given
from tests.channels_sync.test_pushes import connected

# One change is one transaction, so each must really commit.
commits = pytest.mark.usefixtures("real_commits")


def changed(sku_id: int, *, by: Person | None = None, **changes: Any) -> None:
    actor = by.actor if by else given.ACTOR
    with transaction.atomic():
        inventory.change_sku(sku_id=sku_id, changes=changes, actor=actor)


def told(moment: Moment) -> list[tuple[str, str, str]]:
    return [(each.label, each.before, each.after) for each in moment.changes]


def back(
    kind: HistoryKind, object_id: int, *, to: int, by: Person, seen: int | None = None,
    why: str = "Typed wrongly",
) -> None:  # fmt: skip
    """Bring back the version after the `to`-th change, as somebody who saw the newest."""
    known = moments(kind, object_id)
    with transaction.atomic():
        restore_version(
            kind=kind, object_id=object_id, moment_id=known[to].id,
            seen=known[-1].id if seen is None else seen, why=why, person=by,
        )  # fmt: skip


class TestKeeping:
    @commits
    def test_a_change_says_when_who_and_what_field_by_field(self) -> None:
        sku, somebody = given.sku("TEA", unit_cost="3.50"), given.person()
        with transaction.atomic():
            inventory.change_sku(
                sku_id=sku, changes={"unit_cost": 4, "is_active": False},
                barcodes=[inventory.Pack(code="690", qty=6, pack_name="箱")],
                actor=somebody.actor,
            )  # fmt: skip

        with translation.override("en"):
            newest = moments(SKU, sku)[-1]

        assert (newest.who, newest.action) == (somebody.display_name, "sku.changed")
        assert told(newest) == [
            ("Cost", "3.50", "4.00"), ("In use", "yes", "no"),
            ("Barcodes", "69TEA", "690 × 6 (箱)"),
        ]  # fmt: skip

    @commits
    def test_what_is_done_in_one_transaction_is_one_change(self) -> None:
        sku = given.sku("TEA")
        before = len(moments(SKU, sku))
        with transaction.atomic():
            inventory.change_sku(sku_id=sku, changes={"brand": "A"}, actor=given.ACTOR)
            inventory.change_sku(sku_id=sku, changes={"brand": "B"}, actor=given.ACTOR)

        with translation.override("en"):
            found = moments(SKU, sku)

        assert len(found) == before + 1
        assert told(found[-1]) == [("Brand", "", "B")]

    @pytest.mark.django_db
    def test_what_is_undone_with_its_transaction_never_happened(self) -> None:
        sku = given.sku("TEA")
        before = Revision.objects.count()

        with transaction.atomic():
            inventory.change_sku(sku_id=sku, changes={"brand": "A"}, actor=given.ACTOR)
            transaction.set_rollback(True)

        assert Revision.objects.count() == before

    @pytest.mark.django_db
    def test_a_statement_that_changes_nothing_leaves_nothing(self) -> None:
        sku = given.sku("TEA")
        before = Revision.objects.count()

        Sku.objects.filter(pk=sku).update(name="Tea")

        assert Revision.objects.count() == before

    @pytest.mark.django_db
    def test_thousands_of_rows_are_kept_by_one_statement(self) -> None:
        with transaction.atomic():
            inventory.add_skus([{"code": f"S{n:04}", "name": "x"} for n in range(2000)])

        assert Revision.objects.filter(kind="sku", part="", verb="I").count() == 2000

    @pytest.mark.django_db
    def test_nobody_rewrites_history(self) -> None:
        given.sku("TEA")

        for statement in ("UPDATE org_revision SET kept = '{}'", "DELETE FROM org_revision"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    @pytest.mark.django_db
    def test_no_secret_is_ever_kept(self) -> None:
        somebody = given.person()
        somebody.set_password("another horse 43")
        somebody.save()
        shop = connected("shopify")
        with transaction.atomic():
            shops.change_credentials(
                shop_id=shop.pk, credentials={"access_token": "canary-token"}, actor=given.ACTOR
            )

        kept = str(list(Revision.objects.values_list("kept", flat=True)))

        assert "argon" not in kept
        assert "pbkdf2" not in kept
        assert "canary-token" not in kept
        assert not any(
            {"password", "last_login", "preferences", "credentials"} & set(row)
            for row in Revision.objects.values_list("kept", flat=True)
        )

    @pytest.mark.django_db
    def test_what_machines_note_about_a_shop_is_no_change_of_it(self) -> None:
        shop = connected("shopify")
        before = Revision.objects.count()

        Shop.objects.filter(pk=shop.pk).update(last_pull_at=timezone.now(), failures=3)

        assert Revision.objects.count() == before

    @pytest.mark.django_db
    def test_every_function_stays_in_the_schema_it_was_made_in(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
                " AND proname LIKE 'org_%'"
                " AND NOT coalesce(proconfig::text, '') LIKE '%search_path%'"
            )
            assert cursor.fetchall() == []


class TestRestoring:
    @commits
    def test_a_sku_becomes_what_it_was_and_the_trail_says_so(self) -> None:
        sku, lead = given.sku("TEA", unit_cost="3.50"), given.person("WAREHOUSE_LEAD")
        changed(sku, unit_cost=9, brand="Wrong")
        back(SKU, sku, to=-2, by=lead)

        row = Sku.objects.get(pk=sku)
        record = AuditRecord.objects.filter(action="version.restored").get()
        assert (str(row.unit_cost), row.brand) == ("3.50", "")
        assert (record.actor, record.subject) == (lead.actor, "sku:TEA")
        assert record.after is not None
        assert record.after["why"] == "Typed wrongly"
        assert moments(SKU, sku)[-1].who == lead.display_name

    @commits
    def test_barcodes_come_back_with_their_packs(self) -> None:
        sku, lead = given.sku("TEA"), given.person("WAREHOUSE_LEAD")
        for packs in ([inventory.Pack(code="690", qty=12, pack_name="箱")], []):
            with transaction.atomic():
                inventory.change_sku(sku_id=sku, changes={}, barcodes=packs, actor=given.ACTOR)

        back(SKU, sku, to=-2, by=lead)

        assert [(row.code, row.qty) for row in Barcode.objects.filter(sku=sku)] == [("690", 12)]

    @commits
    def test_what_an_edit_refuses_is_refused_and_nothing_changes(self) -> None:
        sku, lead = given.sku("TEA"), given.person("WAREHOUSE_LEAD")
        changed(sku, lot_tracked=True, brand="B")
        given.stock("TEA", 5, lot_id=given.lot("TEA", "L1"))

        with pytest.raises(CannotRestore) as refused:
            back(SKU, sku, to=-2, by=lead)

        assert refused.value.code == "tracking_is_fixed"
        assert Sku.objects.get(pk=sku).brand == "B"
        assert not AuditRecord.objects.filter(action="version.restored").exists()

    @commits
    def test_who_saw_an_older_version_is_told_to_look_again(self) -> None:
        sku, lead = given.sku("TEA"), given.person("WAREHOUSE_LEAD")
        changed(sku, brand="B")
        seen = moments(SKU, sku)[-1].id
        changed(sku, brand="C")

        with pytest.raises(CannotRestore) as refused:
            back(SKU, sku, to=0, by=lead, seen=seen)

        assert refused.value.code == "moved_on"
        assert Sku.objects.get(pk=sku).brand == "C"

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("why", "role", "code"),
        [(" ", "WAREHOUSE_LEAD", "no_reason"), ("x", "AUDITOR", "not_allowed")],
    )
    def test_without_a_reason_or_the_right_nothing_comes_back(
        self, why: str, role: str, code: str
    ) -> None:
        sku = given.sku("TEA")
        changed(sku, brand="B")

        with pytest.raises(CannotRestore) as refused:
            back(SKU, sku, to=0, by=given.person(role), why=why)

        assert refused.value.code == code

    @commits
    def test_places_come_back(self) -> None:
        place, lead = given.location("A-09", zone="COLD"), given.person("WAREHOUSE_LEAD")
        with transaction.atomic():
            inventory.change_location(
                location_id=place, changes={"zone": "", "sequence": 7}, actor=given.ACTOR
            )
        zone = Zone.objects.get(code="COLD")
        with transaction.atomic():
            change_zone(zone_id=zone.pk, changes={"temperature": "CHILLED"}, actor=given.ACTOR)
        house = given.warehouse_id("WH1")
        with transaction.atomic():
            change_warehouse(warehouse_id=house, changes={"city": "杭州"}, actor=given.ACTOR)

        back(LOCATION, place, to=0, by=lead)
        back(ZONE, zone.pk, to=0, by=lead)
        back(WAREHOUSE, house, to=0, by=lead)

        row = Location.objects.get(pk=place)
        assert (row.zone_id, row.sequence) == (zone.pk, 0)
        assert Zone.objects.get(pk=zone.pk).temperature == ""
        assert warehouses(scope=Scope.everything(), ids=[house])[0].city == ""

    @commits
    def test_a_reason_is_the_whole_companys(self) -> None:
        reason = Reason.objects.get(code="MANUAL")
        given.unit("S1", kind="STORE", parent="HQ")
        with transaction.atomic():
            change_reason(reason_id=reason.pk, changes={"review_days": 99}, actor=given.ACTOR)

        with pytest.raises(CannotRestore) as refused:
            back(REASON, reason.pk, to=0, by=given.person("STORE_MANAGER", at="S1"))
        back(REASON, reason.pk, to=0, by=given.person())

        assert refused.value.code == "not_allowed"
        assert Reason.objects.get(pk=reason.pk).review_days == 7

    @commits
    def test_units_and_roles_come_back(self) -> None:
        boss = given.person()
        for code in ("EAST", "WEST"):
            given.unit(code, kind="REGION", parent="HQ")
        store = given.unit("S1", kind="STORE", parent="EAST")
        with transaction.atomic():
            org.rename_unit(unit_id=store.pk, name="New", actor=boss.actor)
            move_unit(unit_id=store.pk, parent_id=given.unit("WEST").pk, actor=boss.actor)
        role = RoleSet.objects.get(code=Role.CLERK)
        with transaction.atomic():
            org.change_role(code=Role.CLERK, permissions=["orders.view"], actor=boss.actor)

        back(UNIT, store.pk, to=0, by=boss)
        back(ROLE, role.pk, to=0, by=boss)

        found = Unit.objects.get(pk=store.pk)
        assert (found.name, found.path) == ("S1", "HQ/EAST/S1/")
        assert not RoleSet.objects.get(pk=role.pk).is_changed

    @commits
    def test_a_person_is_let_in_again_but_roles_are_given_on_their_page(self) -> None:
        boss, clerk = given.person(), given.person("CLERK")
        with transaction.atomic():
            org.set_active(person_id=clerk.pk, active=False, actor=boss.actor, by=boss)
            org.unassign(
                person_id=clerk.pk, role="CLERK", unit_id=given.unit().pk, actor=boss.actor
            )
        with translation.override("en"):
            last = moments(PERSON, clerk.pk)[-1]

        back(PERSON, clerk.pk, to=-2, by=boss)

        assert told(last) == [
            ("May sign in", "yes", "no"), ("Roles", "Store clerk at HQ", ""),
        ]  # fmt: skip
        assert Person.objects.get(pk=clerk.pk).is_active
        assert not clerk.assignments.exists()

    @commits
    def test_nobody_restores_somebody_who_may_more(self) -> None:
        given.unit("EAST", kind="REGION", parent="HQ")
        boss, manager = given.person(), given.person("REGION_MANAGER", at="EAST")
        with transaction.atomic():
            org.change_person(
                person_id=boss.pk, display_name="Other", email="", language="en", actor=boss.actor
            )

        with pytest.raises(CannotRestore) as refused:
            back(PERSON, boss.pk, to=0, by=manager)

        assert refused.value.code == "not_allowed"

    @commits
    def test_an_approval_policy_comes_back_with_its_steps(self) -> None:
        boss = given.person()
        policy = given.asks_for_approval()
        steps = list(policy.steps.values_list("asked", "permission", "deadline_hours"))
        name = policy.name
        with transaction.atomic():
            from org.services import approvals

            approvals.save_policy(
                draft=approvals.PolicyDraft(
                    kind=policy.kind, name="Other", rank=9,
                    steps=(approvals.StepDraft(asked="MANAGER"),),
                ),
                person=boss, policy_id=policy.pk,
            )  # fmt: skip

        back(POLICY, policy.pk, to=0, by=boss)

        found = ApprovalPolicy.objects.get(pk=policy.pk)
        assert found.name == name
        assert list(found.steps.values_list("asked", "permission", "deadline_hours")) == steps

    @commits
    def test_a_shop_sells_from_its_former_warehouses_again(self) -> None:
        from channels_sync.histories import SHOP

        boss, shop = given.person(), connected("shopify")
        before = set(shop.bindings.values_list("warehouse_id", flat=True))
        with transaction.atomic():
            shops.bind_warehouses(
                shop_id=shop.pk, warehouse_ids=[given.warehouse_id("WH9")], actor=boss.actor
            )
            shops.change_safety(shop_id=shop.pk, safety_qty=50, actor=boss.actor)

        back(SHOP, shop.pk, to=0, by=boss)

        assert set(shop.bindings.values_list("warehouse_id", flat=True)) == before
        assert Shop.objects.get(pk=shop.pk).safety_qty == 0

    @commits
    def test_a_shop_gets_its_name_and_interval_back_but_no_former_address(self) -> None:
        from channels_sync.histories import SHOP

        boss, shop = given.person(), connected("shopify")
        clerk = given.person("ORDER_DESK")
        was = (shop.name, shop.pull_seconds)
        with transaction.atomic():
            shops.change_shop(
                shop_id=shop.pk, actor=boss.actor,
                changes={"name": "茶叶店", "base_url": "https://wrong.example/", "pull_seconds": 7},
            )  # fmt: skip
        assert Shop.objects.get(pk=shop.pk).pinyin.startswith("chayedian")

        with pytest.raises(CannotRestore) as refused:
            back(SHOP, shop.pk, to=0, by=clerk)
        assert refused.value.code == "not_allowed"
        back(SHOP, shop.pk, to=0, by=boss)

        found = Shop.objects.get(pk=shop.pk)
        # Today's secrets would be sent to it.
        assert found.base_url == "https://wrong.example/"
        assert (found.name, found.pull_seconds, found.pinyin) == (*was, shop.pinyin)
        restored = AuditRecord.objects.get(action="version.restored")
        assert (restored.subject, restored.unit_id) == (f"shop:{shop.code}", shop.unit_id)
        assert (restored.before or {})["pull_seconds"] == "7"
        changed_by = AuditRecord.objects.filter(action="shop.changed").values_list("actor")
        assert set(changed_by) == {(boss.actor,)}
