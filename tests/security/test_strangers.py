"""Random addresses and numbers, asked by people and programs of another store: nothing leaks."""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from channels_sync.models import Shop
from freeze_rules.models import Recall, RuleVersion
from inventory.models import Balance, Hold, Posting
from oms.models import Order
from org.models import Assignment, AuditRecord
from org.roles import API_PERMISSIONS, Role
from org.selectors import standing_in
from tests import given
from tests.api.calling import signed
from tests.oms.told import LI
from tests.pages.routes import routes_of_the_house
from tests.pages.table import TABLE
from tests.proving.sizes import SETTING
from tests.security.places import THERE, ask, give_all_to_the_first, somebody, stores

# Requests in `make test`, `make prove` and `make soak`.
REQUESTS = {"prove": 5_000, "soak": 20_000}.get(os.environ.get(SETTING, ""), 300)
HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
# Their own browser's affairs, and what changes who is asking.
LEFT_OUT = {"sign-out", "set-language", "set-look", "admin/login/", "found", "push"}
# Pages of made-up samples, which name an SO-1 and a WH1 of nobody's.
LEFT_OUT |= {"design", "api-docs", "api-description", "glossary"}
QUERIES = ("", "?q=TEA", "?warehouse=1", "?shop=1", "?state=OPEN", "?unit=1", "?from=1", "?to=1")


def build() -> dict[str, list[Any]]:
    """Everything that the table of routes can build, at the first store; arguments by route."""
    stores()
    known: dict[str, list[Any]] = {}
    for name, route in TABLE.items():
        try:
            known[name] = route.args()
        except IntegrityError:
            # The builder of another route made it already.
            continue
    give_all_to_the_first()
    Shop.objects.update(name="Canary shop")
    return known


def _makers_of_company_papers() -> set[str]:
    """Rules and recalls are the company's: every store reads them, and who made them."""
    rules = RuleVersion.objects.values_list("made_by__username", "enabled_by__username")
    recalls = Recall.objects.values_list("person__username", flat=True)
    return {each for row in rules for each in row if each} | set(recalls)


def marks() -> set[str]:
    """What only the first store may read."""
    names = set(Order.objects.values_list("number", flat=True))
    documents = set(Hold.objects.values_list("document", flat=True))
    people = Assignment.objects.filter(unit__code="HERE").values_list("person__username", flat=True)
    # One hands over to deciders of other stores: their names are the company's directory.
    deciders = {name for _pk, name in standing_in.deciders()}
    allowed = {"somebody"} | _makers_of_company_papers() | deciders
    found = {"WH1", "Canary shop", str(LI.name), str(LI.phone), str(LI.address)}
    return found | names | {each for each in documents if each.startswith(("FZ-", "SO-"))} | {
        each for each in people if each not in allowed
    }  # fmt: skip


class Stranger:
    """Asks at random; the same seed asks the same."""

    def __init__(self, known: dict[str, list[Any]], seed: int) -> None:
        self.draw = random.Random(seed)
        self.known = known
        self.patterns = routes_of_the_house()
        self.names = sorted(set(self.patterns) - LEFT_OUT)
        self.numbers = sorted({each for args in known.values() for each in args}, key=str)
        newest = Order.objects.aggregate(newest=Max("id"))["newest"] or 1
        built = [each for each in self.numbers if isinstance(each, int)]
        self.ids = built + list(range(newest + 5))
        self.words = [each for each in self.numbers if isinstance(each, str)]

    def address(self) -> str:
        """Of some route, with the numbers that belong there or with others."""
        name = self.draw.choice(self.names)
        if self.known.get(name) and self.draw.random() < 0.6:
            return reverse(name, args=self.known[name]) + self.draw.choice(QUERIES)
        path = HOLE.sub(self._filled, self.patterns[name])
        return "/" + path + self.draw.choice(QUERIES)

    def _filled(self, hole: re.Match[str]) -> str:
        number = hole[1] == "int" or self.draw.random() < 0.2
        return str(self.draw.choice(self.ids if number else self.words))

    def body(self, address: str) -> dict[str, Any]:
        """Plausible for many forms and endpoints."""
        chosen = self.draw.choice(self.ids)
        fields = {
            "why": "x", "on": "1", "qty": 1, "verdict": "APPROVE", "act": "deactivate",
            "hold": chosen, "document": "SO-1", "warehouse": "WH1", "sku": "TEA", "id": chosen,
            "person": chosen, "token": f"t{chosen}", "key": f"k{chosen}", "numbers": ["SO-1"],
        }  # fmt: skip
        return {name: fields[name] for name in self.draw.sample(sorted(fields), 6)}


def leaked(answer: HttpResponseBase, address: str, body: Any, secrets: set[str]) -> set[str]:
    """Marks in the answer that were not in the question."""
    if getattr(answer, "streaming", False):
        content = b"".join(answer).decode(errors="replace")
    else:
        content = answer.content.decode(errors="replace")  # type: ignore[attr-defined]
    content += str(answer.headers)
    asked = address + str(body)
    # Looked for plainly first: most pages have none of them.
    return {
        each
        for each in secrets
        if each in content and _word(each).search(content) and each not in asked
    }


def _word(mark: str) -> re.Pattern[str]:
    """As a word of its own: the random letters of a form's token may well spell a short one."""
    return re.compile(rf"(?<![0-9A-Za-z]){re.escape(mark)}(?![0-9A-Za-z])")


@pytest.mark.django_db
def test_strangers_read_nothing_and_change_nothing() -> None:
    known = build()
    secrets = marks()
    stranger = Stranger(known, seed=int(os.environ.get("SEED", "7")))
    browsers: dict[Role, Client] = {}
    program = given.api_client(*API_PERMISSIONS, at=THERE, per_minute=1_000_000, burst=100_000)
    books = (Balance.objects, Posting.objects, Hold.objects, Order.objects)
    before = [list(rows.order_by("pk").values()) for rows in books]
    newest = AuditRecord.objects.aggregate(newest=Max("id"))["newest"]
    role = Role.HEAD_OFFICE
    answered: dict[int, int] = {}

    for number in range(REQUESTS):
        if number % 50 == 0:
            role = list(Role)[number // 50 % len(Role)]
            browsers[role] = somebody(role, THERE)
        address, method = stranger.address(), stranger.draw.choice(("GET", "GET", "POST"))
        body = stranger.body(address) if method == "POST" else None
        if address.startswith("/api/v1/") and stranger.draw.random() < 0.5:
            path, _, query = address.partition("?")
            mark = transaction.savepoint()
            answer = signed(program, method, path, query=query, body=body, key=f"f{number}")
            transaction.savepoint_rollback(mark)
        else:
            answer = ask(browsers[role], method, address, body)
        where = f"{number}: {role} {method} {address} {body}"
        assert answer.status_code < 500, where
        assert leaked(answer, address, body, secrets) == set(), where
        answered[answer.status_code] = answered.get(answer.status_code, 0) + 1

    assert [list(rows.order_by("pk").values()) for rows in books] == before
    assert not AuditRecord.objects.filter(pk__gt=newest, actor__startswith="client:").exists()
    # It knocked at doors that opened and at doors that did not.
    assert min(answered.get(status, 0) for status in (200, 403, 404)) >= REQUESTS // 50


@pytest.mark.django_db
def test_the_marks_are_seen_when_somebody_may_read_them() -> None:
    known = build()
    secrets = marks()
    boss = somebody("HEAD_OFFICE", "HERE")

    address = reverse("order", args=known["order"])

    assert leaked(ask(boss, "GET", address), "", None, secrets) != set()
