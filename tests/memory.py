"""Where throw-away servers keep their files: in memory, where there is room.

A clone of the database is two thousand small files. A disk takes a second or more to make them
when other tests write as well; memory takes a tenth of one.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - each user of it makes a folder of its own there
ON_DISK = Path("/tmp")  # noqa: S108 - short, because the path of a socket has 107 bytes at most
# What the whole suite leaves behind until it ends, with room to spare.
ROOM_GB = 8


def folder_for_servers() -> Path:
    """The folder in which to make one for servers; files there are gone with the machine."""
    if not os.access(IN_MEMORY, os.W_OK):
        return ON_DISK
    room = min(shutil.disk_usage(IN_MEMORY).free, _free_memory())
    return IN_MEMORY if room >= ROOM_GB * 1024**3 else ON_DISK


def _free_memory() -> int:
    """Bytes that may still be taken, by the machine or by the container that we are in."""
    free = 0
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (told := limit.read_text().strip()).isdigit():
        free = min(free, int(told))
    return free
