"""Folders for servers that run under another user than root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.memory import folder_for_servers


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short path that PostgreSQL can reach (pytest's own shuts others out)."""
    folder = Path(tempfile.mkdtemp(prefix="house-launch-", dir=folder_for_servers()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
