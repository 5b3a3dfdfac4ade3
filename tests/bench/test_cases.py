"""Each measurement runs and says what it promises; how fast it is belongs to nobody's test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.__main__ import cases
from launch import programs

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
    done = subprocess.run(
        [sys.executable, "-m", "bench", name, "--quick", "--json", str(file)],
        cwd=programs.HOME,
        env={key: text for key, text in os.environ.items() if key not in ours},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, float] = json.loads(file.read_text())
    return found


def test_the_ledger_is_measured_beside_the_bare_database(tmp_path: Path) -> None:
    figures = figures_of("ledger", tmp_path)

    assert set(figures) == {
        "two-line orders held/s, batches of 500",
        "the same, one hot SKU",
        "orders held/s, one at a time",
        "bare one-row commits/s",
        "batched : one at a time",
        "one hot SKU : many",
        "one at a time : bare commits",
    }
    assert all(value > 0 for value in figures.values())


def test_every_page_is_measured_with_its_statements(tmp_path: Path) -> None:
    figures = figures_of("pages", tmp_path)

    kinds = ("p50_ms", "p95_ms", "statements")
    measured = {f"{page}_{kind}" for page in PAGES for kind in kinds}
    assert set(figures) == measured | {"orders", "order_lines", "balances"}
    assert (figures["orders"], figures["order_lines"], figures["balances"]) == (3000, 6000, 400)


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
