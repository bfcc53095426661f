"""Measures `inv build` beside programs that send the same requests, and counts its requests."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import replay
from bench.measure import Goal, Row, Run, Samples, interleave
from bench.recorder import record
from bench.workbench import Workbench
from flux.settings import Settings

_TMPFS = "/dev/shm"
_BARE_TASK = f"""\
from runpy import run_path

from invoke import task

replay = run_path({replay.__file__!r})["main"]


@task
def build(c, host, requests, connections):
    raise SystemExit(replay(host, requests, int(connections)))
"""


def build_beside_http(bench: Workbench) -> Iterator[Row]:
    """Measure `inv build` into an empty registry, beside a program that only sends the same requests, and
    beside an Invoke task that only does that. The registry stores on the disk, and in memory."""
    monorepo = bench.monorepo(bench.options.artifacts)
    clone = bench.clone(monorepo, monorepo.before)
    with bench.registry() as place, record(place.host) as recording:
        bench.build(clone, recording.host)
    requests = recording.save(bench.new_folder("requests"))
    for storage in (None, _TMPFS) if os.access(_TMPFS, os.W_OK) else (None,):
        yield from _beside_http(bench, clone, requests, recording.requests, storage)


def _beside_http(
    bench: Workbench, clone: Path, requests: Path, count: int, storage: str | None
) -> Iterator[Row]:
    def sent_by(*command: str) -> Run:
        with bench.registry(storage=storage) as place:
            return bench.run([*command, place.host, str(requests), str(Settings.jobs)], clone)

    def build() -> Run:
        with bench.registry(storage=storage) as place:
            return bench.build(clone, place.host)

    tasks = str(bench.write("tasks.py", _BARE_TASK).parent)
    built, program, task = interleave(
        bench.options.repeats,
        ("inv build", build),
        (f"bare HTTP, {count} requests", lambda: sent_by(sys.executable, replay.__file__)),
        ("bare task: the same", lambda: sent_by(bench.inv, "-r", tasks, "build")),
        warm=True,
    )
    key, title = ("build-http-tmpfs", f"{bench.cold}, on tmpfs") if storage else ("build-http", bench.cold)
    goal = Goal("at most", 1.15, is_floor=False)
    yield Row(key, title, "s", built, program, goal)
    yield Row(f"{key}-cpu", f"CPU of {title}", "s", built.as_cpu(), program.as_cpu(), goal)
    yield Row(f"{key}-task", title, "s", built, task)
    yield Row(f"{key}-task-cpu", f"CPU of {title}", "s", built.as_cpu(), task.as_cpu())


def build_requests(bench: Workbench) -> Iterator[Row]:
    """Count the requests of `inv build`: at first, with nothing to do, and with one changed artifact."""
    artifacts = bench.options.artifacts
    monorepo = bench.monorepo(artifacts)
    clone = bench.clone(monorepo, monorepo.before)
    with bench.registry() as place:
        counts = [place.requests()]

        def build() -> int:
            bench.build(clone, place.host)
            counts.append(place.requests())
            return counts[-1] - counts[-2]

        cold, idle = build(), build()
        monorepo.advance(clone, bench.environment)
        one = build()
    # The first push asks whether the registry takes several tags at once.
    yield _requests("cold", cold, Samples("8 an artifact, and one", [artifacts * 8 + 1]))
    yield _requests("nothing to do", idle, Samples("one an artifact", [artifacts]))
    most = artifacts - 1 + 8 + 1
    yield _requests("one changed", one, Samples("one an artifact, 8 for the new, and one", [most]))


def _requests(when: str, count: int, peer: Samples) -> Row:
    key = f"requests-{when.replace(' ', '-')}"
    ours = Samples("inv build", [count])
    return Row(key, f"inv build, requests: {when}", "requests", ours, peer, Goal("at most", 1))
