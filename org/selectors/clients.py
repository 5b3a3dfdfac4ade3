"""Questions about the programs that use the API."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from org.models import ApiClient, ApiSecret, Unit
from org.places import SHOP, WAREHOUSE, of_kind
from org.scope import Scope
from org.secrets import unseal


@dataclass(frozen=True)
class SecretView:
    """A living secret; what it says is not part of it."""

    id: int
    ending: str
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClientView:
    """A client as people see it."""

    id: int
    key_id: str
    actor: str
    name: str
    permissions: tuple[str, ...]
    unit_codes: tuple[str, ...]
    warehouse_ids: tuple[int, ...]
    shop_ids: tuple[int, ...]
    # Its units by code, then its warehouses and shops by name.
    works_for: tuple[str, ...]
    networks: tuple[str, ...]
    per_minute: int
    burst: int
    active: bool
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None
    version: int
    secrets: tuple[SecretView, ...]


@dataclass(frozen=True)
class KnownClient:
    """A client that knocks: what is needed to let it in, in one statement.

    `now` is the database's clock; `places` are kind and path of its units.
    """

    client: ApiClient
    secrets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    now: datetime


def clients(*, scope: Scope, active: bool = True) -> list[ClientView]:
    """Clients that work only for places inside the scope, by name."""
    rows = _inside(scope).filter(active=active).order_by("name", "id")
    return _views(rows)


def client(client_id: int, *, scope: Scope) -> ClientView | None:
    """One client, if all its places are inside the scope."""
    return next(iter(_views(_inside(scope).filter(pk=client_id))), None)


@dataclass(frozen=True, kw_only=True)
class ClientNarrowing:
    """`words` in the name, or a key id.

    `state`: "" (active), "idle" (active, and not used for `IDLE`), "revoked".
    """

    words: str = ""
    state: str = ""


# Whoever was away for so long is looked at: a key that nobody needs is a key too many.
IDLE = timedelta(days=30)


def clients_of(*, scope: Scope, narrowing: ClientNarrowing) -> QuerySet[ApiClient]:
    """The clients of a filter, unordered."""
    rows = _inside(scope).filter(active=narrowing.state != "revoked")
    if narrowing.state == "idle":
        since = timezone.now() - IDLE
        rows = rows.filter(
            Q(last_used_at__lt=since) | Q(last_used_at__isnull=True, created_at__lt=since)
        )
    words = narrowing.words
    if not words:
        return rows
    return rows.filter(Q(name__icontains=words) | Q(key_id__iexact=words))


def clients_by_id(ids: Collection[int], *, scope: Scope) -> dict[int, ClientView]:
    """Those of them that work only for places inside the scope."""
    return {view.id: view for view in _views(_inside(scope).filter(pk__in=ids))}


def _inside(scope: Scope) -> QuerySet[ApiClient]:
    rows = ApiClient.objects.all()
    if scope.unit_ids is None:
        return rows
    outside = Unit.objects.exclude(pk__in=sorted(scope.unit_ids))
    houses = [
        place.id
        for place in of_kind(WAREHOUSE)
        if scope.covers(place.unit_id, warehouse_id=place.id)
    ]
    shops = [place.id for place in of_kind(SHOP) if scope.covers(place.unit_id, shop_id=place.id)]
    return (
        rows.exclude(units__in=outside)
        .filter(warehouse_ids__contained_by=houses, shop_ids__contained_by=shops)
        .filter(Q(units__isnull=False) | Q(warehouse_ids__len__gt=0) | Q(shop_ids__len__gt=0))
        .distinct()
    )


def _views(rows: QuerySet[ApiClient]) -> list[ClientView]:
    living = ApiSecret.objects.filter(retired_at__isnull=True).defer("secret").order_by("added_at")
    found = list(
        rows.prefetch_related(
            Prefetch("units", Unit.objects.order_by("path")), Prefetch("secrets", living)
        )
    )
    names = {
        kind: {place.id: place.name for place in of_kind(kind)}
        for kind, held in (
            (WAREHOUSE, any(row.warehouse_ids for row in found)),
            (SHOP, any(row.shop_ids for row in found)),
        )
        if held
    }
    return [_view(row, names) for row in found]


def _view(row: ApiClient, names: dict[str, dict[int, str]]) -> ClientView:
    units = tuple(each.code for each in row.units.all())
    single = ((WAREHOUSE, row.warehouse_ids), (SHOP, row.shop_ids))
    named = (names[kind].get(pk, f"#{pk}") for kind, ids in single for pk in ids)
    return ClientView(
        id=row.pk,
        key_id=row.key_id,
        actor=row.actor,
        name=row.name,
        permissions=tuple(row.permissions),
        unit_codes=units,
        warehouse_ids=tuple(row.warehouse_ids),
        shop_ids=tuple(row.shop_ids),
        works_for=(*units, *named),
        networks=tuple(row.networks),
        per_minute=row.per_minute,
        burst=row.burst,
        active=row.active,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        version=row.version,
        secrets=tuple(
            SecretView(each.pk, each.ending, each.added_at) for each in row.secrets.all()
        ),
    )


# Every request of every program asks this: one statement, written out.
_KNOWN = """
SELECT c.*, clock_timestamp() AS now,
       ARRAY(SELECT s.secret FROM org_apisecret s
             WHERE s.client_id = c.id AND s.retired_at IS NULL ORDER BY s.added_at DESC) AS sealed,
       ARRAY(SELECT ARRAY[u.kind::text, u.path::text]
             FROM org_apiclient_units w JOIN org_unit u ON u.id = w.unit_id
             WHERE w.apiclient_id = c.id ORDER BY u.path) AS places
FROM org_apiclient c WHERE c.key_id = %s AND c.active"""


def known_client(key_id: str) -> KnownClient | None:
    """Whoever has this key, with the secrets that live; None for nobody or somebody revoked."""
    client: Any = next(iter(ApiClient.objects.raw(_KNOWN, [key_id])), None)
    if client is None or not client.sealed:
        return None
    secrets = tuple(unseal(each, where="org.ApiSecret.secret") for each in client.sealed)
    places = tuple((kind, path) for kind, path in client.places)
    return KnownClient(client, secrets, places, client.now)


def scope_of_client(client: ApiClient, *, places: Collection[tuple[str, str]]) -> Scope:
    """Where a client works, like people's jobs: units with everything below, warehouses, shops.

    Args:
        client: whose warehouses and shops.
        places: kind and path of its units, which the caller has read already.
    """
    if any(kind == Unit.Kind.HEAD_OFFICE for kind, _ in places):
        return Scope.everything()
    below = Q()
    for _, path in sorted(places):
        below |= Q(path__startswith=path)
    units = Unit.objects.filter(below).values_list("id", flat=True) if places else ()
    return Scope.of(units, warehouse_ids=client.warehouse_ids, shop_ids=client.shop_ids)
