"""Brings a database and the static files up to date; the demo company on request.

One process before web and workers: `python -m launch.prepare [--demo]`. Its last line is one
sentence when something is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import traceback
from pathlib import Path


def main() -> int:
    """Prepare; the exit code is 1 when the product cannot start."""
    parser = argparse.ArgumentParser(prog="python -m launch.prepare", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="create the demo company when missing")
    parser.add_argument("--past", action="store_true", help="give it a month of trade before today")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    step = "The settings cannot be read"
    try:
        import django

        django.setup()
        step = "The migrations failed"
        migrate()
        step = "The static files cannot be collected"
        collect_static()
        if options.demo:
            step = "The demo company cannot be created"
            create_demo(past=options.past)
    except SystemExit as trouble:
        print(trouble.code if isinstance(trouble.code, str) else f"{step}.", file=sys.stderr)
        return 1
    except Exception as trouble:
        traceback.print_exc()
        first = str(trouble).strip().splitlines() or [type(trouble).__name__]
        print(f"{step}: {first[0]}", file=sys.stderr)
        return 1
    return 0


def migrate() -> None:
    """Apply what is missing."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def collect_static() -> None:
    """Collect only when a file changed: their names, sizes and times make one word."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(root.name + ".stamp")
    if stamp.exists() and root.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest.hexdigest())


def create_demo(*, past: bool) -> None:
    """The demo company, when this installation comes with one; safe to repeat."""
    from django.core.management import call_command, get_commands

    if "demo" in get_commands():
        call_command("demo", past=past)


if __name__ == "__main__":
    sys.exit(main())
