"""The world's own threads: started once in the worker process, stopped when it ends."""

from __future__ import annotations

import atexit
import os
import threading

from sandbox import platforms
from sandbox.world import faults, shops
from sandbox.world.pushes import dispatcher
from sandbox.world.store import store
from sandbox.world.trading import trader

_started_in: int | None = None
_once = threading.Lock()


def start() -> None:
    """Open the world in this process; a second call does nothing.

    Called from ``wsgi.py``, which gunicorn imports in the worker after it forked. Under
    ``--preload`` it would run in the master; threads do not survive a fork, so that is refused.

    Raises:
        RuntimeError: the world was opened before a fork.
    """
    global _started_in
    with _once:
        if _started_in == os.getpid():
            return
        if _started_in is not None:
            raise RuntimeError("the sandbox cannot run preloaded: start gunicorn without --preload")
        platforms.register_all()
        store.open()
        shops.load()
        faults.load()
        dispatcher.start()
        trader.open()
        atexit.register(stop)
        _started_in = os.getpid()


def stop() -> None:
    """Stop trading, let pushes in hand finish, close the file."""
    global _started_in
    with _once:
        if _started_in != os.getpid():
            return
        trader.close()
        dispatcher.stop()
        store.close()
        _started_in = None
