"""Checks the clone, its origin, the artifacts in it, and their registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from flux.diagnosis.check_line import Line, Rating
from flux.listing import counted

if TYPE_CHECKING:
    from flux.git.clone import Clone
    from flux.monorepo.monorepo import Monorepo
    from flux.settings import Settings


_MOST_LOOKED_AT = 20
_MOST_CLASHES = 5


def check_clone(clone: Clone) -> Iterator[Line]:
    from flux.git.clone import FETCH_DEPTH

    if clone.shallow:
        said = "it is shallow: missing history is fetched when a command needs it"
        yield Line("clone", Rating.WARNING, said, FETCH_DEPTH)
    elif clone.filter:
        said = f"it is partial ({clone.filter}): missing objects are fetched when a command needs them"
        yield Line("clone", Rating.WARNING, said, "clone it again, without `--filter`")
    else:
        yield Line("clone", Rating.OK, str(clone.root))


def check_origin(monorepo: Monorepo) -> Iterator[Line]:
    from flux.artifact.source_url import https_url, names_host

    hosted = monorepo.git.hosted_url or ""
    if names_host(hosted) and not https_url(hosted):
        said = "its URL names no host, so the forge is unknown"
        yield Line(
            "origin", Rating.PROBLEM, said, "`git remote set-url origin URL`, with an https or ssh URL"
        )
    if urls := monorepo.git.disagreeing_urls:
        named = ", ".join(https_url(url) or "one without a host" for url in urls)
        said = f"its URLs lead to different places, and git fetches only from the first: {named}"
        fix = "keep one: `git remote set-url --delete origin URL`, with `--push` for where git pushes to"
        yield Line("origin", Rating.PROBLEM, said, fix)
    tip, url = monorepo.tip, monorepo.git.origin_url
    where = f"at {https_url(url) or 'origin'}" if url else "here, since there is no origin"
    yield Line("origin", Rating.OK, f"{monorepo.settings.branch} is at {tip[:12]} {where}")


def check_releases(monorepo: Monorepo, names: Sequence[str]) -> Iterator[Line]:
    """Warn about tags that look like releases, but have another form, or a commit on no line of releases.

    The check of origin reports its errors."""
    from flux.errors import GitError
    from flux.monorepo.releases import (
        misnamed_hint,
        misnamed_releases,
        name_misnamed,
        name_stray,
        tell_apart,
    )

    with suppress(GitError):
        misnamed = misnamed_releases(monorepo, names)
        for said in name_misnamed(monorepo.settings.tag_form, misnamed):
            yield Line("releases", Rating.WARNING, said, misnamed_hint(misnamed))
        _, stray = tell_apart(monorepo, names)
        for said, fix in name_stray(monorepo, stray).items():
            yield Line("releases", Rating.WARNING, said, fix)


def find_names_at_head(monorepo: Monorepo) -> list[str]:
    from flux.monorepo.artifacts import artifacts_at

    return artifacts_at(monorepo, monorepo.git.head())


def check_clashes(monorepo: Monorepo) -> Iterator[Line]:
    from flux.monorepo.artifacts import find_artifacts

    found = find_artifacts(monorepo.git, monorepo.git.head(), monorepo.settings.layout).clashes
    for clash in found[:_MOST_CLASHES]:
        yield Line("sources", Rating.PROBLEM, clash.error)
    if more := len(found[_MOST_CLASHES:]):
        yield Line(
            "sources",
            Rating.PROBLEM,
            f"{counted(more, 'more artifact')} cannot be told apart",
            "fix these first, then run it again",
        )


def check_sources(settings: Settings, names: Sequence[str]) -> Iterator[Line]:
    if names:
        yield Line("sources", Rating.OK, f"{counted(len(names), 'artifact')} in {settings.layout.shown}")
    else:
        said, setting = f"there are no artifacts in {settings.layout.shown}", _setting(settings)
        yield Line(
            "sources", Rating.WARNING, said, f"commit the first one, or set `{setting}` in invoke.yaml"
        )


def check_rendered_workflows(monorepo: Monorepo) -> Iterator[Line]:
    """Warn about workflows of an adoption that no longer match the settings, or cannot run."""
    from flux.monorepo.workflows import find_workflow_faults

    faults = find_workflow_faults(monorepo)
    if faults.calling_nothing:
        said = f"{', '.join(faults.calling_nothing)} call `$/`, this repository, which lacks what they call"
        fix = "`inv init --force --uses OWNER/flux-artifacts@COMMIT` fills in where that is"
        yield Line("rendered workflows", Rating.WARNING, said, fix)
    if faults.drifted:
        said = f"{', '.join(faults.drifted)} do not match the settings"
        fix = "`inv init --dry-run` shows how, `inv init --force` writes it"
        yield Line("rendered workflows", Rating.WARNING, said, fix)


def _setting(settings: Settings) -> str:
    """Return the name of the setting that defines the artifacts."""
    return "artifacts" if settings.artifacts else "sources"


def check_registry(monorepo: Monorepo, names: Sequence[str]) -> Iterator[Line]:
    from flux.artifact.name import name_fault
    from flux.monorepo.opening import find_packages
    from flux.registry import host_of

    registry = monorepo.registry
    name = next((name for name in names if not name_fault(name)), "artifact")
    target = registry.repository(name)
    target.tags()
    target.try_push()
    fit = [name for name in names if not name_fault(name)][:_MOST_LOOKED_AT]
    on_server = host_of(monorepo.settings.registry)
    if (packages := find_packages(monorepo)) and not monorepo.event.actions:
        said = f"{registry.name(name)} is used here, but jobs on github.com use {packages}"
        yield Line("registry", Rating.WARNING, said, f"set `registry: {packages}` in invoke.yaml")
    elif on_server and fit and not any(registry.repository(name).tags() for name in fit):
        said = f"{registry.name(name)} can be read and written, but none of the artifacts has an image there"
        fix = "build them with `inv build`, or check the settings `registry` and `repository`"
        yield Line("registry", Rating.WARNING, said, fix)
    else:
        yield Line("registry", Rating.OK, f"{registry.name(name)} can be read and written")
