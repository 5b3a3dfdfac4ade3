"""Two stores that know nothing of each other: whatever is built belongs to the first."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.http.response import HttpResponseBase
from django.test import Client

from oms.models import Order
from org import services as org
from org.models import ApprovalRequest, AuditRecord, Person, Unit
from tests import given

HERE, THERE = "HERE", "THERE"
# Only grows, or stays as it was decided: built at the right store in the first place.
FIXED = {Unit, AuditRecord, ApprovalRequest}


def stores() -> None:
    """Both stores stand below the head office, each with a warehouse; WH1 is the first one's."""
    for code, house in ((HERE, "WH1"), (THERE, "WH2")):
        given.unit(code, kind="STORE", parent="HQ")
        given.warehouse(house, at=code)


def give_all_to_the_first() -> None:
    """Whatever the builders gave to the head office is the first store's from now on."""
    head, store = given.unit().pk, given.unit(HERE).pk
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if (
                model not in FIXED
                and isinstance(field, models.ForeignKey)
                and field.related_model is Unit
            ):
                model._base_manager.filter(**{field.attname: head}).update(**{field.attname: store})
    Order.objects.filter(unit=None).update(unit=store)


def somebody(role: str, at: str) -> Client:
    """A browser of somebody with this one job; always the same person, hashing is slow."""
    person = Person.objects.filter(username="somebody").first()
    with transaction.atomic():
        if person is None:
            person = org.create_person(
                username="somebody", display_name="somebody", password=None, actor=given.ACTOR
            )
        person.assignments.all().delete()
        org.assign(person_id=person.pk, unit_id=given.unit(at).pk, role=role, actor=given.ACTOR)
    client = Client()
    client.force_login(person)
    return client


def ask(client: Client, method: str, address: str, body: Any = None) -> HttpResponseBase:
    """The answer; whatever it did is undone again."""
    mark = transaction.savepoint()
    try:
        if method == "GET":
            return client.get(address)
        if "/api/" in address:
            told = json.dumps(body or {})
            return client.generic(method, address, told, content_type="application/json")
        return client.post(address, body or {"why": "x"})
    finally:
        transaction.savepoint_rollback(mark)
