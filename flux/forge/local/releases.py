"""Releases, which are annotated tags."""

from collections.abc import Sequence
from urllib.parse import quote

from flux.errors import ForgeError, GitError
from flux.forge.forge import Release
from flux.forge.local.git import AnnotatedTag
from flux.forge.local.part import Part, made, tag_of

_PRERELEASE = "\n\nPrerelease: true\n"


class Releases(Part):
    def release(self, tag: str) -> Release | None:
        home = self._git.home_tags().get(tag)
        found = self._tagged(tag)
        if home and not found and self._git.tags().get(tag) in (None, home):
            self._git.fetch_tag(tag)
            found = self._tagged(tag)
        return found if found and found.commit == home else None

    def releases(self) -> Sequence[Release]:
        return [self._release(tag) for tag in self._git.annotated_tags()]

    def create_release(self, tag: str, commit: str, title: str, body: str, prerelease: bool) -> Release:
        home = self._git.home_tags().get(tag)
        at = home or self._git.tags().get(tag)
        if at not in (None, commit) or self.release(tag):
            raise ForgeError(
                f"tag {tag} is there already, at {(at or commit)[:12]}",
                f"release the next version, or run `git tag -d {tag}` if nobody has it yet",
            )
        before = self._object(tag)
        message = f"{_line(title)}\n\n{body}" + (_PRERELEASE if prerelease else "\n")
        # An existing tag could not be pushed before, or another run is about to push it.
        ours = None if self._tagged(tag) else self._annotate(tag, commit, message, before)
        try:
            self._git.push_tag(tag, over=home)
        except GitError:
            if ours:
                self._git.move_ref(tag_of(tag), before, ours)
            raise
        return made(self._tagged(tag))

    def _annotate(self, tag: str, commit: str, message: str, before: str | None) -> str | None:
        """Create a tag and return its object; None if another run has just created it at this commit."""
        try:
            self._git.create_tag(tag, commit, message, replace=before is not None)
        except GitError:
            there = self._tagged(tag)
            if there is None or there.commit != commit:
                raise
            return None
        return self._object(tag)

    def _tagged(self, tag: str) -> Release | None:
        """Return this clone's release of a tag, whether origin has it or not."""
        return next((release for release in self.releases() if release.tag == tag), None)

    def _object(self, tag: str) -> str | None:
        """Return the object of a tag in this clone. Without a message it is the commit itself."""
        return self._git.refs(tag_of(tag)).get(tag_of(tag))

    def _release(self, tag: AnnotatedTag) -> Release:
        message = tag.message.replace("\r\n", "\n")
        prerelease = message.endswith(_PRERELEASE)
        title, _, body = message.removesuffix(_PRERELEASE if prerelease else "\n").partition("\n")
        return Release(
            tag=tag.name,
            commit=tag.commit,
            title=title,
            body=body.removeprefix("\n"),
            prerelease=prerelease,
            author=tag.tagger,
            url=f"{self._root.as_uri()}#{quote(tag.name)}",
            published=tag.time,
        )


def _line(text: str) -> str:
    return " ".join(text.split())
