"""What has been released of each artifact, and what came after."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from semver import Version

from flux.monorepo.line import walk
from flux.monorepo.monorepo import Monorepo
from flux.release.tag import TagForm


@dataclass(frozen=True)
class Released:
    """One release, by its git tag."""

    artifact: str
    version: Version
    tag: str
    commit: str


def read_releases(release_tag: str, tags: Mapping[str, str], names: Collection[str]) -> list[Released]:
    """The releases of the named artifacts among tags, the lowest version first. `tags` has their commits."""
    form = TagForm(release_tag)
    found = []
    for tag, commit in tags.items():
        parsed = form.parse(tag)
        if parsed and parsed[0] in names:
            found.append(Released(*parsed, tag, commit))
    return sorted(found, key=lambda released: released.version)


def releases(monorepo: Monorepo, names: Collection[str]) -> list[Released]:
    """The releases of the named artifacts at their home, the lowest version first.

    Raises GitError where their home does not answer.
    """
    return read_releases(monorepo.settings.release_tag, monorepo.home_tags, names)


def last_releases(
    monorepo: Monorepo, names: Collection[str], tags: Mapping[str, str] | None = None
) -> dict[str, Released]:
    """The highest release of each artifact, among `tags` or those at their home."""
    tags = monorepo.home_tags if tags is None else tags
    found = read_releases(monorepo.settings.release_tag, tags, names)
    return {released.artifact: released for released in found}


def commits_since(monorepo: Monorepo, commit: str, last: Mapping[str, Released]) -> dict[str, int]:
    """How many commits changed each artifact after its release, on the first-parent line back from `commit`.

    A release that is not on that line is left out.
    """
    tags = [released.commit for released in last.values()]
    place = {commit: at for at, commit in enumerate(monorepo.git.first_parents(commit, tags))} if last else {}
    ends = {name: place[released.commit] for name, released in last.items() if released.commit in place}
    counts = dict.fromkeys(ends, 0)
    if not ends:
        return counts
    oldest = max((last[name] for name in ends), key=lambda released: place[released.commit])
    for passed in walk(monorepo, commit, list(ends), until=oldest.commit):
        at = place[passed.revision.commit]
        for name in ends.keys() & (ends if passed.changed is None else passed.changed).keys():
            counts[name] += at < ends[name]
    return counts
