"""The launcher's command line.

python -m launch run               everything, until Ctrl-C
python -m launch stack --json F    the same for programs: free ports, where it is goes to F
python -m launch reset             stop and delete the local data
python -m launch manage CMD ...    a Django command on the local data
python -m launch status            what runs, and how much memory it takes
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from launch import preflight, processes, programs, servers, stack
from launch.leash import tie
from launch.servers import ServerTrouble

WEB_PORT = 8000
SANDBOX_PORT = 8099
DEMO_ORDERS_PER_MINUTE = 12.0


def say(sentence: str) -> None:
    """Tell the person at the terminal; a terminal that is gone is no reason to fall."""
    with suppress(OSError, ValueError):
        print(sentence, flush=True)


def data_dir() -> Path:
    """Where the local data are."""
    return Path(os.environ.get("DATA_DIR") or programs.HOME / ".data").absolute()


def run(options: argparse.Namespace) -> int:
    """Start everything, print where it is, wait for the end."""
    began = time.monotonic()
    environment = os.environ
    folder = data_dir()
    preflight.check_disk(folder, environment)
    _refuse_second(folder)
    host = environment.get("WEB_HOST") or "127.0.0.1"
    if options.json:
        web_port = sandbox_port = None
    else:
        web_port = preflight.port_from(environment, "WEB_PORT", WEB_PORT)
        sandbox_port = preflight.port_from(environment, "SANDBOX_PORT", SANDBOX_PORT)
        if web_port == sandbox_port:
            raise ServerTrouble(f"WEB_PORT and SANDBOX_PORT are both {web_port}; change one.")
        preflight.check_port("WEB_PORT", web_port, host)
        preflight.check_port("SANDBOX_PORT", sandbox_port)
    for name in ("DATABASE_URL", "REDIS_URL"):
        if environment.get(name):
            preflight.check_server(name, environment[name])
    house = stack.Stack(
        data_dir=folder,
        web_port=web_port,
        sandbox_port=sandbox_port,
        web_host=host,
        database_url=environment.get("DATABASE_URL", ""),
        redis_url=environment.get("REDIS_URL", ""),
        sandbox_rate=_rate(environment.get("SANDBOX_RATE", "")),
        demo=environment.get("DEMO", "1") not in {"0", "no", "false"},
        past=True,
        say=say,
    )
    _obey_signals(house)
    say("Starting ...")
    house.start()
    if house.finished.is_set():
        say("Stopped.")
        return 0
    if options.json:
        Path(options.json).write_text(json.dumps(stack.state_of(folder), indent=1) + "\n")
    say(_block(house, seconds=time.monotonic() - began))
    while not house.finished.wait(0.5):
        pass
    house.stop()
    say("Stopped. The data are kept; `make run` goes on with them.")
    return 0


def _rate(raw: str) -> float:
    try:
        return float(raw) if raw else DEMO_ORDERS_PER_MINUTE
    except ValueError:
        raise ServerTrouble(f"SANDBOX_RATE={raw} is no number (orders per minute).") from None


def _refuse_second(folder: Path) -> None:
    state = stack.state_of(folder)
    if state:
        raise ServerTrouble(
            f"It is already running: {state['url']} (process {state['pid']}). Ctrl-C in its "
            "terminal stops it."
        )


def _obey_signals(house: stack.Stack) -> None:
    """Ctrl-C, a polite kill and a closed terminal stop everything; a second one hurries."""
    if os.environ.get("MAKELEVEL"):
        tie(signal.SIGTERM)  # make was killed: nobody is left to press Ctrl-C

    def obey(number: int, frame: FrameType | None) -> None:
        say("\nStopping ... (again: at once)" if number == signal.SIGINT else "Stopping ...")
        house.ask_to_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup has asked us to stay when the terminal closes.
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            signal.signal(number, obey)


def _block(house: stack.Stack, *, seconds: float) -> str:
    """Everything a person needs to know, once."""
    rooms = [kept.program.title for kept in house.kept.values()]
    outside = [] if "sandbox" not in house.kept else [f"  Sandbox      {house.sandbox_url}"]
    return "\n".join(
        [
            "",
            f"  Ready after {seconds:.0f} s",
            "",
            f"  Open         {house.url}",
            *_logins(),
            *outside,
            f"  Running      {', '.join(rooms)}",
            f"  Data, logs   {house.data_dir}, {house.log_dir}/*.log",
            "  Stop         Ctrl-C (data are kept; `make reset` starts afresh)",
            "",
        ]
    )


def _logins() -> list[str]:
    """The demo company's sign-in names, as its command wrote them."""
    file = data_dir() / "demo-logins.txt"
    if not file.exists():
        return []
    lines = [line.strip() for line in file.read_text().splitlines() if line.strip()]
    return [f"  {'Sign in' if not at else '':<12} {line}" for at, line in enumerate(lines)]


def reset(options: argparse.Namespace) -> int:
    """Stop what runs on the data folder and delete the folder."""
    folder = data_dir()
    if not folder.exists():
        say(f"Nothing to delete: {folder} does not exist.")
        return 0
    if not (folder / stack.SIGN).exists() and any(folder.iterdir()):
        raise ServerTrouble(
            f"{folder} was not made by `make run`; delete it by hand if you mean it."
        )
    if os.environ.get("YES") != "1":
        try:
            answer = input(f"Delete all data in {folder}? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() not in {"y", "yes"}:
            say("Nothing was deleted. (make reset YES=1 does not ask)")
            return 1
    state = stack.state_of(folder)
    if state:
        pid = int(str(state["pid"]))
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 40
        while processes.alive(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
    processes.clear(processes.leftovers(folder))
    shutil.rmtree(folder)
    say(f"Deleted {folder}. `make run` starts afresh.")
    return 0


def manage(options: argparse.Namespace) -> int:
    """Run a Django command on the running stack, or on the given DATABASE_URL."""
    environment = dict(os.environ)
    state = stack.state_of(data_dir())
    database: servers.Postgres | None = None
    try:
        if state:
            environment["DATABASE_URL"] = str(state["database_url"])
            environment["REDIS_URL"] = str(state["redis_url"])
            environment["SANDBOX_URL"] = str(state["sandbox_url"])
        elif not environment.get("DATABASE_URL"):
            folder = data_dir() / "postgres"
            if not folder.exists():
                raise ServerTrouble("There are no data yet; `make run` makes them.")
            database = servers.start_postgres(
                folder, settings=programs.POSTGRES, throwaway=False,
                log=data_dir() / "logs" / "postgres.log",
            )  # fmt: skip
            environment["DATABASE_URL"] = database.url(stack.DATABASE)
        import subprocess

        return subprocess.call(
            [sys.executable, "manage.py", *options.arguments], cwd=programs.HOME, env=environment
        )
    finally:
        if database is not None:
            database.stop()


def status(options: argparse.Namespace) -> int:
    """What runs on the data folder, with memory (PSS)."""
    state = stack.state_of(data_dir())
    if not state:
        say("It is not running.")
        return 1
    pids = processes.family(int(str(state["pid"])))
    total = 0
    for pid in pids:
        size = processes.proportional_bytes(pid)
        total += size
        say(f"{pid:>8} {size / 1e6:8.1f} MB  {processes.started_from(pid)}")
    say(f"{len(pids):>8} {total / 1e6:8.1f} MB  together, at {state['url']}")
    return 0


def main(arguments: list[str]) -> int:
    """Choose; every foreseen trouble is one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m launch", description="Run the product.")
    commands = parser.add_subparsers(required=True, metavar="command")
    one = commands.add_parser("run", help="everything, until Ctrl-C")
    one.set_defaults(do=run, json="")
    one = commands.add_parser("stack", help="everything on free ports, for programs")
    one.add_argument("--json", required=True, help="file that gets the addresses when it is up")
    one.set_defaults(do=run)
    one = commands.add_parser("reset", help="stop and delete the local data")
    one.set_defaults(do=reset)
    one = commands.add_parser("status", help="what runs")
    one.set_defaults(do=status)
    one = commands.add_parser("manage", help="a Django command on the local data")
    one.add_argument("arguments", nargs=argparse.REMAINDER)
    one.set_defaults(do=manage)
    options = parser.parse_args(arguments)
    try:
        code: int = options.do(options)
    except ServerTrouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
