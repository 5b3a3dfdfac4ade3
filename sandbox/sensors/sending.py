"""A day goes to the house: in signed REST batches, or over MQTT when there is a broker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from client import House
from sandbox.sensors.days import Batch

READINGS = "/api/v1/sensors/readings"
PREFIX = "sensors"
PATIENCE_S = 30.0


def by_rest(found: Iterable[Batch], *, house: House) -> Counter[str]:
    """Send batch after batch; how many were accepted, duplicates and quarantined.

    Raises:
        client.Refused, client.Unreachable.
    """
    told: Counter[str] = Counter()
    for batch in found:
        answer = house.send(
            "POST", READINGS, parameters={"results": "not_accepted"}, body={"readings": batch}
        ).data
        told.update({word: answer[word] for word in ("accepted", "duplicates", "quarantined")})
    return told


def by_mqtt(found: Iterable[Batch], *, broker: str, prefix: str = PREFIX) -> Counter[str]:
    """Publish batch after batch with QoS 1; how many readings the broker has taken.

    Args:
        broker: such as "mqtt://user:password@broker:1883"; "mqtts" for TLS.
        prefix: the topic of batches.

    Raises:
        OSError: nobody answers there.
        RuntimeError: it did not take a message in time.
    """
    there = urlsplit(broker)
    line = mqtt.Client(CallbackAPIVersion.VERSION2)
    if there.username:
        line.username_pw_set(there.username, there.password)
    if there.scheme == "mqtts":
        line.tls_set()
    line.connect(there.hostname or "127.0.0.1", there.port or 1883)
    line.loop_start()
    told: Counter[str] = Counter()
    try:
        for batch in found:
            sent = line.publish(prefix, json.dumps({"readings": batch}), qos=1)
            sent.wait_for_publish(PATIENCE_S)
            if not sent.is_published():
                raise RuntimeError(f"{there.hostname} did not take a message in {PATIENCE_S:.0f} s")
            told["published"] += len(batch)
    finally:
        line.disconnect()
        line.loop_stop()
    return told
