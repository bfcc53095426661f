"""Reads the releases of each artifact, and counts the commits after them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semver import Version

from flux.errors import ForgeError, GitError
from flux.listing import listed
from flux.monorepo.first_parents import walk_first_parents
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_branches import named_lines, off_lines, or_its_branch
from flux.promotion.texts.release import release_title
from flux.release.misnamed import Misnamed, find_misnamed
from flux.release.tag import TagForm
from flux.release.version import precedence

if TYPE_CHECKING:
    from flux.forge.forge import Release


@dataclass(frozen=True)
class Released:
    """One release, by its git tag."""

    artifact: str
    version: Version
    tag: str
    commit: str


def read_releases(form: TagForm, tags: Mapping[str, str], names: Collection[str]) -> list[Released]:
    """Return the releases of the named artifacts, the lowest version first. `tags` has tags and commits."""
    wanted = frozenset(names)
    return [released for released in _read(form, tags) if released.artifact in wanted]


def _read(form: TagForm, tags: Mapping[str, str]) -> list[Released]:
    parsed = ((form.parse(tag), tag, commit) for tag, commit in tags.items())
    found = [Released(*named, tag, commit) for named, tag, commit in parsed if named]
    return sorted(found, key=lambda released: precedence(released.version))


def releases(monorepo: Monorepo, names: Collection[str]) -> list[Released]:
    """Return the releases of the named artifacts, the lowest version first.

    They are the tags at their home whose commits are on a line of releases. Raises GitError if their home
    does not answer, or if a shallow clone does not have enough history.
    """
    return tell_apart(monorepo, names)[0]


def tell_apart(monorepo: Monorepo, names: Collection[str]) -> tuple[list[Released], list[Released]]:
    """Return the same, and the stray tags: their commits are on no line, so they release nothing."""
    moment = (monorepo.home_tags, monorepo.tip, monorepo.settings.tag_form)
    known = monorepo.known_releases
    if known is None or known.moment != moment:
        known = monorepo.known_releases = KnownReleases(*moment)
    return known.tell_apart(monorepo, names)


class KnownReleases:
    """The release tags at one moment. Each tag is read once, and each artifact's tags are judged once."""

    def __init__(self, tags: Mapping[str, str], tip: str, form: TagForm) -> None:
        self.moment = (tags, tip, form)
        self._every = _read(form, tags)
        self._stray: dict[str, set[str]] = {}

    def tell_apart(self, monorepo: Monorepo, names: Collection[str]) -> tuple[list[Released], list[Released]]:
        wanted = frozenset(names)
        found = [each for each in self._every if each.artifact in wanted]
        unknown = [each for each in reversed(found) if each.artifact not in self._stray]
        off = off_lines(monorepo, [(each.artifact, each.commit) for each in unknown]) if unknown else ()
        self._stray |= {each.artifact: set() for each in unknown}
        for artifact, commit in off:
            self._stray[artifact].add(commit)
        apart: tuple[list[Released], list[Released]] = [], []
        for each in found:
            apart[each.commit in self._stray[each.artifact]].append(each)
        return apart


def make_release(monorepo: Monorepo, released: Released, notes: str) -> tuple[Release, bool]:
    """Make the release of a version on the forge. Return it, and whether this run has made it.

    If another run makes it at the same time for the same commit, return that one. Raises ForgeError and
    GitError.
    """
    forge, tag, commit, version = monorepo.forge, released.tag, released.commit, released.version
    title, is_candidate = release_title(released.artifact, version), bool(version.prerelease)
    try:
        return forge.create_release(tag, commit, title, notes, is_candidate), True
    except (ForgeError, GitError):
        there = forge.release(tag)
        if there is None or there.commit != commit:
            raise
        return there, False


def last_releases(monorepo: Monorepo, names: Collection[str]) -> dict[str, Released]:
    """Return the highest release of each artifact. Raises GitError as `releases` does."""
    return by_artifact(releases(monorepo, names))


def by_artifact(found: Sequence[Released]) -> dict[str, Released]:
    """Return the last release of each artifact. `found` has the lowest version first."""
    return {released.artifact: released for released in found}


def newest_of(released: Sequence[Released]) -> Released | None:
    """Return the newest stable release, or None. `released` has the lowest version first."""
    return next((one for one in reversed(released) if not one.version.prerelease), None)


def below(earlier: Sequence[Released], version: Version) -> Released | None:
    """Return the release before a version, or None. `earlier` has the lowest version first.

    Before a stable version comes the last stable one, so a good candidate can become stable unchanged.
    """
    lower = [r for r in earlier if r.version < version and (version.prerelease or not r.version.prerelease)]
    return lower[-1] if lower else None


def misnamed_releases(
    monorepo: Monorepo, names: Collection[str], tags: Mapping[str, str] | None = None
) -> list[Misnamed]:
    """Return the tags that look like releases of the named artifacts, but have another form.

    Raises GitError if their home does not answer.
    """
    tags = monorepo.home_tags if tags is None else tags
    return find_misnamed(monorepo.settings.tag_form, tags, names)


def name_misnamed(form: TagForm, misnamed: Sequence[Misnamed]) -> list[str]:
    """Return the notice about misnamed tags: nothing, or one line."""
    if not misnamed:
        return []
    said = listed([f"{found.tag} (right is {found.right})" for found in misnamed])
    return [f"tags that look like releases, and are not of the form {form.form}: {said}"]


def name_stray(monorepo: Monorepo, stray: Sequence[Released]) -> dict[str, str]:
    """Return a message and its hint for each kind of stray tags."""
    if not stray:
        return {}
    merge = f"merge the commit into {monorepo.settings.branch} and release the merge, or delete the tag"
    wrong = [one for one in reversed(stray) if monorepo.git.kind(one.commit) in ("tree", "blob")]
    beside = [one for one in reversed(stray) if one not in wrong]
    told = {
        f"release tags of commits that are not on {named_lines(monorepo)}, which release nothing": (
            beside,
            or_its_branch(monorepo, merge),
        ),
        "release tags that do not point to a commit, which release nothing": (
            wrong,
            "delete the tag, then release the artifact with `inv release`",
        ),
    }
    return {
        f"{said}: {listed([f'{one.tag} ({one.commit[:12]})' for one in kind])}": fix
        for said, (kind, fix) in told.items()
        if kind
    }


def misnamed_hint(misnamed: Sequence[Misnamed]) -> str:
    """Return a hint that says how misnamed tags become releases."""
    other = next((found.form for found in misnamed if found.form and not found.is_slip), "")
    rename = f"delete the tag, and tag its commit {misnamed[0].right}"
    return f"set `release_tag: {other!r}` in invoke.yaml, or {rename}" if other else rename


def commits_since(monorepo: Monorepo, commit: str, last: Mapping[str, Released]) -> dict[str, int]:
    """Count the commits that changed each artifact after its release, on `commit`'s first-parent line.

    Artifacts whose release is not on that line are left out.
    """
    tags = [released.commit for released in last.values()]
    place = {commit: at for at, commit in enumerate(monorepo.git.first_parents(commit, tags))} if last else {}
    ends = {name: place[released.commit] for name, released in last.items() if released.commit in place}
    counts = dict.fromkeys(ends, 0)
    if not ends:
        return counts
    oldest = max((last[name] for name in ends), key=lambda released: place[released.commit])
    for passed in walk_first_parents(monorepo, commit, list(ends), until=oldest.commit):
        at = place[passed.revision.commit]
        for name in ends.keys() & (ends if passed.changed is None else passed.changed).keys():
            counts[name] += at < ends[name]
    return counts
