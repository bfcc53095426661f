"""Builds that are killed at each of their writes in turn.

`python -m tests.commands.killed REPO PLACE KIND SEED`: for n = 1, 2, … a fork builds the clone REPO into
PLACE/n and dies as by `kill -9`. With KIND `folder` that is right before it opens, renames or makes its n-th
file there; with `middle` inside of the first file that is longer than n x 40 bytes; with `server` right
before it sends for the n-th time on a connection. Ends when one came through, and prints how many were
killed. The clone SEED is built into each place first, undisturbed.
"""

import os
import resource
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from flux.commands.build import plan_build
from flux.settings import Settings
from tests.monorepos import opened

_EVENTS = {"folder": ("open", "os.rename", "os.mkdir", "fcntl.flock"), "server": ("http.client.send",)}


def build(repo: str, place: str) -> None:
    with opened(Path(repo), Settings(registry=place, jobs=1)) as monorepo:
        built = plan_build(monorepo, (), False, None).build(lambda result: None)
    assert not built.failed, built.failed


def kill_at(number: int, kind: str, place: str) -> None:
    if kind == "middle":
        # What fits is written; the system then ends who goes on.
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (number * 40, number * 40))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        return
    left = number

    def on_event(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in _EVENTS[kind]:
            return
        if event == "open" and (not str(arguments[0]).startswith(place) or arguments[1] in ("r", "rb")):
            return
        if event in ("os.rename", "os.mkdir") and not str(arguments[0]).startswith(place):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(on_event)


def main(repo: str, places: str, kind: str, seed: str) -> None:
    for number in count(1):
        place = f"{places}/{number}"
        child = os.fork()
        if child == 0:
            build(seed, place)
            kill_at(number, kind, place)
            build(repo, place)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            print(number - 1)
            return
        assert os.waitstatus_to_exitcode(status) in (-signal.SIGKILL, -signal.SIGXFSZ)


if __name__ == "__main__":
    main(*sys.argv[1:])
