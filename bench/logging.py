"""Measures `inv log` in a monorepo whose environments have changed many times."""

import json
from collections.abc import Iterator
from random import Random

from bench.measure import Goal, Row, Samples, interleave
from bench.monorepo import ENVIRONMENTS, Size, commit, file, import_history
from bench.workbench import Workbench

_CHANGES = 10_000
_SECONDS = 1
_SIZE = Size(artifacts=30, files=1, changes=0)
_FILE = "flux/releaseconfig.json"


def logging(bench: Workbench) -> Iterator[Row]:
    """Measure `inv log` over all changes, beside `git log` of the same file with its differences, and beside
    the second that it may take."""
    changes = _CHANGES // max(1, 100 // bench.options.artifacts)
    monorepo = bench.monorepo(_SIZE.artifacts, _SIZE.files, changes=_SIZE.changes)
    import_history(monorepo.origin, _promotions(monorepo.before, changes), bench.environment)
    clone = bench.clone(monorepo, "main", files=False)
    # The forge on local files knows no pull request: what is measured is git's history.
    quiet = {"INVOKE_FLUX_REGISTRY": str(bench.new_folder("images")), "INVOKE_FLUX_FORGE": "local"}
    by_git = ["git", "log", "--patch", "--unified=0", "--", _FILE]
    ours, peer = interleave(
        bench.options.repeats,
        ("inv log", lambda: bench.run([bench.inv, "log"], clone, **quiet)),
        ("git log --patch of the file", lambda: bench.run(by_git, clone)),
        warm=True,
    )
    title = f"inv log, {changes} changes"
    yield Row("log", title, "s", ours, Samples("what is allowed", [_SECONDS]), Goal("at most", 1))
    yield Row("log-git", title, "s", ours, peer)


def _promotions(start: str, changes: int) -> Iterator[bytes]:
    """Yield one commit for each promotion, in the format of git-fast-import(1)."""
    random = Random(_SIZE.seed)
    desired = {name: dict.fromkeys(ENVIRONMENTS, 0) for name in _SIZE.names}
    for number in range(1, changes + 1):
        name, environment = random.choice(_SIZE.names), random.choice(ENVIRONMENTS)
        desired[name][environment] += 1
        version = f"1.{desired[name][environment]}.0"
        said = f"Requested-by: ann; tick {environment}; issue 1; {number}\n\nPromotion: {name} {version}\n"
        yield commit("refs/heads/main", number, f"Promote {name} {version} (#{number})\n\n{said}")
        if number == 1:
            yield f"from {start}\n".encode()
        yield file(_FILE, _document(desired))
    yield b"done\n"


def _document(desired: dict[str, dict[str, int]]) -> bytes:
    versions = {
        name: {environment: f"1.{minor}.0" for environment, minor in minors.items() if minor}
        for name, minors in desired.items()
    }
    return json.dumps({name: there for name, there in versions.items() if there}, indent=2).encode() + b"\n"
