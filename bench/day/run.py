"""`make day ORDERS=2000 [SOURCE=retail] [KILL=1] [JSON=file]`.

Starts the whole house on a data folder of its own, lets the sandbox trade at full speed on both
platforms with cancellations and misbehaviour, lets scripted staff ship everything over HTTP, and
ends with a table. Exit code 0 only when everything that must be zero is zero.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.day import retail
from bench.day.accounts import MUST_BE_ZERO, Accounts, draw_up, missed_goal
from bench.day.follower import Follower
from bench.day.outside import Outside
from bench.day.progress import Bar
from bench.day.staff import Worker
from launch.servers import ServerTrouble
from launch.stack import Stack

WAREHOUSES = ("WH-SH", "WH-GZ")
CANCEL_SHARE = 0.05
# The world comes to rest as long as something moves; a standstill this long is a failure.
STANDSTILL_S = 120.0
STAFF_EACH = 2
CALM_ROUNDS = 3


def main(arguments: list[str]) -> int:
    """Run a day; 0 when the accounts are clean."""
    options = _options(arguments)
    folder = Path(tempfile.mkdtemp(prefix="house-day-", dir="/tmp"))
    folder.chmod(0o755)
    started = time.monotonic()
    stack = Stack(
        data_dir=folder / "data",
        environment={"LOG_LEVEL": "WARNING"},
        say=lambda sentence: print(f"  {sentence}", file=sys.stderr),
    )
    try:
        samples = retail.folder_of(options.samples) if options.source == "retail" else None
        print("Starting the house ...", file=sys.stderr)
        stack.start()
        accounts = _day(stack, options, samples)
        accounts.figures["wall_s"] = round(time.monotonic() - started, 1)
    except (retail.NoRetailData, ServerTrouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        stack.stop()
        if options.keep:
            print(f"Data and logs are kept in {folder}.", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    _print(accounts)
    if options.json:
        Path(options.json).write_text(json.dumps(accounts.figures, indent=1) + "\n")
    return 0 if all(accounts.figures[name] == 0 for name in MUST_BE_ZERO) else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make day")
    parser.add_argument("--orders", type=int, default=None, help="default 2000; retail: all")
    parser.add_argument("--source", choices=["random", "retail"], default="random")
    parser.add_argument("--rate", type=float, default=0, help="orders per second; 0: full speed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="no misbehaviour")
    parser.add_argument("--kill", action="store_true", help="kill -9 parts of the house meanwhile")
    parser.add_argument("--keep", action="store_true", help="keep data and logs")
    parser.add_argument("--json", default="")
    parser.add_argument(
        "--samples",
        type=Path,
        default=Path(os.environ.get("SAMPLES_DIR") or "../shared/samples"),
    )
    options = parser.parse_args(arguments)
    if options.orders is None and options.source == "random":
        options.orders = 2000
    return options


def _day(stack: Stack, options: argparse.Namespace, samples: Path | None) -> Accounts:
    _join(stack)
    outside = Outside(stack.sandbox_url)
    _open_shops(stack, outside, samples)
    _wait_for_figures(outside)
    if not options.calm:
        outside.misbehave(options.seed)
    staff = _staff(stack)
    follower = _follower(stack)
    for worker in (*staff, follower):
        worker.start()
    outside.post("/sandbox/trade", _trade(options, samples))
    killer = _start_killing(stack) if options.kill else None
    _trade_on(outside, staff)
    if killer is not None:
        killer.join()
    outside.behave()
    _come_to_rest(outside, staff)
    for worker in staff:
        worker.finish()
    for worker in staff:
        worker.join(30)
    _come_to_rest(outside, [])
    accounts = draw_up(outside)
    for difference in follower.finish():
        accounts.wrong("feed_differences", difference)
    accounts.figures["followed_changes"] = follower.changes
    for worker in staff:
        for code, count in worker.refusals.items():
            print(f"  {worker.name}: refused {count} x {code}", file=sys.stderr)
        if worker.trouble is not None:
            accounts.wrong("without_next_action", f"{worker.name}: {worker.trouble!r}")
    return accounts


def _join(stack: Stack) -> None:
    """Read the stack's database from here, for the accounts."""
    os.environ.update(stack.environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()


def _open_shops(stack: Stack, outside: Outside, samples: Path | None) -> None:
    from demo import company
    from demo import outside as opening

    opening.open_shops(sandbox_url=stack.sandbox_url, house_url=stack.url)
    for shop in company.SHOPS:
        # A day in minutes: the call limits of a real day would be a day long.
        outside.post(
            "/sandbox/shops",
            {"platform": shop.platform, "code": shop.code,
             "options": {"bucket": 4000, "leak": 2000}},
        )  # fmt: skip
    if samples is not None:
        retail.prepare(outside, samples)
    from channels_sync.models import Shop

    Shop.objects.update(pull_seconds=15)
    done = stack.manage("demo", "--connect", stack.url)
    if done.returncode:
        raise ServerTrouble(f"The shops cannot be connected: {done.stderr[-500:]}")


def _wait_for_figures(outside: Outside) -> None:
    """The shops sell only what they were told they have."""
    bar = Bar("telling the shops their stock")
    total = sum(1 for _ in outside.rows("/sandbox/records/stock", "stock"))
    until = time.monotonic() + 600
    while time.monotonic() < until:
        told = sum(
            row["told"] is not None for row in outside.rows("/sandbox/records/stock", "stock")
        )
        bar.show(told, total)
        if told >= total:
            bar.end()
            return
        time.sleep(1)
    raise ServerTrouble(f"Only {told} of {total} shop figures were published in ten minutes.")


def _staff(stack: Stack) -> list[Worker]:
    from demo import company

    return [
        Worker(
            url=stack.url,
            warehouse=warehouse,
            username="lead",
            password=company.PASSWORD,
            name=f"{warehouse}-staff-{number}",
        )
        for warehouse in WAREHOUSES
        for number in range(STAFF_EACH)
    ]


def _follower(stack: Stack) -> Follower:
    """A program of the head office that sees all stock."""
    from django.db import transaction

    from org import roles, services
    from org.models import Unit
    from org.scope import Scope

    wish = services.ClientWish(
        name="Follower of the day",
        permissions=[roles.STOCK_VIEW],
        unit_codes=[Unit.objects.get(kind=Unit.Kind.HEAD_OFFICE).code],
        per_minute=60_000,
        burst=1_000,
    )
    with transaction.atomic(durable=True):
        made = services.add_client(wish, actor="system:demo", scope=Scope.everything())
    return Follower(url=stack.url, key_id=made.key_id, secret=made.secret)


def _trade(options: argparse.Namespace, samples: Path | None) -> dict[str, Any]:
    wish: dict[str, Any] = {
        "rate": options.rate,
        "orders": options.orders,
        "seed": options.seed,
        "cancel_share": CANCEL_SHARE,
    }
    if samples is not None:
        wish |= {
            "source": "retail",
            "folder": str(samples.absolute()),
            "shops": list(retail.SHOPS),
            "fuel": "convert",
        }
    return wish


def _start_killing(stack: Stack) -> threading.Thread:
    """kill -9 of a worker, the web process and Valkey, each a few seconds into the trade."""

    def kill() -> None:
        for name in ("worker-orders", "web", "valkey", "worker-channels"):
            time.sleep(4)
            try:
                stack.kill(name)
                print(f"  killed {name}", file=sys.stderr)
            except (KeyError, ServerTrouble) as trouble:
                print(f"  could not kill {name}: {trouble}", file=sys.stderr)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


def _trade_on(outside: Outside, staff: list[Worker]) -> None:
    bar = Bar("trading")
    while True:
        trade = outside.get("/sandbox/trade")
        wanted = trade["wanted"] or trade["placed"]
        bar.show(trade["placed"], wanted, f"{sum(worker.shipped for worker in staff)} shipped")
        over = trade["state"] != "trading" and trade["cancels_pending"] == 0
        if trade["state"] == "failed":
            raise ServerTrouble(f"The sandbox stopped trading: {trade['error']}")
        if over:
            bar.end()
            print(f"  trade: {trade['state']}, {trade['placed']} placed, "
                  f"{trade['refused_sold_out']} refused as sold out", file=sys.stderr)  # fmt: skip
            return
        time.sleep(0.5)


def _come_to_rest(outside: Outside, staff: list[Worker]) -> None:
    """Until nothing is owed any more, several looks in a row; faults are off by now."""
    bar = Bar("coming to rest")
    until, before, calm = time.monotonic() + STANDSTILL_S, None, 0
    while time.monotonic() < until:
        owed = _owed() | {"pushes": outside.get("/sandbox/trade")["pushes_pending"]}
        if staff:
            owed |= _floor_work()
        if owed != before:
            until, before = time.monotonic() + STANDSTILL_S, owed
        total = sum(owed.values())
        note = " ".join(f"{name} {count}" for name, count in owed.items() if count)
        bar.show(0 if total else 1, 1, note)
        calm = 0 if total else calm + 1
        if calm >= CALM_ROUNDS:
            bar.end()
            return
        time.sleep(1)
    bar.end()
    print(f"  nothing moved for {STANDSTILL_S:.0f} s: {note}", file=sys.stderr)


def _owed() -> dict[str, int]:
    """Rows that still wait for the house; what was given up is shown by the accounts."""
    from django.db.models import F, Q
    from django.db.models.functions import Now

    from channels_sync.models import InboxOrder, Listing, ShipmentUpload
    from oms.models import Order
    from outbox.models import News

    return {
        "inbox": InboxOrder.objects.filter(taken_at=None, dead_at=None).count(),
        "orders": Order.objects.filter(due_at__lte=Now()).count(),
        "news": News.objects.filter(dead_at=None).count(),
        "figures": Listing.objects.filter(
            Q(acked_qty=None) | ~Q(acked_basis=F("computed_basis")) | Q(stale_since__isnull=False),
            sku__isnull=False, dead_at=None,
        ).count(),
        "uploads": ShipmentUpload.objects.filter(done_at=None, dead_at=None).count(),
        "pulls": _late_pulls(),
    }  # fmt: skip


_behaving_since: list[Any] = []


def _late_pulls() -> int:
    """Shops that have not been pulled since the faults ended: lost pushes come only that way."""
    from django.utils import timezone

    from channels_sync.models import PullCursor

    if not _behaving_since:
        _behaving_since.append(timezone.now())
    return PullCursor.objects.filter(safe_until__lt=_behaving_since[0]).count()


def _floor_work() -> dict[str, int]:
    from wms.models import Fulfilment

    on_floor = ("RELEASED", "PICKING", "PICKED", "CHECKED", "PACKED")
    return {"floor": Fulfilment.objects.filter(state__in=on_floor).count()}


def _print(accounts: Accounts) -> None:
    width = max(len(name) for name in accounts.figures)
    for name, value in accounts.figures.items():
        broken = name in MUST_BE_ZERO and value
        mark = "  <-- must be 0" if broken else missed_goal(name, value)
        print(f"{name:<{width}}  {value:>10}{mark}")
    for name, examples in accounts.examples.items():
        for example in examples:
            print(f"  {name}: {example}", file=sys.stderr)
