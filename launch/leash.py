"""Starts a program that dies with the one who started it.

    python launch/leash.py PARENT_PID SIGNAL USER_ID -- program argument ...

The kernel sends SIGNAL to the program when its parent is gone, however that happened (also kill
-9), so nothing is left running. A separate step and not `preexec_fn`, because the supervisor has
threads. USER_ID other than 0: become that user first (PostgreSQL refuses to run as root).
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def tie(signal: int) -> None:
    """Ask the kernel to send us `signal` when the process that started us is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


def main() -> None:
    """Tie, then become the program."""
    parent, signal, user = (int(word) for word in sys.argv[1:4])
    command = sys.argv[5:]
    if user and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    tie(signal)  # after the change of user, which clears it
    if os.getppid() != parent:  # it died before we were tied to it
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
