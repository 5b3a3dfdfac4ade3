"""Readings that come over MQTT: what messages say, and handing them on in batches. No network here.

Topics and payloads (UTF-8 JSON):

    <prefix>/<device>     {"at": "2026-11-22T08:00:00+08:00", "value": 4.2}
                          or a list of such objects; `at` may be missing: the moment it came
    <prefix>              {"readings": [{"device": ..., "at": ..., "value": ...}]} as over REST

A message is acknowledged after its readings are committed: what the broker keeps for us (QoS 1, a
lasting session) comes again after a fall, and what comes again is a duplicate that changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from freeze_rules.services.sensors.ingesting import MOST_READINGS, Verdict, take_readings
from org.scope import Scope

ACTOR = "system:mqtt"


def readings_in(topic: str, payload: bytes, *, prefix: str, now: datetime) -> list[Any]:
    """The readings of one message; what is no JSON becomes one that goes into quarantine."""
    device = topic.removeprefix(prefix).strip("/")
    try:
        told = json.loads(payload)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return [{"device": device, "at": now.isoformat(), "value": _shown(payload)}]
    if isinstance(told, dict) and isinstance(told.get("readings"), list):
        return list(told["readings"])
    if not device:
        return [told]
    each = told if isinstance(told, list) else [told]
    return [
        {"at": now.isoformat(), **one, "device": device} if isinstance(one, dict) else one
        for one in each
    ]


def _shown(payload: bytes) -> str:
    return payload[:60].decode("utf-8", "replace")


@dataclass
class Gathered:
    """Messages that wait to be handed on together, each with what acknowledges it."""

    readings: list[Any] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)

    def add(self, message: Any, readings: Sequence[Any]) -> None:
        """One more message."""
        self.messages.append(message)
        self.readings += readings

    @property
    def is_full(self) -> bool:
        """As many as one batch should have."""
        return len(self.readings) >= MOST_READINGS // 10

    def hand_on(self) -> tuple[list[Any], list[Verdict]]:
        """Take the readings in, in one transaction; gives the messages to acknowledge."""
        verdicts: list[Verdict] = []
        if self.readings:
            with transaction.atomic(durable=True):
                verdicts = take_readings(self.readings, actor=ACTOR, scope=Scope.everything())
        done = self.messages
        self.readings, self.messages = [], []
        return done, verdicts
