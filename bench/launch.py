"""Runs one command and prints its cost: `python -I -S launch.py LOG COMMAND...`.

This is a separate, small process: when a parent starts a child, Linux counts the memory of the parent as the
child's. It prints seconds, seconds of CPU, KiB of the largest process, and the exit code.
"""

import os
import sys
import time


def main(log: str, command: list[str]) -> None:
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    # ru_maxrss is in kilobytes on Linux: getrusage(2).
    print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
