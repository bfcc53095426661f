"""Measures `inv check` beside a loop of `kustomize build`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Goal, Row, Samples, interleave
from bench.monorepo import TASKS
from bench.workbench import Workbench
from tests import parts

_ARTIFACTS = 29
_SECONDS = 5
_LOOP = """set -e
find artifacts -name kustomization.yaml | sort | while read -r file; do
    kustomize build --load-restrictor LoadRestrictionsNone "$(dirname "$file")" >"$0" 2>&1 || true
done
"""
"""The loop ignores errors: a kustomization of kind Component cannot be rendered alone."""


def checking(bench: Workbench) -> Iterator[Row]:
    """Measure all artifacts and one changed artifact, beside `kustomize build` of each kustomization."""
    kustomize = Path(parts.kustomize()).parent
    clone = _monorepo(bench)
    path = f"{kustomize}:{bench.environment['PATH']}"
    scratch = str(bench.new_folder("rendered"))
    every, changed, loop = interleave(
        bench.options.slow_repeats,
        ("inv check", lambda: bench.run([bench.inv, "check"], clone, PATH=path)),
        ("inv check --changed", lambda: bench.run([bench.inv, "check", "--since=HEAD~1"], clone, PATH=path)),
        ("kustomize build, one by one", lambda: bench.run(["sh", "-c", _LOOP, scratch], clone, PATH=path)),
        warm=True,
    )
    most = Samples("what is allowed", [_SECONDS])
    title = f"inv check, {_ARTIFACTS} artifacts"
    yield Row("check", title, "s", every, loop)
    yield Row("check-seconds", title, "s", every, most, Goal("at most", 1))
    yield Row("check-cpu", f"CPU of {title}", "s", every.as_cpu(), loop.as_cpu())
    title = f"inv check --changed, one of {_ARTIFACTS} artifacts"
    yield Row("check-changed", f"CPU of {title}", "s", changed.as_cpu(), most, Goal("at most", 1))


def _monorepo(bench: Workbench) -> Path:
    """Copy the artifacts of this repository several times. The last commit changes one."""
    clone = bench.new_folder("clone")
    sources = sorted(path for path in Path("artifacts").iterdir() if path.is_dir())
    for n in range(_ARTIFACTS):
        source = sources[n % len(sources)]
        shutil.copytree(source, clone / "artifacts" / f"{source.name}-{n:02}")
    (clone / "tasks.py").write_bytes(TASKS)
    bench.commit(clone, "Everything")
    (clone / "artifacts" / f"{sources[0].name}-00" / "changed").write_text("changed\n")
    bench.commit(clone, "Change one")
    return clone
