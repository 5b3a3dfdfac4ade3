"""News of stock and answers of platforms lock the same figures. Really concurrent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from channels_sync.models import Listing
from channels_sync.services import publishing
from channels_sync.services.publishing import Job
from channels_sync.tasks.catalogue import read_catalogue
from tests import given
from tests.channels_sync.world import World

# Asked inside a transaction, pg_stat_activity would always give its first answer.
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = %s)"


def crossed(world: World, answer: Callable[[Job], object]) -> list[str]:
    """Answers come while news have locked the first figure and go on to the second; who failed."""
    given.stock("TEA", 10)
    given.stock("RICE", 10)
    read_catalogue(shop_id=world.shop("shopify", listings=("TEA", "RICE")).pk)
    with transaction.atomic():
        (job,) = publishing.claim()
    first, second = sorted(item.listing_id for item in job.items)
    # The first row now lies behind the second: whoever walks the table meets that one first.
    Listing.objects.filter(pk=first).update(attempts=0)
    failed: list[str] = []
    pids: list[int] = []

    def work() -> None:
        try:
            with transaction.atomic():
                pids.append(_pid())
                _walk_the_table()
                answer(job)
        except OperationalError as error:
            failed.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    try:
        with transaction.atomic():
            Listing.objects.select_for_update(no_key=True).get(pk=first)
            thread.start()
            _until_waiting(pids)
            Listing.objects.select_for_update(no_key=True).get(pk=second)
    except OperationalError as error:
        failed.append(str(error))
    thread.join(30)
    return failed


def _pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _walk_the_table() -> None:
    """As the planner does with many figures: in the order in which they lie."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")


def _until_waiting(pids: list[int]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(WAITS, [pids[0] if pids else 0])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waited.")


@pytest.mark.races
def test_answers_and_news_of_the_same_figures_never_wait_for_each_other_in_turn(
    real_commits: str, world: World
) -> None:
    failed = crossed(
        world,
        lambda job: publishing.store_answers(
            job=job, answers={item.listing_id: None for item in job.items}
        ),
    )

    assert failed == []
    assert list(Listing.objects.values_list("acked_qty", flat=True)) == [10, 10]


@pytest.mark.races
def test_without_one_order_of_locks_they_do(real_commits: str, world: World) -> None:
    failed = crossed(
        world,
        lambda job: Listing.objects.filter(pk__in=[item.listing_id for item in job.items]).update(
            attempts=0
        ),
    )

    assert [text.split("\n")[0] for text in failed] == ["deadlock detected"]
