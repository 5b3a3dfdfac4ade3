"""Invitations go out by SMTP, from a row, and a dead server only delays them."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from org import services as org
from org.models import Invitation, Person
from org.services import invitations
from tests import given


class _Box:
    """A mail server's memory."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.mails.append(
            email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        )
        return "250 OK"


@pytest.fixture
def box(settings: Settings) -> Iterator[_Box]:
    """A real mail server on this machine; the product is told of it."""
    found = _Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(found, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.PUBLIC_URL = "https://stock.example.com"
    try:
        yield found
    finally:
        server.stop()


def _invited() -> Person:
    with transaction.atomic():
        made = org.create_person(
            username="wang", display_name="王小明", password=None, email="wang@example.com",
            actor=given.ACTOR,
        )  # fmt: skip
        invitations.invite(person=made, kind="INVITE", actor=given.ACTOR)
    return made


def test_the_mail_carries_a_link_that_works_once(real_commits: str, box: _Box) -> None:
    _invited()

    assert invitations.send_due() == 1
    assert invitations.send_due() == 0

    [mail] = box.mails
    assert mail["To"] == "wang@example.com"
    words = mail.get_body().get_content()
    assert "王小明" in words
    [path] = re.findall(r"https://stock\.example\.com(/invitation/\S+)", words)
    answer = Client().post(path, {"password": "warehouse-night-7", "again": "warehouse-night-7"})
    assert answer.status_code == 302
    assert Client().get(path).status_code == 410
    row = Invitation.objects.get()
    assert row.mailed_at is not None
    assert (row.mail_due_at, row.attempts, row.failure) == (None, 1, "")


def test_a_dead_server_puts_the_mail_off_and_says_why(
    real_commits: str, box: _Box, settings: Settings
) -> None:
    _invited()
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, 1

    assert invitations.send_due() == 0
    row = Invitation.objects.get()
    assert "ConnectionRefusedError" in row.failure
    assert row.mail_due_at is not None
    assert row.mailed_at is None

    settings.EMAIL_PORT = there
    Invitation.objects.update(mail_due_at=row.made_at)
    assert invitations.send_due() == 1
    assert len(box.mails) == 1


@pytest.mark.django_db
def test_without_a_mail_server_nothing_is_owed(settings: Settings) -> None:
    settings.EMAIL_HOST = ""

    _invited()

    row = Invitation.objects.get()
    assert (row.mail_to, row.mail_due_at) == ("", None)
