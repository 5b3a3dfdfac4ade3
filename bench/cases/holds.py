"""How fast stock is claimed: in batches and alone, beside the bare database and a shop system.

Every figure is the median of interleaved runs on fresh connections, after ANALYZE.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import measure
from bench.holdings import stocked
from bench.holdings.crew import Crew
from bench.holdings.stocked import House
from launch import servers

BATCHES = (1, 10, 100, 500)
PROCESSES = (1, 2, 4)
# Orders of one run by batch: each lasts a second or two.
ORDERS = {1: 400, 10: 2_000, 100: 4_000, 500: 8_000}
LIMITS = {
    "release_100k_s": 30.0,
    "freeze_10k_cells_s": 5.0,
    "peak_worker_mb": 300.0,
    "explain_ms": 50.0,
    "as_of_ms": 200.0,
    "audit_1m_s": 5.0,
    "replay_1m_s": 20.0,
}
LEAST = {
    "service_batch500_per_s": 2_500.0,
    "single_per_s": 300.0,
    "ratio_to_limit": 0.3,
    "ratio_to_row_by_row": 10.0,
    "hot_over_uniform": 0.8,
    "deep_over_empty": 0.7,
}


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    skus: int = 100_000
    runs: int = 5
    shorter: int = 1
    deep: int = 1_000_000
    due: int = 100_000
    cells: int = 10_000


QUICK = Size(skus=2_000, runs=1, shorter=40, deep=5_000, due=1_000, cells=200)
Figures = dict[str, float | str]


def main(arguments: list[str]) -> int:
    """All parts one after another on one database."""
    options = measure.options("holds", arguments).parse_args(arguments)
    size = QUICK if options.quick else Size()
    with measure.own_database() as postgres:
        figures = _measure(postgres, size)
        figures |= _other_parts(quick=options.quick)
    return measure.report(figures, options.json, LIMITS, LEAST)


def _measure(postgres: servers.Postgres, size: Size) -> Figures:
    from bench.holdings import raw, shop

    house = stocked.fill(skus=size.skus)
    raw.make_tables()
    shop.make_tables()
    sku, lot = stocked.fill_lot(house, cells=size.cells)
    stocked.settle()
    with Crew(max(PROCESSES)) as crew:
        figures, peak = _table(crew, house, size), crew.peak_mb
    stocked.settle()
    figures |= {"peak_holding_mb": peak}
    for part in (
        _freezes(house, sku, lot, size),
        _due(house, size),
        _deep(postgres, house, size),
    ):
        figures |= part
    peaks = [value for name, value in figures.items() if name.startswith("peak_")]
    figures["peak_worker_mb"] = max(float(value) for value in peaks)
    return figures


def _table(crew: Crew, house: House, size: Size) -> Figures:
    """Orders a second: ours by batch and processes, uniform and hot, and the two comparisons."""
    cells: dict[str, list[float]] = {}
    for run in range(size.runs):
        for processes in PROCESSES:
            for kind, batch, hot in _columns():
                orders = max(ORDERS[batch] // size.shorter // processes, 4)
                jobs = [
                    _job(kind, house, f"{run}-{processes}-{kind}-{batch}-{hot}-{n}", orders, batch,
                         hot=house.first_sku if hot else 0)
                    for n in range(processes)
                ]  # fmt: skip
                rate = processes * orders / crew.seconds(jobs)
                name = f"{kind}_{batch}_{'hot' if hot else 'uniform'}_x{processes}_per_s"
                cells.setdefault(name, []).append(rate)
    middle = {name: median(rates) for name, rates in cells.items()}
    ours, bare = cells["hold_500_uniform_x1_per_s"], cells["limit_500_uniform_x1_per_s"]
    shop = cells["row_by_row_1_uniform_x1_per_s"]
    return {
        "service_batch500_per_s": median(ours),
        "limit_per_s": median(bare),
        "row_by_row_per_s": median(shop),
        "ratio_to_limit": _ratio(ours, bare),
        "ratio_to_row_by_row": _ratio(ours, shop),
        "hot_over_uniform": _ratio(cells["hold_500_hot_x1_per_s"], ours),
        # One process leaves one of the two cores idle: its rate stands below, as every other.
        "single_per_s": middle["hold_1_uniform_x2_per_s"],
        **middle,
    }


def _columns() -> list[tuple[str, int, bool]]:
    held = [("hold", batch, hot) for batch in BATCHES for hot in (False, True)]
    return [*held, ("limit", 500, False), ("row_by_row", 1, False), ("row_by_row", 1, True)]


def _ratio(one: list[float], other: list[float]) -> float:
    """The middle of the ratios of runs that followed each other."""
    return median(a / b for a, b in zip(one, other, strict=True))


def _job(kind: str, house: House, tag: str, orders: int, batch: int, **more: Any) -> dict[str, Any]:
    return {
        "job": kind, "tag": tag, "count": orders, "batch": batch, "house": house.id,
        "first_sku": house.first_sku, "skus": house.skus, **more,
    }  # fmt: skip


def _freezes(house: House, sku: int, lot: int, size: Size) -> Figures:
    """A lot frozen in all its cells: as a blanket, and so many units of it."""
    took: dict[int, list[float]] = {0: [], size.cells * 10: []}
    thawed = []
    with Crew(1) as crew:
        for run in range(size.runs):
            for qty, seconds in took.items():
                key = f"{run}-{qty}"
                freeze = {
                    "job": "freeze", "key": key, "house": house.id, "sku": sku, "lot": lot,
                    "qty": qty,
                }  # fmt: skip
                seconds.append(crew.seconds([freeze]))
                thawed.append(crew.seconds([{"job": "thaw", "key": key}]))
    blanket, quantity = (median(seconds) for seconds in took.values())
    return {
        "freeze_10k_cells_s": max(blanket, quantity),
        "freeze_blanket_s": blanket,
        "freeze_quantity_s": quantity,
        "thaw_s": median(thawed),
        "peak_freezing_mb": crew.peak_mb,
    }


def _due(house: House, size: Size) -> Figures:
    """Claims whose time is up, let go as the periodic task does."""
    with Crew(1) as crew:
        crew.seconds([_job("hold", house, "due", size.due, 500, expired=True)])
    stocked.settle()
    with Crew(1) as crew:
        took = crew.seconds([{"job": "let_go_of_due"}])
    return {"release_100k_s": took, "peak_releasing_mb": crew.peak_mb}


def _deep(postgres: servers.Postgres, house: House, size: Size) -> Figures:
    """One SKU without a hold and one with a million, in turn: held, and let go again."""
    empty, deep = house.first_sku + 1, house.first_sku + 2
    stocked.deepen(postgres, house, sku=deep, count=size.deep)
    stocked.settle()
    orders = max(ORDERS[500] // size.shorter, 4)
    rates: dict[tuple[str, int], list[float]] = {}
    with Crew(1) as crew:
        for run in range(size.runs):
            for hot in (empty, deep):
                for kind in ("hold", "release"):
                    job = _job(kind, house, f"deep-{run}-{hot}", orders, 500, hot=hot)
                    rates.setdefault((kind, hot), []).append(orders / crew.seconds([job]))
    return {
        "deep_over_empty": _ratio(rates["hold", deep], rates["hold", empty]),
        "deep_over_empty_release": _ratio(rates["release", deep], rates["release", empty]),
        "hold_deep_per_s": median(rates["hold", deep]),
        "release_deep_per_s": median(rates["release", deep]),
        "peak_deep_mb": crew.peak_mb,
    }


def _other_parts(*, quick: bool) -> Figures:
    """What the same books answer: the past and the audit."""
    from bench.holdings import history, proof

    return {**history.measure(quick=quick), **proof.measure(quick=quick)}
