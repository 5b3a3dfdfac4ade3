"""`python -m bench NAME [--json FILE]`: one benchmark and its figures; `all` runs each."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def cases() -> list[str]:
    """The benchmarks that `all` runs; the day has a command of its own."""
    return sorted(file.stem for file in (HERE / "cases").glob("[a-z]*.py"))


def main() -> int:
    """Find the benchmark and hand the rest of the line over."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "all":
        return _all(sys.argv[2:])
    if name not in (*cases(), "day"):
        names = ", ".join([*cases(), "day", "all"])
        print(f"usage: python -m bench NAME [--quick] [--json FILE]; NAME is one of {names}")
        return 2
    where = "bench.day.run" if name == "day" else f"bench.cases.{name}"
    main_of = importlib.import_module(where).main
    code: int = main_of(sys.argv[2:])
    return code


def _all(arguments: list[str]) -> int:
    """Each case in a process of its own, one after another; the JSON holds them by name."""
    from bench import measure

    options = measure.options("all", arguments).parse_args(arguments)
    found: dict[str, object] = {}
    failed = False
    for name in cases():
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        with tempfile.NamedTemporaryFile(prefix="bench-", suffix=".json") as file:
            more = ["--quick"] if options.quick else []
            command = [sys.executable, "-m", "bench", name, "--json", file.name, *more]
            if subprocess.run(command, check=False).returncode == 0:
                found[name] = json.loads(Path(file.name).read_text())
            else:
                failed = True
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
