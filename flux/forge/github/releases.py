"""Releases and their tags."""

from collections.abc import Sequence

from github.GitRelease import GitRelease
from github.Repository import Repository

from flux.errors import ForgeError
from flux.forge.forge import Release
from flux.forge.github.api import Part, found
from flux.forge.github.fields import lf, login_of
from flux.forge.github.refs import find_tagged, matching_refs, peeled
from flux.forge.github.token import CONTENTS_WRITE


class Releases(Part):
    def release(self, tag: str) -> Release | None:
        with self._github.asking(f"find release {tag}", CONTENTS_WRITE) as repository:
            release = found(lambda: repository.get_release(tag).complete())
            commit = find_tagged(repository, tag) if release else None
            return _release(release, commit) if release and commit else None

    def releases(self) -> Sequence[Release]:
        with self._github.asking("list releases", CONTENTS_WRITE) as repository:
            published = [release for release in repository.get_releases() if not release.draft]
            # GitHub orders releases by their commits.
            published.sort(key=lambda release: (release.published_at, release.id), reverse=True)
            # A release only names the commit that was asked for. Its tag may be elsewhere.
            tags = matching_refs(repository, "tags/") if published else {}
            return [
                _release(release, peeled(repository, tags[release.tag_name]))
                for release in published
                if release.tag_name in tags
            ]

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        with self._github.asking(f"create release {tag}", CONTENTS_WRITE) as repository:
            # GitHub creates the tag, or uses an existing one at any commit.
            before = find_tagged(repository, tag)
            if before is not None and before != commit:
                raise _elsewhere(tag, before, commit)
            if draft := _draft(repository, tag):
                created = draft.update_release(
                    draft.name or title,
                    draft.body or body,
                    draft=False,
                    prerelease=prerelease,
                    tag_name=tag,
                    target_commitish=commit,
                    make_latest="false",
                )
            else:
                created = repository.create_git_release(
                    tag, title, body, prerelease=prerelease, target_commitish=commit, make_latest="false"
                )
            after = before or find_tagged(repository, tag) or commit
            if after != commit:
                raise _elsewhere(tag, after, commit)
            return _release(created, commit)


def _draft(repository: Repository, tag: str) -> GitRelease | None:
    """Return the draft of a release. GitHub does not find a draft by its tag."""
    return next((r for r in repository.get_releases() if r.draft and r.tag_name == tag), None)


def _elsewhere(tag: str, at: str, commit: str) -> ForgeError:
    return ForgeError(
        f"tag {tag} is there already, at {at[:12]} rather than {commit[:12]}",
        "release the next version, or delete the tag on GitHub if nobody has it yet",
    )


def _release(release: GitRelease, commit: str) -> Release:
    return Release(
        tag=release.tag_name,
        commit=commit,
        title=release.name or "",
        body=lf(release.body),
        prerelease=release.prerelease,
        author=login_of(release.author),
        url=release.html_url,
        published=release.published_at.timestamp(),
    )
