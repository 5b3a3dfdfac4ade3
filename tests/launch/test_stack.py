"""The supervisor: everything starts, what dies comes back, nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from launch import processes
from launch.programs import HOME
from launch.servers import ServerTrouble
from launch.stack import SIGN, Stack
from tests.servers import begin_with_template


def _environment(folder: Path, **more: str) -> dict[str, str]:
    environment = dict(os.environ)
    for name in ("DATABASE_URL", "REDIS_URL", "HOUSE_TEST_SERVERS", "PLAIN_STATIC", "MAKELEVEL"):
        environment.pop(name, None)
    return {**environment, "DATA_DIR": str(folder), "DEMO": "0", "SANDBOX_RATE": "0", **more}


def _launch(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "launch", *arguments],
        cwd=HOME, env=_environment(folder, **more), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _wait_for(file: Path, process: subprocess.Popen[str]) -> dict[str, str]:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and file.read_text().endswith("}\n"):
            state: dict[str, str] = json.loads(file.read_text())
            return state
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate())


def _status(url: str) -> int:
    return httpx.get(url, timeout=60).status_code


@pytest.fixture
def folder(place: Path) -> Iterator[Path]:
    """A data folder whose processes are all gone at the end, whatever the test found."""
    data = place / "data"
    yield data
    left = processes.leftovers(data)
    processes.clear(left, patience=2)
    assert left == []


@pytest.fixture
def servers_only(folder: Path) -> Iterator[tuple[Stack, list[str]]]:
    """PostgreSQL, Valkey, one worker and the web; what the supervisor said."""
    said: list[str] = []
    begin_with_template(folder)
    stack = Stack(data_dir=folder, demo=False, say=said.append, parts=["web", "worker-rules"])
    with stack:
        yield stack, said


def test_whatever_is_killed_comes_back_and_one_sentence_says_so(
    servers_only: tuple[Stack, list[str]],
) -> None:
    stack, said = servers_only
    before = stack.pids()

    for name in ("worker-rules", "web", "valkey", "postgres"):
        hit = stack.kill(name)
        assert hit == before[name]
    stack.wait_ready(timeout=120)

    assert stack.deaths() == {"postgres": 1, "valkey": 1, "web": 1, "worker-rules": 1}
    assert _status(f"{stack.url}/readyz") == 200
    for title in ("PostgreSQL", "Valkey", "Web", "Worker (rules,bulk)"):
        assert [each for each in said if each.startswith(f"{title} was killed (SIGKILL)")] != []


def test_run_answers_and_ctrl_c_leaves_no_process_behind(folder: Path) -> None:
    state_file = folder.with_name("where.json")
    process = _launch(folder, "stack", "--json", str(state_file))
    state = _wait_for(state_file, process)
    running = [pid for pid in processes.family(process.pid) if pid != process.pid]

    assert _status(f"{state['url']}/readyz") == 200
    assert len(running) > 8
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=120)

    assert process.returncode == 0, complaints
    assert complaints == ""
    assert said.rstrip().endswith("Stopped. The data are kept; `make run` goes on with them.")
    assert [pid for pid in running if processes.alive(pid)] == []
    assert (folder / SIGN).exists()


@pytest.fixture
def terminal() -> Iterator[None]:
    """A terminal that is heard when it closes, also where the tests run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("terminal")
def test_a_closed_terminal_stops_a_start_that_is_still_under_way(folder: Path) -> None:
    process = _launch(folder, "stack", "--json", str(folder.with_name("where.json")))
    deadline = time.monotonic() + 120
    while not (folder / "logs" / "prepare.log").exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    process.send_signal(signal.SIGHUP)
    said, complaints = process.communicate(timeout=120)

    assert (process.returncode, complaints) == (0, "")
    assert said.splitlines()[-2:] == ["Stopping ...", "Stopped."]
    assert not folder.with_name("where.json").exists()


def test_nothing_outlives_a_supervisor_that_was_killed(folder: Path) -> None:
    begin_with_template(folder)
    state_file = folder.with_name("where.json")
    process = _launch(folder, "stack", "--json", str(state_file))
    _wait_for(state_file, process)
    running = [pid for pid in processes.family(process.pid) if pid != process.pid]

    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(processes.alive(pid) for pid in running):
        time.sleep(0.05)

    assert [pid for pid in running if processes.alive(pid)] == []


def test_a_second_supervisor_on_the_same_data_is_refused(folder: Path) -> None:
    second = Stack(data_dir=folder, demo=False, parts=[])
    with Stack(data_dir=folder, demo=False, parts=[]) as first:
        with pytest.raises(ServerTrouble, match=r"^It is already running on .* \(process \d+\)\."):
            second.start()
        assert first.pids().keys() == {"postgres", "valkey"}
        assert None not in first.pids().values()


def test_given_servers_are_used_and_none_is_started(folder: Path) -> None:
    other = folder.with_name("other")
    with Stack(data_dir=folder, demo=False, parts=[]) as own:
        given = Stack(
            data_dir=other,
            demo=False,
            parts=["sandbox"],
            database_url=own.database_url,
            redis_url=own.redis_url,
        )
        with given:
            assert given.pids().keys() == {"sandbox"}
            assert given.environment["DATABASE_URL"] == own.database_url
            assert given.environment["REDIS_URL"] == own.redis_url
            assert _status(f"{given.sandbox_url}/healthz") == 200
    assert not (other / "postgres").exists()
    assert not (other / "valkey").exists()
