"""Make, change and revoke the programs that use the API; every step is on the audit trail."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from org.models import ApiAnswer, ApiClient, ApiNonce, ApiSecret, Unit
from org.models.clients import MOST_BURST, MOST_PER_MINUTE
from org.places import SHOP, WAREHOUSE, Place, of_kind
from org.roles import API_PERMISSIONS
from org.scope import Scope
from org.selectors.belonging import unit_of_client
from org.services.audit import record
from outbox.clock import database_clock

MOST_NETWORKS = 50
MOST_NAME = 80
# Longer than a request's time stamp is taken for good: five minutes either way.
NONCES_KEPT_S = 11 * 60
ANSWERS_KEPT_S = 25 * 3600
SWEPT_AT_ONCE = 5_000


class ClientTrouble(Exception):
    """What cannot be done to a client; `code` says what, `asked` with which word."""

    def __init__(self, code: str, asked: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.asked = asked


@dataclass(frozen=True, kw_only=True)
class ClientWish:
    """How a client should be.

    `permissions` are codes, `unit_codes` units (each with everything below it), `warehouse_ids` and
    `shop_ids` single ones beside them, `networks` CIDR texts (none: from anywhere), `per_minute`
    and `burst` numbers of requests.
    """

    name: str
    permissions: Sequence[str]
    unit_codes: Sequence[str] = ()
    warehouse_ids: Sequence[int] = ()
    shop_ids: Sequence[int] = ()
    networks: Sequence[str] = ()
    per_minute: int = 600
    burst: int = 100


@dataclass(frozen=True)
class NewSecret:
    """A secret in the only moment in which it can be read."""

    client_id: int
    key_id: str
    secret: str


def network_of(text: str) -> str:
    """A network in CIDR as we keep it; a single address is a network of one.

    Raises:
        ClientTrouble: bad_network.
    """
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise ClientTrouble("bad_network", text.strip()[:60]) from None


@dataclass(frozen=True)
class _Checked:
    """The columns of a wish, its units, and its warehouses and shops as the trail names them."""

    columns: dict[str, Any]
    units: list[Unit]
    named: dict[str, list[str]]


def _checked(wish: ClientWish, scope: Scope, own_id: int = 0) -> _Checked:
    """A wish that can be granted.

    Raises:
        ClientTrouble: with the field that will not do.
    """
    name = " ".join(wish.name.split())
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise ClientTrouble("bad_name", name[:60])
    unknown = sorted(set(wish.permissions) - API_PERMISSIONS)
    if unknown:
        raise ClientTrouble("bad_permission", unknown[0][:60])
    if len(wish.networks) > MOST_NETWORKS:
        raise ClientTrouble("too_many_networks", str(len(wish.networks)))
    if not 1 <= wish.per_minute <= MOST_PER_MINUTE:
        raise ClientTrouble("bad_limit", str(wish.per_minute))
    if not 1 <= wish.burst <= MOST_BURST:
        raise ClientTrouble("bad_burst", str(wish.burst))
    if not (wish.unit_codes or wish.warehouse_ids or wish.shop_ids):
        raise ClientTrouble("no_units")
    houses = _single(WAREHOUSE, wish.warehouse_ids, scope)
    shops = _single(SHOP, wish.shop_ids, scope)
    units = list(Unit.objects.filter(code__in=wish.unit_codes).order_by("path"))
    missing = sorted(set(wish.unit_codes) - {each.code for each in units})
    outside = [each.code for each in units if not scope.covers(each.pk)]
    if missing or outside:
        raise ClientTrouble("unknown_unit", (missing + outside)[0][:60])
    namesakes = ApiClient.objects.filter(name=name, active=True).exclude(pk=own_id)
    if namesakes.exists():
        raise ClientTrouble("name_taken", name)
    columns = {
        "name": name,
        "permissions": sorted(set(wish.permissions)),
        "warehouse_ids": [each.id for each in houses],
        "shop_ids": [each.id for each in shops],
        "networks": sorted({network_of(each) for each in wish.networks}),
        "per_minute": wish.per_minute,
        "burst": wish.burst,
    }
    return _Checked(
        columns,
        units,
        {"warehouses": [each.code for each in houses], "shops": [each.code for each in shops]},
    )


def _single(kind: str, ids: Sequence[int], scope: Scope) -> list[Place]:
    """These warehouses or shops, by id.

    Raises:
        ClientTrouble: unknown_unit, also for one that lies outside of the scope.
    """
    known = {each.id: each for each in of_kind(kind)} if ids else {}
    for wanted in ids:
        place = known.get(wanted)
        if place is None or not scope.covers(
            place.unit_id,
            warehouse_id=wanted if kind == WAREHOUSE else None,
            shop_id=wanted if kind == SHOP else None,
        ):
            raise ClientTrouble("unknown_unit", place.code if place else f"#{wanted}")
    return [known[each] for each in sorted(set(ids))]


def _named(kind: str, ids: Sequence[int]) -> list[str]:
    known = {each.id: each.code for each in of_kind(kind)} if ids else {}
    return [known.get(each, f"#{each}") for each in ids]


def _told(
    columns: dict[str, Any], units: Iterable[Unit], named: dict[str, list[str]]
) -> dict[str, Any]:
    """What the trail keeps: places by their codes."""
    plain = {name: columns[name] for name in columns if name not in {"warehouse_ids", "shop_ids"}}
    return {**plain, "units": [each.code for each in units], **named}


def add_client(wish: ClientWish, *, actor: str, scope: Scope) -> NewSecret:
    """Make a client with its first secret. Joins the caller's transaction.

    Args:
        wish: how it should be.
        actor: who makes it.
        scope: the places that whoever makes it may give away.

    Raises:
        ClientTrouble: bad_name, name_taken, bad_permission, bad_network, too_many_networks,
            bad_limit, bad_burst, no_units, unknown_unit.
    """
    assert connection.in_atomic_block, "Client, secret and audit record commit together."
    checked = _checked(wish, scope)
    columns, units = checked.columns, checked.units
    try:
        with transaction.atomic():
            client = ApiClient.objects.create(
                key_id=f"ak_{secrets.token_hex(8)}", created_by=actor, **columns
            )
    except IntegrityError:
        # Two made it at once: the database knows which was first.
        raise ClientTrouble("name_taken", wish.name) from None
    client.units.set(units)
    record(
        actor=actor, action="client.created", subject=client.actor,
        after=_told(columns, units, checked.named), unit_id=unit_of_client(client.pk),
    )  # fmt: skip
    return _new_secret(client, slot=1)


def change_client(
    wish: ClientWish, *, client_id: int, seen: int, actor: str, scope: Scope
) -> ApiClient:
    """Make a client as wished; the same again changes nothing. Joins the caller's transaction.

    Args:
        wish: how it should be.
        client_id: which.
        seen: the version that was looked at.
        actor: who changes it.
        scope: the places that whoever changes it may give away.

    Raises:
        ClientTrouble: as `add_client`; unknown_client, client_revoked, client_moved.
    """
    client = _locked(client_id)
    if client.version != seen:
        raise ClientTrouble("client_moved")
    checked = _checked(wish, scope, client.pk)
    columns, units = checked.columns, checked.units
    held = {name: getattr(client, name) for name in columns}
    named = {
        "warehouses": _named(WAREHOUSE, client.warehouse_ids),
        "shops": _named(SHOP, client.shop_ids),
    }
    before = _told(held, client.units.order_by("path"), named)
    after = _told(columns, units, checked.named)
    if before == after:
        return client
    for name, value in columns.items():
        setattr(client, name, value)
    client.version += 1
    client.save(update_fields=[*columns, "version"])
    client.units.set(units)
    changed = {name for name in after if after[name] != before[name]}
    record(
        actor=actor, action="client.changed", subject=client.actor,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
        unit_id=unit_of_client(client.pk),
    )  # fmt: skip
    return client


def add_secret(*, client_id: int, actor: str) -> NewSecret:
    """A second secret beside the first, to change over without a pause.

    Raises:
        ClientTrouble: unknown_client, client_revoked, two_secrets.
    """
    client = _locked(client_id)
    taken = set(client.secrets.filter(retired_at__isnull=True).values_list("slot", flat=True))
    free = sorted({1, 2} - taken)
    if not free:
        raise ClientTrouble("two_secrets")
    made = _new_secret(client, slot=free[0])
    record(
        actor=actor, action="client.secret_added", subject=client.actor,
        after={"ending": made.secret[-4:]}, unit_id=unit_of_client(client.pk),
    )  # fmt: skip
    return made


def retire_secret(*, client_id: int, secret_id: int, actor: str) -> None:
    """A secret stops working at once; the last one can only go with its client.

    Raises:
        ClientTrouble: unknown_client, client_revoked, unknown_secret, last_secret.
    """
    client = _locked(client_id)
    living = {each.pk: each for each in client.secrets.filter(retired_at__isnull=True)}
    if secret_id not in living:
        raise ClientTrouble("unknown_secret")
    if len(living) == 1:
        raise ClientTrouble("last_secret")
    _retire([secret_id])
    record(
        actor=actor, action="client.secret_retired", subject=client.actor,
        before={"ending": living[secret_id].ending}, unit_id=unit_of_client(client.pk),
    )  # fmt: skip


def revoke_client(*, client_id: int, actor: str) -> None:
    """The client is out with its next request and for good; what it did stays.

    Raises:
        ClientTrouble: unknown_client, client_revoked.
    """
    client = _locked(client_id)
    _retire(list(client.secrets.filter(retired_at__isnull=True).values_list("pk", flat=True)))
    ApiClient.objects.filter(pk=client.pk).update(
        active=False, revoked_at=database_clock(), version=client.version + 1
    )
    record(
        actor=actor, action="client.revoked", subject=client.actor, before={"name": client.name},
        unit_id=unit_of_client(client.pk),
    )  # fmt: skip


def _locked(client_id: int) -> ApiClient:
    assert connection.in_atomic_block, "The change and its audit record commit together."
    client = ApiClient.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise ClientTrouble("unknown_client")
    if not client.active:
        raise ClientTrouble("client_revoked")
    return client


def _retire(secret_ids: Sequence[int]) -> None:
    """The words of a retired secret are of no use to anybody any more."""
    ApiSecret.objects.filter(pk__in=secret_ids).update(retired_at=database_clock(), secret="")


def _new_secret(client: ApiClient, *, slot: int) -> NewSecret:
    # 256 bits: nobody guesses it, so tries need no count.
    word = f"sk_{secrets.token_urlsafe(32)}"
    ApiSecret.objects.create(client=client, slot=slot, secret=word, ending=word[-4:])
    return NewSecret(client.pk, client.key_id, word)


def forget_requests() -> int:
    """Delete nonces and kept answers whose time is over, some at a time; returns how many."""
    gone = 0
    for table, kept in ((ApiNonce, NONCES_KEPT_S), (ApiAnswer, ANSWERS_KEPT_S)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table._meta.db_table} WHERE id IN ("  # noqa: S608
                f" SELECT id FROM {table._meta.db_table}"
                "  WHERE at < clock_timestamp() - %s * interval '1 second'"
                "  ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)",
                [kept, SWEPT_AT_ONCE],
            )
            gone += cursor.rowcount
    return gone
