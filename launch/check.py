"""Every check of `make check`: two at a time, one line each, the reasons below what failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from launch.programs import BIN, HOME

PYTHON = sys.executable
# No check may touch a database: this address answers to nobody.
NOWHERE = {"DATABASE_URL": "postgresql://nobody@localhost/none?host=/nonexistent"}
# What a production server is given; the values only have to be well formed.
PRODUCTION = {
    **NOWHERE,
    "PRODUCTION": "1",
    "SECRET_KEY": "4f8c1e7a9d2b6053c7e1fa84b96d20357e8ac14f90bd36e2715c8da04f6b93e1",
    "FIELD_KEYS": "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=",
    "ALLOWED_HOSTS": "stock.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://stock.example.com",
}


@dataclass(frozen=True)
class Check:
    """One command whose exit code 0 means well."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: NOWHERE)


# The slowest first, so that the others fit beside it.
CHECKS = (
    Check("types", (str(BIN / "mypy"), "--no-error-summary", ".")),
    Check("style", (str(BIN / "ruff"), "check", "--quiet", "--output-format", "concise", ".")),
    Check("format", (str(BIN / "ruff"), "format", "--check", "--output-format", "concise", ".")),
    Check("floors", (str(BIN / "lint-imports"), "--no-logo")),
    Check(
        "house rules",
        (
            PYTHON,
            "-m",
            "pytest",
            "tests/house",
            "-n0",
            "-q",
            "--no-header",
            "-p",
            "no:cacheprovider",
        ),
        # The house rules read files; they need no servers.
        {**NOWHERE, "HOUSE_TEST_SERVERS": "none"},
    ),
    Check(
        "migrations",
        (PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"),
    ),
    Check("translations", (PYTHON, "-m", "launch.messages", "check")),
    Check("settings", (PYTHON, "manage.py", "check", "--fail-level", "WARNING")),
    Check(
        "production settings",
        (PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        PRODUCTION,
    ),
)


def run(check: Check) -> tuple[bool, str, float]:
    """Run one; whether it is well, what it said, and the seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=HOME, env={**os.environ, **check.environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.returncode == 0, (done.stdout + done.stderr).strip(), time.monotonic() - began


def main(names: list[str]) -> int:
    """Run all, or those named; exit code 1 when any fails."""
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    chosen = [check for check in CHECKS if not names or check.name in names]
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, (well, words, seconds) in zip(chosen, pool.map(run, chosen), strict=True):
            print(f"{'ok    ' if well else 'FAILED'} {check.name} ({seconds:.1f} s)", flush=True)
            if not well:
                failed.append(check.name)
                print("\n".join(f"       {line}" for line in words.splitlines()), flush=True)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        return 1
    print(f"\nAll {len(chosen)} checks are well.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
