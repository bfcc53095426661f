"""Measures how `inv tag` moves environment tags, beside loops of `flux tag artifact`."""

import json
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Goal, Row, Run, interleave
from bench.monorepo import ENVIRONMENTS, git
from bench.workbench import Place, Workbench
from flux.registry.remote.registry import RemoteRegistry
from flux.registry.target import Manifest

_MOST_ARTIFACTS = 30

# One process for each tag. $1 is the registry, $2 the artifact, $3 the environment.
_TAG_ONE = 'flux tag artifact "oci://$1/$2:1.1.0" --tag "$3"\n'
_LOOP = 'set -e; while read -r artifact environment; do sh "$0" "$1" "$artifact" "$environment"; done <"$2"'
_EIGHT = 'xargs -P 8 -L 1 sh "$0" "$1" <"$2"'


def tagging(bench: Workbench) -> Iterator[Row]:
    """Measure with all tags in place and with all moving, on loopback and a round trip away."""
    yield from _beside_flux(bench, "near", (None, 1), (None, 1))
    if bench.options.round_trip:
        yield from _beside_flux(bench, "far", (60, 10), (32, 6))


def _beside_flux(
    bench: Workbench, where: str, in_place: tuple[float | None, float], moving: tuple[float | None, float]
) -> Iterator[Row]:
    artifacts = min(_MOST_ARTIFACTS, bench.options.artifacts)
    monorepo = bench.monorepo(artifacts, 2)
    clone = bench.clone(monorepo, monorepo.before)
    names = sorted(path.name for path in (clone / "artifacts").iterdir())
    pairs = "".join(f"{name} {environment}\n" for name in names for environment in ENVIRONMENTS)
    script, listed = str(bench.write("tag-one.sh", _TAG_ONE)), str(bench.write("pairs", pairs))
    with bench.registry(where == "far") as place:
        for version in ("1.0.0", "1.1.0"):
            release(bench, clone, place, names, version)
        desire(bench, clone, names, "1.1.0")

        def ours(version: str) -> Run:
            point(place, names, version)
            settings = {
                "INVOKE_FLUX_REGISTRY": f"oci://{place.host}",
                "INVOKE_FLUX_PHASES": ",".join(ENVIRONMENTS),
            }
            return bench.run([bench.inv, "tag"], clone, **settings)

        def theirs(how: str) -> Run:
            return bench.run(["sh", "-c", how, script, place.host, listed], clone)

        settled, moved, serial, parallel = interleave(
            bench.options.slow_repeats,
            ("inv tag, in place", lambda: ours("1.1.0")),
            ("inv tag, all moving", lambda: ours("1.0.0")),
            ("flux, one at a time", lambda: theirs(_LOOP)),
            ("flux, xargs -P 8", lambda: theirs(_EIGHT)),
        )
    far = f", {bench.options.round_trip * 1000:g} ms away" if where == "far" else ""
    for samples, what, (slow, fast) in ((settled, "in place", in_place), (moved, "all moving", moving)):
        title = f"inv tag, {artifacts} x {len(ENVIRONMENTS)} {what}{far}"
        key = f"tag-{what.replace(' ', '-')}-{where}"
        yield Row(key, title, "s", samples, serial, Goal("at least", slow) if slow else None)
        yield Row(f"{key}-8", title, "s", samples, parallel, Goal("at least", fast))


def desire(bench: Workbench, clone: Path, names: list[str], version: str) -> None:
    """Set every environment to a version, on origin's main."""
    desired = {name: dict.fromkeys(ENVIRONMENTS, version) for name in names}
    path = clone / "flux" / "releaseconfig.json"
    path.parent.mkdir()
    path.write_text(json.dumps(desired, indent=2) + "\n")
    git(clone, bench.environment, "add", "flux")
    git(clone, bench.environment, "commit", "--quiet", f"--message=Desire {version} everywhere")
    git(clone, bench.environment, "push", "--quiet", "origin", "HEAD:main")


def release(bench: Workbench, clone: Path, place: Place, names: list[str], version: str) -> None:
    """Release a version of each artifact on origin's main, and in the registry without the proxy."""
    for name in names:
        (clone / "artifacts" / name / "version").write_text(f"{version}\n")
    git(clone, bench.environment, "add", "artifacts")
    git(clone, bench.environment, "commit", "--quiet", f"--message=Release {version} of all")
    for name in names:
        git(clone, bench.environment, "tag", f"flux-oci-{name}-v{version}")
    git(clone, bench.environment, "push", "--quiet", "--tags", "origin", "HEAD:main")
    bench.run([bench.inv, "build"], clone, INVOKE_FLUX_REGISTRY=f"oci://{place.registry.host}")
    for name in names:
        target = RemoteRegistry(place.registry.host, 1, None).repository(name)
        built = target.fetch_manifest("latest")
        assert built
        target.push_manifest(built, version)


def point(place: Place, names: list[str], version: str) -> None:
    """Move every environment tag to a version, without the proxy."""
    registry = RemoteRegistry(place.registry.host, 1, None)
    for name in names:
        target = registry.repository(name)
        manifest: Manifest | None = target.fetch_manifest(version)
        assert manifest
        for environment in ENVIRONMENTS:
            target.push_manifest(manifest, environment)
