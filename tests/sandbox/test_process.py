"""One process, one file: what it knows survives a restart, and it goes when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import ROOT, end
from tests.sandbox.outside import Receiver, World

Start = Callable[..., tuple["subprocess.Popen[bytes]", str]]


@pytest.fixture
def receiver() -> Receiver:
    """Not listening until started."""
    return Receiver()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_orders_and_unsent_pushes_survive_a_restart(
    own_process: Start, receiver: Receiver, how: signal.Signals
) -> None:
    receiver.start()
    receiver.statuses = [500] * 100
    process, address = own_process(SANDBOX_PUSH_BACKOFF="2,2,2,2,2,2")
    with httpx.Client(base_url=address, timeout=60) as client:
        world = World(client, receiver)
        shop = world.shopify(listings=[{"sku": "TEA-1", "stock": 5}])
        number = world.order(shop.code, quantity=2)["number"]
        receiver.wait(1)
    if how == signal.SIGTERM:
        assert end(process) == 0
    else:
        # The worker is a child of the process we started; both die as on a crash.
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in [*map(int, children), process.pid]:
            os.kill(pid, how)
        process.communicate()
    receiver.statuses = []
    _, address = own_process(SANDBOX_PUSH_BACKOFF="0.1")
    with httpx.Client(base_url=address, timeout=60) as client:
        world = World(client, receiver)
        assert world.figure(shop.code)["figure"] == 3
        world.settled(within=120)
        record = world.control("GET", f"orders/{number}")["order"]
        assert record["push_answered_at"]
        assert record["pushes"][0]["state"] == "sent"
    receiver.stop()


def test_two_processes_never_share_one_file(own_process: Start, tmp_path: Path) -> None:
    own_process()
    second = subprocess.run(
        [sys.executable, "-c", "from sandbox.world.store import store; store.open()"],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_DB": str(tmp_path / "store.sqlite3")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert second.returncode == 1
    assert "in use by another sandbox process" in second.stderr


def test_a_demo_rate_places_orders_by_itself(own_process: Start, receiver: Receiver) -> None:
    receiver.start()
    _, address = own_process(SANDBOX_RATE="1200")
    with httpx.Client(base_url=address, timeout=60) as client:
        world = World(client, receiver)
        world.shopify(listings=[{"sku": "TEA-1", "stock": 500}])
        receiver.wait(5)
        assert world.control("GET", "trade")["state"] == "trading"
    receiver.stop()


def test_the_sandbox_imports_nothing_from_the_product() -> None:
    rooms = "config insights channels_sync oms wms freeze_rules inventory org outbox bench launch"
    for path in (ROOT / "sandbox").rglob("*.py"):
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) > 1 and words[0] in ("from", "import"):
                assert words[1].split(".")[0] not in rooms.split(), f"{path}: {line}"
