"""What the whole house takes when nobody wants anything, and how soon it is up again."""

from __future__ import annotations

import os
import subprocess
import time

from bench import house, measure
from launch import processes, programs
from launch.stack import Stack

REST_S = 20.0
MEGABYTE = 1_000_000
LIMITS = {"pss_sum_mb": 1200.0, "second_start_s": 15.0}


def main(arguments: list[str]) -> int:
    """Start on a fresh folder, rest, weigh, stop, start again on the same data."""
    options = measure.options("idle", arguments).parse_args(arguments)
    with house.data_folder() as folder:
        began = time.monotonic()
        with house.stack_on(folder) as stack:
            first = time.monotonic() - began
            time.sleep(2.0 if options.quick else REST_S)
            figures = _weights(stack)
        began = time.monotonic()
        installing = _install()
        with house.stack_on(folder):
            second = time.monotonic() - began
    figures |= {
        "first_start_s": first,
        "second_start_s": second,
        "second_start_install_check_s": installing,
    }
    return measure.report(figures, options.json, LIMITS)


def _install() -> float:
    """`make run` first looks whether everything is installed; that belongs to its start."""
    began = time.monotonic()
    environment = {name: text for name, text in os.environ.items() if name != "MAKEFLAGS"}
    subprocess.run(
        ["make", "--silent", "install"],
        cwd=programs.HOME, env=environment, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.monotonic() - began


def _weights(stack: Stack) -> dict[str, float | str]:
    """PSS by program (what it started included), in millions of bytes, and the processes."""
    memory = stack.memory()
    pids = {name: processes.family(pid) for name, pid in stack.pids().items() if pid is not None}
    figures: dict[str, float | str] = {
        f"pss_{name}_mb": weight / MEGABYTE for name, weight in memory.items()
    }
    figures["pss_sum_mb"] = sum(memory.values()) / MEGABYTE
    figures["processes"] = sum(map(len, pids.values()))
    # Each worker is one parent that hands out and its children that do.
    figures["celery_worker_children"] = sum(count for _, count in programs.WORKERS.values())
    figures["celery_processes"] = sum(
        len(found) for name, found in pids.items() if name in (*programs.WORKERS, "beat")
    )
    figures["web_workers"] = programs.WEB_WORKERS
    return figures
