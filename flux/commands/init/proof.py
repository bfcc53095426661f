"""The proof that a monorepo can be handed over: nothing would move, and all that is there is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flux.commands.tag import converge
from flux.errors import FluxError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released, last_releases
from flux.monorepo.vouching import Vouching
from flux.monorepo.workflows import drifted_workflows
from flux.parallel import in_parallel
from flux.promotion.plan import Action


@dataclass(frozen=True)
class Exceptional:
    """What is not as it has to be, and what to do about it."""

    about: str
    message: str
    hint: str = ""


def prove(monorepo: Monorepo, uses: str = "") -> list[Exceptional]:
    """Every exception, at the commit checked out; none is the proof. It reads only.

    Raises what keeps all of it from being looked at.
    """
    head = monorepo.git.head()
    monorepo.judge_at(head)
    vouching = Vouching(monorepo)
    return [*_tags(monorepo, vouching), *_releases(monorepo, head, vouching), *_workflows(monorepo, uses)]


def _tags(monorepo: Monorepo, vouching: Vouching) -> Iterator[Exceptional]:
    """`inv tag` moves nothing, and every environment's tag is a version."""
    for step in converge(monorepo, [], vouching=vouching).steps:
        if step.action == Action.LEFT:
            yield Exceptional(
                step.name,
                f"{step.name} has {(step.old or '')[:19]}, and no version is desired for it",
                f"find out what it has, then name its version in {monorepo.settings.releaseconfig}",
            )
        elif step.fault:
            yield Exceptional(step.name, f"{step.name}: {step.fault.message}", step.fault.hint)
        elif step.action != Action.UNCHANGED:
            old, new = (step.old or "nothing")[:19], (step.new or "")[:19]
            yield Exceptional(
                step.name,
                f"`inv tag` would move {step.name} from {old} to {new}, which is {step.version}",
                "desire the version that it has, or let it move",
            )


def _releases(monorepo: Monorepo, head: str, vouching: Vouching) -> list[Exceptional]:
    """Each newest release is published as git builds it."""
    newest = last_releases(monorepo, artifacts_at(monorepo, head))
    found = in_parallel(
        monorepo.settings.jobs, lambda one: _release(monorepo, one, vouching), [*newest.values()]
    )
    return sorted((one for one in found if one), key=lambda one: one.about)


def _release(monorepo: Monorepo, released: Released, vouching: Vouching) -> Exceptional | None:
    version = str(released.version)
    try:
        manifest = monorepo.registry.repository(released.artifact).fetch_manifest(version)
    except FluxError as error:
        return Exceptional(released.tag, f"{released.tag}: {error.message}", error.hint)
    if manifest is None:
        return Exceptional(
            released.tag,
            f"{released.tag} is not published",
            f"publish it with `inv publish {released.tag}`, or delete the tag",
        )
    fault = vouching.fault(released.artifact, version, manifest)
    return Exceptional(released.tag, f"{released.tag}: {fault.message}", fault.hint) if fault else None


def _workflows(monorepo: Monorepo, uses: str) -> Iterator[Exceptional]:
    missing, drifted = drifted_workflows(monorepo, uses)
    for name in missing:
        yield Exceptional(name, f".github/workflows/{name} is missing", "write it with `inv init`")
    for name in drifted:
        yield Exceptional(
            name,
            f".github/workflows/{name} differs from the settings",
            "see how with `inv init --dry-run`, and take it over with `inv init --force`",
        )
