"""Notices leave by WeCom, over HTTP to the sandbox."""

from __future__ import annotations

import httpx
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from org import services as org
from org import tasks
from org.models import AuditRecord, NoticeBot, NoticeDelivery
from org.notices import Channel, Timing
from tests import given
from tests.org.told_people import address as address
from tests.org.told_people import (
    hours,
    only,
    said,
    somebody,
    state,
    tell,
    wants,
)
from tests.org.told_people import office as office
from tests.org.told_people import wecom as wecom

pytestmark = pytest.mark.races


def test_a_group_reads_what_its_bot_is_there_for(wecom: httpx.Client) -> None:
    with transaction.atomic():
        org.add_notice_bot(
            name="仓库群", key="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=bot-12345678",
            groups=["JOBS"], urgent_only=False, actor="system:test",
        )  # fmt: skip
    person = given.person("CLERK")
    tell(person, "A", link="/jobs/1/")
    with transaction.atomic():
        org.notify(kind="audit.found", to=[person.pk], params={"law": "x"})
    tasks.send_notices()

    [message] = said(wecom)
    assert (message["to"], message["key"], message["type"]) == ("bot", "bot-12345678", "text")
    assert "https://stock.example/jobs/1/" in message["content"]


def test_a_persons_own_message_goes_to_their_wecom_account(wecom: httpx.Client) -> None:
    person = somebody(language="en")
    hours(person, wecom_user="wang.xm")
    wants(person, Channel.WECOM, Timing.NOW)
    tell(person)
    tasks.send_notices()
    [message] = said(wecom)
    assert (message["to"], message["people"]) == ("app", ["wang.xm"])
    assert message["content"].startswith("Done: Stock list")


def test_a_token_that_ran_out_is_fetched_again_once(wecom: httpx.Client) -> None:
    person = somebody()
    hours(person, wecom_user="wang.xm")
    wants(person, Channel.WECOM, Timing.NOW)
    tell(person, "first")
    tasks.send_notices()
    wecom.delete("/sandbox/wecom/messages")  # it forgets its tokens too
    tell(person, "second")
    tasks.send_notices()
    assert len(said(wecom)) == 1
    assert set(NoticeDelivery.objects.values_list("attempts", "dead_at")) == {(1, None)}


@pytest.mark.parametrize(
    ("code", "ends", "trouble"),
    [(45009, "WAITING", "wecom_45009"), (-1, "WAITING", "wecom_-1"),
     (502, "WAITING", "wecom_http_502"), (60020, "DEAD", "wecom_60020")],
)  # fmt: skip
def test_troubles_that_pass_are_tried_again_and_others_given_up(
    wecom: httpx.Client, code: int, ends: str, trouble: str
) -> None:
    NoticeBot.objects.create(name="g", key="bot-12345678", groups=["JOBS"])
    wecom.post("/sandbox/wecom/spoil", json={"code": code})
    tell(given.person())
    tasks.send_notices()
    assert (state(), only().trouble) == (ends, trouble)


def test_an_account_that_wecom_does_not_know_is_given_up(wecom: httpx.Client) -> None:
    person = somebody()
    hours(person, wecom_user="gone-1")
    wants(person, Channel.WECOM, Timing.NOW)
    tell(person)
    tasks.send_notices()
    assert (state(), said(wecom)) == ("DEAD", [])


def test_a_bots_key_is_encrypted_rotated_and_never_recorded(wecom: httpx.Client) -> None:
    with transaction.atomic():
        bot = org.add_notice_bot(
            name="g", key="bot-canary-key", groups=["JOBS"], urgent_only=False, actor="system:test"
        )
    with connection.cursor() as sql:
        sql.execute("SELECT key FROM org_noticebot WHERE id = %s", [bot.pk])
        assert "canary" not in sql.fetchone()[0]
    told = str(list(AuditRecord.objects.values_list("before", "after")))
    assert "canary" not in told
    call_command("rotate_keys")
    assert NoticeBot.objects.get().key == "bot-canary-key"
