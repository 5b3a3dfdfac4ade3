"""Every kind of record says whose part of the company it concerns, or is the whole company's."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator

import pytest
from django.db import transaction

from freeze_rules.services.manual import freeze
from freeze_rules.services.orders import FreezeOrder
from inventory import selectors as stock
from inventory import services as inventory
from inventory.services.warehouses import create_warehouse
from launch import programs
from org import services as org
from org.models import AuditRecord, Person
from org.selectors import audit_trail, scope_of
from org.selectors.belonging import unit_of_person, unit_over
from org.services.clients import ClientWish, add_client
from tests import given

# What belongs to no unit, and why. Kinds that are made up while running have a star.
COMPANY = {
    "carrier.*": "carriers serve everybody",
    "customs.changed": "a lot is the same lot wherever it lies",
    "keys.rotated": "of all secrets at once",
    "lot.created": "a lot is the same lot wherever it lies",
    "notice.*": "notices and their groups are the company's",
    "outbox.revived": "news of the whole house",
    "person.created": "before the first role nobody is anywhere",
    "recall.*": "a recall goes wherever the goods went",
    "receivers.blanked": "by age, in all orders",
    "role.*": "roles mean the same everywhere",
    "rule.*": "rules are written for the whole company",
    "rules.judged_again": "rules are written for the whole company",
    "sensor.quarantine_settled": "readings that nobody knows the place of",
    "sku.*": "masters of the whole company",
    "supplier.*": "suppliers are the company's",
}
# Named elsewhere in the same function: the record's own words do not say it.
CALLED = {
    ("freeze_rules/services/rules.py", "action"): "rule.*",
    ("org/services/approvals/policies.py", "'approval.policy_made'"): "approval.policy_made",
}


def records() -> Iterator[tuple[str, str, str]]:
    """File, action and unit of every call that writes the trail, as they are written."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"],
        cwd=programs.HOME, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split():
        if name.startswith(("tests/", "sandbox/")) or not (programs.HOME / name).exists():
            continue
        for node in ast.walk(ast.parse((programs.HOME / name).read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = called or getattr(node.func, "id", "")
            said = {each.arg: each.value for each in node.keywords}
            if called == "record" and "subject" in said:
                unit = ast.unparse(said["unit_id"]) if "unit_id" in said else ""
                yield name, ast.unparse(said["action"]), unit


def test_each_record_names_its_unit_or_is_known_to_be_the_companys() -> None:
    found = list(records())
    nowhere, used = [], set[str]()
    for name, action, unit in found:
        if unit and unit != "None":
            continue
        known = CALLED.get((name, action), action.strip("'"))
        fits = [
            each for each in COMPANY if known == each or (each.endswith("*") and each[:-1] in known)
        ]
        used.update(fits)
        if not fits and (name, action) not in CALLED:
            nowhere.append(f"{name}: {action}")

    assert len(found) > 90
    assert nowhere == []
    assert sorted(used) == sorted(COMPANY)


@pytest.fixture
def east() -> Person:
    """An auditor of one of two regions."""
    given.unit("HQ")
    given.unit("EAST", "REGION", "HQ")
    given.unit("WEST", "REGION", "HQ")
    given.unit("E1", "STORE", "EAST")
    given.unit("E2", "STORE", "EAST")
    given.unit("W1", "STORE", "WEST")
    return given.person("AUDITOR", at="EAST")


def seen(auditor: Person) -> set[tuple[str, str]]:
    """Actions and subjects that the auditor is shown."""
    return {(row.action, row.subject) for row in audit_trail(scope=scope_of(auditor))}


@pytest.mark.django_db
def test_what_lies_in_two_stores_is_the_regions_and_in_two_regions_the_head_offices(
    east: Person,
) -> None:
    unit = given.unit
    assert unit_over(set()) is None
    assert unit_over({unit("E1").pk}) == unit("E1").pk
    assert unit_over({unit("E1").pk, unit("E2").pk}) == unit("EAST").pk
    assert unit_over({unit("EAST").pk, unit("E2").pk}) == unit("EAST").pk
    assert unit_over({unit("E1").pk, unit("W1").pk}) == unit("HQ").pk
    assert unit_of_person(east.pk) == unit("EAST").pk


@pytest.mark.django_db
def test_an_auditor_of_a_region_reads_what_was_done_there_and_nothing_of_the_other(
    east: Person,
) -> None:
    boss = given.person()
    clerks = {at: given.person("CLERK", at=at) for at in ("E1", "W1")}
    freezes = {}
    for at, house in (("E1", "EH"), ("W1", "WH")):
        with transaction.atomic():
            number = create_warehouse(
                code=house, name=house, unit_id=given.unit(at).pk, actor=boss.actor
            )
            inventory.create_location(warehouse_id=number, code="A-01", actor=boss.actor)
        given.stock("TEA", 10, warehouse=house)
        with transaction.atomic():
            org.signed_in(person=clerks[at], address="10.0.0.1")
            add_client(
                ClientWish(name=house, permissions=("stock.view",), unit_codes=(at,)),
                actor=boss.actor, scope=scope_of(boss),
            )  # fmt: skip
        with transaction.atomic():
            freezes[at] = freeze(
                key=at, order=FreezeOrder(reason="QC", warehouse_id=number), person=boss
            ).number

    mine = seen(east)
    clients = {row.subject: row.unit_id for row in AuditRecord.objects.filter(
        action="client.created")}  # fmt: skip

    assert {
        ("warehouse.created", "warehouse:EH"), ("stock.frozen", freezes["E1"]),
        ("person.assigned", clerks["E1"].actor), ("sign_in.done", clerks["E1"].actor),
    } <= mine  # fmt: skip
    assert not {
        ("warehouse.created", "warehouse:WH"), ("stock.frozen", freezes["W1"]),
        ("person.assigned", clerks["W1"].actor), ("sign_in.done", clerks["W1"].actor),
    } & mine  # fmt: skip
    assert set(clients.values()) == {given.unit("E1").pk, given.unit("W1").pk}
    assert sum(action == "client.created" for action, _subject in mine) == 1
    places = [row for row in audit_trail(scope=scope_of(east)) if row.action == "location.created"]
    assert len(places) == 1
    assert stock.unit_of_warehouse(None) is None
