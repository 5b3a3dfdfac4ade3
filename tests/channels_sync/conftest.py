"""A sandbox process of its own per session, and shops that are connected to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from launch.servers import free_port
from tests.channels_sync.world import World

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running sandbox."""
    folder, port = tmp_path_factory.mktemp("sandbox"), free_port()
    env = {
        "PATH": os.environ["PATH"],
        "SANDBOX_HOST": "127.0.0.1",
        "SANDBOX_PORT": str(port),
        "SANDBOX_DB": str(folder / "sandbox.sqlite3"),
        "SANDBOX_THREADS": "16",
        "SANDBOX_PUSH_SENDERS": "4",
        "SANDBOX_PUSH_BACKOFF": "1,1",
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox"], cwd=ROOT, env=env, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                if httpx.get(f"{url}/healthz", timeout=1).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        else:
            raise AssertionError((folder / "log").read_text())
        assert process.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        process.terminate()
        process.wait(60)
        log.close()


@pytest.fixture
def world(sandbox: str) -> Iterator[World]:
    """An empty outside world."""
    with httpx.Client(base_url=sandbox, timeout=60) as client:
        made = World(client)
        made.post("/sandbox/reset", {})
        yield made
        made.delete("/sandbox/faults")
