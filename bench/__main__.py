"""`python -m bench NAME [--json FILE]`: run one benchmark and print its figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted([file.stem for file in (HERE / "cases").glob("[a-z]*.py")] + ["day"])


def main() -> int:
    """Find the benchmark and hand the rest of the line over."""
    if len(sys.argv) < 2 or sys.argv[1] not in names():
        print(f"usage: python -m bench NAME [--json FILE]; NAME is one of {', '.join(names())}")
        return 2
    name = sys.argv[1]
    where = "bench.day.run" if name == "day" else f"bench.cases.{name}"
    main_of = importlib.import_module(where).main
    code: int = main_of(sys.argv[2:])
    return code


if __name__ == "__main__":
    sys.exit(main())
