"""Read what the shops offer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from celery import shared_task
from django.db import transaction

from channels_sync.connectors.interface import ConnectorError, WireListing
from channels_sync.services import catalogue
from channels_sync.tasks.talking import Line, note

# Pages of a catalogue are small at some platforms; the database gets them in larger bites.
BITE = 1000


@shared_task(name="channels_sync.tasks.read_catalogues")
def read_catalogues(**_: object) -> None:
    """Read the catalogue of every shop that is due."""
    while read_catalogue():
        pass


def read_catalogue(*, shop_id: int | None = None) -> bool:
    """Read one shop's catalogue, the named one or the one due longest; False when none is."""
    with transaction.atomic(durable=True):
        claimed = catalogue.claim_due(shop_id=shop_id)
    if claimed is None:
        return False
    try:
        _read(claimed)
    except ConnectorError as error:
        note(claimed, error)
        _finish(claimed, succeeded=False)
    else:
        _finish(claimed, succeeded=True)
    return True


def _read(shop_id: int) -> None:
    seen: set[tuple[str, str]] = set()
    bite: list[WireListing] = []
    pages = Line(shop_id).say(lambda connector: _first(connector.listings()))
    for page in pages:
        bite += page
        seen.update((one.item_id, one.sku_id) for one in page)
        if len(bite) >= BITE:
            _store(shop_id, bite)
            bite = []
    _store(shop_id, bite)
    with transaction.atomic(durable=True):
        catalogue.drop_vanished(shop_id=shop_id, seen=seen)


def _first(pages: Iterator[list[WireListing]]) -> Iterator[list[WireListing]]:
    """Make the first call now, where an expired token is noticed and refreshed."""
    first = next(pages, [])
    return chain([first], pages)


def _store(shop_id: int, found: list[WireListing]) -> None:
    if found:
        with transaction.atomic(durable=True):
            catalogue.store(shop_id=shop_id, found=found)


def _finish(shop_id: int, *, succeeded: bool) -> None:
    with transaction.atomic(durable=True):
        catalogue.finish(shop_id=shop_id, succeeded=succeeded)
