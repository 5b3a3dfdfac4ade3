"""Notices leave by mail, to a real mail server."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from launch.servers import free_port
from org import selectors, tasks
from org import services as org
from org.models import AuditRecord, Notice, NoticeDelivery, NoticeHours
from org.notices import Channel, Timing
from org.services import notice_channels
from tests.org.told_people import (
    PostOffice,
    due_now,
    hours,
    only,
    somebody,
    state,
    tell,
    wants,
)
from tests.org.told_people import address as address
from tests.org.told_people import office as office
from tests.org.told_people import wecom as wecom

pytestmark = pytest.mark.races


def test_a_mail_says_in_the_readers_language_what_happened_and_where(office: PostOffice) -> None:
    person = somebody(language="zh-hans")
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person, "库存清单", document="JOB-7", link="/jobs/7/")
    tasks.send_notices()

    [mail] = office.mails
    assert mail["To"] == f"{person.username}@shop.example"
    assert mail["Subject"] == "已完成：库存清单"
    text = mail.get_content()
    assert "JOB-7" in text
    assert "https://stock.example/jobs/7/" in text
    assert (state(), only().trouble) == ("SENT", "")


def test_nothing_is_mailed_of_what_was_rolled_back(office: PostOffice) -> None:
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    with transaction.atomic():
        org.notify(kind="job.done", to=[person.pk], params={"title": "x"})
        transaction.set_rollback(True)
    tasks.send_notices()
    assert office.mails == []


def test_a_person_who_wants_no_mail_gets_none_and_finds_it_under_the_bell(
    office: PostOffice,
) -> None:
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NEVER, kind="job.failed")
    tell(person, kind="job.failed")
    tasks.send_notices()
    assert (office.mails, NoticeDelivery.objects.count()) == ([], 0)
    assert selectors.unread_notices(person_id=person.pk) == {"JOBS": 1}


def test_who_silences_the_bell_finds_the_notice_read(office: PostOffice) -> None:
    person = somebody()
    wants(person, Channel.BELL, Timing.NEVER)
    tell(person)
    [notice] = selectors.notices(person_id=person.pk)
    assert notice.read
    assert selectors.unread_notices(person_id=person.pk) == {}


def test_several_are_gathered_into_one_mail_at_the_full_hour(office: PostOffice) -> None:
    person = somebody(language="en")
    wants(person, Channel.EMAIL, Timing.HOURLY)
    for number in range(3):
        tell(person, f"List {number}")
    tasks.send_notices()
    assert office.mails == []
    assert {(each.due_at.minute, each.due_at.second) for each in NoticeDelivery.objects.all()} == {
        (0, 0)
    }

    due_now()
    tasks.send_notices()
    [mail] = office.mails
    assert mail["Subject"] == "3 notices"
    assert [f"List {n}" in mail.get_content() for n in range(3)] == [True] * 3


def test_quiet_hours_hold_mail_back_but_not_what_is_urgent(office: PostOffice) -> None:
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    now = timezone.localtime()
    hours(
        person,
        zone="Asia/Shanghai",
        quiet_from=(now - timedelta(hours=1)).time(),
        quiet_until=(now + timedelta(hours=1)).time(),
    )
    tell(person, "can wait")
    tell(person, "cannot", urgent=True)
    tasks.send_notices()

    [mail] = office.mails
    assert "cannot" in mail["Subject"]
    waiting = NoticeDelivery.objects.get(sent_at=None, dead_at=None)
    assert timedelta(minutes=55) < waiting.due_at - timezone.now() < timedelta(minutes=61)


def test_a_mail_server_that_is_away_is_tried_again_with_growing_waits(
    office: PostOffice, settings: LazySettings
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person)
    waits = []
    for _try in range(3):
        tasks.send_notices()
        waits.append(round((only().due_at - timezone.now()).total_seconds()))
        due_now()
    assert waits == [30, 60, 120]
    assert (state(), only().trouble) == ("WAITING", "mail_server: ConnectionRefusedError")

    settings.EMAIL_PORT = port
    tasks.send_notices()
    assert (len(office.mails), state()) == (1, "SENT")


def test_what_fails_too_often_is_given_up_in_plain_sight_and_can_be_sent_again(
    office: PostOffice, settings: LazySettings
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person)
    for _try in range(12):
        due_now()
        tasks.send_notices()
    assert (state(), only().attempts) == ("DEAD", 12)

    client = Client()
    client.force_login(person)
    assert "mail_server: ConnectionRefusedError" in (
        client.get("/notices/channels/").content.decode()
    )
    settings.EMAIL_PORT = port
    client.post("/notices/channels/revive/")
    tasks.send_notices()
    assert (len(office.mails), state()) == (1, "SENT")
    assert AuditRecord.objects.filter(action="notice.revived").exists()


def test_an_address_that_is_refused_for_ever_is_given_up_at_once(office: PostOffice) -> None:
    office.refuses = "550 nobody here"
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person)
    tasks.send_notices()
    assert (state(), only().attempts, only().trouble) == ("DEAD", 1, "recipient_refused")


def test_an_address_that_is_refused_for_now_is_tried_again(office: PostOffice) -> None:
    office.refuses = "451 later"
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person)
    tasks.send_notices()
    assert state() == "WAITING"


def test_a_title_cannot_smuggle_a_header_into_a_mail(office: PostOffice) -> None:
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person, "x\r\nBcc: everybody@elsewhere.example")
    tasks.send_notices()
    [mail] = office.mails
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]


def test_many_workers_send_each_notice_once(office: PostOffice) -> None:
    people = [somebody() for _ in range(8)]
    for person in people:
        wants(person, Channel.EMAIL, Timing.NOW)
        tell(person)
    start, errors = threading.Barrier(4), []

    def run() -> None:
        try:
            start.wait(60)
            org.spread_notices()
            org.send_notices(seconds=10)
        except BaseException as error:
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    tasks.send_notices()
    assert sorted(mail["To"] for mail in office.mails) == sorted(
        f"{person.username}@shop.example" for person in people
    )


def test_a_worker_that_dies_between_sending_and_noting_sends_again_with_the_same_id(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody()
    wants(person, Channel.EMAIL, Timing.NOW)
    tell(person)

    def die(*_args: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr("org.services.notice_sending._settle", die)
        with pytest.raises(SystemExit):
            tasks.send_notices()
    tasks.send_notices()
    assert len(office.mails) == 1, "claimed for two minutes"
    due_now()
    tasks.send_notices()
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert state() == "SENT"


def test_nothing_is_sent_inside_a_transaction(office: PostOffice) -> None:
    with (
        pytest.raises(AssertionError, match="inside a transaction"),
        transaction.atomic(),
    ):
        notice_channels.send_mail(to="a@b.example", subject="s", text="t", message_id="1@x")
    assert office.mails == []


def test_choices_are_kept_and_shown_again(office: PostOffice) -> None:
    person = somebody(language="en")
    client = Client()
    client.force_login(person)
    page = client.get("/notices/settings/")
    assert page.status_code == 200
    answer = client.post(
        "/notices/settings/",
        {"job.done:EMAIL": "DAILY", "zone": "Europe/Berlin", "daily_at": "08:15",
         "quiet_from": "22:00", "quiet_until": "07:00", "wecom_user": " wang "},
    )  # fmt: skip
    assert answer.status_code == 302
    assert selectors.notice_choices(person_id=person.pk)["job.done", "EMAIL"] == "DAILY"
    own = NoticeHours.objects.get(person=person)
    assert (own.zone, str(own.daily_at), own.wecom_user) == ("Europe/Berlin", "08:15:00", "wang")


def test_bad_choices_keep_nothing_and_mark_the_field(office: PostOffice) -> None:
    person = somebody()
    client = Client()
    client.force_login(person)
    body = {"zone": "Asia/Shanghai", "daily_at": "08:15", "quiet_from": "22:00"}
    answer = client.post("/notices/settings/", body)
    assert answer.status_code == 422
    assert 'value="22:00"' in answer.content.decode(), "what was typed is kept"
    bad = client.post("/notices/settings/", {**body, "quiet_until": "07:00",
                                             "job.done:EMAIL": "SOMETIMES"})  # fmt: skip
    assert bad.status_code == 422
    assert not NoticeHours.objects.exists()


def test_every_notice_is_news_for_whoever_listens(
    office: PostOffice, settings: LazySettings
) -> None:
    assert "notice.created" in settings.NEWS
    tell(somebody())
    tasks.send_notices()
    assert not Notice.objects.filter(spread_at__isnull=True).exists()
