"""Plans the demo of rules: they promote a version, stop at a failure, and do not repeat a rollback."""

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

import yaml
from semver import Version

from flux.demo.cluster import CLUSTER, DEMO_PATH, REPORTER, SCRIPT, WORD
from flux.demo.play import BOARD, Demo, Scene, variables
from flux.demo.stage import Chosen, beginnings
from flux.errors import RequestError
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import read_releases
from flux.promotion.proposal import Promotion
from flux.release.version import next_version
from flux.settings import FILES, Phase, Settings

_SOAK = 4
"""Seconds."""


def require_phases(settings: Settings) -> None:
    """Raises RequestError if there is no phase after the first."""
    if len(settings.phases) < 2:
        raise RequestError(
            "there is only one phase, so a version cannot go on", "name another in the setting `phases`"
        )


def beginnings_with_rules(monorepo: Monorepo) -> dict[str, bytes]:
    """Return the files that differ from HEAD in the clone, with rules and a script that acts as a cluster."""
    git, head = monorepo.git, monorepo.git.head()
    contents = (git.file(head, path) for path in FILES)
    document = yaml.safe_load(next((each for each in contents if each is not None), b"")) or {}
    flux = dict(document.get("flux") or {})
    flux.pop("rules", None)
    flux |= {"phases": list(_ruled(monorepo.settings.phases)), "require_order": False}
    names = {"names": [CLUSTER], "reporters": [REPORTER]}
    flux["clusters"] = {environment: dict(names) for environment in monorepo.settings.environments}
    settings = yaml.safe_dump({**document, "flux": flux}, sort_keys=False).encode()
    return {**beginnings(monorepo), FILES[0]: settings, DEMO_PATH: SCRIPT.encode()}


def _ruled(phases: Sequence[Phase]) -> Iterator[dict[str, object]]:
    for at, phase in enumerate(phases):
        rule: dict[str, object] = {"environments": list(phase.environments), "auto": "major"}
        yield {phase.name: rule | ({"soak": f"{_SOAK}s", "healthy": True} if at else {})}


def plan_progress(settings: Settings, chosen: Chosen, tags: Mapping[str, str]) -> Demo:
    """Plan the demo of one artifact. `tags` are the tags of the clone, with their commits."""
    artifact = chosen.artifact
    earlier = read_releases(settings.tag_form, tags, [artifact])
    version = next_version("minor", earlier[-1].version if earlier else None)
    patch = next_version("patch", version)
    first, *later = settings.phases
    return Demo(
        variables(settings),
        (
            _release(settings, chosen, version, "minor"),
            Scene("These rules are in force, and this is what happens next.", (f"inv rules {artifact}",)),
            _deploy(artifact, version, first, "The rule of the first phase promotes it. Nobody ticks a box."),
            _report(artifact, first),
            *(scene for phase in later for scene in _goes_on(artifact, version, phase)),
            _release(settings, chosen, patch, "patch"),
            _deploy(artifact, patch, first, "The patch goes to the first phase, too."),
            _report(artifact, first, failing=first.environments[-1]),
            Scene(
                f"{first.environments[-1]} fails, so the patch goes no further. Waiting does not help.",
                (f"sleep {_SOAK + 2}", "inv reconcile", f"inv rules {artifact}", f"inv status -a {artifact}"),
            ),
            Scene(
                "Somebody rolls back.",
                (
                    f"inv rollback {artifact} {first.name}",
                    f"git merge {quote(Promotion(artifact, str(version)).branch)}",
                    "inv tag",
                ),
            ),
            Scene(
                "A rollback holds: no rule promotes that version again.",
                ("inv reconcile", f"inv rules {artifact}"),
            ),
            BOARD,
        ),
        ("inv status", f"inv promote {artifact} {first.name} {patch}"),
    )


def _release(settings: Settings, chosen: Chosen, version: Version, bump: str) -> Scene:
    artifact = chosen.artifact
    comment = f"printf '\\n# Changed by inv demo, for {version}.\\n'"
    return Scene(
        f"{artifact} changes, and {version} is released and published.",
        (
            f"{comment} >> {quote(chosen.path)}",
            f"git commit -qam 'fix({artifact}): a comment, for the demo'",
            "inv build --since HEAD~1",
            f"inv release {artifact} {bump}",
            f"inv publish {quote(settings.tag_form.render(artifact, version))}",
        ),
    )


def _deploy(artifact: str, version: Version, phase: Phase, why: str) -> Scene:
    branch = quote(Promotion(artifact, str(version)).branch)
    return Scene(
        f"{why} Somebody merges its pull request, and the tags of {phase.name} move.",
        ("inv reconcile", f"git merge {branch}", "inv tag"),
    )


def _report(artifact: str, phase: Phase, failing: str = "") -> Scene:
    said = [
        command
        for environment in phase.environments
        for command in (
            f"python3 {DEMO_PATH} {quote(artifact)} {environment} "
            f"{'failure' if environment == failing else 'success'} > {WORD}",
            f"inv ack --event {WORD}",
        )
    ]
    return Scene(
        f"The clusters of {phase.name} report what they run. On GitHub, Flux does that.", tuple(said)
    )


def _goes_on(artifact: str, version: Version, phase: Phase) -> Iterator[Scene]:
    yield Scene(
        f"{phase.name} waits until every environment before it has run it for {_SOAK} seconds.",
        (f"inv rules {artifact}", f"sleep {_SOAK + 2}"),
    )
    yield _deploy(artifact, version, phase, "Now the rule promotes it.")
    yield _report(artifact, phase)
