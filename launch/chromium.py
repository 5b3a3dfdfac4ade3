"""Debian's Chromium for the browser tests: found, or installed when we are root.

python -m launch.chromium      prints its path; exit code 1 with one sentence without it
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# A Chinese font, or every label is a row of boxes.
PACKAGES = ("chromium", "fonts-noto-cjk")
INSTALL = f"apt-get install -y --no-install-recommends {' '.join(PACKAGES)}"


class NoChromium(Exception):
    """There is none and it cannot be installed; the text says how to get it."""


def find() -> str:
    """The path of an installed Chromium, or nothing."""
    named = os.environ.get("CHROMIUM", "")
    if named and Path(named).exists():
        return named
    return shutil.which("chromium") or ""


def get() -> str:
    """The path of Chromium; installs it once when it is missing and we are root.

    Raises:
        NoChromium: with the command that installs it.
    """
    if found := find():
        return found
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoChromium(f"Chromium is missing. Install it with: sudo {INSTALL}")
    lock = Path(tempfile.gettempdir()) / "house-chromium.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if found := find():  # another test process installed it while we waited
            return found
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("apt-get update -q", INSTALL):
            done = subprocess.run(
                command.split(), env=environment, capture_output=True, text=True, check=False
            )
        if done.returncode or not find():
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise NoChromium(f"Chromium cannot be installed ({last}). By hand: {INSTALL}")
    return find()


if __name__ == "__main__":
    try:
        print(get())
    except NoChromium as trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
