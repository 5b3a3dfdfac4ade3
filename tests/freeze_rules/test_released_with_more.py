"""A rule may ask for more than its reason does of whoever lets go by hand of its freezes."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules.services import manual, rules
from freeze_rules.services.orders import FreezeRefused
from org import roles
from org.models import Person
from tests import given
from tests.freeze_rules import writing

pytestmark = pytest.mark.django_db
MORE = roles.RULES_ENABLE


def frozen_by(rule_asks: str) -> int:
    """Ten units that a rule froze for its own reason; gives the hold."""
    given.stock("TEA", 10)
    writing.enabled(scope="sku", reason="RULE", approval=rule_asks)
    writing.tell("goods.received", goods=[("TEA", 10)])
    [hold] = writing.open_holds("RULE")
    return hold.id


def asked_over_http(person: Person, hold_id: int) -> int:
    client = Client()
    client.force_login(person)
    return client.post(
        "/api/v1/stock/release", {"hold": f"H-{hold_id}"}, content_type="application/json",
        headers={"Idempotency-Key": "k"},
    ).status_code  # fmt: skip


def test_only_who_has_what_the_rule_asks_lets_go_on_the_page_and_over_rest() -> None:
    hold_id = frozen_by(MORE)
    lead = given.person("WAREHOUSE_LEAD")
    assert lead.may(roles.STOCK_RELEASE)
    assert not lead.may(MORE)

    with pytest.raises(FreezeRefused) as refused, transaction.atomic():
        manual.unfreeze(key="k", hold_id=hold_id, why="sold", person=lead)
    assert refused.value.code == "rule_asks_more"
    assert asked_over_http(lead, hold_id) == 403
    assert given.free("TEA") == 0

    with transaction.atomic():
        manual.unfreeze(key="k", hold_id=hold_id, why="sold", person=given.person())
    assert given.free("TEA") == 10


def test_a_rule_that_asks_for_nothing_is_let_go_of_as_its_reason_says() -> None:
    hold_id = frozen_by("")

    assert asked_over_http(given.person("WAREHOUSE_LEAD"), hold_id) == 200
    assert given.free("TEA") == 10


def test_a_permission_that_there_is_not_is_told_when_the_rule_is_kept() -> None:
    with pytest.raises(rules.RuleRefused) as refused, transaction.atomic():
        rules.create_rule(draft=writing.draft(approval="stock.dream"), person=given.person())

    assert [wrong.part for wrong in refused.value.wrong] == ["approval"]
