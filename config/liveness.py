"""Signs of life of Celery's processes, for whoever watches them.

With ALIVE_FILE set, a worker touches that file when it is ready and then with every heartbeat, the
beat with every task it sends (one each second), so that "is it alive" is a look at a file's age
and not a question through the broker.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

from celery.signals import (
    after_task_publish,
    beat_init,
    heartbeat_sent,
    worker_process_init,
    worker_ready,
)

from org.meters import meters

PR_SET_PDEATHSIG = 1


def touch(**_: object) -> None:
    """Renew the sign of life."""
    meters().flush()
    if name := os.environ.get("ALIVE_FILE"):
        Path(name).touch()


def beat_began(**_: object) -> None:
    """From now on each task that the beat sends is a sign of its life."""
    touch()
    after_task_publish.connect(touch)


def die_with_parent(**_: object) -> None:
    """A pool process must not outlive a killed worker: it would hold tasks that run again."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def watch() -> None:
    """Connect the signs of life."""
    worker_ready.connect(touch)
    heartbeat_sent.connect(touch)
    beat_init.connect(beat_began)
    worker_process_init.connect(die_with_parent)
