"""pytest plugin: boots a throw-away PostgreSQL and Valkey before Django reads its settings.

Loaded by `-p tests.servers`, because pytest-django reads the settings before any conftest. The
controlling process boots the servers and migrates one template database; each worker process
gets a clone of it. What was migrated is kept in `.test-template/` until a migration, a library or
the day changes: migrating takes half a minute, copying a second.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from launch import servers
from launch.stack import DATABASE
from tests.memory import folder_for_servers

# Named as the database of a stack, so that a stack can begin with a copy of it.
TEMPLATE = DATABASE
HOUSE = Path(__file__).parent.parent
KEPT = HOUSE / ".test-template"
_running: list[servers.Postgres | servers.Valkey] = []
_folder: list[Path] = []

# Tests restart from nothing, so a lost page costs nothing; crash tests boot their own server
# with fsync on.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # A worker of its vacuum in a clone keeps the clone from being dropped.
    "autovacuum": "off",
    # Compiling takes longer than any statement here runs.
    "jit": "off",
    # Its log lies in memory too; nobody ever reads it back.
    "max_wal_size": "256MB",
}


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Boot once, in the controller; the workers inherit the environment."""
    os.environ.setdefault("PLAIN_STATIC", "1")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    # Counts are never remembered from one test to the next.
    os.environ.setdefault("COUNTS_KEPT_S", "0")
    if "HOUSE_TEST_SERVERS" in os.environ or "--collect-only" in sys.argv:
        _take_own_doorbell()
        return
    folder = Path(tempfile.mkdtemp(prefix="house-test-", dir=folder_for_servers()))
    folder.chmod(0o755)
    _folder.append(folder)
    template = KEPT / _mark()
    known = template.is_dir() and _copied(template, folder / "pg")
    postgres = servers.start_postgres(folder / "pg", settings=FAST, throwaway=known)
    _running.append(postgres)
    valkey = servers.start_valkey(folder / "valkey", durable=False)
    _running.append(valkey)
    os.environ["HOUSE_TEST_SERVERS"] = str(folder)
    os.environ["DATABASE_URL"] = postgres.url(TEMPLATE)
    os.environ["REDIS_URL"] = valkey.url
    os.environ["DATA_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if known:
        return
    postgres.ensure_database(TEMPLATE)
    migrated = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "-v0"],
        cwd=HOUSE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if migrated.returncode:
        _stop()
        raise pytest.UsageError(f"The migrations failed:\n{migrated.stderr}")
    _running.remove(postgres)
    postgres.stop()
    _keep(folder / "pg", template)
    _running.append(servers.start_postgres(folder / "pg", settings=FAST, throwaway=True))


def _take_own_doorbell() -> None:
    """Each worker process rings, counts and limits in a database of Valkey of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker.isdigit() and "REDIS_URL" in os.environ:
        address = os.environ["REDIS_URL"].rsplit("/", 1)[0]
        # Valkey has sixteen of them.
        os.environ["REDIS_URL"] = f"{address}/{1 + int(worker) % 15}"


def _mark() -> str:
    """What the template is made of, in one word: migrations, versions, the day."""
    told = sha256(f"{TEMPLATE} {datetime.now(tz=UTC).date().isoformat()}".encode())
    parts = [
        *HOUSE.glob("*/migrations/**/*.py"),
        *HOUSE.glob("*/migrations/**/*.sql"),
        *HOUSE.glob("*requirements*.txt"),
        *HOUSE.glob("constraints.txt"),
    ]
    for path in sorted(parts):
        told.update(str(path.relative_to(HOUSE)).encode() + path.read_bytes())
    return told.hexdigest()[:16]


def begin_with_template(data: Path) -> None:
    """Lay the migrated database into the data folder of a stack that is about to start.

    The stack then has nothing to migrate; where no template is kept it migrates as ever.
    """
    template = kept_template()
    if template is not None:
        data.mkdir(parents=True, exist_ok=True)
        _copied(template, data / "postgres")


def kept_template() -> Path | None:
    """The data of a stopped server with the migrated database, if they could be kept."""
    template = KEPT / _mark()
    return template if template.is_dir() else None


def _copied(source: Path, target: Path) -> bool:
    """Copy a data folder with its owner and rights; False, and nothing is left, when it fails."""
    done = subprocess.run(["cp", "-a", str(source), str(target)], capture_output=True, check=False)
    if done.returncode:
        shutil.rmtree(target, ignore_errors=True)
    return done.returncode == 0


def _keep(folder: Path, template: Path) -> None:
    """Keep the data of a stopped server for the next time; without it that only takes longer."""
    fresh = template.with_suffix(f".{os.getpid()}")
    KEPT.mkdir(exist_ok=True)
    for other in KEPT.iterdir():
        if not other.name.startswith(template.name):
            shutil.rmtree(other, ignore_errors=True)
    if _copied(folder, fresh):
        try:
            fresh.rename(template)
        except OSError:
            # Another run was quicker.
            shutil.rmtree(fresh, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process booted."""
    if not hasattr(config, "workerinput"):
        _stop()


def _stop() -> None:
    while _running:
        _running.pop().stop()
    while _folder:
        shutil.rmtree(_folder.pop(), ignore_errors=True)
