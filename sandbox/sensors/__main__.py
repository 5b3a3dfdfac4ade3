"""``python -m sandbox.sensors spike --device T-01``: plays a device's day against the house.

The house and the key stand in HOUSE, KEY_ID and SECRET, as for the examples of the client.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from client import House, Refused, Unreachable
from sandbox.sensors import days, sending


def main() -> int:
    """Play one day; 1 when it did not get through."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.sensors")
    parser.add_argument("kind", choices=list(days.KINDS))
    parser.add_argument("--device", required=True)
    parser.add_argument("--normal", type=float, default=4.0, help="in the device's unit")
    parser.add_argument("--peak", type=float, default=12.0, help="in the device's unit")
    parser.add_argument("--until", type=datetime.fromisoformat, default=datetime.now(UTC),
                        help="when the day ends, with its zone; now")  # fmt: skip
    parser.add_argument("--mqtt", default="", help="a broker, such as mqtt://127.0.0.1:1883")
    options = parser.parse_args()
    if options.until.tzinfo is None:
        parser.error("--until needs a zone, such as +08:00")
    told = days.batches(
        days.Day(
            device=options.device, kind=options.kind, until=options.until,
            normal=options.normal, peak=options.peak,
        )
    )  # fmt: skip
    try:
        if options.mqtt:
            done = sending.by_mqtt(told, broker=options.mqtt)
        else:
            named = [os.environ.get(each, "") for each in ("HOUSE", "KEY_ID", "SECRET")]
            if not all(named):
                parser.error("set HOUSE, KEY_ID and SECRET, or name a broker with --mqtt")
            with House(named[0], key_id=named[1], secret=named[2]) as house:
                done = sending.by_rest(told, house=house)
    except (Refused, Unreachable, OSError, RuntimeError) as trouble:
        sys.stderr.write(f"{options.device}: {trouble}\n")
        return 1
    sys.stdout.write(", ".join(f"{many} {word}" for word, many in done.items()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
