"""Which commit a release tag is at, and whether it counts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flux.errors import FluxError, RequestError
from flux.event import Event, Push
from flux.report.publish import document
from tests.commands.faulty import Place
from tests.commands.invoking import (
    TERMINAL,
    actions,
    actions_checkout,
    break_origin,
)
from tests.commands.publishing import TAG, edit, pushed_by_main, same_image
from tests.commands.publishing import images as images
from tests.commands.publishing import repo as repo
from tests.commands.releasing import publish, release
from tests.repo import Repo

RELEASE_EVENT = replace(actions(None), name="release")
TAG_EVENT = replace(actions(Push("refs/tags/x", None, "1" * 40)), name="push")


def test_a_merge(repo: Repo, images: Place) -> None:
    repo.checkout("topic", create=True)
    feature = edit(repo)
    repo.checkout("main")
    repo.commit("meanwhile", files={"README": "x"})
    merge = repo.merge("topic")
    digest = pushed_by_main(repo, images)
    repo.tag(TAG, merge)
    same_image(repo, images, TAG, digest, merge)
    repo.tag("flux-oci-app-v2.0.0", feature)
    before = images.writes()
    with pytest.raises(RequestError) as error:
        publish(repo, "flux-oci-app-v2.0.0", registry=images.location)
    assert error.value.message == (
        f"flux-oci-app-v2.0.0 is at {feature[:12]}, a commit of a branch that {merge[:12]} merged into main"
    )
    assert images.writes() == before


def test_an_unmerged_commit(repo: Repo, images: Place) -> None:
    repo.checkout("topic", create=True)
    feature = edit(repo)
    repo.tag(TAG)
    for event in (TERMINAL, RELEASE_EVENT):
        with pytest.raises(RequestError) as error:
            publish(repo, TAG, registry=images.location, event=event, named=frozenset({"registry"}))
        assert error.value.message == f"{TAG} is at {feature[:12]}, which is not on main"
    assert images.writes() == []


# Where the tag is


@pytest.mark.parametrize("depth", [0, 1])
def test_a_tag_that_only_origin_has(repo: Repo, images: Place, tmp_path: Path, depth: int) -> None:
    digest, changed = pushed_by_main(repo, images), repo.head
    for number in range(3):
        edit(repo, "db")
        if number == 0:
            repo.tag(TAG, message="annotated")
    origin = repo.bare_origin()
    clone = actions_checkout(origin, tmp_path / "clone", repo.head, depth=depth)
    assert clone.git("tag") == ""
    same_image(clone, images, TAG, digest, changed)
    assert clone.git("tag") == ""


def test_origins_tag_counts(repo: Repo, images: Place, tmp_path: Path) -> None:
    """A tag of the same name here is not the release."""
    digest, changed = pushed_by_main(repo, images), repo.head
    origin = repo.bare_origin()
    origin.git("tag", TAG, changed)
    edit(repo)
    repo.push()
    repo.tag(TAG)
    same_image(repo, images, TAG, digest, changed)


@pytest.mark.parametrize("with_origin", [False, True])
def test_no_such_tag(repo: Repo, images: Place, with_origin: bool) -> None:
    if with_origin:
        repo.bare_origin()
        repo.tag(TAG)  # but not there
    with pytest.raises(RequestError) as error:
        publish(repo, TAG, registry=images.location)
    where = "origin" if with_origin else "this clone"
    assert error.value.message == f"there is no tag {TAG} in {where}"
    assert error.value.hint == "`inv release app 1.0.0` makes the release"


def test_a_release_of_a_clone_with_an_origin(repo: Repo, images: Place) -> None:
    """Where the local forge keeps releases, publishing finds them."""
    repo.bare_origin()
    release(repo, "app", "1.0.0")
    assert publish(repo, TAG, registry=images.location).result


def test_a_tag_of_no_commit(repo: Repo, images: Place) -> None:
    repo.git("tag", TAG, repo.git("rev-parse", "HEAD:artifacts"))
    with pytest.raises(FluxError):
        publish(repo, TAG, registry=images.location)
    assert images.writes() == []


def test_origin_gone(repo: Repo, images: Place) -> None:
    repo.bare_origin()
    break_origin(repo)
    with pytest.raises(FluxError) as error:
        publish(repo, TAG, registry=images.location)
    assert error.value.exit_code == 1
    assert images.writes() == []


def test_an_artifact_that_is_none(repo: Repo, images: Place) -> None:
    repo.tag("flux-oci-ap-v1.0.0")
    with pytest.raises(RequestError) as error:
        publish(repo, "flux-oci-ap-v1.0.0", registry=images.location)
    assert "did you mean app?" in error.value.message


FOREIGN = ["v1.0.0", "app-1.0.0", "v1.0.0+b", "flux-v1.0.0", "", "+", "--help", "$(id)"]


@pytest.mark.parametrize("tag", FOREIGN)
def test_a_tag_of_another_form(repo: Repo, images: Place, tag: str) -> None:
    named: dict[str, Any] = {"registry": images.location, "named": frozenset({"registry"})}
    for event in (RELEASE_EVENT, TAG_EVENT):
        published = publish(repo, tag, event=event, **named)
        assert published.result is None
        assert published.notices == [f"{tag} is not a release tag: there is nothing to publish"]
        assert document(published) == {"tag": tag, "artifacts": [], "same_as": None}
    for event in (TERMINAL, replace(actions(None), name="workflow_dispatch")):
        with pytest.raises(RequestError) as error:
            publish(repo, tag, event=event, **named)
        assert error.value.message == f"{tag!r} is not a release tag"
        assert error.value.hint == "release tags have the form flux-oci-{artifact}-v{version}"


@pytest.mark.parametrize(
    ("tag", "right"),
    [
        ("flux-oci-app-v1.0", TAG),
        ("flux-oci-app-1.0.0", TAG),
        ("Flux-OCI-app-v1.0.0", TAG),
        ("flux-oci-App-V1.0.0", TAG),
        ("flux-oci-app-v1.0.0rc.2", f"{TAG}-rc.2"),
        ("flux-oci-v1.0.0", ""),
    ],
)
@pytest.mark.parametrize(
    "event", [TERMINAL, RELEASE_EVENT, replace(actions(None), name="workflow_dispatch"), TAG_EVENT]
)
def test_a_slip_fails_with_the_right_name(
    repo: Repo, images: Place, tag: str, right: str, event: Event
) -> None:
    repo.tag(tag)
    with pytest.raises(RequestError) as error:
        publish(repo, tag, registry=images.location, event=event, named=frozenset({"registry"}))
    assert error.value.message == f"{tag!r} is not a release tag"
    form = "release tags have the form flux-oci-{artifact}-v{version}"
    assert error.value.hint == (f"tag the commit {right}, and delete {tag}" if right else form)
    assert images.writes() == []


@pytest.mark.parametrize("event", [TERMINAL, RELEASE_EVENT])
def test_build_metadata_is_refused_with_the_reason(repo: Repo, images: Place, event: Event) -> None:
    repo.tag(f"{TAG}+b.1")
    with pytest.raises(RequestError) as error:
        publish(repo, f"{TAG}+b.1", registry=images.location, event=event, named=frozenset({"registry"}))
    assert error.value.message == f"'{TAG}+b.1' has build metadata, and `+` cannot be in an OCI tag"
    assert error.value.hint == f"release it as {TAG}"
    assert images.writes() == []
