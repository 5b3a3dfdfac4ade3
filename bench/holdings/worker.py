"""A process that does jobs against the clock: `python -m bench.holdings.worker`.

One line of JSON names a job; it is prepared on a fresh connection and answered with "ready". The
next line starts it; it is answered with seconds, processor seconds and the process's peak memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main() -> int:
    """Work until the input ends."""
    import django

    django.setup()
    from django.db import connection

    from bench.holdings.jobs import JOBS

    for line in sys.stdin:
        told = json.loads(line)
        connection.close()
        work = JOBS[told.pop("job")](**told)
        connection.ensure_connection()
        print(json.dumps("ready"), flush=True)
        sys.stdin.readline()
        began, used = time.perf_counter(), time.process_time()
        work()
        answer = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - used,
            # Linux counts it in KiB (getrusage(2)).
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        }
        print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
