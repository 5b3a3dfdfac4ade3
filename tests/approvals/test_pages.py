"""The approval pages: what stands where, who sees it, and many decided at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from org.models import ApprovalEvent, ApprovalPolicy, ApprovalRequest, AuditRecord
from org.services import approvals
from org.services.approvals import StepDraft
from tests import given
from tests.approvals.sample import Box, Chain, asked, decided, policy, state
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db


def _in(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def _items(page: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', page)


def test_each_box_shows_what_belongs_there(chain: Chain, client: Client) -> None:
    policy()
    first, second = asked(chain.clerk), asked(chain.store)
    decided(first, chain.store)

    def numbers(person: Any, box: str) -> list[str]:
        page = _in(client, person).get(f"/approvals/?box={box}").content.decode()
        return re.findall(r'<span class="code">(AP-\d+)</span>', page)

    assert numbers(chain.store, "waiting") == []
    assert numbers(chain.store, "mine") == [second.number]
    assert numbers(chain.store, "decided") == [first.number]
    assert numbers(chain.store, "all") == [second.number, first.number]
    assert numbers(chain.region, "waiting") == [second.number]
    assert numbers(chain.other, "all") == []
    assert numbers(chain.clerk, "all") == [first.number]


def test_a_request_of_others_is_not_there_for_strangers(chain: Chain, client: Client) -> None:
    policy()
    request = asked(chain.clerk)

    for person, status in ((chain.store, 200), (chain.clerk, 200), (chain.boss, 200),
                           (chain.other, 403)):  # fmt: skip
        assert _in(client, person).get(f"/approvals/{request.pk}/").status_code == status
    for act in ("comment", "withdraw", "retry", "again", "attach"):
        answer = _in(client, chain.other).post(f"/approvals/{request.pk}/{act}/", {"text": "x"})
        assert answer.status_code == 403, act
    assert ApprovalEvent.objects.filter(request=request).count() == 1


def test_a_tap_decides_once_and_says_what_came_of_it(
    chain: Chain, client: Client, box: Box
) -> None:
    policy()
    request = asked(chain.clerk)
    page = _in(client, chain.store).get(f"/approvals/{request.pk}/").content.decode()
    form = {
        name: re.findall(f'name="{name}" value="([^"]+)"', page)[0]
        for name in ("token", "seen", "verdict")
    }

    for _ in range(2):
        answer = client.post(f"/approvals/{request.pk}/decide/", form, follow=True)
        assert answer.status_code == 200

    assert (state(request), box.tries) == ("APPLIED", 1)


def test_many_are_shown_first_and_exactly_those_are_decided(
    chain: Chain, client: Client, box: Box
) -> None:
    policy()
    requests = [asked(chain.clerk, take=number) for number in (1, 2, 3)]
    _in(client, chain.store)
    items = _items(client.get("/approvals/?box=waiting").content.decode())

    shown = client.post("/approvals/batch/", {"item": items, "verdict": "APPROVE", "token": "t"})
    assert (len(items), box.tries, _items(shown.content.decode())) == (3, 0, items)
    # Meanwhile one is taken back and another comes.
    with transaction.atomic():
        approvals.withdraw(request_id=requests[1].pk, person=chain.clerk)
    late = asked(chain.clerk, take=4)
    confirmed = {"item": items, "verdict": "APPROVE", "token": "t", "confirmed": "1"}
    done = client.post("/approvals/batch/", confirmed).content.decode()

    assert [state(each) for each in (*requests, late)] == [
        "APPLIED", "WITHDRAWN", "APPLIED", "SUBMITTED",
    ]  # fmt: skip
    assert (done.count('class="result-good'), done.count('class="result-bad')) == (2, 1)
    client.post("/approvals/batch/", confirmed)
    assert box.tries == 2


def test_rejecting_many_needs_a_reason_and_one_kind(chain: Chain, client: Client) -> None:
    policy()
    request = asked(chain.clerk)
    _in(client, chain.store)
    items = _items(client.get("/approvals/?box=waiting").content.decode())

    answer = client.post(
        "/approvals/batch/", {"item": items, "verdict": "REJECT", "confirmed": "1", "token": "t"}
    )
    assert (answer.status_code, state(request)) == (422, "SUBMITTED")
    client.post(
        "/approvals/batch/",
        {"item": items, "verdict": "REJECT", "confirmed": "1", "token": "t", "why": "no"},
    )
    assert state(request) == "REJECTED"


def test_talk_asks_back_and_is_answered(chain: Chain, client: Client) -> None:
    policy()
    request = asked(chain.clerk)
    _in(client, chain.store).post(
        f"/approvals/{request.pk}/comment/", {"text": "How many boxes?", "ask_back": "1"}
    )
    assert ApprovalRequest.objects.get().question_open
    _in(client, chain.clerk).post(f"/approvals/{request.pk}/comment/", {"text": "Two boxes"})

    assert not ApprovalRequest.objects.get().question_open
    page = _in(client, chain.store).get(f"/approvals/{request.pk}/").content.decode()
    assert "How many boxes?" in page
    assert "Two boxes" in page


def test_a_refused_decision_keeps_its_reason(chain: Chain, client: Client) -> None:
    policy()
    request = asked(chain.clerk)
    _in(client, chain.store).cookies["django_language"] = "en"
    address = f"/approvals/{request.pk}/decide/"
    said = {"token": "t", "verdict": "REJECT", "seen": approvals.seen_of(request)}

    without = client.post(address, {**said, "why": " "})
    too_long = client.post(address, {**said, "why": "x" * 401})
    moved_on = client.post(address, {**said, "seen": "0.old", "why": "Count again"})

    assert [each.status_code for each in (without, too_long, moved_on)] == [422, 422, 422]
    field = f"no-{request.pk}-why"
    assert errors_of(without) == {field: ["Say why: whoever asked wants to know."]}
    assert typed_in(too_long, field) == ["x" * 401]
    assert typed_in(moved_on, field, f"yes-{request.pk}-why") == ["Count again", ""]
    assert "It changed while you were looking." in moved_on.content.decode()
    assert state(request) == "SUBMITTED"


def test_a_refused_comment_or_question_is_kept(chain: Chain, client: Client) -> None:
    policy()
    request = asked(chain.clerk)
    _in(client, chain.store).cookies["django_language"] = "en"
    address = f"/approvals/{request.pk}/comment/"
    paper = SimpleUploadedFile("a.txt", b"plain", content_type="text/plain")

    wrong_file = client.post(address, {"text": "See this", "file": paper})
    empty = client.post(address, {"text": " "})
    question = client.post(address, {"text": "x" * 1001, "ask_back": "1"})
    nobody = client.post(f"/approvals/{request.pk}/hand-over/", {"to": "0", "why": "Away"})

    answers = (wrong_file, empty, question, nobody)
    assert [each.status_code for each in answers] == [422, 422, 422, 422]
    assert typed_in(wrong_file, "comment-text") == ["See this"]
    assert list(errors_of(wrong_file)) == ["comment-file"]
    assert errors_of(empty) == {"comment-text": ["Write something first."]}
    assert typed_in(question, "ask-back-text", "comment-text") == ["x" * 1001, ""]
    assert typed_in(nobody, "hand-over-why") == ["Away"]
    assert list(errors_of(nobody)) == ["hand-over-to"]
    assert ApprovalEvent.objects.filter(request=request).count() == 1


def test_the_list_costs_the_same_for_one_and_for_many(chain: Chain, client: Client) -> None:
    policy(StepDraft(asked="PERMISSION", permission="stock.adjust"))
    asked(chain.clerk)
    _in(client, chain.store)
    client.get("/approvals/?box=waiting")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            client.get("/approvals/?box=waiting")
        return len(caught)

    one = cost()
    for _ in range(12):
        asked(chain.clerk)
    assert cost() == one


# Policies


def _typed(**more: Any) -> dict[str, Any]:
    return {
        "kind": "sample", "name": "Beads", "rank": "0", "is_active": "1", "min_qty": "10",
        "step-1-asked": "MANAGER", "step-1-agreement": "ANY", "step-1-deadline_hours": "4",
        "step-1-escalate_role": "HEAD_OFFICE", **more,
    }  # fmt: skip


def test_a_policy_is_made_changed_and_on_the_trail(chain: Chain, client: Client) -> None:
    _in(client, given.person("IT"))

    assert client.post("/approvals/policies/new/", _typed()).status_code == 302
    made = ApprovalPolicy.objects.get()
    page = client.get(f"/approvals/policies/{made.pk}/").content.decode()
    assert 'name="min_qty" inputmode="numeric" value="10"' in page
    changed = _typed(min_qty="20", version="1")
    assert client.post(f"/approvals/policies/{made.pk}/", changed).status_code == 302
    # Somebody who saw the first version is told.
    assert client.post(f"/approvals/policies/{made.pk}/", changed).status_code == 422

    rows = AuditRecord.objects.filter(subject=f"approval-policy:{made.pk}").order_by("id")
    assert [row.action for row in rows] == ["approval.policy_made", "approval.policy_changed"]
    before, after = rows[1].before, rows[1].after
    assert before is not None
    assert after is not None
    assert (before["min_qty"], after["min_qty"]) == (10, 20)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"min_qty": "ten"},
        {"min_amount": "1e9999"},
        {"max_qty": "5"},
        {"step-1-asked": ""},
        {"step-1-asked": "ROLE", "step-1-role": "CLERK"},
        {"step-1-asked": "PERSONS"},
        {"step-1-deadline_hours": ""},
        {"step-1-deadline_hours": "0"},
    ],
)
def test_a_policy_that_makes_no_sense_is_said_and_kept(
    chain: Chain, client: Client, wrong: dict[str, str]
) -> None:
    answer = _in(client, given.person("IT")).post("/approvals/policies/new/", _typed(**wrong))

    assert answer.status_code == 422
    assert "error-list" in answer.content.decode()
    assert ApprovalPolicy.objects.count() == 0


def test_a_sample_says_who_would_be_asked(chain: Chain, client: Client) -> None:
    policy(min_qty=10)
    unit = given.unit("S1").pk
    _in(client, given.person("IT"))

    def answer(qty: int, maker: Any) -> str:
        page = client.get(
            f"/approvals/policies/?kind=sample&unit={unit}&qty={qty}&maker={maker.pk}"
        ).content.decode()
        return page.split('class="notice')[1].split("</form>")[0][:600] if "notice" in page else ""

    assert ">" in answer(9, chain.clerk)
    assert "step-list" not in answer(9, chain.clerk)
    assert "store" in answer(10, chain.clerk)
    assert "region" in answer(10, chain.store)
