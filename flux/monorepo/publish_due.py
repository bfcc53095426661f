"""Publishes the releases whose event was lost, and vouches for the images of the others."""

from collections.abc import Sequence

from flux.errors import ContentError, FluxError, RequestError
from flux.listing import counted
from flux.monorepo.desired import choose_artifacts, desired_at
from flux.monorepo.due_releases import due_releases
from flux.monorepo.first_parents import changed_between
from flux.monorepo.followers import lagging
from flux.monorepo.image_result import ImageAction
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.obtained_lines import expect_desired
from flux.monorepo.publishing import publish_release, release_pushed_tag
from flux.monorepo.releases import Released, by_artifact, name_stray, tell_apart
from flux.monorepo.vouching import Vouching
from flux.monorepo.work import Work
from flux.notice import Notice
from flux.registry.target import Manifest

_MOST_NAMED = 5


class DuePublisher:
    """Publishes what is due at one tip. What it did and what failed is added to `done`."""

    def __init__(self, monorepo: Monorepo, vouching: Vouching, done: Work) -> None:
        self._monorepo = monorepo
        self._vouching = vouching
        self._done = done

    def publish(self, tip: str) -> None:
        """Publish releases that the registry does not have, or that following tags do not point to yet."""
        missing, there = [], []
        desired = desired_at(self._monorepo, tip)
        _, stray = tell_apart(self._monorepo, choose_artifacts(self._monorepo, desired, []))
        self._name(stray)
        due = due_releases(self._monorepo, desired, self._done.fail)
        expect_desired(self._monorepo, desired, desired)
        self._monorepo.promised.expect(lambda: [(one.artifact, one.commit) for one, _ in due])
        for released, manifest in due:
            if manifest is None:
                missing.append(released)
            elif self._is_vouched(released, manifest):
                self._note(released, manifest.digest)
                there.append(released)
                if lagging(self._monorepo, released.artifact, released.version, manifest.digest):
                    missing.append(released)
        missing.sort(key=lambda released: released.version, reverse=True)
        missing.sort(key=lambda released: released.artifact)
        if missing:
            self._vouching.keep_walk()
        refused = [said for released in missing if (said := self._publish_one(released))]
        self._done.notices.extend(refused[:_MOST_NAMED])
        if more := len(refused[_MOST_NAMED:]):
            self._done.notices.append(f"{counted(more, 'more release')} cannot be published")
        self._release_tags(there)

    def _name(self, stray: Sequence[Released]) -> None:
        """Report release tags that are not valid releases. If the newest one has an image, it is an error."""
        self._done.notices.extend(name_stray(self._monorepo, stray))
        for released in by_artifact(stray).values():
            try:
                target = self._monorepo.registry.repository(released.artifact)
                if manifest := target.fetch_manifest(str(released.version)):
                    self._is_vouched(released, manifest)
            except FluxError as error:
                self._done.fail(released.tag, error)

    def _publish_one(self, released: Released) -> Notice | None:
        """Publish a release. Return why it can never be published, or else None."""
        try:
            published = publish_release(self._monorepo, released.tag)
        except (RequestError, ContentError) as refusal:
            return Notice(refusal, f"{released.tag} cannot be published")
        except FluxError as error:
            self._done.fail(released.tag, error)
            return None
        result = published.result
        if result and result.error:
            self._done.fail(released.tag, result.error)
        elif result:
            if result.action is not ImageAction.UNCHANGED:
                self._done.did(f"{released.tag}: {result.action}")
            self._note(released, result.digest)
        self._done.did(*map(str, published.notices))
        if published.unreleased:
            self._done.fail(released.tag, published.unreleased)
        return None

    def _release_tags(self, published: Sequence[Released]) -> None:
        """Make releases for tags that were pushed without one, if the settings ask for it."""
        if not self._monorepo.settings.create_release:
            return
        made = {release.tag for release in self._monorepo.forge.releases()}
        for released in published:
            try:
                if released.tag not in made and release_pushed_tag(self._monorepo, released):
                    self._done.did(f"{released.tag}: released from the tag")
            except FluxError as error:
                self._done.fail(released.tag, error)

    def _is_vouched(self, released: Released, manifest: Manifest) -> bool:
        """Whether the image of a version in the registry is the one that git builds for its release."""
        if self._is_the_tips(released, manifest.digest):
            return True
        error = self._vouching.fault(released.artifact, str(released.version), manifest)
        if error:
            self._done.fail(released.tag, error)
        return error is None

    def _is_the_tips(self, released: Released, digest: str) -> bool:
        """Whether an image was compared with the tip, and the release has the same files as the tip."""
        artifact = released.artifact
        if self._done.digests.get(artifact) != self._image(artifact, digest):
            return False
        try:
            commit = self._vouching.release_commit(artifact, str(released.version))
        except FluxError:
            return False  # the check that follows says why
        return not changed_between(self._monorepo, commit, self._monorepo.tip, artifact)

    def _note(self, released: Released, digest: str | None) -> None:
        if digest:
            about = f"{released.artifact} {released.version}"
            self._done.digests[about] = self._image(released.artifact, digest)

    def _image(self, artifact: str, digest: str) -> str:
        return f"{self._monorepo.registry.name(artifact)}@{digest}"
