"""What IT sees of the house itself, and what it can mend."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Event
from insights.operations.warning import warn_of_dead_letters
from org import roles
from org.meters import meters
from org.models import AuditRecord, NoticeCopy, Person
from outbox.models import News
from tests import given
from tests.api.calling import codes, signed

HANDLER = "oms.services.hooks:note_short"


def dead(key: str = "SO-1") -> int:
    row = News.objects.create(
        handler=HANDLER, key=key, attempts=12, last_error="KeyError at look:7",
        dead_at=timezone.now(),
    )  # fmt: skip
    return int(row.pk)


def figure(text: str, name: str, **labels: str) -> float | None:
    """One line of what was scraped."""
    for line in text.splitlines():
        found = re.match(rf"^{name}(?:\{{(.*)\}})? (\S+)$", line)
        if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
            return float(found[2])
    return None


def scraped(client: Client, **headers: str) -> str:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def it(client: Client) -> Client:
    client.force_login(given.person("IT"))
    return client


@pytest.mark.django_db
def test_a_scrape_tells_of_messages_books_and_orders(client: Client) -> None:
    given.stock("TEA", 5)
    dead()
    News.objects.create(handler=HANDLER, key="SO-2")

    text = scraped(client)

    assert figure(text, "house_dead_letters", where="outbox") == 1
    assert figure(text, "house_outbox_waiting", handler=HANDLER) == 1
    assert (figure(text, "house_ledger_postings_total") or 0) > 0
    assert figure(text, "house_orders", state="PREPROCESS") == 0
    assert figure(text, "house_audit_differences") == 0
    assert figure(text, "house_redis_up") == 1
    assert (figure(text, "house_database_bytes") or 0) > 1_000_000


@pytest.mark.django_db
def test_a_scrape_counts_the_requests_of_all_with_their_durations(client: Client) -> None:
    client.get("/healthz")
    meters().flush(now=True)

    text = scraped(client)

    labels = {"route": "healthz", "method": "GET", "code": "200"}
    assert (figure(text, "house_http_requests_total", **labels) or 0) >= 1
    name = "house_http_request_seconds"
    every = figure(text, f"{name}_count", route="healthz")
    assert every == figure(text, f"{name}_bucket", route="healthz", le="+Inf")
    assert (figure(text, f"{name}_bucket", route="healthz", le="10.0") or 0) >= 1


@pytest.mark.django_db
def test_a_scrape_costs_a_constant_number_of_statements(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        dead(f"SO-{number}")
    with django_assert_max_num_queries(40):
        scraped(client)


@pytest.mark.django_db
def test_metrics_are_for_our_networks_only(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403


@pytest.mark.django_db
def test_with_a_token_only_who_brings_it_may_scrape(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-me-see"

    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 403
    from_afar = client.get(
        "/metrics", headers={"Authorization": "Bearer let-me-see"}, REMOTE_ADDR="203.0.113.7"
    )
    assert from_afar.status_code == 200


@pytest.mark.django_db
def test_a_dead_letter_is_read_and_revived_by_it(it: Client) -> None:
    letter, other = dead("SO-1"), dead("SO-2")

    page = it.get("/operations/", headers={"Accept-Language": "en"}).content.decode()
    answer = it.post("/operations/revive/", {"id": [letter]})

    assert "KeyError at look:7" in page
    assert answer.headers["Location"] == "/operations/"
    alive = News.objects.filter(dead_at__isnull=True).values_list("id", "attempts")
    assert list(alive) == [(letter, 0)]
    assert News.objects.filter(pk=other, dead_at__isnull=False).exists()
    [told] = AuditRecord.objects.filter(action="outbox.revived")
    assert told.after == {"ids": [letter], "revived": 1}


@pytest.mark.django_db
def test_nothing_ticked_revives_nothing_and_says_so(it: Client) -> None:
    dead()

    page = it.post("/operations/revive/", {}, follow=True)

    assert "Tick what" in page.content.decode() or "勾选" in page.content.decode()
    assert not News.objects.filter(dead_at__isnull=True).exists()
    assert not AuditRecord.objects.filter(action="outbox.revived").exists()


@pytest.mark.django_db
def test_the_page_of_the_house_is_not_for_a_part_of_it(client: Client) -> None:
    given.unit("S01", "STORE", "HQ")
    client.force_login(given.person("IT", "S01"))

    assert client.get("/operations/").status_code == 403
    assert client.get("/api/v1/operations").status_code == 403


@pytest.mark.django_db
def test_programs_read_the_same_and_revive() -> None:
    who = given.api_client(roles.OPERATIONS_VIEW, roles.OPERATIONS_REPAIR)
    letter = dead()

    told = signed(who, "GET", "/api/v1/operations").json()
    letters = signed(who, "GET", "/api/v1/operations/dead-letters").json()["dead_letters"]
    path = "/api/v1/operations/dead-letters/revive"
    first = signed(who, "POST", path, body={"ids": [letter]}, key="k-1")
    again = signed(who, "POST", path, body={"ids": [letter]}, key="k-1")

    [row] = [each for each in told["outbox"] if each["handler"] == HANDLER]
    assert (row["dead"], told["audit"]["differences"]) == (1, 0)
    assert [each["last_error"] for each in letters] == ["KeyError at look:7"]
    assert (first.json(), again.json()) == ({"revived": 1}, {"revived": 1})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert AuditRecord.objects.filter(action="outbox.revived").count() == 1


@pytest.mark.django_db
def test_a_program_that_only_looks_cannot_revive() -> None:
    who = given.api_client(roles.OPERATIONS_VIEW)
    letter = dead()

    answer = signed(
        who, "POST", "/api/v1/operations/dead-letters/revive", body={"ids": [letter]}, key="k-1"
    )

    assert codes(answer) == ["not_allowed"]
    assert News.objects.filter(pk=letter, dead_at__isnull=False).exists()


@pytest.mark.django_db
def test_without_redis_the_page_says_so_and_shows_the_rest(it: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    meters.cache_clear()
    try:
        page = it.get("/operations/")
        told = json.loads(it.get("/api/v1/operations").content)
    finally:
        meters.cache_clear()

    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert (told["redis"], told["processes"], told["queues"]) == (False, [], {})
    assert told["database"]["bytes"] > 0


@pytest.mark.django_db
def test_processes_that_nobody_has_seen_are_said_to_be_silent(it: Client) -> None:
    told = it.get("/api/v1/operations").json()

    late = {each["kind"]: each["late"] for each in told["processes"]}
    assert late["worker-orders"] is True


def told(person: Person) -> list[dict[str, Any]]:
    rows = NoticeCopy.objects.filter(person=person).order_by("id").select_related("notice")
    return [row.notice.params for row in rows]


@pytest.mark.django_db
def test_it_is_told_once_of_what_was_given_up() -> None:
    it, clerk = given.person("IT"), given.person("CLERK")
    dead("SO-1")
    dead("SO-2")

    assert [warn_of_dead_letters(), warn_of_dead_letters()] == [["outbox"], []]

    assert told(it) == [{"count": 2, "where": "outbox"}]
    assert told(clerk) == []


@pytest.mark.django_db
def test_what_is_given_up_later_is_told_again() -> None:
    it = given.person("IT")
    dead("SO-1")
    warn_of_dead_letters()
    dead("SO-2")
    News.objects.filter(key="SO-2").update(dead_at=timezone.now() + timedelta(seconds=1))

    assert warn_of_dead_letters() == ["outbox"]
    assert [params["count"] for params in told(it)] == [1, 2]


@pytest.mark.django_db
def test_while_nothing_is_dead_nobody_is_told() -> None:
    it = given.person("IT")

    assert warn_of_dead_letters() == []
    assert told(it) == []


def given_up_event(key: str = "e-1") -> int:
    row = Event.objects.create(
        kind="receipt.posted", key=key, told_by="test", document="RCV-7", attempts=5,
        error="KeyError: 'sku'", failed_at=timezone.now(),
    )  # fmt: skip
    return int(row.pk)


@pytest.mark.django_db
def test_an_event_the_rules_gave_up_on_is_read_and_judged_again_by_it(it: Client) -> None:
    event, other = given_up_event("e-1"), given_up_event("e-2")

    page = it.get("/operations/").content.decode()
    empty = it.post("/operations/judge-again/", {}, follow=True).content.decode()
    it.post("/operations/judge-again/", {"id": [event]})

    assert "receipt.posted" in page
    assert "RCV-7" in page
    assert "KeyError" in page
    assert "勾选" in empty
    waiting = Event.objects.filter(failed_at__isnull=True).values_list("id", "attempts", "error")
    assert list(waiting) == [(event, 0, "")]
    assert Event.objects.filter(pk=other, failed_at__isnull=False).exists()
    [told] = AuditRecord.objects.filter(action="rules.judged_again")
    assert told.after == {"ids": [event], "waiting": 1}


@pytest.mark.django_db
def test_it_is_told_of_events_the_rules_gave_up_on_and_a_scrape_counts_them(
    client: Client,
) -> None:
    it = given.person("IT")
    given_up_event()

    assert [warn_of_dead_letters(), warn_of_dead_letters()] == [["rules"], []]

    assert told(it) == [{"count": 1, "where": "rules"}]
    assert figure(scraped(client), "house_dead_letters", where="rules") == 1


@pytest.mark.django_db
def test_programs_read_given_up_events_and_have_them_judged_again_once() -> None:
    who = given.api_client(roles.OPERATIONS_VIEW, roles.OPERATIONS_REPAIR)
    event = given_up_event()
    path = "/api/v1/operations/given-up-events"

    listed = signed(who, "GET", path).json()["events"]
    first = signed(who, "POST", f"{path}/judge", body={"ids": [event]}, key="k-1")
    again = signed(who, "POST", f"{path}/judge", body={"ids": [event]}, key="k-1")

    assert [(each["kind"], each["document"], each["attempts"]) for each in listed] == [
        ("receipt.posted", "RCV-7", 5)
    ]
    assert (first.json(), again.json()) == ({"waiting": 1}, {"waiting": 1})
    assert AuditRecord.objects.filter(action="rules.judged_again").count() == 1
