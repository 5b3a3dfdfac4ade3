"""The real sandbox process on a free port, emptied before every test."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from launch.servers import free_port
from tests.sandbox.outside import Receiver, World

ROOT = Path(__file__).resolve().parents[2]


def run_sandbox(store: Path, port: int, **more: str) -> subprocess.Popen[bytes]:
    """Start ``python -m sandbox`` and wait until it answers."""
    environment = {
        **os.environ,
        "SANDBOX_DB": str(store),
        "SANDBOX_PORT": str(port),
        "SANDBOX_PUSH_BACKOFF": "0.1,0.2,0.4",
        **more,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox"], env=environment, cwd=ROOT, stdout=subprocess.PIPE
    )
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"ok": True}:
                return process
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the sandbox did not start: {process.communicate()[0]!r}")


def end(process: subprocess.Popen[bytes]) -> int:
    """SIGTERM and its exit code."""
    process.terminate()
    try:
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the sandbox answers."""
    port = free_port()
    process = run_sandbox(tmp_path_factory.mktemp("sandbox") / "store.sqlite3", port)
    yield f"http://127.0.0.1:{port}"
    end(process)


@pytest.fixture
def world(address: str) -> Iterator[World]:
    """An empty world and somebody who receives its pushes."""
    receiver = Receiver()
    receiver.start()
    with httpx.Client(base_url=address, timeout=60) as client:
        here = World(client, receiver)
        here.control("POST", "reset")
        yield here
        here.control("POST", "reset")
    receiver.stop()


@pytest.fixture
def own_process(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[bytes], str]]]:
    """Starts further sandboxes on the same store, one after the other."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**more: str) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        process = run_sandbox(tmp_path / "store.sqlite3", port, **more)
        running.append(process)
        return process, f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        if process.poll() is None:
            end(process)
