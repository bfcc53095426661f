"""A release is the image that main already pushed, and it never changes."""

import json
import shutil
from pathlib import Path

import pytest

from flux.artifact.image import MANIFEST_TYPE
from flux.registry import open_registry
from flux.registry.folder.layout import LayoutTarget
from flux.registry.target import Manifest
from tests.commands.faulty import Place, folder
from tests.commands.publishing import FILES, TAG, edit, pushed_by_main, same_image
from tests.commands.publishing import images as images
from tests.commands.publishing import place as place
from tests.commands.publishing import repo as repo
from tests.commands.releasing import digests, publish, tree
from tests.repo import Repo


def test_the_digest_that_main_pushed(repo: Repo, place: Place) -> None:
    digest = pushed_by_main(repo, place)
    repo.tag(TAG)
    same_image(repo, place, TAG, digest, repo.head)


def test_published_before_main_pushed_it(repo: Repo, place: Place) -> None:
    repo.tag(TAG)
    published = publish(repo, TAG, registry=place.location)
    assert published.result
    assert published.result.action == "pushed"
    assert published.same_as == ""
    assert published.result.tags == (repo.head[:12], "1.0.0")
    there = digests(place.location, "app")["app"]
    assert there == {repo.head[:12]: published.result.digest, "1.0.0": published.result.digest}
    # And main's own build then finds it.
    assert pushed_by_main(repo, place) == published.result.digest


@pytest.mark.parametrize("kind", ["lightweight", "annotated", "nested"])
def test_kinds_of_tags(repo: Repo, images: Place, kind: str) -> None:
    digest = pushed_by_main(repo, images)
    repo.tag(TAG, message=None if kind == "lightweight" else "app 1.0.0")
    if kind == "nested":
        repo.git("tag", "--force", "-a", "-m", "again", TAG, TAG)
    same_image(repo, images, TAG, digest, repo.head)


def test_a_commit_that_left_the_artifact_alone(repo: Repo, images: Place) -> None:
    digest, changed = pushed_by_main(repo, images), repo.head
    edit(repo, "db")
    repo.tag(TAG)
    same_image(repo, images, TAG, digest, changed)
    assert digests(images.location, "app")["app"].keys() == {changed[:12], "latest", "1.0.0"}


def test_years_later(repo: Repo, images: Place) -> None:
    digest, changed = pushed_by_main(repo, images), repo.head
    repo.tag(TAG)
    for _ in range(3):
        edit(repo)
        pushed_by_main(repo, images)
    latest = digests(images.location, "app")["app"]["latest"]
    repo.remove("artifacts/app")
    repo.commit("nobody needs it any more", date="2031-06-01T00:00:00Z")
    same_image(repo, images, TAG, digest, changed)
    assert digests(images.location, "app")["app"]["latest"] == latest


def test_a_prerelease_is_published_as_itself(repo: Repo, place: Place) -> None:
    digest = pushed_by_main(repo, place)
    for version in ("1.0.0-rc.1", "1.0.0-0a.x-y", "1.0.0"):
        repo.tag(f"flux-oci-app-v{version}")
        publish(repo, f"flux-oci-app-v{version}", registry=place.location)
        there = digests(place.location, "app")["app"]
        assert there[version] == digest
        assert ("1.0.0" in there) is (version == "1.0.0")


def test_names_that_look_alike(repo: Repo, images: Place) -> None:
    repo.commit(files={"artifacts/app-v1/x.yaml": "another: 1\n"})
    repo.tag("flux-oci-app-v1-v2.0.0")
    published = publish(repo, "flux-oci-app-v1-v2.0.0", registry=images.location)
    assert published.result
    assert published.result.artifact == "app-v1"
    assert digests(images.location, "app", "app-v1")["app"] == {}


# A published version never changes


def test_other_content_is_refused(repo: Repo, place: Place) -> None:
    repo.tag(TAG)
    publish(repo, TAG, registry=place.location)
    edit(repo)
    pushed_by_main(repo, place)
    repo.git("tag", "--force", TAG)
    state, before = digests(place.location, "app"), place.writes()
    for dry_run in (True, False):
        result = publish(repo, TAG, registry=place.location, dry_run=dry_run).result
        assert result
        assert result.action == "failed"
        assert result.error
        assert result.error.message == (
            f"1.0.0 is published with other content, {state['app']['1.0.0']}, and a version never changes"
        )
        assert result.error.hint == "release the new content as a new version"
    assert place.writes() == before
    assert digests(place.location, "app") == state


def test_other_content_before_main_pushed_its_own(repo: Repo, images: Place) -> None:
    repo.tag(TAG)
    publish(repo, TAG, registry=images.location)
    edit(repo)
    repo.git("tag", "--force", TAG)
    before = tree(Path(images.location))
    result = publish(repo, TAG, registry=images.location).result
    assert result
    assert result.action == "failed"
    assert tree(Path(images.location)) == before


@pytest.mark.parametrize(
    "content",
    [b"{}", b"null", b"not json", b'{"layers": []}', b'{"schemaVersion": 2, "manifests": []}'],
)
def test_a_version_that_is_something_else(repo: Repo, images: Place, content: bytes) -> None:
    LayoutTarget(Path(images.location) / "app").push_manifest(Manifest(content, MANIFEST_TYPE), "1.0.0")
    repo.tag(TAG)
    before = tree(Path(images.location))
    result = publish(repo, TAG, registry=images.location).result
    assert result
    assert "1.0.0 is published with other content, sha256:" in str(result.error)
    assert tree(Path(images.location)) == before


def test_the_same_content_at_another_commit(repo: Repo, images: Place) -> None:
    """A version moved to a later commit with the same content is the same version."""
    digest = pushed_by_main(repo, images)
    repo.tag(TAG)
    publish(repo, TAG, registry=images.location)
    edit(repo)
    repo.commit("revert", files=FILES)
    repo.git("tag", "--force", TAG)
    published = publish(repo, TAG, registry=images.location)
    assert published.result
    assert published.result.digest == digest
    assert digests(images.location, "app")["app"]["1.0.0"] == digest


# An image of someone else's


ELSEWHERE = "1" * 40
"""A commit that nobody has."""


def foreign(repo: Repo, place: Place, *tags: str, commit: str = "") -> str:
    """Main's image with other annotations, under these tags and no other. They name the commit, or a new one
    that leaves the artifact alone."""
    scratch = Path(place.location + "-scratch") if "://" not in place.location else None
    own = folder(scratch) if scratch else place
    pushed_by_main(repo, own)
    source = open_registry(own.location, Path("/"), 1, None).repository("app")
    manifest = source.fetch_manifest("latest")
    assert manifest
    document = json.loads(manifest.content)
    target = open_registry(place.location, Path("/"), 1, None).repository("app")
    for blob in (document["config"], *document["layers"]):
        target.push_blob(source.fetch_blob(blob["digest"]))
    commit = commit or repo.commit("leaves the artifact alone", files={"unrelated.txt": "1"})
    document["annotations"] |= {
        "org.opencontainers.image.created": "2020-02-20T20:20:20Z",
        "org.opencontainers.image.revision": f"main@sha1:{commit}",
    }
    theirs = Manifest(json.dumps(document).encode(), MANIFEST_TYPE)
    for tag in tags:
        target.push_manifest(theirs, tag)
    return theirs.digest


def test_an_image_of_someone_else_is_tagged_only(repo: Repo, place: Place) -> None:
    revision = repo.head[:12]
    theirs = foreign(repo, place, revision)
    repo.tag(TAG)
    published = publish(repo, TAG, registry=place.location)
    assert published.result
    assert (published.result.action, published.result.digest) == ("tagged", theirs)
    assert published.same_as == revision
    assert digests(place.location, "app")["app"]["1.0.0"] == theirs


def test_an_image_that_names_a_commit_of_nobody_is_replaced(repo: Repo, place: Place) -> None:
    theirs = foreign(repo, place, repo.head[:12], commit=ELSEWHERE)
    repo.tag(TAG)
    published = publish(repo, TAG, registry=place.location)
    assert published.result
    assert published.result.action == "pushed"
    tags = digests(place.location, "app")["app"]
    assert tags[repo.head[:12]] == tags["1.0.0"] == published.result.digest != theirs


@pytest.mark.parametrize("own", [True, False])
def test_a_version_that_names_a_commit_with_other_content(repo: Repo, images: Place, own: bool) -> None:
    """Of ours, or of nobody's: nothing is fetched to find out."""
    other = repo.head
    edit(repo)
    theirs = foreign(repo, images, "1.0.0", commit=other if own else ELSEWHERE)
    repo.tag(TAG)
    before = images.writes()
    published = publish(repo, TAG, registry=images.location)
    assert published.result
    assert str(published.result.error) == (
        f"1.0.0 is published with other content, {theirs}, and a version never changes: "
        f"its revision is {(other if own else ELSEWHERE)[:12]}, but main has other content there"
    )
    assert images.writes() == before


def test_a_version_of_someone_else_with_the_same_content(repo: Repo, images: Place) -> None:
    theirs = foreign(repo, images, "1.0.0", repo.head[:12])
    repo.tag(TAG)
    before = images.writes()
    published = publish(repo, TAG, registry=images.location)
    assert published.result
    assert (published.result.action, published.result.digest) == ("unchanged", theirs)
    assert images.writes() == before


def test_a_version_of_someone_else_beside_mains(repo: Repo, images: Place) -> None:
    """The digest that is reported is the version's, whatever the commit tag points at."""
    digest = pushed_by_main(repo, images)
    theirs = foreign(repo, images, "1.0.0")
    repo.tag(TAG)
    before = digests(images.location, "app")
    published = publish(repo, TAG, registry=images.location)
    assert digests(images.location, "app") == before
    assert published.result
    assert published.same_as == ""
    assert before["app"]["1.0.0"] == theirs != digest
    assert published.result.digest == theirs


def test_a_dirty_checkout(repo: Repo, images: Place) -> None:
    digest, changed = pushed_by_main(repo, images), repo.head
    repo.tag(TAG)
    shutil.rmtree(repo.path / "artifacts")
    repo.write("artifacts/app/x.yaml", "dirty: 1\n")
    same_image(repo, images, TAG, digest, changed)
