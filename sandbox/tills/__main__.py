"""``python -m sandbox.tills ST-NJL T1 sell 6901234500013=2`` and later ``... tell``.

The house and the key stand in HOUSE, KEY_ID and SECRET, as for the examples of the client. Selling
needs no line: what was sold waits in the till's file.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from client import House, Refused
from sandbox.tills.till import Till


def main() -> int:
    """Sell, tell or list; 1 while sales are kept or refused."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.tills")
    parser.add_argument("warehouse", help="code of the store's warehouse")
    parser.add_argument("name", help="of the till, such as T1")
    parser.add_argument("act", choices=["sell", "tell", "list"])
    parser.add_argument("goods", nargs="*", help="sell: barcode=units")
    parser.add_argument("--file", type=Path, default=Path("till.sqlite3"))
    options = parser.parse_args()
    named = [os.environ.get(each, "") for each in ("HOUSE", "KEY_ID", "SECRET")]
    if options.act == "tell" and not all(named):
        parser.error("set HOUSE, KEY_ID and SECRET")
    with (
        House(named[0], key_id=named[1], secret=named[2], tries=2) as house,
        Till(
            house=house, warehouse=options.warehouse, name=options.name, file=options.file
        ) as till,
    ):  # fmt: skip
        if options.act == "sell":
            pairs = [each.partition("=") for each in options.goods]
            if not pairs or not all(code and qty.isdigit() for code, _is, qty in pairs):
                parser.error("name what is sold, such as 6901234500013=2")
            sold: Counter[str] = Counter()
            for code, _is, qty in pairs:
                sold[code] += int(qty)
            sys.stdout.write(till.sell(sold) + "\n")
            return 0
        if options.act == "list":
            sys.stdout.writelines(f"{number} {state}\n" for number, state in till.sales().items())
            return 0
        try:
            told = till.tell()
        except Refused as refused:
            sys.stderr.write(f"{refused}\n")
            return 1
    sys.stdout.write(
        f"{len(told.booked)} booked, {len(told.repeated)} booked before, "
        f"{len(told.refused)} refused, {told.kept} kept\n"
    )
    return 1 if told.kept or told.refused else 0


if __name__ == "__main__":
    sys.exit(main())
