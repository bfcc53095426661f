"""What a push has changed costs the same in a monorepo of any size."""

import json
from collections.abc import Iterator
from functools import partial

from bench.measure import Goal, Row, Samples, Side, interleave
from bench.monorepo import Monorepo
from bench.workbench import Workbench

_LONG = 2000
"""Commits of a long history."""

_SECONDS = 3


def push_event(bench: Workbench, monorepo: Monorepo) -> dict[str, str]:
    payload = {"ref": "refs/heads/main", "before": monorepo.before, "after": monorepo.after}
    path = bench.write("event.json", json.dumps(payload))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_OUTPUT": str(path.with_name("output")),
        "GITHUB_STEP_SUMMARY": str(path.with_name("summary")),
    }


def flat(bench: Workbench) -> Iterator[Row]:
    """CPU and memory of commands in the largest monorepo, beside the smallest: what a push has changed costs
    the same in both, and all of it no more than three seconds."""
    sizes = (bench.options.changed_sizes[0], bench.options.changed_sizes[-1])
    commands = {"changed": ["changed"], "build --changed": ["build", "--changed"], "list": ["list"]}

    def sides(size: int) -> list[Side]:
        monorepo = bench.monorepo(size, changes=_LONG)
        clone = bench.clone(monorepo, monorepo.after, files=False)
        event = push_event(bench, monorepo) | {"INVOKE_FLUX_REGISTRY": str(bench.new_folder("images"))}
        return [
            (f"inv {name}, {size} artifacts", partial(bench.run, [bench.inv, *command], clone, **event))
            for name, command in commands.items()
        ]

    every = [side for size in sizes for side in sides(size)]
    measured = interleave(bench.options.slow_repeats, *every, warm=True)
    for name, small, large in zip(commands, measured, measured[len(commands) :], strict=False):
        key, title = f"flat-{name.split()[0]}", f"inv {name}, {sizes[1]} beside {sizes[0]}, {_LONG} commits"
        if name == "list":
            most = Samples("what is allowed", [_SECONDS])
            yield Row(key, f"CPU of {title}", "s", large.as_cpu(), most, Goal("at most", 1))
        else:
            yield Row(key, f"CPU of {title}", "s", large.as_cpu(), small.as_cpu(), Goal("at most", 1.5))
        yield Row(f"{key}-memory", f"memory of {title}", "MiB", large.as_memory(), small.as_memory())
