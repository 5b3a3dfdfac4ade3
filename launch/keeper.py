"""Keeps one program alive: starts it, notices its death, starts it again with a back-off."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from launch import processes
from launch.programs import HOME, Program

BACK_OFF = (0.3, 1.0, 2.0, 5.0, 10.0, 15.0)
# A program that lived so long is well again: the next death starts at the short back-off.
WELL_AFTER_SECONDS = 30.0
SERIOUS = (" ERROR", " CRITICAL", "[ERROR", "[CRITICAL", "ERROR/", "CRITICAL/", " FATAL", " PANIC")
QUIET_SECONDS = 20.0
# Said while a server starts or comes back, which is reported by itself.
HARMLESS = (
    "the database system is ",
    "terminating connection due to administrator command",
    "consumer: Cannot connect to redis",
)


class Kept:
    """One program under the supervisor. All methods belong to the supervisor's one thread."""

    def __init__(
        self,
        program: Program,
        *,
        log_dir: Path,
        environment: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self.program = program
        self.log = log_dir / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0  # ever
        self._environment = {**environment, **program.environment}
        self._say = say
        self._tries = 0  # in a row
        self._started = 0.0
        self._start_at: float | None = None
        self._was_ready = False
        self._read_to = 0
        self._quiet_until = 0.0

    @property
    def pid(self) -> int | None:
        """The process number while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None

    def start(self) -> None:
        """Start it now."""
        processes.shorten(self.log)
        if self.program.ready_file:
            self.program.ready_file.unlink(missing_ok=True)
        self._read_to = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.spawn(
            self.program.command,
            log=self.log,
            environment=self._environment,
            on_parent_death=self.program.on_parent_death,
            user_id=self.program.user_id,
            cwd=Path("/") if self.program.user_id else HOME,
        )
        self._started = time.monotonic()
        self._start_at = None
        self._was_ready = False

    def ready(self) -> bool:
        """True when it does its work; remembered, so asking is cheap."""
        if self.pid is not None and not self._was_ready:
            self._was_ready = self.program.ready()
        return self._was_ready and self.pid is not None

    def died(self) -> bool:
        """True when it was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def look(self) -> None:
        """One glance: report what is serious, restart it when it died and its time has come."""
        self._report()
        now = time.monotonic()
        if self._start_at is not None:
            if now >= self._start_at:
                self.start()
            return
        if not self.died():
            if self._tries and now - self._started > WELL_AFTER_SECONDS:
                self._tries = 0
            return
        assert self.process is not None
        processes.sweep(self.process.pid)
        wait = BACK_OFF[min(self._tries, len(BACK_OFF) - 1)]
        self._tries += 1
        self.deaths += 1
        self._start_at = now + wait
        if self._tries <= len(BACK_OFF):
            self._say(
                f"{self.program.title} {self.how_it_ended()}; starting it again. Log: {self.log}"
            )
        elif self._tries == len(BACK_OFF) + 1:
            self._say(
                f"{self.program.title} does not stay up; trying every {wait:.0f} s. {self.why()}"
            )

    def how_it_ended(self) -> str:
        """Its end in words."""
        code = self.process.returncode if self.process else 0
        if code < 0:
            return f"was killed ({signal.Signals(-code).name})"
        return f"ended by itself (exit code {code})"

    def why(self) -> str:
        """One sentence about a start that failed."""
        if self.program.why:
            return self.program.why(self.log)
        tail = self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
        lines = [line.strip() for line in tail.splitlines() if line.strip()]
        last = lines[-1][:200] if lines else "it wrote nothing"
        return f"{self.program.title} {self.how_it_ended()}: {last} (log: {self.log})"

    def ask_to_stop(self) -> None:
        """The polite half of stopping, for several at once."""
        self._start_at = None
        if self.pid is not None and self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)

    def finish(self, *, hurry: Callable[[], bool]) -> None:
        """Wait for the end, at most `patience` seconds (none when in a hurry), then make it end."""
        if self.process is None:
            return
        deadline = time.monotonic() + self.program.patience
        while self.process.poll() is None and time.monotonic() < deadline and not hurry():
            time.sleep(0.02)
        processes.end(self.process, first=signal.SIGKILL, patience=2)
        self.process = None

    def _report(self) -> None:
        """Show new serious lines of the log briefly: one, then quiet for a while."""
        try:
            size = self.log.stat().st_size
        except OSError:
            return
        if size <= self._read_to:
            return
        with self.log.open("rb") as written:
            written.seek(max(self._read_to, size - 65536))
            fresh = written.read().decode(errors="replace").splitlines()
        self._read_to = size
        if time.monotonic() < self._quiet_until:
            return
        serious = next((line for line in fresh if _is_serious(line)), None)
        if serious:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            self._say(f"{self.program.title}: {serious.strip()[:160]} (more in {self.log})")


def _is_serious(line: str) -> bool:
    if "] ERROR:  " in line:  # a statement that PostgreSQL refused: its caller reports it
        return False
    return any(word in line for word in SERIOUS) and not any(word in line for word in HARMLESS)
