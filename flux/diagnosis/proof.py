"""Proves that a monorepo can switch: no tag would move, and every tag is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flux.adoption.environments import is_environment
from flux.adoption.workflows import WORKFLOWS
from flux.configured import FILES
from flux.environments.converge import converge
from flux.errors import FluxError, TipUnknownError, without_frames
from flux.listing import listed
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.releases import Released, last_releases, newest_of, releases
from flux.monorepo.vouching import Vouching
from flux.monorepo.workflows import find_workflow_faults, has_tasks
from flux.notice import AnyNotice, Notice
from flux.parallel import in_parallel
from flux.promotion.plan import Action
from flux.registry.identity import is_same
from flux.registry.target import Manifest
from flux.settings.phases import Follow


@dataclass(frozen=True)
class Exceptional:
    """An exception to the proof. `advice` says what to do about it, unless the hint of an error does."""

    about: str
    found: AnyNotice
    advice: str = ""

    @classmethod
    def failed(cls, about: str, error: FluxError) -> Exceptional:
        return cls(about, Notice(without_frames(error), about))

    @property
    def message(self) -> str:
        return str(self.found)

    @property
    def hint(self) -> str:
        return self.found.error.hint if isinstance(self.found, Notice) and not self.advice else self.advice


def prove(monorepo: Monorepo, uses: str = "") -> list[Exceptional]:
    """Return every exception at the commit that is checked out. No exception is the proof. Writes nothing.

    Raises an error that prevents the proof as a whole.
    """
    head = monorepo.git.head()
    behind = [*_behind(monorepo, head)]
    monorepo.judge_at(head)
    vouching = Vouching(monorepo)
    return [
        *behind,
        *_start(monorepo, head),
        *_tags(monorepo, vouching),
        *_moving(monorepo, head, vouching),
        *_releases(monorepo, head, vouching),
        *_workflows(monorepo, uses),
        *_uncommitted(monorepo),
    ]


def _behind(monorepo: Monorepo, head: str) -> Iterator[Exceptional]:
    """Check that HEAD contains the tip. It may have more commits: an adoption that is not pushed yet."""
    try:
        tip = monorepo.tip
    except TipUnknownError as error:
        yield Exceptional("tip", Notice(without_frames(error)))
        return
    if monorepo.git.merge_base(tip, head) != tip:
        yield Exceptional(
            "tip",
            f"the checked-out commit {head[:12]} lacks commits of the tip, {tip[:12]}",
            f"bring {monorepo.settings.branch} in: `git pull`, then check again",
        )


def _uncommitted(monorepo: Monorepo) -> Iterator[Exceptional]:
    """Check that the files that `inv init` writes are committed: jobs read the commit."""
    state = monorepo.settings.releaseconfig
    own = {*FILES, "tasks.py", state, *(f".github/workflows/{name}" for name in WORKFLOWS)}
    if found := sorted(own.intersection(monorepo.git.uncommitted(""))):
        yield Exceptional("files", f"{listed(found)}: not committed", "commit them, then check again")


def _start(monorepo: Monorepo, head: str) -> Iterator[Exceptional]:
    """Check that the last commit of the earlier system is in this history."""
    adopted = monorepo.settings.adopted
    if not adopted:
        return
    if not monorepo.git.obtain(adopted) or monorepo.git.merge_base(adopted, head) != adopted:
        yield Exceptional(
            "adopted",
            f"the setting `adopted` names {adopted[:12]}, which is not in the history of {head[:12]}",
            "name the last commit of the earlier system there",
        )


def _tags(monorepo: Monorepo, vouching: Vouching) -> Iterator[Exceptional]:
    """Check that `inv tag` moves nothing, and that every environment's tag is a version."""
    for step in converge(monorepo, [], vouching=vouching).steps:
        if step.action == Action.LEFT:
            yield Exceptional(
                step.name,
                f"{step.name} has {(step.old or '')[:19]}, but the desired state has no version for it",
                f"find out what it has, then name its version in {monorepo.settings.releaseconfig}",
            )
        elif step.fault:
            yield Exceptional.failed(step.name, step.fault)
        elif step.action != Action.UNCHANGED:
            old, new = (step.old or "nothing")[:19], (step.new or "")[:19]
            yield Exceptional(
                step.name,
                f"`inv tag` would move {step.name} from {old} to {new}, which is {step.version}",
                "set the version that it has in the desired state, or let it move",
            )


def _moving(monorepo: Monorepo, head: str, vouching: Vouching) -> Iterator[Exceptional]:
    """Check that each tag with a `follow` has what it follows, and that any other tag is in a phase."""
    settings, names = monorepo.settings, artifacts_at(monorepo, head)

    def one(name: str) -> list[Exceptional]:
        try:
            return [*_followed(monorepo, head, name, vouching)]
        except FluxError as error:
            return [Exceptional.failed(name, error)]

    for found in sorted(in_parallel(settings.jobs, one, names), key=lambda each: [one.about for one in each]):
        yield from found


def _followed(monorepo: Monorepo, head: str, name: str, vouching: Vouching) -> Iterator[Exceptional]:
    settings, target = monorepo.settings, monorepo.registry.repository(name)
    for tag in target.tags():
        if tag in (*settings.environments, settings.latest) or not is_environment(tag):
            continue  # no cluster should follow `latest`: it no longer has ignored files
        manifest, about = target.fetch_manifest(tag), f"{name}:{tag}"
        if manifest is None:
            continue
        if tag in settings.following(Follow.TIP):
            if not is_same(target, manifest, Sources(monorepo, head).image_of(name)):
                said = f"`inv build` would move {about}: it is not what {head[:12]} has"
                yield Exceptional(about, said, "let the earlier system publish it, or let it move")
        elif tag in settings.following(Follow.STABLE):
            yield from _stable(monorepo, name, about, manifest, vouching)
        else:
            said = f"{about} is in the registry, but in no phase"
            yield Exceptional(about, said, "add it to the setting `phases`, or delete the tag")


def _stable(
    monorepo: Monorepo, name: str, about: str, manifest: Manifest, vouching: Vouching
) -> Iterator[Exceptional]:
    """Check that an environment that follows the newest stable release has it."""
    newest = newest_of(releases(monorepo, [name]))
    if newest is None:
        said = f"{about} follows the newest stable release, but there is none"
        yield Exceptional(about, said, f"release {name}, or take its `follow` away")
    elif fault := vouching.fault(name, str(newest.version), manifest):
        said = f"{about} follows the newest stable release, and is not {newest.version}"
        yield Exceptional(about, Notice(fault, said), f"`inv publish {newest.tag}` moves it")


def _releases(monorepo: Monorepo, head: str, vouching: Vouching) -> list[Exceptional]:
    """Check that each newest release is published, with the content that git has for it."""
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
        return Exceptional.failed(released.tag, error)
    if manifest is None:
        return Exceptional(
            released.tag,
            f"{released.tag} is not published",
            f"publish it with `inv publish {released.tag}`, or delete the tag",
        )
    fault = vouching.fault(released.artifact, version, manifest)
    return Exceptional.failed(released.tag, fault) if fault else None


def _workflows(monorepo: Monorepo, uses: str) -> Iterator[Exceptional]:
    if not has_tasks(monorepo):
        yield Exceptional(
            "tasks.py",
            "tasks.py does not have the commands that the workflows run",
            "write `from flux.tasks import ns` in it, and add each of your own tasks with `ns.add_task`",
        )
    faults = find_workflow_faults(monorepo, uses)
    for name in faults.missing:
        yield Exceptional(name, f".github/workflows/{name} is missing", "write it with `inv init`")
    for name in faults.calling_nothing:
        yield Exceptional(
            name,
            f"{name}: it calls `$/`, this repository, which does not have the called workflows",
            f"fill in where they are: `inv init --force --uses {uses or 'OWNER/flux-artifacts@COMMIT'}`",
        )
    for name in faults.drifted:
        yield Exceptional(
            name,
            f".github/workflows/{name} differs from the settings",
            "`inv init --dry-run` shows how, `inv init --force` writes it",
        )
