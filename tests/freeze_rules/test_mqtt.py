"""Readings over MQTT: payloads, batches, and a real broker where there is one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from django.conf import settings
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion

from freeze_rules.models import QuarantinedReading, SensorReading
from freeze_rules.services.sensors.bridge import Gathered, readings_in
from launch.servers import free_port
from sandbox.sensors.days import Day, batches
from sandbox.sensors.sending import by_mqtt
from tests.freeze_rules.sensing import device, now, told

BROKER = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def test_the_topic_names_the_device() -> None:
    found = readings_in("sensors/T-01", b'{"value": 4.5}', prefix="sensors", now=now())

    assert found == [{"at": now().isoformat(), "value": 4.5, "device": "T-01"}]


def test_a_batch_names_its_devices_itself() -> None:
    batch = [told(now(), 4), told(now(), 5, device="T-02")]
    payload = json.dumps({"readings": batch}).encode()

    assert readings_in("sensors", payload, prefix="sensors", now=now()) == batch


@pytest.mark.parametrize("payload", [b"\xff\xfe", b"{", b"", b"[1]", b"4.2"])
def test_what_is_no_reading_is_handed_on_as_it_is(payload: bytes) -> None:
    found = readings_in("sensors/T-01", payload, prefix="sensors", now=now())

    assert len(found) == 1


def test_nonsense_over_mqtt_is_quarantined_and_the_rest_goes_through(real_commits: str) -> None:
    device()
    gathered = Gathered()
    for payload in (b"{", json.dumps({"at": now().isoformat(), "value": 4}).encode()):
        gathered.add(payload, readings_in("sensors/T-01", payload, prefix="sensors", now=now()))

    done, verdicts = gathered.hand_on()

    assert [each.outcome for each in verdicts] == ["quarantined", "accepted"]
    assert [each.code for each in verdicts] == ["bad_value", ""]
    assert len(done) == 2
    assert gathered.messages == []


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """A mosquitto of its own; gives its port."""
    if BROKER is None:
        pytest.skip("mosquitto is not installed")
    port = free_port()
    file = tmp_path / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    process = subprocess.Popen(
        [BROKER, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _try in range(600):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(60)


def _both_kinds_came() -> bool:
    wrong = QuarantinedReading.objects.filter(code="unknown_device")
    return SensorReading.objects.count() == 20 and wrong.exists()


@pytest.mark.races
def test_the_bridge_reads_a_real_broker_and_the_simulator_writes_to_it(
    real_commits: str, broker: int
) -> None:
    device()
    database = settings.DATABASES["default"]
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{database['USER']}@/{real_commits}?host={database['HOST']}"
        + (f"&port={database['PORT']}" if database["PORT"] else ""),
        "MQTT_URL": f"mqtt://127.0.0.1:{broker}",
    }
    bridge = subprocess.Popen(
        [sys.executable, "manage.py", "bridge_mqtt", "--seconds", "150"],
        env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        sender = mqtt.Client(CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", broker)
        sender.loop_start()
        start = now() - timedelta(hours=1)
        until = time.monotonic() + 120
        # Sent until they arrive: the bridge subscribes when it is up; duplicates change nothing.
        while not _both_kinds_came() and time.monotonic() < until:
            for minute in range(20):
                reading = {"at": (start + timedelta(minutes=minute)).isoformat(), "value": 4}
                sender.publish("sensors/T-01", json.dumps(reading), qos=1)
            sender.publish("sensors/T-99", b'{"value": 4}', qos=1)
            time.sleep(1)
        sender.loop_stop()
        assert SensorReading.objects.count() == 20
        assert QuarantinedReading.objects.filter(code="unknown_device").exists()
        day = batches(Day(device="T-01", kind="steady", until=start - timedelta(minutes=5)))
        sent = by_mqtt(day, broker=f"mqtt://127.0.0.1:{broker}")
        assert sent["published"] == 144
        while SensorReading.objects.count() < 164 and time.monotonic() < until:
            time.sleep(0.2)
        assert SensorReading.objects.count() == 164
    finally:
        bridge.terminate()
        told_at_the_end, _ = bridge.communicate(timeout=60)
    assert "readings" in told_at_the_end
    assert connection.is_usable()


def test_a_broker_that_is_away_does_not_end_the_bridge(real_commits: str, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"mqtt://127.0.0.1:{nobody.getsockname()[1]}"
    alive = tmp_path / "alive"
    done = subprocess.run(
        [sys.executable, "manage.py", "bridge_mqtt", "--seconds", "2", "--url", url],
        env=os.environ | {"ALIVE_FILE": str(alive)}, cwd=settings.BASE_DIR, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "0 readings\n")
    assert "does not answer" in done.stderr
    assert alive.exists()
