"""Telling adds one row per handler and key, in the teller's transaction."""

from __future__ import annotations

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from outbox import services as outbox
from outbox.models import News
from outbox.subscribers import UnknownTopic
from tests.outbox.listeners import HEARS, HEARS_TOO


@pytest.fixture(autouse=True)
def topics(settings: Settings) -> None:
    settings.NEWS = {"tea.poured": [HEARS, HEARS_TOO], "tea.spilt": [HEARS], "nobody.cares": []}


def _rows() -> list[tuple[str, str]]:
    return list(News.objects.order_by("handler", "key").values_list("handler", "key"))


@pytest.mark.django_db
def test_every_handler_of_the_topic_gets_every_key_once() -> None:
    with transaction.atomic():
        outbox.tell(topic="tea.poured", keys=["2", "1", "2"])

    assert _rows() == [(HEARS, "1"), (HEARS, "2"), (HEARS_TOO, "1"), (HEARS_TOO, "2")]


@pytest.mark.django_db
def test_telling_costs_one_statement_however_many_keys(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        outbox.tell(topic="tea.poured", keys=[str(n) for n in range(1000)])

    assert News.objects.count() == 2000


@pytest.mark.django_db
def test_news_of_a_change_that_was_rolled_back_is_never_told() -> None:
    with transaction.atomic():
        outbox.tell(topic="tea.spilt", keys=["1"])
        transaction.set_rollback(True)

    assert _rows() == []


@pytest.mark.django_db
def test_a_topic_without_listeners_leaves_no_rows() -> None:
    with transaction.atomic():
        outbox.tell(topic="nobody.cares", keys=["1"])
        outbox.tell(topic="tea.poured", keys=[])

    assert _rows() == []


@pytest.mark.django_db
def test_a_misspelt_topic_is_an_error_not_silence() -> None:
    with pytest.raises(UnknownTopic, match=r"tea\.puored"), transaction.atomic():
        outbox.tell(topic="tea.puored", keys=["1"])
    with pytest.raises(UnknownTopic, match=r"tea\.due"), transaction.atomic():
        outbox.ring(topic="tea.due")


def test_news_cannot_be_told_outside_a_transaction(real_commits: str) -> None:
    with pytest.raises(AssertionError, match="in the transaction"):
        outbox.tell(topic="tea.spilt", keys=["1"])

    assert _rows() == []


@pytest.mark.django_db
def test_the_same_key_told_again_gets_its_own_row() -> None:
    with transaction.atomic():
        outbox.tell(topic="tea.spilt", keys=["1"])
    with transaction.atomic():
        outbox.tell(topic="tea.spilt", keys=["1"])

    assert _rows() == [(HEARS, "1"), (HEARS, "1")]
