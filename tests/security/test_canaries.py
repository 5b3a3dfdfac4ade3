"""Receivers and secrets are planted as canaries, then looked for wherever they must not be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse

from channels_sync.models import Shop
from channels_sync.services import shops
from oms.drafts import ReceiverDraft
from org import roles
from org import services as org
from org.models import Job, Person
from org.notices import Group
from org.services import second_factor
from outbox import services as outbox
from tests import given
from tests.oms import told
from tests.pages.routes import MACHINE, routes_of_the_house
from tests.pages.table import TABLE
from tests.security.places import ask, somebody

pytestmark = pytest.mark.django_db

RECEIVER = {
    "name": "卡纳丽雅", "phone": "13911112222", "address": "金丝雀巷88号503室",
}  # fmt: skip
SECRETS = {
    "shop token": "canary-shop-token-5f1b", "password": "canary horse battery 77",
    "bot key": "693a91f6-7xxx-4bc4-97a0-0ec2sifacanary",
}  # fmt: skip


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Every line that anything logs, at any level, as it would be written."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logging.Formatter("%(name)s %(message)s %(exc_text)s"))
    lines: list[str] = []
    yield lines
    lines.append(caplog.text)


@pytest.fixture
def planted() -> dict[str, str]:
    """An order with the receiver, a shop with the token, a person with the password, and so on."""
    person = given.person("CLERK", name="singer")
    person.set_password(SECRETS["password"])
    person.save()
    shop = TABLE["shop"].args()[0]
    with transaction.atomic():
        shops.change_credentials(
            shop_id=shop, credentials={"access_token": SECRETS["shop token"]}, actor=given.ACTOR
        )
    told.accept(
        told.draft(
            "T1", told.line("TEA", 1), shop_id=shop, unit_id=given.unit().pk,
            receiver=ReceiverDraft(
                country="CN", province="浙江省", city="杭州市", district="余杭区",
                name=RECEIVER["name"], phone=RECEIVER["phone"], address=RECEIVER["address"],
            ),
        )
    )  # fmt: skip
    client = given.api_client(roles.STOCK_VIEW)
    TABLE["webhook"].args()
    with transaction.atomic():
        device = second_factor.begin(person=person)
        org.add_notice_bot(
            name="Group",
            key=SECRETS["bot key"],
            groups=[Group.values[0]],
            urgent_only=False,
            actor=given.ACTOR,
        )
    hidden = {"client": client.secret, "factor": second_factor.key_of(device)}
    return RECEIVER | SECRETS | hidden


PATTERNS = routes_of_the_house()


def shop_id_of_it() -> int:
    """The one shop there is."""
    return Shop.objects.get().pk


def columns_with(needles: dict[str, str]) -> dict[str, list[str]]:
    """Tables of the whole database in which a canary stands in the clear."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            for name, needle in needles.items():
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', [f"%{needle}%"]
                )
                if cursor.fetchone()[0]:
                    found.setdefault(table, []).append(name)
    return found


def in_valkey(needles: dict[str, str]) -> list[str]:
    """Canaries among everything that the cache and the queues hold."""
    store: Any = redis.Redis.from_url(settings.REDIS_URL)
    try:
        texts: list[Any] = []
        for key in store.scan_iter(count=1000):
            kind = store.type(key)
            if kind == b"string":
                texts.append(store.get(key) or b"")
            elif kind == b"list":
                texts += store.lrange(key, 0, -1)
            elif kind == b"hash":
                texts += [*store.hgetall(key).values()]
            elif kind == b"zset":
                texts += store.zrange(key, 0, -1)
            elif kind == b"set":
                texts += [*store.smembers(key)]
        return [name for name, word in needles.items() if any(word.encode() in t for t in texts)]
    finally:
        store.close()


def test_the_database_holds_none_of_them_in_the_clear(planted: dict[str, str]) -> None:
    assert columns_with(planted) == {}
    # The scan sees what stands there.
    assert set(columns_with({"unit": "HQ"})) >= {"org_unit"}


def test_no_page_without_the_right_to_reveal_shows_one_and_no_log_line_names_one(
    planted: dict[str, str], said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    order = told.the("T1", shop_id=shop_id_of_it()).number
    shown: list[str] = []
    for role in ("CLERK", "FINANCE", "AUDITOR", "IT"):
        client = somebody(role, "HQ")
        addresses = [
            reverse(name)
            for name, route in TABLE.items()
            if route.is_page and not route.speaks_json and route.permission != MACHINE
            and "<" not in PATTERNS[name]
        ]  # fmt: skip
        addresses += [reverse("order", args=[order]), reverse("packing-slip", args=[order])]
        addresses += [f"{reverse('search')}?q={RECEIVER['phone']}", "/no/such/page/"]
        for address in addresses:
            answer = ask(client, "GET", address)
            content = getattr(answer, "content", b"").decode(errors="replace")
            asked = "?q=" in address
            shown += [
                f"{role} {address} {name}"
                for name, word in planted.items()
                if word in content and not (asked and name == "phone")
            ]
        # A refusal and a broken form say nothing either.
        for address in (reverse("order-reveal", args=[order]), reverse("sign-in")):
            ask(client, "POST", address, {"username": "singer", "password": SECRETS["password"]})

    assert shown == []
    lines = "\n".join([caplog.text, *said])
    assert [name for name, word in planted.items() if word in lines] == []


def test_an_export_without_the_right_the_queues_and_the_cache_hold_none(
    planted: dict[str, str],
) -> None:
    finance = given.person("FINANCE")
    with transaction.atomic():
        outbox.tell(topic="order.cancelled", keys=[told.the("T1", shop_id=shop_id_of_it()).number])
    cache.set("control", "canary-control", 60)
    client = somebody("FINANCE", "HQ")
    client.force_login(Person.objects.get(pk=finance.pk))
    client.post("/lists/orders/export/", {"format": "csv"})
    while org.work_on_jobs(seconds=0):
        pass
    job = Job.objects.latest("id")
    answer = client.get(reverse("job-file", args=[job.pk]))
    streamed: Any = getattr(answer, "streaming_content", None)
    file = (b"".join(streamed) if streamed is not None else answer.content).decode()

    assert told.the("T1", shop_id=shop_id_of_it()).number in file
    assert [name for name, word in planted.items() if word in file] == []
    assert in_valkey(planted | {"control": "canary-control"}) == ["control"]
