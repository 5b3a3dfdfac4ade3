"""``python -m sandbox``: one gunicorn process, one line of output."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Become gunicorn with one worker, so that a signal to this process reaches it directly."""
    host = os.environ.get("SANDBOX_HOST", "127.0.0.1")
    port = os.environ.get("SANDBOX_PORT", "8100")
    threads = os.environ.get("SANDBOX_THREADS", "32")
    sys.stdout.write(f"sandbox: http://{host}:{port}/ (Ctrl-C stops it)\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "gunicorn", "sandbox.wsgi", "--bind", f"{host}:{port}"]
    command += ["--workers", "1", "--worker-class", "gthread", "--threads", threads]
    command += ["--keep-alive", "30", "--graceful-timeout", "5", "--timeout", "0"]
    command += ["--log-level", "warning", "--worker-connections", "1000", "--no-control-socket"]
    os.execv(sys.executable, command)  # noqa: S606


if __name__ == "__main__":
    main()
