"""The traders: buyers who order by themselves at a set rate, and some who change their minds."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sandbox.world import baskets, listings, orders, platform, receivers, selling, shops
from sandbox.world.clock import iso, now_ms
from sandbox.world.places import NOTES_ABROAD, NOTES_CN
from sandbox.world.refusals import NotListed, Refused, SoldOut
from sandbox.world.selling import Basket, Wanted
from sandbox.world.shops import Shop
from sandbox.world.store import store

HOPELESS = 2_000


@dataclass(frozen=True, slots=True)
class Orders:
    """What a run was asked to do; the README says what each key means."""

    source: str = "random"
    rate: float = 10.0
    orders: int | None = None
    seed: int = 1
    platforms: list[str] = field(default_factory=list)
    shops: list[str] = field(default_factory=list)
    cancel_share: float = 0.0
    cancel_after: tuple[float, float] = (0.5, 10.0)
    lines: tuple[int, int] = (1, 4)
    quantity: tuple[int, int] = (1, 3)
    folder: str = ""
    zero_lines: str = "drop"
    fuel: str = "keep"
    patient: bool = False


@dataclass(slots=True)
class Progress:
    """How far a run is."""

    state: str = "idle"
    source: str = ""
    seed: int = 0
    wanted: int | None = None
    placed: int = 0
    refused_sold_out: int = 0
    started_ms: int | None = None
    finished_ms: int | None = None
    error: str | None = None
    retail: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One visit of a buyer: where, what, and whether and when (s) he regrets it."""

    shop: Shop
    basket: Basket
    regret_after: float | None


def sellers(wish: Orders) -> list[Shop]:
    """The shops a run sells in.

    Raises:
        Refused: a named shop or platform does not exist.
    """
    for name in wish.platforms:
        platform.of(name)
    named = [shops.find(code) for code in wish.shops] if wish.shops else shops.everyone()
    return sorted(
        (shop for shop in named if not wish.platforms or shop.platform in wish.platforms),
        key=lambda shop: shop.code,
    )


def regret(chance: Random, wish: Orders) -> float | None:
    """Whether this buyer changes his mind, and after how many seconds."""
    changes, after = chance.random(), chance.uniform(*wish.cancel_after)
    return after if changes < wish.cancel_share else None


def random_plans(wish: Orders) -> Iterator[Plan | None]:
    """Buyers without end, from the seed alone; None while nobody sells anything."""
    chance = Random(wish.seed)
    seen = -1
    stalls: list[tuple[Shop, list[tuple[str, int]]]] = []
    while True:
        if seen != listings.version():
            seen = listings.version()
            stalls = [
                (shop, [(row["sku"], row["price"]) for row in rows])
                for shop in sellers(wish)
                if (rows := _offers(shop))
            ]
        if not stalls:
            yield None
            continue
        shop, offers = chance.choice(stalls)
        yield Plan(shop, _basket(chance, shop, offers, wish), regret(chance, wish))


def _offers(shop: Shop) -> list[Any]:
    return store.rows("SELECT sku, price FROM listings WHERE shop = ? ORDER BY sku", (shop.code,))


def _basket(chance: Random, shop: Shop, offers: list[tuple[str, int]], wish: Orders) -> Basket:
    kind = platform.of(shop.platform)
    person = Random(f"{shop.receivers_seed}/{chance.random()}")
    receiver = receivers.somebody(person, abroad=kind.abroad)
    wanted: dict[str, Wanted] = {}
    for _ in range(chance.randint(*wish.lines)):
        # Some goods sell better than others.
        sku, price = offers[int(len(offers) * chance.random() ** 1.5)]
        units = chance.randint(*wish.quantity)
        cut = price * units * chance.choice((5, 10, 20)) // 100 if chance.random() < 0.2 else 0
        wanted[sku] = Wanted(sku=sku, quantity=units, price=price, discount=cut)
    goods = sum(one.quantity * (one.price or 0) - one.discount for one in wanted.values())
    notes = NOTES_CN if receiver.country_code == "CN" else NOTES_ABROAD
    return Basket(
        wanted=list(wanted.values()),
        receiver=receiver,
        buyer=receivers.nick(person, receiver),
        freight=chance.choice((0, 0, 500, 800, 1200)),
        discount=min(goods // 10, 1_500) if chance.random() < 0.25 else 0,
        note=person.choice(notes) if chance.random() < 0.2 else "",
        memo="改为发顺丰" if chance.random() < 0.05 else "",
        source="random",
    )


def retail_plans(wish: Orders, progress: Progress) -> Iterator[Plan | None]:
    """The baskets of the retail data, each in the shop of its store."""
    chance = Random(wish.seed)
    where = sellers(wish)
    if not where:
        raise Refused("no_shops", "no shop to sell in")
    counts: dict[str, int] = dict.fromkeys(
        ("baskets", "placed", "refused_sold_out", "refused_not_listed", "empty"), 0
    )
    counts |= {"lines_zero": 0, "lines_fuel": 0}
    progress.retail = counts
    for basket in baskets.read(Path(wish.folder)):
        counts["baskets"] += 1
        wanted = baskets.wanted(basket, zero=wish.zero_lines, fuel=wish.fuel, counts=counts)
        shop = where[int(basket.store) % len(where)]
        receiver = receivers.somebody(chance, abroad=platform.of(shop.platform).abroad)
        change = regret(chance, wish)
        if not wanted:
            counts["empty"] += 1
            continue
        buyer = f"household-{basket.household}"
        yield Plan(
            shop, Basket(wanted=wanted, receiver=receiver, buyer=buyer, source="retail"), change
        )


class Trader:
    """The one run at a time, and the buyers whose regret is due."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._stop = threading.Event()
        self._closing = threading.Event()
        self._run: threading.Thread | None = None
        self._regrets: threading.Thread | None = None

    def open(self) -> None:
        """Start watching for regrets; take up the last progress; start the demo rate if set."""
        self._closing.clear()
        row = store.row("SELECT value FROM notes WHERE name = 'trade'")
        self.progress = Progress(**json.loads(row["value"])) if row else Progress()
        if self.progress.state == "trading":
            self.progress.state = "stopped"
        self._regrets = threading.Thread(target=self._watch, name="regrets", daemon=True)
        self._regrets.start()
        per_minute = float(os.environ.get("SANDBOX_RATE") or 0)
        if per_minute > 0:
            seed = now_ms() % 1_000_000
            self.start(Orders(rate=per_minute / 60, seed=seed, cancel_share=0.05, patient=True))

    def close(self) -> None:
        """Stop trading and watching."""
        self.stop()
        self._closing.set()
        if self._regrets:
            self._regrets.join(2)

    def start(self, wish: Orders) -> None:
        """Begin a run.

        Raises:
            Refused: one is running, or the retail data are missing.
        """
        if self._run is not None and self._run.is_alive():
            raise Refused("already_trading", "a run is on; stop it first", status=409)
        sellers(wish)
        progress = Progress(
            state="trading",
            source=wish.source,
            seed=wish.seed,
            wanted=wish.orders,
            started_ms=now_ms(),
        )
        if wish.source == "retail":
            baskets.find(Path(wish.folder))
            plans = retail_plans(wish, progress)
        else:
            plans = random_plans(wish)
        self.progress = progress
        self._stop.clear()
        self._run = threading.Thread(
            target=self._trade, args=(wish, plans, progress), name="trader", daemon=True
        )
        self._run.start()

    def stop(self, *, cancels: bool = True) -> None:
        """End the run; ``cancels=False`` also forgets the regrets not yet due."""
        self._stop.set()
        if self._run is not None:
            self._run.join(5)
        if not cancels:
            with store.transaction() as file:
                file.execute("DELETE FROM second_thoughts")

    def _trade(self, wish: Orders, plans: Iterator[Plan | None], progress: Progress) -> None:
        try:
            progress.state = self._place_all(wish, plans, progress)
        except Exception as broken:
            progress.state, progress.error = "failed", f"{type(broken).__name__}: {broken}"
        progress.finished_ms = now_ms()
        self._keep(progress)

    def _place_all(self, wish: Orders, plans: Iterator[Plan | None], progress: Progress) -> str:
        started, visits, in_vain, kept = time.monotonic(), 0, 0, 0.0
        while wish.orders is None or progress.placed < wish.orders:
            if self._stop.is_set():
                return "stopped"
            plan = next(plans, ...)
            if plan is ...:
                return "done"
            if plan is None or not isinstance(plan, Plan):
                self._stop.wait(0.5)
                started, visits = time.monotonic(), 0
                continue
            in_vain = 0 if self._visit(plan, progress) else in_vain + 1
            if in_vain >= HOPELESS and not wish.patient and wish.source == "random":
                return "sold_out"
            visits += 1
            if wish.rate > 0:
                self._stop.wait(max(0.0, started + visits / wish.rate - time.monotonic()))
            if time.monotonic() - kept > 1:
                kept = time.monotonic()
                self._keep(progress)
        return "done"

    def _visit(self, plan: Plan, progress: Progress) -> bool:
        try:
            with store.transaction() as file:
                order = selling.place(plan.shop, plan.basket)
                if plan.regret_after is not None:
                    due = order.placed_ms + int(plan.regret_after * 1000)
                    file.execute("INSERT INTO second_thoughts VALUES (?, ?)", (order.id, due))
        except SoldOut:
            progress.refused_sold_out += 1
            self._tally(progress, "refused_sold_out")
            selling.count_refusal(plan.shop)
            return False
        except NotListed:
            self._tally(progress, "refused_not_listed")
            return False
        progress.placed += 1
        self._tally(progress, "placed")
        return True

    @staticmethod
    def _tally(progress: Progress, name: str) -> None:
        if progress.retail is not None:
            progress.retail[name] += 1

    def _keep(self, progress: Progress) -> None:
        with store.transaction() as file:
            file.execute(
                "INSERT OR REPLACE INTO notes VALUES ('trade', ?)", (json.dumps(asdict(progress)),)
            )

    def _watch(self) -> None:
        while not self._closing.wait(0.05):
            with store.transaction() as file:
                due = file.execute(
                    "SELECT order_id FROM second_thoughts WHERE due_ms <= ? LIMIT 50", (now_ms(),)
                ).fetchall()
                for row in due:
                    order = orders.by_id(row["order_id"])
                    # Shipped by now: the buyer is too late, as with a real platform.
                    with contextlib.suppress(Refused):
                        if order is not None:
                            selling.cancel(order)
                    file.execute(
                        "DELETE FROM second_thoughts WHERE order_id = ?", (row["order_id"],)
                    )

    def forget(self) -> None:
        """After a reset there is no last run."""
        self.progress = Progress()

    def describe(self) -> dict[str, Any]:
        """The answer of ``GET /sandbox/trade``."""
        now = asdict(self.progress)
        started, finished = now.pop("started_ms"), now.pop("finished_ms")
        cancelled = "SELECT COUNT(*) FROM orders WHERE state = 'cancelled'"
        return {
            **now,
            "started_at": iso(started),
            "finished_at": iso(finished),
            "cancelled": store.number(cancelled),
            "cancels_pending": store.number("SELECT COUNT(*) FROM second_thoughts"),
            "pushes_pending": store.number("SELECT COUNT(*) FROM pushes WHERE state = 'queued'"),
        }


trader = Trader()
