"""Becomes the PostgreSQL server: drops root, ties its life to the supervisor's, executes it.

Started as a script with `python -I -S postgres_child.py SUPERVISOR UID GID PROGRAM [ARGUMENT ...]`,
so it knows the standard library only.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def become_server(supervisor_pid: int, uid: int, gid: int, command: list[str]) -> None:
    """Replace this program by `command`, which shuts down fast when the supervisor dies."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # An ignored signal stays ignored across exec: SIGINT must work before the server has its own
    # handler, and Python's own choice for SIGPIPE is not for the commands the server runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # After setuid, because a change of identity clears it (prctl(2)).
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGINT)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    # Whoever died before prctl sends no signal any more.
    if os.getppid() != supervisor_pid:
        sys.exit("The supervisor ended before its PostgreSQL started.")
    os.umask(0o077)
    os.chdir("/")
    os.execv(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    _supervisor, _uid, _gid = (int(number) for number in sys.argv[1:4])
    become_server(_supervisor, _uid, _gid, sys.argv[4:])
