"""A form takes its own fields: whatever else is sent with it changes nothing, at any form."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from org.models import Person, Unit
from tests import given
from tests.pages.routes import MACHINE
from tests.pages.table import TABLE

FORMS = sorted(
    name
    for name, route in TABLE.items()
    if route.permission != MACHINE and not route.speaks_json and not route.is_file
)
# Columns that say what something is, whose it is and how far it is: none of them is typed freely.
COLUMNS = frozenset({
    "is_superuser", "is_staff", "is_active", "unit_id", "person_id", "role", "state", "version",
    "actor", "created_by", "made_by", "placed_by", "permissions", "kind", "owner_id",
})  # fmt: skip
# What a sent form may be about besides what it shows when its page is opened.
OWN = {
    "person-assign": {"unit", "role"},
    "approval-hand-over": {"person"},
    "set-look": {"state"},
}
# Forms that are right as they are opened, or with these words: the test sees that they are taken.
WORDS: dict[str, dict[str, str]] = {
    "release-hold": {"why": "x"},
    "unit-new": {"code": "NEW", "name": "New", "kind": "STORE"},
    "role-new": {"name": "Helper", "code": "HELPER"},
    "person-new": {"username": "new", "display_name": "New", "email": "new@example.org"},
    "masters-warehouse-new": {
        "code": "NEW", "name": "New", "kind": "CENTRAL", "province": "上海", "city": "上海市",
        "aisles": "1", "bins": "1",
    },
    "masters-sku-new": {"code": "NEW", "name": "New"},
    "masters-carriers": {"code": "NEW", "name": "New", "first": "1", "last": "9"},
    "client-new": {"name": "New"},
    "webhook-new": {"name": "New", "url": "https://example.org/"},
}  # fmt: skip
TAKEN = {
    "unit-new", "unit", "masters-warehouse-new", "masters-sku", "masters-sku-new",
    "profile", "order-cancel", "person-new", "approval-comment",
    "release-hold",
}  # fmt: skip
BODIES: dict[str, dict[str, str]] = {
    "order-cancel": {"why": "x"},
    "approval-comment": {"text": "x"},
}


class _Forms(HTMLParser):
    """The fields of the forms of a page that are sent to itself, as they stand there."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self._inside = path, False
        self.fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notice a field."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            own = told.get("action", "") in ("", self.path)
            self._inside = own and told.get("method") == "post"
        if not self._inside:
            return
        name = told.get("name", "")
        if tag == "input" and name:
            boxes = told.get("type") in ("checkbox", "radio")
            if not boxes or "checked" in told:
                self.fields[name] = told.get("value", "on" if boxes else "")
            else:
                self.fields.setdefault(name, "")
        elif tag in ("select", "textarea") and name:
            self.fields.setdefault(name, "")
            self._select = name
        elif (
            tag == "option"
            and self._select
            and ("selected" in told or not self.fields[self._select])
        ):
            self.fields[self._select] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form is over."""
        if tag == "form":
            self._inside = False


def _state(newest: dict[str, int]) -> list[tuple[str, str]]:
    """These columns of every row of ours, in one statement; a row made meanwhile has no number."""
    parts = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        known = sorted(COLUMNS & {field.column for field in model._meta.concrete_fields})
        if known and model._meta.managed and not table.startswith("django_"):
            told = [
                f"CASE WHEN {name} <= {newest[name]} THEN {name} END" if name in newest else name
                for name in known
            ]
            row = f"ROW({', '.join(told)})::text"
            parts.append(
                f"SELECT '{table}', coalesce(string_agg({row}, '|' ORDER BY {row}), '') "
                f'FROM "{table}"'
            )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        # Parts that are read side by side come in any order.
        return sorted((table, rows) for table, rows in cursor.fetchall())


def _sent(boss: Person, address: str, body: dict[str, Any]) -> tuple[HttpResponseBase, Any]:
    """The answer and what then stood there; it is undone again."""
    newest = {
        "unit_id": Unit.objects.latest("pk").pk,
        **dict.fromkeys(("person_id", "owner_id"), Person.objects.latest("pk").pk),
    }
    client = Client()
    mark = transaction.savepoint()
    try:
        client.force_login(boss)
        return client.post(address, body), _state(newest)
    finally:
        transaction.savepoint_rollback(mark)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORMS)
def test_only_the_fields_of_a_form_are_taken(name: str) -> None:
    other = given.unit("THERE", kind="STORE", parent="HQ").pk
    route = TABLE[name]
    address = reverse(name, args=route.args()) if "/" not in name else f"/{name}"
    boss = given.person()
    client = Client()
    client.force_login(boss)
    mark = transaction.savepoint()
    takes_no_form = client.post(address).status_code == 405
    transaction.savepoint_rollback(mark)
    if takes_no_form:
        return
    body = dict(BODIES.get(name, {}))
    if route.is_page:
        seen = _Forms(address)
        seen.feed(client.get(address).content.decode())
        body = {**seen.fields, **WORDS.get(name, {})}
    extra = {
        "is_superuser": "on", "is_staff": "on", "is_active": "", "unit": other, "unit_id": other,
        "state": "DONE", "status": "DONE", "version": "99", "id": "987654", "pk": "987654",
        "person": boss.pk, "person_id": boss.pk, "actor": "system:nobody", "role": "HEAD_OFFICE",
        "created_by": "system:nobody", "made_by": "system:nobody", "placed_by": "system:nobody",
        "permissions": "stock.release", "owner_id": boss.pk, "password": "x" * 12,
    }  # fmt: skip
    foreign = {
        field: value
        for field, value in extra.items()
        if field not in body and field not in OWN.get(name, ())
    }

    plain, stands = _sent(boss, address, body)
    answer, stood = _sent(boss, address, body | foreign)

    assert answer.status_code == plain.status_code
    if name in TAKEN:
        assert plain.status_code == 302, "the form was not taken: the test would show nothing"
    assert stood == stands
    assert "987654" not in str(answer.headers.get("Location", ""))
    assert not Person.objects.filter(is_superuser=True).exists()
