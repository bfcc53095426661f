"""The scenarios. Each one is a function that yields rows, and is listed at the end."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.checking import checking
from bench.flat import flat, long_history, push_event
from bench.logging import logging
from bench.measure import Goal, Row, Run, Samples, Side, interleave
from bench.reconciling import reconciling
from bench.requests import build_beside_http, build_requests
from bench.tagging import tagging
from bench.workbench import Workbench

# Today's workflows: two processes per artifact. $1 is the registry, $2 the commit, $3 the artifact's folder.
_PUSH_ONE = """\
name=${3#artifacts/}
tag=$(printf %.12s "$2")
flux push artifact "oci://$1/$name:$tag" --path="$3" \\
    --source=https://git.example.com/platform/monorepo --revision="main@sha1:$2" &&
flux tag artifact "oci://$1/$name:$tag" --tag latest
"""
_LOOP = """set -e; for folder in artifacts/*; do sh "$0" "$1" "$2" "$folder"; done"""
_EIGHT = """printf '%s\\n' artifacts/* | xargs -P 8 -n 1 sh "$0" "$1" "$2" """

_BARE_DIFF = """\
from invoke import task


@task
def changed(c, base, head):
    c.run(f"git diff --name-only {base} {head}")
"""


def starting(bench: Workbench) -> Iterator[Row]:
    """Measure `inv --list`, beside Invoke with as many tasks of one line each."""
    monorepo = bench.monorepo(1)
    ours = bench.clone(monorepo, monorepo.before)
    tasks = _count(json.loads(bench.output([bench.inv, "--list", "--list-format=json"], ours)))
    one = '\n\n@task\ndef task{n}(c):\n    """One line."""\n'
    text = "from invoke import task\n" + "".join(one.format(n=n) for n in range(tasks))
    bare = bench.write("tasks.py", text).parent
    command = [bench.inv, "--list"]
    listed, peer = interleave(
        bench.options.repeats * 4,
        ("inv --list", lambda: bench.run(command, ours)),
        (f"bare Invoke, {tasks} tasks", lambda: bench.run(command, bare)),
        warm=True,
    )
    yield Row("list", "inv --list", "s", listed, peer, Goal("at most", 1.05))


def _count(listed: dict[str, Any]) -> int:
    return len(listed["tasks"]) + sum(map(_count, listed["collections"]))


def changed(bench: Workbench) -> Iterator[Row]:
    """Measure `inv changed` for a push that changes one artifact, beside a task with one `git diff`."""
    bare = bench.write("tasks.py", _BARE_DIFF).parent
    sizes = bench.options.changed_sizes

    def sides(size: int) -> tuple[Side, Side]:
        monorepo = bench.monorepo(size)
        clone = bench.clone(monorepo, monorepo.after, files=False)
        event = push_event(bench, monorepo)
        diff = [bench.inv, "-r", str(bare), "changed", monorepo.before, monorepo.after]
        return (
            (f"inv changed, {size} artifacts", lambda: bench.run([bench.inv, "changed"], clone, **event)),
            ("bare task: git diff", lambda: bench.run(diff, clone, **event)),
        )

    every = [side for size in sizes for side in sides(size)]
    measured = interleave(bench.options.repeats * 2, *every, warm=True)
    for at, size in enumerate(sizes):
        title = f"inv changed (push), {size} artifacts"
        ours, peer = measured[2 * at : 2 * at + 2]
        yield Row(f"changed-{size}", title, "s", ours, peer, Goal("at most", 1.4))
    small, large = measured[0], measured[-2]
    title = f"inv changed (push), {sizes[-1]} beside {sizes[0]}"
    yield Row("changed-flat", title, "s", large, small, Goal("at most", 1.25))


def changed_in_terminal(bench: Workbench) -> Iterator[Row]:
    """Measure the same in a terminal. It also asks origin for the tip, and reads the working tree."""
    bare = bench.write("tasks.py", _BARE_DIFF).parent
    monorepo = bench.monorepo(bench.options.artifacts)
    clone = bench.clone(monorepo, monorepo.after)
    diff = [bench.inv, "-r", str(bare), "changed", monorepo.before, monorepo.after]
    here, peer = interleave(
        bench.options.repeats * 2,
        ("inv changed", lambda: bench.run([bench.inv, "changed"], clone)),
        ("bare task: git diff", lambda: bench.run(diff, clone)),
        warm=True,
    )
    title = f"inv changed (terminal), {bench.options.artifacts} artifacts"
    yield Row("changed-terminal", title, "s", here, peer)


def build_beside_flux(bench: Workbench) -> Iterator[Row]:
    """Measure `inv build` into an empty registry, beside loops of the flux CLI, one at a time and eight at a
    time. Measure the same with the flux CLI as publisher."""
    yield from _beside_flux(bench, "near", (4.5, 2.5))


def build_beside_flux_far(bench: Workbench) -> Iterator[Row]:
    """Measure the same with a registry that is a round trip away."""
    if bench.options.round_trip:
        yield from _beside_flux(bench, "far", (15, 2.8))


def _beside_flux(bench: Workbench, where: str, limits: tuple[float, float]) -> Iterator[Row]:
    monorepo = bench.monorepo(bench.options.artifacts)
    clone = bench.clone(monorepo, monorepo.before)
    far = where == "far"
    loop, eight = _loops(bench, clone, monorepo.before)

    def cold(run: Callable[[str], Run]) -> Callable[[], Run]:
        def attempt() -> Run:
            with bench.registry(far) as place:
                return run(place.host)

        return attempt

    sides = interleave(
        bench.options.slow_repeats,
        ("inv build", cold(lambda host: bench.build(clone, host))),
        ("inv build, publisher: flux", cold(lambda host: bench.build(clone, host, "flux"))),
        ("flux, one at a time", cold(loop)),
        ("flux, xargs -P 8", cold(eight)),
    )
    ours, through, serial, parallel = sides
    title = bench.cold + (f", {bench.options.round_trip * 1000:g} ms away" if far else "")
    yield Row(f"build-flux-{where}", title, "s", ours, serial, Goal("at least", limits[0]))
    yield Row(f"build-flux-{where}-8", title, "s", ours, parallel, Goal("at least", limits[1]))
    title = title.replace("cold", "publisher: flux, cold")
    yield Row(f"publisher-flux-cold-{where}", title, "s", through, serial, Goal("at least", 1))
    yield Row(f"publisher-flux-cold-{where}-8", title, "s", through, parallel)
    if not far:
        title = f"memory of inv build, {bench.options.artifacts} artifacts"
        yield Row("memory", title, "MiB", ours.as_memory(), serial.as_memory())


def publisher_flux_idle(bench: Workbench) -> Iterator[Row]:
    """Measure `inv build` with the flux CLI as publisher and nothing to do, beside the loops that push
    everything again. The registry is near, or a round trip away."""
    monorepo = bench.monorepo(bench.options.artifacts)
    clone = bench.clone(monorepo, monorepo.before)
    loop, eight = _loops(bench, clone, monorepo.before)
    for where in ("near", "far") if bench.options.round_trip else ("near",):
        far = where == "far"
        with bench.registry(far) as place, bench.registry(far) as other:
            bench.build(clone, place.host, "flux")
            eight(other.host)
            through, serial, parallel = interleave(
                bench.options.slow_repeats,
                ("inv build, publisher: flux", lambda: bench.build(clone, place.host, "flux")),
                ("flux, one at a time", lambda: loop(other.host)),
                ("flux, xargs -P 8", lambda: eight(other.host)),
            )
        away = f", {bench.options.round_trip * 1000:g} ms away" if far else ""
        title = f"inv build, publisher: flux, nothing to do, {bench.options.artifacts} artifacts{away}"
        yield Row(f"publisher-flux-idle-{where}", title, "s", through, serial, Goal("at least", 5))
        yield Row(f"publisher-flux-idle-{where}-8", title, "s", through, parallel, Goal("at least", 3))


def _loops(bench: Workbench, clone: Path, commit: str) -> tuple[Callable[[str], Run], Callable[[str], Run]]:
    """Return the loops of the flux CLI: they push all artifacts of a clone, one or eight at a time."""
    script = str(bench.write("push-one.sh", _PUSH_ONE))

    def loop(how: str) -> Callable[[str], Run]:
        return lambda host: bench.run(["sh", "-c", how, script, host, commit], clone)

    return loop(_LOOP), loop(_EIGHT)


def large_artifact(bench: Workbench) -> Iterator[Row]:
    """Measure an artifact of many megabytes in ten files, and one ten times as large, like CRD bundles."""
    for size in (bench.options.large_mb, 10 * bench.options.large_mb):
        yield from _large(bench, size)


def _large(bench: Workbench, size: int) -> Iterator[Row]:
    monorepo = bench.monorepo(1, 10, size * 100_000)
    clone = bench.clone(monorepo, monorepo.before)
    loop, _ = _loops(bench, clone, monorepo.before)

    def push() -> Run:
        with bench.registry() as place:
            return loop(place.host)

    ours, peer = interleave(
        bench.options.slow_repeats, ("inv build", lambda: _cold_build(bench, clone)), ("flux", push)
    )
    title = f"inv build, one artifact of {size} MB"
    key = "large" if size == bench.options.large_mb else "largest"
    yield Row(key, title, "s", ours, peer, Goal("at least", 1))
    yield Row(f"{key}-cpu", f"CPU of {title}", "s", ours.as_cpu(), peer.as_cpu(), Goal("at least", 1))
    title = f"memory of inv build, one artifact of {size} MB"
    yield Row(f"memory-{key}", title, "MiB", ours.as_memory(), peer.as_memory(), Goal("at most", 1))


def many_large_artifacts(bench: Workbench) -> Iterator[Row]:
    """Measure the memory for 24 artifacts of many megabytes each (by default six)."""
    monorepo = bench.monorepo(24, 10, bench.options.large_mb * 60_000)
    clone = bench.clone(monorepo, monorepo.before)
    (ours,) = interleave(bench.options.slow_repeats, ("inv build", lambda: _cold_build(bench, clone)))
    bound = Samples("what is allowed", [150])
    title = f"memory of inv build, 24 artifacts of {bench.options.large_mb * 0.6:g} MB"
    yield Row("memory-many-large", title, "MiB", ours.as_memory(), bound, Goal("at most", 1))


def _cold_build(bench: Workbench, clone: Path) -> Run:
    with bench.registry() as place:
        return bench.build(clone, place.host)


SCENARIOS: tuple[Callable[[Workbench], Iterator[Row]], ...] = (
    starting,
    changed,
    changed_in_terminal,
    build_beside_http,
    build_requests,
    build_beside_flux,
    build_beside_flux_far,
    publisher_flux_idle,
    large_artifact,
    many_large_artifacts,
    flat,
    long_history,
    logging,
    checking,
    tagging,
    reconciling,
)
