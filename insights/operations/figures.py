"""Figures of the house at work, each asked of rows and of Redis at the moment of asking."""

from __future__ import annotations

import platform
import shutil
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
from celery import __version__ as celery_version
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.utils import timezone

from channels_sync.selectors import ShopRow, shop_rows
from inventory.selectors.measuring import postings_ever
from inventory.selectors.proof import SweepView, proof
from oms.models import Order, OrderException
from oms.models.orders import OrderState
from org import selectors as org
from org.meters import Sign, meters
from org.scope import Scope
from outbox import selectors as outbox
from webhooks import selectors as webhooks

# What has ended waits for nobody, and counting it would read the whole table.
UNDER_WAY = (
    OrderState.PENDING_PAYMENT, OrderState.AWAIT_BALANCE, OrderState.PREPROCESS,
    OrderState.SUBMITTED, OrderState.PARTIALLY_SHIPPED,
)  # fmt: skip
# Each of these shows itself at least every few seconds; silence beyond this is an outage.
LATE_S = 30
KINDS = ("web", "beat", "worker-floor", "worker-orders", "worker-channels", "worker-rules")
TABLES_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Processes:
    """Processes of one kind: how many showed themselves lately, and how long ago the last did."""

    kind: str
    alive: int
    silent_s: float | None

    @property
    def late(self) -> bool:
        """True when nobody of the kind has been seen for half a minute."""
        return self.silent_s is None or self.silent_s > LATE_S


@dataclass(frozen=True, kw_only=True)
class Handler:
    """News that one handler has not heard."""

    handler: str
    waiting: int
    retrying: int
    dead: int
    oldest_s: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with its indexes, in bytes; `rows` as the planner estimates them."""

    name: str
    size: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class Database:
    """The database: bytes, connections, the longest transaction, its biggest tables."""

    version: str
    size: int
    connections: int
    most_connections: int
    oldest_transaction_s: float
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Orders under way by state; the oldest that is being checked and whose stock is not held."""

    by_state: dict[str, int]
    oldest_unheld_s: float
    open_exceptions: int


def processes() -> list[Processes] | None:
    """Every kind that there should be, and any other that was seen; None while Redis is away."""
    signs = meters().signs()
    if signs is None:
        return None
    by_kind: dict[str, list[Sign]] = defaultdict(list)
    for sign in signs:
        by_kind[sign.process.partition(":")[0]].append(sign)
    return [_processes(kind, by_kind[kind]) for kind in sorted({*KINDS, *by_kind}, key=_place)]


def _place(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _processes(kind: str, signs: list[Sign]) -> Processes:
    silent = [max(time.time() - sign.at, 0.0) for sign in signs]
    return Processes(
        kind=kind,
        alive=sum(each <= LATE_S for each in silent),
        silent_s=round(min(silent), 1) if silent else None,
    )


def queues() -> dict[str, int] | None:
    """Tasks that wait in each queue; None while Redis is away."""
    routed = {str(route["queue"]) for route in settings.CELERY_TASK_ROUTES.values()}
    return meters().waiting(sorted({*routed, settings.CELERY_TASK_DEFAULT_QUEUE}))


def handlers() -> list[Handler]:
    """Every handler of news, those with something dead or old first."""
    found = [
        Handler(
            handler=name, waiting=depth.waiting, retrying=depth.retrying, dead=depth.dead,
            oldest_s=round(depth.oldest_age_s, 1),
        )
        for name, depth in outbox.depths().items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.dead, -each.oldest_s, each.handler))


def orders() -> Orders:
    """Two statements over open orders, one over open exceptions."""
    open_rows = Order.objects.filter(state__in=UNDER_WAY)
    counted = dict(open_rows.values_list("state").annotate(n=Count("id")).order_by())
    oldest = Order.objects.filter(state=OrderState.PREPROCESS).aggregate(at=Min("received_at"))
    return Orders(
        by_state={state.value: counted.get(state.value, 0) for state in UNDER_WAY},
        oldest_unheld_s=_age(oldest["at"]),
        open_exceptions=OrderException.objects.filter(state=OrderException.State.OPEN).count(),
    )


def audit() -> tuple[list[SweepView], int]:
    """The last sweep of each kind, and how many differences are open."""
    found = proof(scope=Scope.everything())
    return found.latest, found.open


def shops() -> list[ShopRow]:
    """Every active shop: how it keeps up with us."""
    return [each for each in shop_rows(scope=Scope.everything()) if each.is_active]


def post() -> webhooks.Post:
    """Messages to other systems."""
    return webhooks.post()


def notices() -> org.Deliveries:
    """Mail and chat to people."""
    return org.deliveries()


def jobs() -> dict[str, int]:
    """Long work by state."""
    return org.job_totals()


def postings() -> int:
    """The ledger's highest posting."""
    return postings_ever()


def database() -> Database:
    """What the database says of itself; three statements on its catalogue."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT current_setting('server_version'), pg_database_size(current_database()),
                (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
                current_setting('max_connections')::int,
                coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start))
                    FROM pg_stat_activity WHERE datname = current_database()
                    AND pid <> pg_backend_pid()), 0)::float8
        """)
        version, size, used, most, oldest = cursor.fetchone()
        cursor.execute(
            """
            SELECT relname, pg_total_relation_size(oid), greatest(reltuples, 0)::bigint
            FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
            ORDER BY 2 DESC LIMIT %s
            """,
            [TABLES_SHOWN],
        )
        tables = tuple(Table(name=name, size=big, rows=n) for name, big, n in cursor.fetchall())
    return Database(
        version=version, size=size, connections=used, most_connections=most,
        oldest_transaction_s=round(oldest, 1), tables=tables,
    )  # fmt: skip


def disk() -> dict[str, int]:
    """Bytes of the disk with the local data: `total` and `free`."""
    folder = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR
    found = shutil.disk_usage(folder)
    return {"total": found.total, "free": found.free}


def versions() -> dict[str, str]:
    """What runs here."""
    server = meters().server() or {}
    return {
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "Celery": celery_version,
        "PostgreSQL": database_version(),
        "Redis": server.get("version", "?"),
    }


def database_version() -> str:
    """As the connection knows it, without asking."""
    connection.ensure_connection()
    number: int = connection.pg_version  # type: ignore[attr-defined]
    return f"{number // 10_000}.{number % 10_000}"


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else max((timezone.now() - since) / timedelta(seconds=1), 0.0)


def age_s(since: datetime | None) -> float:
    """Seconds since then, to a tenth; 0.0 when there is no then."""
    return round(_age(since), 1)
