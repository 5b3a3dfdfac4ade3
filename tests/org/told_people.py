"""A mail server and the sandbox's WeCom, and people who are told something."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from launch.servers import free_port
from org import services as org
from org.models import NoticeDelivery, NoticeHours, Person
from org.notices import Channel, Timing
from org.services import notice_channels
from tests import given
from tests.sandbox.conftest import address as address  # the fixture


class PostOffice:
    """A mail server on a port of its own; `refuses` is its answer to every recipient, if any."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = ""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, to: str, options: Any
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        assert envelope.content is not None
        content = envelope.content
        content = content.encode() if isinstance(content, str) else content
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def office(settings: LazySettings, real_commits: str) -> Iterator[PostOffice]:
    """The product's mail server."""
    here = PostOffice()
    controller = Controller(here, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.PUBLIC_URL = "https://stock.example"
    yield here
    controller.stop()


@pytest.fixture
def wecom(settings: LazySettings, address: str, real_commits: str) -> Iterator[httpx.Client]:
    """The sandbox's WeCom, empty, with the company's app set up."""
    settings.WECOM_URL = address
    settings.WECOM_CORP_ID, settings.WECOM_SECRET = "ww1", "app-secret"
    settings.WECOM_AGENT_ID = "1000002"
    settings.PUBLIC_URL = "https://stock.example"
    notice_channels._token.clear()
    with httpx.Client(base_url=address) as client:
        client.delete("/sandbox/wecom/messages")
        yield client
        client.delete("/sandbox/wecom/messages")


def somebody(**more: Any) -> Person:
    person = given.person("IT")
    Person.objects.filter(pk=person.pk).update(
        **{"email": f"{person.username}@shop.example", **more}
    )
    return person


def tell(person: Person, title: str = "Stock list", *, kind: str = "job.done", **more: Any) -> None:
    with transaction.atomic():
        org.notify(kind=kind, to=[person.pk], params={"title": title}, **more)


def wants(person: Person, channel: Channel, timing: Timing, kind: str = "job.done") -> None:
    with transaction.atomic():
        org.choose_notices(person_id=person.pk, choices={(kind, channel): timing})


def hours(person: Person, **more: Any) -> None:
    NoticeHours.objects.update_or_create(person=person, defaults=more)


def due_now() -> None:
    NoticeDelivery.objects.filter(sent_at=None, dead_at=None).update(due_at=timezone.now())


def only() -> NoticeDelivery:
    return NoticeDelivery.objects.get()


def state() -> str:
    """Where the only delivery stands."""
    row = only()
    return "SENT" if row.sent_at else "DEAD" if row.dead_at else "WAITING"


def said(wecom: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wecom.get("/sandbox/wecom/messages").json()["messages"]
    return found
