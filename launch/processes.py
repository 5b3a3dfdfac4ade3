"""Processes that die with us, and the search for any that did not."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# Every process of a stack carries its data folder under this name, so that leftovers of a crash
# can be told from anybody else's processes.
MARK = "HOUSE_STACK"
LEASH = Path(__file__).with_name("leash.py")
LOG_BYTES = 5_000_000


def leashed(command: Sequence[str], on_parent_death: int, user_id: int = 0) -> list[str]:
    """The command, tied to the calling thread's process (see leash.py)."""
    return [
        sys.executable, "-S", "-E", str(LEASH), str(os.getpid()), str(int(on_parent_death)),
        str(user_id), "--", *command,
    ]  # fmt: skip


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    on_parent_death: int = signal.SIGTERM,
    user_id: int = 0,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own (Ctrl-C reaches only us), writing to `log`.

    The calling thread must live as long as the program should.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as written:
        return subprocess.Popen(
            leashed(command, on_parent_death, user_id),
            stdin=subprocess.DEVNULL, stdout=written, stderr=written, env=dict(environment),
            start_new_session=True, cwd=cwd or Path("/"),
        )  # fmt: skip


def end(process: subprocess.Popen[bytes], *, first: int = signal.SIGTERM, patience: float) -> None:
    """Ask a process to finish, after `patience` seconds make it; its own children go with it."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(first)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    sweep(process.pid)


def sweep(group: int) -> None:
    """Kill what is left of a dead program's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def leftovers(data_dir: Path) -> list[int]:
    """Processes of an earlier run on this data folder that outlived their supervisor."""
    mark = f"{MARK}={data_dir}".encode()
    found = []
    for pid, environment in _environments():
        if mark in environment.split(b"\0") and pid != os.getpid():
            found.append(pid)
    return found


def _environments() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").iterdir() if Path("/proc").exists() else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(entry.name), (entry / "environ").read_bytes()


def clear(pids: Sequence[int], *, patience: float = 5.0) -> None:
    """End processes that are not our children: first politely, then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)


def alive(pid: int) -> bool:
    """True when the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def started_from(pid: int) -> str:
    """What a process is called, for a sentence about it."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return words[:80]


def listener(port: int) -> int | None:
    """The process that listens on a TCP port of this machine, when we may see it."""
    wanted = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    wanted.add(f"socket:[{fields[9]}]")
    for entry in Path("/proc").iterdir() if wanted else ():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            for handle in (entry / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(handle.readlink()) in wanted:
                        return int(entry.name)
    return None


def shorten(log: Path) -> None:
    """Put a log that has grown too large aside (one generation is kept)."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_BYTES:
            log.rename(log.with_name(log.name + ".1"))


def proportional_bytes(pid: int) -> int:
    """PSS: the memory of a process, with shared pages divided among those that share them."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def family(pid: int) -> list[int]:
    """A process and everything it started, that started ..."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(word) for word in (task / "children").read_text().split()]
    return found
