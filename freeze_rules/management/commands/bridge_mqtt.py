"""`manage.py bridge_mqtt`: reads sensors from an MQTT broker until it is stopped."""

from __future__ import annotations

import logging
import os
import queue
import signal
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from paho.mqtt.enums import CallbackAPIVersion

from freeze_rules.services.sensors.bridge import Gathered, readings_in

log = logging.getLogger(__name__)
# A message waits for others at most so long.
GATHER_S = 0.5
# How often it shows that it lives, where ALIVE_FILE names the file for that.
SIGN_OF_LIFE_S = 5.0
# So many may be on their way to us without being acknowledged.
IN_FLIGHT = 1_000


class Command(BaseCommand):
    """Connects, subscribes with QoS 1 in a lasting session, and acknowledges what is committed."""

    help = "Read sensors from an MQTT broker (MQTT_URL) until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--seconds` ends it by itself, for trying it out."""
        parser.add_argument("--url", default=settings.MQTT_URL)
        parser.add_argument("--prefix", default=settings.MQTT_PREFIX)
        parser.add_argument("--seconds", type=float, default=None)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Raises CommandError without a broker's address."""
        if not options["url"]:
            raise CommandError("Set MQTT_URL, such as mqtt://user:password@broker:1883")
        self._stopped = False
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        come: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        client = _client(options["url"], options["prefix"], come)
        client.loop_start()
        try:
            self._work(client, come, options["prefix"], options["seconds"])
        finally:
            client.disconnect()
            client.loop_stop()

    def _stop(self, *_of_signal: Any) -> None:
        self._stopped = True

    def _work(
        self,
        client: mqtt.Client,
        come: queue.Queue[mqtt.MQTTMessage],
        prefix: str,
        seconds: float | None,
    ) -> None:
        ends = None if seconds is None else time.monotonic() + seconds
        gathered, due, taken, shown = Gathered(), 0.0, 0, 0.0
        while not self._stopped and (ends is None or time.monotonic() < ends):
            if time.monotonic() > shown + SIGN_OF_LIFE_S:
                shown = time.monotonic()
                _show_life()
            try:
                message = come.get(timeout=0.1)
            except queue.Empty:
                message = None
            if message is not None:
                if not gathered.messages:
                    due = time.monotonic() + GATHER_S
                gathered.add(
                    message,
                    readings_in(
                        message.topic, bytes(message.payload), prefix=prefix, now=timezone.now()
                    ),
                )
            if gathered.messages and (gathered.is_full or time.monotonic() >= due):
                done, verdicts = gathered.hand_on()
                taken += len(verdicts)
                for each in done:
                    client.ack(each.mid, each.qos)
        self.stdout.write(f"{taken} readings")


def _show_life() -> None:
    if name := os.environ.get("ALIVE_FILE"):
        Path(name).touch()


def _client(url: str, prefix: str, come: queue.Queue[mqtt.MQTTMessage]) -> mqtt.Client:
    """A client that reconnects by itself and leaves acknowledging to us."""
    parts = urlsplit(url)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="stockhouse-sensors", clean_session=False,
        manual_ack=True,
    )  # fmt: skip
    client.max_inflight_messages_set(IN_FLIGHT)
    if parts.username:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()

    def subscribe(connected: mqtt.Client, *_rest: Any) -> None:
        connected.subscribe([(prefix, 1), (f"{prefix}/+", 1)])

    def note(_client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        come.put(message)

    host, port = parts.hostname or "127.0.0.1", parts.port or 1883

    def complain(*_rest: Any) -> None:
        log.warning("The sensors' broker %s:%s does not answer; trying again.", host, port)

    client.on_connect, client.on_message, client.on_connect_fail = subscribe, note, complain
    # A broker that is away now is asked again until it is there.
    client.connect_async(host, port)
    return client
