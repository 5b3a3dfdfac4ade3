"""Figures of one run: printed as a table, written as JSON."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench import ground
from launch import servers
from launch.stack import DATABASE


def options(name: str, arguments: list[str]) -> argparse.ArgumentParser:
    """A parser with the options every benchmark has."""
    parser = argparse.ArgumentParser(prog=f"python -m bench {name}")
    parser.add_argument("--json", default="", help="also write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="seconds, to see that it runs at all")
    return parser


def report(
    figures: Mapping[str, float | str],
    json_file: str,
    limits: Mapping[str, float] | None = None,
    least: Mapping[str, float] | None = None,
) -> int:
    """Print and keep the figures; `limits` (and `least`) are shown beside those that have one."""
    width = max(len(name) for name in figures)
    for name, value in figures.items():
        shown = value if isinstance(value, str) else f"{value:.2f}"
        limit = (limits or {}).get(name)
        goal = (least or {}).get(name)
        note = "" if limit is None or isinstance(value, str) else _beside(value, limit)
        if goal is not None and not isinstance(value, str):
            note = f"   at least {goal:g}" + ("" if value >= goal else "  <-- below")
        print(f"{name:<{width}}  {shown:>12}{note}")
    if json_file:
        Path(json_file).write_text(json.dumps(dict(figures), indent=1) + "\n")
    return 0


def _beside(value: float, limit: float) -> str:
    return f"   limit {limit:g}" + ("" if value <= limit else "  <-- above")


def part(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def in_another_process(case: str, arguments: list[str]) -> dict[str, float | str]:
    """The figures of a case run apart: one process sets Django up on one database."""
    with tempfile.TemporaryDirectory(prefix="house-bench-") as folder:
        file = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "bench", case, *arguments, "--json", str(file)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found: dict[str, float | str] = json.loads(file.read_text(encoding="utf-8"))
        return found


@contextmanager
def own_database() -> Iterator[servers.Postgres]:
    """A migrated PostgreSQL of its own with fsync on, and Django set up on it."""
    with ground.folder() as folder:
        migrated = ground.lay_template(folder / "pg")
        postgres = servers.start_postgres(folder / "pg", settings={}, throwaway=True)
        valkey = servers.start_valkey(folder / "valkey", durable=False)
        try:
            if migrated:
                # The template stays as it is, for databases beside this one.
                postgres.sql(f"CREATE DATABASE bench TEMPLATE {DATABASE} OWNER {servers.ROLE}")
            postgres.ensure_database("bench")
            os.environ["DATABASE_URL"] = postgres.url("bench")
            os.environ["REDIS_URL"] = valkey.url
            os.environ["DATA_DIR"] = str(folder)
            os.environ["LOG_LEVEL"] = "WARNING"
            os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield postgres
        finally:
            from django.db import connections

            connections.close_all()
            valkey.stop()
            postgres.stop()


@contextmanager
def database_beside(name: str) -> Iterator[None]:
    """A migrated database beside the one Django is set up on; gone afterwards."""
    from django.core.management import call_command
    from django.db import connection

    ours = connection.settings_dict["NAME"]
    theirs = f"{name}_{int(time.time())}"
    with connection.cursor() as cursor:
        source = f" TEMPLATE {DATABASE}" if os.environ.get("BENCH_TEMPLATE") else ""
        cursor.execute(f'CREATE DATABASE "{theirs}"{source}')
    connection.close()
    connection.settings_dict["NAME"] = theirs
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = ours
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{theirs}" WITH (FORCE)')
