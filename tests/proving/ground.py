"""The ground the machines stand on: a throw-away PostgreSQL with a migrated template to clone.

Everything is a child of this process and is gone when it ends. `python -m tests.proving` boots it
once; each machine works in a clone of its own, and forked children connect anew.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch import servers

HOME = Path(__file__).parent.parent.parent
TEMPLATE = "proving_template"
# A lost page costs nothing here; the machine that kills PostgreSQL boots its own with fsync on.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "120",
    "autovacuum": "off",
    # Waits that would last for ever are found at once and reported as deadlocks.
    "deadlock_timeout": "200ms",
}
DURABLE = {**FAST, "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@dataclass
class Ground:
    """A booted server; `clone` gives a fresh migrated database and connects Django to it."""

    folder: Path
    postgres: servers.Postgres
    settings: dict[str, str]
    count: int = 0

    def clone(self, name: str, *, source: str = TEMPLATE) -> str:
        """A fresh database; Django's connection of this process now leads there."""
        self.count += 1
        made = f"{name}_{os.getpid()}_{self.count}"
        leave()
        self.postgres.sql(f"CREATE DATABASE {made} TEMPLATE {source} OWNER {servers.ROLE}")
        use(made)
        return made

    def drop(self, name: str) -> None:
        """Remove a clone."""
        leave()
        self.postgres.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def ground(*, durable: bool = False) -> Iterator[Ground]:
    """Boot, migrate, set Django up; afterwards stop and delete everything."""
    # /tmp keeps the socket path short: 107 bytes are the limit.
    folder = Path(tempfile.mkdtemp(prefix="proving-", dir="/tmp"))
    folder.chmod(0o755)
    settings = DURABLE if durable else FAST
    valkey = None
    made = Ground(folder, servers.start_postgres(folder / "pg", settings=settings, throwaway=True),
                  settings)  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        valkey = servers.start_valkey(folder / "valkey", durable=False)
        made.postgres.ensure_database(TEMPLATE)
        os.environ["DATABASE_URL"] = made.postgres.url(TEMPLATE)
        os.environ["REDIS_URL"] = valkey.url
        os.environ["DATA_DIR"] = str(folder)
        os.environ["PLAIN_STATIC"] = "1"
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        subprocess.run(
            [sys.executable, "-W", "ignore", "manage.py", "migrate", "--no-input", "-v0"],
            cwd=HOME, check=True,
        )  # fmt: skip
        import django

        django.setup()
        yield made
    finally:
        # Told to stop once is enough: a second signal must not cut the tidying short.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with ExitStack() as tidying:
            tidying.callback(shutil.rmtree, folder, ignore_errors=True)
            tidying.callback(lambda: made.postgres.stop())
            if valkey is not None:
                tidying.callback(valkey.stop)
            leave()


def leave() -> None:
    """Close this thread's connection, if Django is up at all."""
    if "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()


def use(name: str) -> None:
    """Have Django's default connection lead to this database."""
    from django.db import connections

    connections["default"].close()
    connections.databases["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


class ChildDied(Exception):
    """A forked child ended without an answer; the number is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Child:
    """A forked child of this process; it answers once."""

    pid: int
    handle: int

    def answer(self) -> Any:
        """What the child gave back.

        Raises:
            ChildDied: it was killed before it could answer.
            Exception: what it raised.
        """
        with os.fdopen(self.handle, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        if not said:
            raise ChildDied(status)
        fine, value = pickle.loads(said)  # noqa: S301 - our own child wrote it
        if not fine:
            raise RuntimeError(value)
        return value


def fork(job: Callable[[], Any]) -> Child:
    """Run a job in a forked child with database connections of its own."""
    import traceback

    leave()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    os.close(reading)
    # Dies with its parent, however that ends (prctl PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    code = 0
    try:
        said = (True, job())
    except BaseException:
        said, code = (False, traceback.format_exc()), 1
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(said, pipe)
    leave()
    os._exit(code)


def side_by_side(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Fork every job at once and gather the answers in order."""
    children = [fork(job) for job in jobs]
    return [child.answer() for child in children]


def in_turn(jobs: list[Callable[[], Any]], *, at_once: int = 2) -> Iterator[tuple[int, Any]]:
    """Fork so many at a time; yields the number of each job and its answer, as they end."""
    waiting = list(enumerate(jobs))
    running: dict[int, tuple[int, Child]] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            number, job = waiting.pop(0)
            child = fork(job)
            running[child.handle] = (number, child)
        for handle in select.select(list(running), [], [])[0]:
            number, child = running.pop(handle)
            yield number, child.answer()
