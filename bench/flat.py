"""Measures whether the cost of a push grows with the monorepo, and the cost of all artifacts."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measure import Goal, Row, Samples, Side, interleave
from bench.monorepo import TASKS, Monorepo, Size, git, make_monorepo
from bench.workbench import Workbench

_LONG = 2000
"""Commits in a long history."""

_PUSHED = 10
"""Commits in a push. Each changes one artifact."""

_SECONDS, _MIB = 3, 100
"""The limits of a command: CPU seconds if it reads all artifacts, and MiB."""

_LIST_SECONDS = 2
_LINE = (300, 20_000, 900)
"""Artifacts, commits and release tags of an old monorepo."""

_COMMANDS = {
    "changed": ["changed"],
    "build --changed": ["build", "--changed"],
    "check --changed": ["check", "--changed"],
    "list": ["list"],
    "status": ["status"],
}
_OF_ALL = ("list", "status")


def push_event(bench: Workbench, monorepo: Monorepo, before: str = "") -> dict[str, str]:
    payload = {"ref": "refs/heads/main", "before": before or monorepo.before, "after": monorepo.after}
    path = bench.write("event.json", json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_OUTPUT": str(path.with_name("output")),
        "GITHUB_STEP_SUMMARY": str(path.with_name("summary")),
    }


def flat(bench: Workbench) -> Iterator[Row]:
    """Measure CPU and memory of commands in the largest monorepo, beside the smallest. A push has to cost the
    same in both, and all artifacts at most three seconds. Each environment has a version of each artifact."""
    sizes = (bench.options.changed_sizes[0], bench.options.changed_sizes[-1])

    def sides(size: int) -> list[Side]:
        monorepo = bench.monorepo(size, changes=_LONG, desired=True)
        clone = bench.clone(monorepo, monorepo.after, files=False)
        before = git(monorepo.origin, bench.environment, "rev-parse", f"main~{_PUSHED - 1}")
        event = push_event(bench, monorepo, before) | {
            "INVOKE_FLUX_REGISTRY": str(bench.new_folder("images")),
            "INVOKE_FLUX_FORGE": "local",
        }
        return [
            (f"inv {name}, {size} artifacts", partial(bench.run, [bench.inv, *command], clone, **event))
            for name, command in _COMMANDS.items()
        ]

    every = [side for size in sizes for side in sides(size)]
    measured = interleave(bench.options.slow_repeats, *every, warm=True)
    for name, small, large in zip(_COMMANDS, measured, measured[len(_COMMANDS) :], strict=False):
        key, title = f"flat-{name.split()[0]}", f"inv {name}, {sizes[1]} beside {sizes[0]}, {_LONG} commits"
        if name in _OF_ALL:
            most = Samples("what is allowed", [_SECONDS])
            yield Row(key, f"CPU of {title}", "s", large.as_cpu(), most, Goal("at most", 1))
        else:
            yield Row(key, f"CPU of {title}", "s", large.as_cpu(), small.as_cpu(), Goal("at most", 1.5))
        most = Samples("what is allowed", [_MIB])
        yield Row(f"{key}-memory", f"memory of {title}", "MiB", large.as_memory(), most, Goal("at most", 1))


def long_history(bench: Workbench) -> Iterator[Row]:
    """Measure `inv list` in an old monorepo, and its number of fetches in a treeless clone."""
    artifacts, changes, tags = _line(bench)
    monorepo = make_monorepo(
        bench.new_folder("origin") / "monorepo.git", Size(artifacts, 5, changes=changes), bench.environment
    )
    _release(bench, monorepo, Size(artifacts, 5).names, tags)
    clone = bench.clone(monorepo, monorepo.before, files=False)
    (listed,) = interleave(
        bench.options.slow_repeats, ("inv list", lambda: bench.run([bench.inv, "list"], clone)), warm=True
    )
    title = f"inv list, {artifacts} artifacts, {changes} commits, {tags} tags"
    most = Samples("what is allowed", [_LIST_SECONDS])
    yield Row("list-long", f"CPU of {title}", "s", listed.as_cpu(), most, Goal("at most", 1))
    fetched = Samples("inv list", [_fetches(bench, monorepo)])
    title = f"inv list, fetches in a treeless clone with {changes} commits"
    yield Row("treeless", title, "fetches", fetched, Samples("what is allowed", [3]), Goal("at most", 1))


def _line(bench: Workbench) -> tuple[int, int, int]:
    """Return the artifacts, commits and tags of the old monorepo. A smoke run has fewer."""
    artifacts, changes, tags = _LINE
    smaller = max(1, 100 // bench.options.artifacts)
    return artifacts // smaller, changes // smaller, tags // smaller


def _release(bench: Workbench, monorepo: Monorepo, names: list[str], tags: int) -> None:
    """Make release tags, spread over the artifacts and the commits of main."""
    line = git(monorepo.origin, bench.environment, "rev-list", "--first-parent", "main").splitlines()
    for n in range(tags):
        name, version, commit = names[n % len(names)], n // len(names), line[n * 7919 % len(line)]
        (monorepo.origin / "refs/tags" / f"flux-oci-{name}-v1.{version}.0").write_text(f"{commit}\n")


def _fetches(bench: Workbench, monorepo: Monorepo) -> int:
    """Return the number of fetches of `inv list` in a treeless clone, also those that git does by itself."""
    git(monorepo.origin, bench.environment, "config", "uploadpack.allowFilter", "true")
    clone, trace = bench.new_folder("clone"), bench.new_folder("trace")
    filtered = ("clone", "--quiet", "--no-checkout", "--filter=tree:0")
    git(monorepo.origin, bench.environment, *filtered, monorepo.origin.as_uri(), str(clone))
    (clone / "tasks.py").write_bytes(TASKS)
    bench.run([bench.inv, "list"], clone, GIT_TRACE2_EVENT=str(trace))
    return _counted(trace)


def _counted(trace: Path) -> int:
    events = map(json.loads, trace.read_text().splitlines())
    return sum(event["event"] == "cmd_name" and event["name"] == "fetch" for event in events)
