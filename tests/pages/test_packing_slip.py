"""The packing slip speaks the customer's language and shows no more of the receiver than a mask."""

from __future__ import annotations

import polib
import pytest
from django.test import Client
from django.urls import reverse

from launch import messages
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db


def _slip(client: Client, language: str) -> str:
    number = told.the("T1").number
    address = reverse("packing-slip", args=[number])
    return str(client.get(address, {"lang": language}).content.decode())


def test_each_customer_reads_it_in_their_own_language(client: Client) -> None:
    told.accept(told.draft("T1", told.line("TEA", 2)))
    client.force_login(given.person())

    for language, words in {
        "zh-hans": "感谢您的订购", "zh-hant": "感謝您的訂購", "en": "Thank you for your order",
    }.items():  # fmt: skip
        slip = _slip(client, language)
        assert words in slip
        assert f'<html lang="{language}"' in slip
        assert "T1" in slip
        assert "TEA" in slip


def test_a_language_nobody_wrote_falls_back_to_the_readers(client: Client) -> None:
    told.accept(told.draft("T1", told.line("TEA", 2)))
    client.force_login(given.person())

    assert "感谢您的订购" in _slip(client, "xx")


def test_the_slip_of_others_is_not_there(client: Client) -> None:
    told.accept(told.draft("T1", told.line("TEA", 2)))
    given.unit("S01", kind="STORE", parent="HQ")
    client.force_login(given.person(role="STORE_MANAGER", at="S01"))

    answer = client.get(reverse("packing-slip", args=[told.the("T1").number]))

    assert answer.status_code == 404


def test_every_text_of_customers_is_in_traditional_chinese() -> None:
    texts = messages.customer_texts()

    assert len(texts) > 5
    assert messages.problems(texts, polib.pofile(str(messages.CUSTOMERS))) == []
