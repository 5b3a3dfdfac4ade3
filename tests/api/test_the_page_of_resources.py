"""The examples of docs/api-resources.md are true, one after another."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from oms.models import Order
from tests import given
from tests.api.asking import shop, signed_in
from tests.house.files import HOME

pytestmark = pytest.mark.django_db
PAGE = HOME / "docs" / "api-resources.md"
EXAMPLE = re.compile(r"^```http\n(.+?)\n```$", re.MULTILINE | re.DOTALL)
# {A-1001} in an address is our number of that order of theirs.
OURS = re.compile(r"\{([^}]+)\}")


def difference(told: Any, true: Any, where: str = "$") -> str:
    """Where a part of an answer is not in the whole; empty when it is."""
    if isinstance(told, dict) and isinstance(true, dict):
        for name, value in told.items():
            if name not in true:
                return f"{where}.{name} is not there"
            if found := difference(value, true[name], f"{where}.{name}"):
                return found
        return ""
    if isinstance(told, list) and isinstance(true, list):
        if len(told) != len(true):
            return f"{where} has {len(true)} items, not {len(told)}"
        pairs = enumerate(zip(told, true, strict=True))
        return next((d for at, (a, b) in pairs if (d := difference(a, b, f"{where}[{at}]"))), "")
    return "" if told == true else f"{where} is {true!r}, not {told!r}"


def run(client: Client, example: str) -> str:
    """What is not true about an example; empty when all is."""
    request, _, expected = example.partition("\n\n")
    line, _, body = request.partition("\n")
    method, address = line.split(" ")
    address = OURS.sub(lambda found: number_of(found[1]), address)
    answer = client.generic(method, address, body, content_type="application/json")
    status, _, part = expected.partition("\n")
    if answer.status_code != int(status):
        return f"{line}: {answer.status_code} {answer.content.decode()[:400]}"
    found = difference(json.loads(part), answer.json()) if part else ""
    return found and f"{line}: {found}"


def number_of(theirs: str) -> str:
    return str(Order.objects.get(platform_number=theirs).number)


def test_every_example_is_true() -> None:
    given.stock("TEA", 10)
    shop()
    client = signed_in("HEAD_OFFICE")
    examples = EXAMPLE.findall(PAGE.read_text())
    assert len(examples) >= 5
    assert [wrong for example in examples if (wrong := run(client, example))] == []


def test_an_example_that_is_not_true_is_seen() -> None:
    given.stock("TEA", 10)
    client = signed_in("HEAD_OFFICE")
    assert run(client, 'GET /api/v1/orders\n\n200\n{"orders": [1]}').endswith("has 0 items, not 1")
    assert "404" in run(client, "GET /api/v1/orders/SO-1\n\n200\n{}")
