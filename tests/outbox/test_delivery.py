"""Delivery: each key heard, rows gone with it, poison apart from the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries, Settings

from outbox import selectors, tasks
from outbox import services as outbox
from outbox.models import News
from outbox.services.delivery import wait_after
from outbox.subscribers import UnknownHandler, handler_named
from tests.outbox.listeners import CHOKES, HEARS, HEARS_TOO, heard

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def topics(settings: Settings) -> None:
    settings.NEWS = {"tea.poured": [HEARS, HEARS_TOO], "tea.drunk": [CHOKES]}


def _tell(topic: str, *keys: str) -> None:
    with transaction.atomic():
        outbox.tell(topic=topic, keys=keys)


def _make_due() -> None:
    News.objects.filter(dead_at__isnull=True).update(not_before=Now())


def test_a_handler_hears_a_key_once_however_often_it_was_told() -> None:
    _tell("tea.poured", "1", "2")
    _tell("tea.poured", "2", "3")

    done = outbox.deliver(handler=HEARS)

    assert done == outbox.Delivered(heard=4, failed=0, more=False)
    assert heard("hears") == ["1", "2", "3"]
    assert heard("hears_too") == []
    assert set(News.objects.values_list("handler", flat=True)) == {HEARS_TOO}


def test_a_long_queue_is_heard_batch_after_batch() -> None:
    _tell("tea.poured", *(f"{n:03}" for n in range(25)))

    first = outbox.deliver_batch(handler=HEARS, limit=10)
    assert first == outbox.Delivered(heard=10, failed=0, more=True)
    rest = outbox.deliver(handler=HEARS)

    assert rest == outbox.Delivered(heard=15, failed=0, more=False)
    assert heard("hears") == [f"{n:03}" for n in range(25)]


def test_delivering_costs_the_same_statements_for_one_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _tell("tea.poured", *map(str, range(300)))

    # claim, hear, delete inside one transaction (two statements here); then look for retries
    with django_assert_num_queries(6):
        outbox.deliver_batch(handler=HEARS)


def test_poison_is_put_aside_and_everything_else_gets_through() -> None:
    _tell("tea.drunk", "a", "poison", "b", "c")

    done = outbox.deliver(handler=CHOKES)

    assert done == outbox.Delivered(heard=3, failed=1, more=False)
    assert heard("chokes") == ["a", "b", "c"]
    left = News.objects.get()
    assert (left.key, left.attempts, left.dead_at) == ("poison", 1, None)
    assert timedelta(seconds=4) < left.not_before - left.told_at < timedelta(seconds=60)


def test_what_is_kept_of_an_error_names_no_person() -> None:
    _tell("tea.drunk", "poison")

    outbox.deliver(handler=CHOKES)

    assert News.objects.get().last_error.startswith("ValueError at chokes_on_poison:")


def test_news_put_aside_does_not_hold_up_fresh_news_and_waits_its_time() -> None:
    _tell("tea.drunk", "poison")
    outbox.deliver(handler=CHOKES)
    _tell("tea.drunk", "d")

    assert outbox.deliver(handler=CHOKES) == outbox.Delivered(heard=1, failed=0, more=False)
    assert News.objects.get().attempts == 1


def test_news_is_given_up_after_twelve_attempts_and_stays_in_sight() -> None:
    _tell("tea.drunk", "poison")
    for _ in range(12):
        _make_due()
        outbox.deliver(handler=CHOKES)

    assert selectors.handlers_with_due_news() == []
    (letter,) = selectors.dead_letters()
    assert (letter.handler, letter.key, letter.attempts) == (CHOKES, "poison", 12)
    depth = selectors.depths()[CHOKES]
    assert (depth.waiting, depth.retrying, depth.dead, depth.oldest_age_s) == (0, 0, 1, 0.0)
    assert outbox.deliver(handler=CHOKES) == outbox.Delivered(heard=0, failed=0, more=False)


def test_dead_news_can_be_revived_and_is_heard(settings: Settings) -> None:
    _tell("tea.drunk", "poison", "alive-1")
    for _ in range(12):
        _make_due()
        outbox.deliver(handler=CHOKES)
    (letter,) = selectors.dead_letters()
    settings.NEWS = {"tea.drunk": [HEARS]}
    News.objects.filter(id=letter.id).update(handler=HEARS)  # the handler has been mended
    _tell("tea.drunk", "fresh")
    fresh = News.objects.get(key="fresh").id

    with transaction.atomic():
        assert outbox.revive(ids=[letter.id, fresh, 0]) == 1
    outbox.deliver(handler=HEARS)

    assert heard("hears") == ["poison", "fresh"]
    assert not News.objects.exists()


def test_waits_double_from_five_seconds_to_one_hour() -> None:
    waits = [int(wait_after(attempts).total_seconds()) for attempts in range(1, 13)]

    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]


def test_a_handler_the_settings_no_longer_name_is_not_called_but_seen(
    settings: Settings,
) -> None:
    _tell("tea.poured", "1")
    settings.NEWS = {"tea.poured": [HEARS_TOO]}

    outbox.deliver(handler=HEARS)

    assert heard("hears") == []
    depths = selectors.depths()
    assert (depths[HEARS].waiting, depths[HEARS].retrying) == (1, 1)
    assert News.objects.get(handler=HEARS).last_error.startswith("UnknownHandler")


def test_a_handler_name_from_outside_the_settings_is_never_imported() -> None:
    with pytest.raises(UnknownHandler):
        handler_named("os:_exit")


def test_the_sweep_delivers_for_every_handler_that_has_something_due() -> None:
    _tell("tea.poured", "1")
    _tell("tea.drunk", "a", "poison")
    assert selectors.handlers_with_due_news() == [CHOKES, HEARS, HEARS_TOO]

    tasks.sweep()

    assert (heard("hears"), heard("hears_too"), heard("chokes")) == (["1"], ["1"], ["a"])
    assert selectors.handlers_with_due_news() == []


def test_depth_and_age_of_the_queue_can_be_asked() -> None:
    _tell("tea.poured", "1", "2")

    depth = selectors.depths()[HEARS]

    assert (depth.waiting, depth.retrying, depth.dead) == (2, 0, 0)
    assert 0 < depth.oldest_age_s < 60
