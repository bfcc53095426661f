"""Releases an artifact: tags a commit, with notes about the changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from semver import Version

from flux.errors import ForgeError, RequestError
from flux.forge.forge import Release
from flux.forge.place import Place
from flux.listing import listed
from flux.monorepo.changed import find_uncommitted
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.first_parents import changed_between
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.opening import find_forge_place
from flux.monorepo.release_branches import on_line, require_on_line
from flux.monorepo.release_notes import notes_of
from flux.monorepo.releases import (
    Released,
    below,
    make_release,
    misnamed_hint,
    misnamed_releases,
    name_misnamed,
    name_stray,
    tell_apart,
)
from flux.monorepo.tip_settings import take_current_settings
from flux.monorepo.version_choice import (
    asked_by_commits,
    name_too_small,
    released_again,
    require_free,
    require_untagged,
    version_for,
)
from flux.release.misnamed import Misnamed
from flux.release.version import AUTO
from flux.settings.settings import ACTIONS_BOT

_STARTED_WORKFLOWS = ("release-flux-artifact.yml", "manage-flux-releases.yml")


_RELEASE_PLEASE = (
    "release-please-config.json",
    ".release-please-config.json",
    ".release-please-manifest.json",
)


@dataclass(frozen=True)
class PlannedRelease:
    """A release to make. `release` is set if it already exists. `uncommitted` has paths of the artifact in
    the working tree. They are not released."""

    artifact: str
    version: Version
    tag: str
    commit: str
    notes: str
    release: Release | None = None
    uncommitted: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    line: str = ""
    """The maintenance branch of the release. Empty for main."""


@dataclass(frozen=True)
class MadeRelease:
    """A new or existing release. `failed` has the errors of workflows that could not be started."""

    planned: PlannedRelease
    release: Release
    notices: tuple[str, ...] = ()
    failed: tuple[ForgeError, ...] = ()


def plan_release(
    monorepo: Monorepo,
    artifact: str,
    wanted: str,
    allow_unchanged: bool,
    force: bool = False,
) -> PlannedRelease:
    """Plan the release of an artifact at the checked-out commit. `wanted` is a version, a bump, or AUTO.

    If release-please makes the releases, `force` is required.

    Raises RequestError if there is nothing to release or the version is not possible, and ContentError if
    the artifact could not be published.
    """
    obtain_lines(monorepo, merged=True)
    take_current_settings(monorepo)
    commit = monorepo.git.head()
    _require_no_other(monorepo, commit, force)
    Sources(monorepo, commit).image_of(artifact)
    form = monorepo.settings.tag_form
    if form.misreads(artifact):
        raise RequestError(
            f"releases of {artifact!r} would be read as another artifact's: the name looks like a version",
            "rename the folder",
        )
    released, stray = tell_apart(monorepo, [artifact])
    line = require_on_line(monorepo, commit, "HEAD")
    earlier = _of_line(monorepo, line, released)
    last = earlier[-1] if earlier else None
    if wanted == AUTO:
        wanted = asked_by_commits(monorepo, artifact, commit, earlier)
    again = released_again(released, earlier, wanted, commit, allow_unchanged)
    version = again.version if again else version_for(wanted, earlier)
    if not again:
        require_untagged(version, stray)
        require_free(version, line, released, earlier)
    if last and not again:
        _require_not_older(monorepo, line, last, commit)
    misnamed = misnamed_releases(monorepo, [artifact])
    others = [found for found in misnamed if not found.is_slip]
    if others and not released:
        raise _misnamed(monorepo, artifact, others)
    last = below(earlier, version)
    uncommitted = find_uncommitted(monorepo).get(artifact, ())
    if last and not again and not allow_unchanged:
        _require_change(monorepo, last, commit, uncommitted)
    tag = form.render(artifact, version)
    notes = notes_of(monorepo, artifact, commit, last, tag)
    existing = monorepo.forge.release(tag) if again else None
    notices = (
        *name_misnamed(form, misnamed),
        *name_stray(monorepo, stray),
        *([] if again else name_too_small(monorepo, artifact, commit, earlier, version)),
    )
    branch = "" if line == monorepo.settings.branch else line
    return PlannedRelease(
        artifact, version, tag, commit, notes, existing, tuple(uncommitted), notices, branch
    )


def find_destination(monorepo: Monorepo) -> tuple[Place, list[str]]:
    """Return the forge that gets the release. If it has no host, return all URLs of origin too."""
    place, git = find_forge_place(monorepo), monorepo.git
    return place, [] if place.host else [git.hosted_url or "", *git.disagreeing_urls]


def create_release(monorepo: Monorepo, planned: PlannedRelease) -> MadeRelease:
    """Make the release unless it exists. Start the workflows that its event does not start."""
    release = planned.release
    if release is None:
        wanted = Released(planned.artifact, planned.version, planned.tag, planned.commit)
        release, is_new = make_release(monorepo, wanted, planned.notes)
        planned = planned if is_new else replace(planned, release=release)
    notices: list[str] = []
    failed: list[ForgeError] = []
    if monorepo.event.actions and release.author == ACTIONS_BOT:
        # Actions with GITHUB_TOKEN trigger no workflows, except for a dispatch.
        for workflow in _STARTED_WORKFLOWS:
            try:
                if not monorepo.forge.dispatch(workflow, monorepo.settings.branch, {"tag": planned.tag}):
                    notices.append(
                        f"{workflow} was not started: {monorepo.settings.branch} has no such workflow"
                    )
            except ForgeError as error:
                failed.append(error)
    return MadeRelease(planned, release, tuple(notices), tuple(failed))


def _require_no_other(monorepo: Monorepo, commit: str, force: bool) -> None:
    """Raises RequestError if release-please makes the releases and `force` is not set."""
    for name in _RELEASE_PLEASE:
        if not force and monorepo.git.file(commit, name) is not None:
            raise RequestError(
                f"release-please makes the releases here: {name} says so",
                "merge its pull request; `--force` makes a release that release-please does not know",
            )


def _of_line(monorepo: Monorepo, line: str, released: list[Released]) -> list[Released]:
    """Return the releases that count on a line. On main, all of them count."""
    if line == monorepo.settings.branch:
        return released
    there = on_line(monorepo, line, {one.tag: one.commit for one in released})
    return [one for one in released if one.tag in there]


def _misnamed(monorepo: Monorepo, artifact: str, misnamed: list[Misnamed]) -> RequestError:
    """Return the error for a first release if other tags look like earlier releases."""
    form = monorepo.settings.release_tag
    return RequestError(
        f"{misnamed[0].tag} looks like a release of {artifact}, and release tags have the form {form}",
        misnamed_hint(misnamed),
    )


def _require_not_older(monorepo: Monorepo, line: str, last: Released, commit: str) -> None:
    """Raises RequestError if the commit is older than the highest release."""
    if commit == last.commit or not monorepo.git.obtain(last.commit):
        return
    if monorepo.git.merge_base(commit, last.commit) == commit:
        raise RequestError(
            f"HEAD is at {commit[:12]}, which is older than {last.artifact} {last.version}, "
            f"released at {last.commit[:12]}",
            f"check out the newest commit: `git switch {line}`, then `git pull`",
        )


def _require_change(monorepo: Monorepo, last: Released, commit: str, uncommitted: Sequence[str]) -> None:
    """Raises RequestError if there are no committed changes."""
    if monorepo.git.obtain(last.commit) and last.artifact not in changed_between(
        monorepo, last.commit, commit, last.artifact
    ):
        first = f"commit {listed(uncommitted)} first, or " if uncommitted else ""
        raise RequestError(
            f"nothing changed in {last.artifact} since {last.version}",
            f"{first}release it anyway with --allow-unchanged",
        )
