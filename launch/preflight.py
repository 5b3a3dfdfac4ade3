"""What must be right before anything starts; each trouble is one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from launch import processes, servers
from launch.servers import ServerTrouble

MIN_FREE_MB = 500


def check_port(name: str, port: int, host: str = "127.0.0.1") -> None:
    """Refuse a port that somebody else listens on.

    Raises:
        ServerTrouble: with the port, the process if we may know it, and the variable to change.
    """
    if servers.port_is_free(port, host) and not servers.answers(port):
        return
    pid = processes.listener(port)
    who = f" by process {pid} ({processes.started_from(pid)})" if pid else ""
    verb = "run" if "PORT" in name else name
    raise ServerTrouble(
        f"Port {port} is taken{who}. Stop it or choose another port: make {verb} {name}={port + 1}"
    )


def port_from(environment: Mapping[str, str], name: str, default: int) -> int:
    """A port number from the environment.

    Raises:
        ServerTrouble: it is no port number.
    """
    raw = environment.get(name) or str(default)
    if not (raw.isascii() and raw.isdecimal()) or not 1 <= int(raw) <= 65535:
        raise ServerTrouble(f"{name}={raw} is no port number (1 to 65535).")
    return int(raw)


def check_disk(folder: Path, environment: Mapping[str, str]) -> None:
    """Refuse to start where a database would soon run out of room.

    Raises:
        ServerTrouble: too little room, or the folder cannot be written.
    """
    raw = environment.get("MIN_FREE_MB") or str(MIN_FREE_MB)
    wanted = int(raw) if raw.isdecimal() else MIN_FREE_MB
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise ServerTrouble(f"{existing} is a file; the data folder {folder} cannot be made there.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ServerTrouble(f"No permission to write to {existing}; DATA_DIR names another folder.")
    free = shutil.disk_usage(existing).free // 1_000_000
    if free < wanted:
        raise ServerTrouble(
            f"The disk is nearly full: {free} MB are free at {existing}, {wanted} MB are needed. "
            "Free some room, or set DATA_DIR to a folder elsewhere."
        )


def check_server(name: str, url: str) -> None:
    """Refuse a DATABASE_URL or REDIS_URL where nobody answers.

    Raises:
        ServerTrouble: nobody listens there, or the address cannot be read.
    """
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    default = 5432 if name == "DATABASE_URL" else 6379
    if name == "DATABASE_URL" and not parts.scheme.startswith("postgres"):
        raise ServerTrouble("DATABASE_URL must begin with postgresql:// (user@host:port/database).")
    try:
        port = parts.port or default
    except ValueError:
        raise ServerTrouble(f"The port in {name} cannot be read.") from None
    host = unquote(query.get("host", "") or parts.hostname or "127.0.0.1")
    try:
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(3)
                line.connect(f"{host}/.s.PGSQL.{port}")
        elif parts.scheme != "unix":
            with socket.create_connection((host, port), timeout=3):
                pass
    except OSError as trouble:
        raise ServerTrouble(
            f"Nobody answers at {host} port {port} ({name}): {trouble.strerror or trouble}."
        ) from None
