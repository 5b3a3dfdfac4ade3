"""How fast rules judge, freeze and let go; and how soon a shop shows it."""

from __future__ import annotations

from bench import measure
from bench.holdings import stocked

LIMITS = {
    "cost_500_over_50_rules": 3.0,
    "promotion_3000_s": 1.0,
    "release_100k_s": 30.0,
    "expiry_scan_1m_s": 10.0,
    "zone_10k_cells_s": 5.0,
    "cancel_to_shop_p99_ms": 2_000.0,
    "freeze_to_shop_p99_ms": 2_000.0,
}
LEAST = {
    "events_per_s": 1_000.0,
    "readings_per_s": 100_000.0 / 60,
    # 500,000 in a minute.
    "replay_events_per_s": 500_000.0 / 60,
    "replay_ledger_events_per_s": 500_000.0 / 60,
}
PARTS = ("events", "promotions", "searches", "readings", "replay", "shops")


def main(arguments: list[str]) -> int:
    """All parts, or with --only one; each on a database of its own that starts empty."""
    parser = measure.options("rules", arguments)
    parser.add_argument("--only", choices=PARTS, default="")
    options = parser.parse_args(arguments)
    wanted = [options.only] if options.only else list(PARTS)
    figures: dict[str, float | str] = {}
    # The running house sets itself up on its own database: a process takes one or the other.
    books = [part for part in wanted if part != "shops"]
    if books:
        figures |= _in_books(books, quick=options.quick)
    if "shops" in wanted:
        figures |= _in_shops(apart=bool(books), quick=options.quick)
    return measure.report(figures, options.json, LIMITS, LEAST)


def _in_books(parts: list[str], *, quick: bool) -> dict[str, float | str]:
    from bench.cases.readings import readings_figures
    from bench.ruling import judged, released, replayed, scanned

    figures: dict[str, float | str] = {}
    with measure.own_database() as postgres:
        if "readings" in parts:
            figures |= readings_figures(10_000 if quick else 200_000)
        house = stocked.fill(skus=400 if quick else 10_000)
        if "events" in parts:
            figures |= judged.measure(house, events=500 if quick else 10_000)
        if "promotions" in parts:
            figures |= released.measure(
                house, claims=4_000 if quick else 100_000, skus=300 if quick else 3_000
            )
        if "searches" in parts:
            figures |= scanned.measure(
                postgres, house, cells=20_000 if quick else 1_000_000,
                zone_cells=200 if quick else 10_000,
            )  # fmt: skip
        if "replay" in parts:
            figures |= replayed.measure(
                postgres, house, events=20_000 if quick else 500_000,
                entries=100_000 if quick else 10_000_000,
            )  # fmt: skip
    return figures


def _in_shops(*, apart: bool, quick: bool) -> dict[str, float | str]:
    rounds = 3 if quick else 60
    if not apart:
        from bench.ruling import shops

        return shops.measure_shops(rounds=rounds)
    return measure.in_another_process("rules", ["--only", "shops", *(["--quick"] if quick else [])])
