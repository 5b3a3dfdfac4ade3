"""What runs: one entry per program, and the environment they share."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from launch import processes, servers

HOME = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Program:
    """One program under the supervisor."""

    name: str
    title: str
    command: tuple[str, ...]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    # How it is asked to finish, and the seconds it may take for that.
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    # What it gets when the supervisor was killed. Only servers have something to save then; a
    # worker would wait for a broker that is gone as well.
    on_parent_death: int = signal.SIGKILL
    user_id: int = 0
    # A file that says "ready"; removed before each start.
    ready_file: Path | None = None
    # One sentence from its log, when it does not start.
    why: Callable[[Path], str] | None = None


# Celery workers: name -> (queues, processes). All idle processes together stay under 1.2 GB: see
# docs/architecture.md for the figures.
WORKERS: dict[str, tuple[str, int]] = {
    "worker-floor": ("floor", 2),
    # One process on purpose: orders that arrive while it works are its next batch. With three,
    # small batches competed for the cores and the p95 from push to hold was more than doubled.
    "worker-orders": ("orders", 1),
    "worker-channels": ("channels", 2),
    "worker-rules": ("rules,bulk", 1),
}
# The embedded PostgreSQL keeps its promises (fsync stays on) and fits beside everything else.
POSTGRES = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "TimeZone": "UTC",
}
WEB_WORKERS = 2
# More threads than one expects of two cores: orders that wait together share their statements.
WEB_THREADS = 12


def shared_environment(
    *,
    data_dir: Path,
    database_url: str,
    redis_url: str,
    web_port: int,
    sandbox_port: int,
    extra: Mapping[str, str],
) -> dict[str, str]:
    """The environment of every program of one stack."""
    environment = dict(os.environ)
    # A stack started from within a test run or another stack is a world of its own.
    for name in ("PLAIN_STATIC", "HOUSE_TEST_SERVERS", "PYTEST_XDIST_WORKER", "PYTHONWARNINGS"):
        environment.pop(name, None)
    environment.update(
        {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "WEB_PORT": str(web_port),
            "SANDBOX_PORT": str(sandbox_port),
            "SANDBOX_URL": f"http://127.0.0.1:{sandbox_port}",
            "PUBLIC_URL": f"http://127.0.0.1:{web_port}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "",
            processes.MARK: str(data_dir),
        }
    )
    environment.update(extra)
    return environment


def answers(address: str) -> bool:
    """True when the address answers 200 within a second."""
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def postgres(folder: Path) -> Program:
    """The embedded PostgreSQL.

    Raises:
        ServerTrouble: the data folder cannot be used.
    """
    try:
        servers.prepare_folder(folder)
        sockets = servers.socket_dir(folder)
    except OSError as trouble:
        raise servers.ServerTrouble(servers.why_postgres(folder, None, trouble)) from trouble
    return Program(
        name="postgres",
        title="PostgreSQL",
        command=tuple(servers.postgres_command(folder, sockets, POSTGRES)),
        ready=partial(servers.postgres_answers, sockets),
        # Fast shutdown: sessions are cut off, nothing committed is lost.
        stop_signal=signal.SIGINT,
        on_parent_death=signal.SIGINT,
        patience=20.0,
        user_id=servers.owner(folder),
        why=lambda log: servers.why_postgres(folder, log, None),
    )


def valkey(folder: Path, port: int) -> Program:
    """The embedded Valkey.

    Raises:
        ServerTrouble: its folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise servers.ServerTrouble(f"Valkey cannot write to {folder}: {trouble}.") from trouble
    return Program(
        name="valkey",
        title="Valkey",
        command=tuple(servers.valkey_command(folder, port, durable=True)),
        ready=partial(servers.valkey_answers, port),
        on_parent_death=signal.SIGTERM,
        patience=5.0,
        why=lambda log: servers.why_valkey(folder, log),
    )


def web(*, host: str, port: int) -> Program:
    """The pages and the push endpoint."""
    shown = "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared, not bound
    return Program(
        name="web",
        title="Web",
        command=(
            str(BIN / "gunicorn"), "config.wsgi", "--bind", f"{host}:{port}",
            "--worker-class", "gthread", "--workers", str(WEB_WORKERS),
            "--threads", str(WEB_THREADS), "--preload", "--timeout", "60",
            "--graceful-timeout", "8", "--max-requests", "20000", "--max-requests-jitter", "2000",
            "--keep-alive", "30", "--no-control-socket", "--log-level", "warning",
        ),
        environment={"PROCESS": "web"},
        ready=partial(answers, f"http://{shown}:{port}/readyz"),
    )  # fmt: skip


def workers(run_dir: Path) -> list[Program]:
    """The Celery workers."""
    found = []
    for name, (queues, count) in WORKERS.items():
        ready = run_dir / f"{name}.alive"
        found.append(
            Program(
                name=name,
                title=f"Worker ({queues})",
                command=(
                    str(BIN / "celery"), "-A", "config", "worker", "--queues", queues,
                    "--concurrency", str(count), "--hostname", f"{name}@%h", "--loglevel", "INFO",
                    "--without-gossip", "--without-mingle", "--without-heartbeat", "-O", "fair",
                ),
                environment={"PROCESS": name, "ALIVE_FILE": str(ready)},
                ready=ready.exists,
                ready_file=ready,
            )
        )  # fmt: skip
    return found


def beat(run_dir: Path) -> Program:
    """The one clock."""
    ready = run_dir / "beat.alive"
    return Program(
        name="beat",
        title="Beat",
        command=(
            str(BIN / "celery"), "-A", "config", "beat", "--loglevel", "WARNING",
            "--schedule", str(run_dir / "beat-schedule"), "--pidfile", "",
        ),
        environment={"PROCESS": "beat", "ALIVE_FILE": str(ready)},
        ready=ready.exists,
        patience=5.0,
        ready_file=ready,
    )  # fmt: skip


def sensor_bridge(run_dir: Path, environment: Mapping[str, str]) -> Program | None:
    """Reads sensors from an MQTT broker; nothing where MQTT_URL names none."""
    if not environment.get("MQTT_URL"):
        return None
    ready = run_dir / "sensor-bridge.alive"
    return Program(
        name="sensor-bridge",
        title="Sensor bridge",
        command=(sys.executable, str(HOME / "manage.py"), "bridge_mqtt"),
        environment={"PROCESS": "sensor-bridge", "ALIVE_FILE": str(ready)},
        ready=ready.exists,
        ready_file=ready,
    )


def sandbox(*, data_dir: Path, port: int, rate: float) -> Program | None:
    """The small outside world; nothing when this installation comes without it."""
    if importlib.util.find_spec("sandbox") is None:
        return None
    if importlib.util.find_spec("sandbox.__main__") is None:
        return None
    return Program(
        name="sandbox",
        title="Sandbox",
        command=(sys.executable, "-m", "sandbox"),
        environment={
            "SANDBOX_HOST": "127.0.0.1",
            "SANDBOX_PORT": str(port),
            "SANDBOX_DB": str(data_dir / "sandbox.sqlite3"),
            "SANDBOX_RATE": str(rate),
        },
        patience=5.0,
        ready=partial(answers, f"http://127.0.0.1:{port}/healthz"),
    )
