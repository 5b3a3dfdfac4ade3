"""Each measurement runs and says what it promises; how fast it is belongs to nobody's test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.__main__ import cases
from launch import programs
from tests.memory import folder_for_servers
from tests.servers import kept_template

HOLDS = (
    "service_batch500_per_s",
    "limit_per_s",
    "row_by_row_per_s",
    "ratio_to_limit",
    "ratio_to_row_by_row",
    "hot_over_uniform",
    "deep_over_empty",
    "single_per_s",
    "release_100k_s",
    "freeze_10k_cells_s",
    "explain_ms",
    "as_of_ms",
    "audit_1m_s",
    "peak_worker_mb",
)
PAGES = (
    "orders",
    "orders_by_state",
    "orders_by_shop",
    "orders_search_number",
    "orders_search_platform_number",
    "orders_page_50",
    "stock",
    "stock_search",
    "stock_search_name",
    "stock_only_held",
)


def figures_of(name: str, folder: Path) -> dict[str, float]:
    """What a quick run of a case writes; a process of its own, as a person starts it."""
    file = folder / f"{name}.json"
    ours = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "PLAIN_STATIC", "HOUSE_TEST_SERVERS")
    lent = {"BENCH_DIR": str(folder_for_servers())}
    if (template := kept_template()) is not None:
        lent["BENCH_TEMPLATE"] = str(template)
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--quick", "--json", str(file)],
        cwd=programs.HOME,
        env={key: text for key, text in os.environ.items() if key not in ours} | lent,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, float] = json.loads(file.read_text())
    return found


def test_holding_is_measured_beside_the_bare_database_and_a_shop_system(tmp_path: Path) -> None:
    figures = figures_of("holds", tmp_path)

    assert set(HOLDS) <= set(figures)
    for processes in (1, 2, 4):
        for batch in (1, 10, 100, 500):
            assert figures[f"hold_{batch}_uniform_x{processes}_per_s"] > 0
            assert figures[f"hold_{batch}_hot_x{processes}_per_s"] > 0
    assert all(value > 0 for value in figures.values())


def test_every_page_is_measured_with_its_statements(tmp_path: Path) -> None:
    figures = figures_of("pages", tmp_path)

    kinds = ("p50_ms", "p95_ms", "statements")
    measured = {f"{page}_{kind}" for page in PAGES for kind in kinds}
    assert set(figures) == measured | {"orders", "order_lines", "balances"}
    assert (figures["orders"], figures["order_lines"], figures["balances"]) == (3000, 6000, 400)


def test_orders_over_http_are_measured_in_three_ways(tmp_path: Path) -> None:
    figures = figures_of("api", tmp_path)

    for name in ("held_per_s", "accepted_per_s", "batch_orders_per_s"):
        assert figures[name] > 0
    for way in ("held", "accepted", "batch"):
        assert figures[f"{way}_refused"] == 0
    assert figures["held_not_held"] == 0


def test_every_job_of_the_scanners_is_measured(tmp_path: Path) -> None:
    figures = figures_of("scans", tmp_path)

    kinds = ("scans", "p50_ms", "p95_ms")
    assert set(figures) == {
        f"{job}_{kind}" for job in ("look_up", "move", "count") for kind in kinds
    }
    assert all(value > 0 for value in figures.values())


def test_an_unknown_measurement_is_answered_with_the_list() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "weather"],
        cwd=programs.HOME,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert ", ".join([*cases(), "day", "all"]) in done.stdout
