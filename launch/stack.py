"""The whole product as one object: start it, ask where it is, kill parts of it, stop it.

    with Stack(data_dir=folder) as stack:      # free ports, embedded servers
        httpx.get(stack.url)
        stack.kill("worker-floor")             # kill -9; it comes back

`make run`, `make day`, the benchmarks and the tests use this one class.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from launch import processes, programs, servers
from launch.keeper import Kept
from launch.servers import ServerTrouble

LOOK_SECONDS = 0.1
DATABASE = "oms"
# Says that a folder is ours, so that `reset` never deletes anything else.
SIGN = ".house-data"


class Stack:
    """Database, Valkey, sandbox, web, workers and beat under one supervisor thread.

    Args:
        data_dir: everything that is kept; made on first use.
        web_port, sandbox_port: None takes free ones.
        database_url, redis_url: use these servers and start none.
        sandbox_rate: orders per minute that the sandbox places by itself.
        demo: create the demo company when it is missing.
        past: give it a month of trade before today, so that measures have a past to show.
        parts: names of the programs to run besides the servers; None: all. Without web, workers
            and beat nothing is migrated either. The names are "sandbox", "web", "worker-floor",
            "worker-orders",
            "worker-channels", "worker-rules", "beat", "sensor-bridge" (where MQTT_URL is set).
        environment: more variables for every program.
        say: gets one sentence whenever something dies, comes back or writes a serious line.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        web_port: int | None = None,
        sandbox_port: int | None = None,
        web_host: str = "127.0.0.1",
        database_url: str = "",
        redis_url: str = "",
        sandbox_rate: float = 0,
        demo: bool = True,
        past: bool = False,
        parts: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.log_dir = self.data_dir / "logs"
        self.run_dir = self.data_dir / "run"
        self.web_host = web_host
        self.web_port = web_port or servers.free_port()
        self.sandbox_port = sandbox_port or servers.free_port()
        self.database_url = database_url
        self.redis_url = redis_url
        self.environment: dict[str, str] = {}
        self.kept: dict[str, Kept] = {}
        self.finished = threading.Event()
        self._own_database = not database_url
        self._own_redis = not redis_url
        self._sandbox_rate = sandbox_rate
        self._demo = demo
        self._past = past
        self._parts = parts
        self._extra = dict(environment or {})
        self._say = say
        self._up = threading.Event()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._killed: dict[str, int] = {}
        self._trouble: BaseException | None = None
        self._thread: threading.Thread | None = None

    # --- for callers, from any thread -------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox is."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    def start(self) -> None:
        """Start everything and return when all of it answers.

        Raises:
            ServerTrouble: something does not start; everything is stopped again.
        """
        assert self._thread is None, "started once already"
        # One thread starts, watches and stops all programs: they are tied to its life.
        self._thread = threading.Thread(target=self._live, name="supervisor", daemon=True)
        self._thread.start()
        while not self._up.wait(0.2) and self._thread.is_alive():
            pass
        if self._trouble is not None:
            self._thread.join()
            raise self._trouble

    def stop(self, *, hurry: bool = False) -> None:
        """Stop everything; safe to call twice and from a signal handler's thread."""
        if hurry:
            self._hurry.set()
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def ask_to_stop(self) -> None:
        """Begin to stop; a second call hurries. For signal handlers."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    def wait_ready(self, *, timeout: float = 30.0) -> None:
        """Wait until every program answers (after a kill, say).

        Raises:
            ServerTrouble: not within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            names = list(self.kept)
            if all(self.kept[name].ready() and self._came_back(name) for name in names):
                return
            time.sleep(0.05)
        late = [name for name, kept in self.kept.items() if not kept.ready()]
        raise ServerTrouble(f"Not up after {timeout:.0f} s: {', '.join(late)}.")

    def kill(self, name: str, *, number: int = signal.SIGKILL) -> int:
        """Send a signal (kill -9) to one program by name; returns the process it hit."""
        pid = self.kept[name].pid
        if pid is None:
            raise ServerTrouble(f"{name} is not running now.")
        if number == signal.SIGKILL:
            self._killed[name] = pid
        os.kill(pid, number)
        return pid

    def _came_back(self, name: str) -> bool:
        """False while a program that was killed has not yet been missed."""
        return self.kept[name].pid != self._killed.get(name)

    def pids(self) -> dict[str, int | None]:
        """The process of each program, None while it is being started again."""
        return {name: kept.pid for name, kept in self.kept.items()}

    def deaths(self) -> dict[str, int]:
        """How often each program died."""
        return {name: kept.deaths for name, kept in self.kept.items()}

    def manage(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a Django command on this stack's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=programs.HOME, env=self.environment, capture_output=True, text=True,
            check=False, timeout=timeout,
        )  # fmt: skip

    def memory(self) -> dict[str, int]:
        """PSS in bytes per program, everything it started included."""
        return {
            name: sum(processes.proportional_bytes(each) for each in processes.family(kept.pid))
            for name, kept in self.kept.items()
            if kept.pid is not None
        }

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # --- the supervisor's thread ------------------------------------------------------------

    def _live(self) -> None:
        lock: TextIOWrapper | None = None
        try:
            lock = self._claim_folder()
            self._boot()
            self._up.set()
            while not self._stopping.wait(LOOK_SECONDS):
                for kept in self.kept.values():
                    kept.look()
        except _Stopped:
            pass
        except OSError as trouble:
            self._trouble = ServerTrouble(_why_folder(self.data_dir, trouble))
        except BaseException as trouble:
            self._trouble = trouble
        finally:
            self._shut()
            if lock is not None:
                (self.run_dir / "stack.json").unlink(missing_ok=True)
                lock.close()
            self._up.set()
            self.finished.set()

    def _claim_folder(self) -> TextIOWrapper:
        """Make the folders, refuse a second supervisor, end what a dead one left running."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for folder in (self.log_dir, self.run_dir):
            folder.mkdir(exist_ok=True)
        (self.data_dir / SIGN).touch()
        lock = (self.run_dir / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            pid = lock.read().strip()
            lock.close()
            raise ServerTrouble(
                f"It is already running on {self.data_dir} (process {pid}). Stop that one first "
                "(Ctrl-C in its terminal)."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        left = processes.leftovers(self.data_dir)
        if left:
            self._say(f"Ending {len(left)} processes that an earlier run left behind.")
            processes.clear(left)
        return lock

    def _boot(self) -> None:
        self._start_servers()
        self.environment = programs.shared_environment(
            data_dir=self.data_dir,
            database_url=self.database_url,
            redis_url=self.redis_url,
            web_port=self.web_port,
            sandbox_port=self.sandbox_port,
            extra=self._extra,
        )
        self._write_state()
        outside = programs.sandbox(
            data_dir=self.data_dir, port=self.sandbox_port, rate=self._sandbox_rate
        )
        if outside is not None and self._wanted(outside.name):
            self._start(outside)
        house = [
            programs.web(host=self.web_host, port=self.web_port),
            *programs.workers(self.run_dir),
            programs.beat(self.run_dir),
        ]
        bridge = programs.sensor_bridge(self.run_dir, self.environment)
        house += [bridge] if bridge is not None else []
        started = [program for program in house if self._wanted(program.name)]
        outside_names = [name for name in ("sandbox",) if name in self.kept]
        if not started:
            self._wait_for(outside_names, seconds=30)
            return
        self._prepare()
        for program in started:
            self._start(program)
        # The sandbox came up during the preparation; the shops are opened while the rest does.
        self._wait_for(outside_names, seconds=30)
        if self._demo and {"sandbox", "web"} <= self.kept.keys():
            self._connect_demo()
        self._wait_for([program.name for program in started], seconds=60)

    def _start_servers(self) -> None:
        wait_for = []
        if self._own_database:
            server = programs.postgres(self.data_dir / "postgres")
            self._start(server)
            wait_for.append(server.name)
        if self._own_redis:
            port = servers.free_port()
            self._start(programs.valkey(self.data_dir / "valkey", port))
            self.redis_url = f"redis://127.0.0.1:{port}/0"
            wait_for.append("valkey")
        self._wait_for(wait_for, seconds=60)
        if self._own_database:
            folder = self.data_dir / "postgres"
            process = self.kept["postgres"].process
            assert process is not None
            database = servers.Postgres(folder, servers.socket_dir(folder), process)
            database.ensure_database(DATABASE)
            self.database_url = database.url(DATABASE)

    def _wanted(self, name: str) -> bool:
        return self._parts is None or name in self._parts

    def _start(self, program: programs.Program) -> None:
        environment = self.environment or {**os.environ, processes.MARK: str(self.data_dir)}
        kept = Kept(program, log_dir=self.log_dir, environment=environment, say=self._say)
        kept.start()
        self.kept[program.name] = kept

    def _wait_for(self, names: Sequence[str], *, seconds: float) -> None:
        """Wait for the first readiness; a program that ends instead spoils the start."""
        deadline = time.monotonic() + seconds
        waiting = [self.kept[name] for name in names]
        while waiting := [kept for kept in waiting if not kept.ready()]:
            for kept in waiting:
                if kept.died():
                    raise ServerTrouble(kept.why())
            if time.monotonic() > deadline:
                late = ", ".join(kept.program.title for kept in waiting)
                raise ServerTrouble(
                    f"{late} did not answer within {seconds:.0f} s; see {waiting[0].log}."
                )
            if self._stopping.wait(0.03):
                raise _Stopped

    def _prepare(self) -> None:
        """Migrations, static files, demo company: one short process before the rest."""
        code, last = self._step(
            "prepare",
            "-m",
            "launch.prepare",
            *(["--demo"] if self._demo else []),
            *(["--past"] if self._past else []),
        )
        if code:
            raise ServerTrouble(last)

    def _connect_demo(self) -> None:
        """Open the demo company's shops at the sandbox, which then pushes to our address."""
        if not (programs.HOME / "demo" / "outside.py").exists():
            return
        code, last = self._step("connect", "manage.py", "demo", "--connect", self.url)
        if code:
            self._say(f"The demo shops are not connected to the sandbox: {last}")

    def _step(self, name: str, *arguments: str) -> tuple[int, str]:
        """Run a Python command to its end; its exit code and its last line."""
        log = self.log_dir / f"{name}.log"
        processes.shorten(log)
        process = processes.spawn(
            [sys.executable, *arguments],
            log=log, environment=self.environment, cwd=programs.HOME,
        )  # fmt: skip
        try:
            while process.poll() is None:
                for kept in self.kept.values():
                    kept.look()
                if self._stopping.wait(0.03):
                    raise _Stopped
        finally:
            processes.end(process, patience=2)
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        last = lines[-1].strip()[:400] if lines else f"exit code {process.returncode}"
        return process.returncode, f"{last} (log: {log})"

    def _write_state(self) -> None:
        """Tell other commands on this machine (`make manage`, `make reset`) where we are."""
        state = {
            "pid": os.getpid(),
            "url": self.url,
            "sandbox_url": self.sandbox_url,
            "database_url": self.database_url,
            "redis_url": self.redis_url,
        }
        file = self.run_dir / "stack.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(state, indent=1) + "\n")

    def _shut(self) -> None:
        """Stop in the reverse order: first who gives work, then who does it, then the servers."""
        last = [self.kept[name] for name in ("valkey", "postgres") if name in self.kept]
        for group in ([kept for kept in self.kept.values() if kept not in last], last):
            for kept in group:
                kept.ask_to_stop()
            for kept in group:
                with contextlib.suppress(OSError):
                    kept.finish(hurry=self._hurry.is_set)


class _Stopped(Exception):
    """Somebody asked to stop while we were still starting."""


def _why_folder(folder: Path, trouble: OSError) -> str:
    if trouble.errno == 28:
        return (
            f"The disk is full: nothing can be written to {folder}. Free some room and try again."
        )
    return f"The data folder {folder} cannot be used: {trouble.strerror or trouble}."


def state_of(data_dir: Path) -> dict[str, object] | None:
    """What a running stack wrote about itself, or nothing when none runs on that folder."""
    try:
        state = json.loads((data_dir / "run" / "stack.json").read_text())
    except (OSError, ValueError):
        return None
    pid = state.get("pid")
    return state if isinstance(pid, int) and processes.alive(pid) else None
