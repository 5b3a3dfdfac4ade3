"""Where the servers of a measurement keep their data.

BENCH_DIR names the folder in which they are made (/tmp). BENCH_TEMPLATE names the data of a
stopped server with a migrated database: copied, it saves the half minute that migrating takes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Short, because the path of a socket has 107 bytes at most.
ON_DISK = "/tmp"  # noqa: S108 - what is made in it has a name of its own


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the database's own user may enter; gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="house-bench-", dir=os.environ.get("BENCH_DIR", ON_DISK)))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def lay_template(database: Path) -> bool:
    """Put the template, if one is given, where a server is about to start; True when it lies."""
    template = os.environ.get("BENCH_TEMPLATE")
    if not template:
        return False
    database.parent.mkdir(parents=True, exist_ok=True)
    # With their owner: the database runs under a user of its own.
    subprocess.run(["cp", "-a", template, str(database)], check=True)
    return True
