"""Several workers at once: all prepare, then all start together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any


class Crew:
    """Workers that stay; the database is named by the environment."""

    def __init__(self, size: int) -> None:
        self.peak_mb = 0.0
        self._workers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.holdings.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(size)
        ]

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.close()
        for worker in self._workers:
            worker.wait(60)

    def seconds(self, jobs: Sequence[dict[str, Any]]) -> float:
        """Do the jobs at once, one worker each: from the common start until the last is done."""
        busy = self._workers[: len(jobs)]
        assert len(busy) == len(jobs)
        for worker, job in zip(busy, jobs, strict=True):
            _say(worker, job)
        for worker in busy:
            assert _hear(worker) == "ready"
        began = time.perf_counter()
        for worker in busy:
            _say(worker, "go")
        answers = [_hear(worker) for worker in busy]
        took = time.perf_counter() - began
        self.peak_mb = max(self.peak_mb, *(answer["peak_mb"] for answer in answers))
        return took


def _say(worker: subprocess.Popen[str], what: object) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(what) + "\n")
    worker.stdin.flush()


def _hear(worker: subprocess.Popen[str]) -> Any:
    assert worker.stdout is not None
    line = worker.stdout.readline()
    if not line:
        raise RuntimeError("a worker died; what it said is above")
    return json.loads(line)
