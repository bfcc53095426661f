"""A release tag that somebody pushed, without a release on GitHub, is a release."""

from dataclasses import replace
from pathlib import Path

import pytest

from flux.commands.list import list_artifacts
from flux.errors import RequestError
from flux.event import Event
from flux.monorepo.publishing import publish_release
from tests.commands.invoking import inv, monorepo
from tests.commands.promoting import World
from tests.commands.releasing import plan, release
from tests.monorepos import opened
from tests.repo import Repo

TAG = "flux-oci-eso-v1.2.0"
PLAIN = "{artifact}/{version}"


def push_tag(world: World, *flags: str, tag: str = TAG) -> str:
    commit = world.change({"artifacts/eso/x.yaml": f"version: {tag}\n"}, f"feat: {tag}")
    world.repo.git("tag", *flags, tag)
    if world.github:
        world.repo.push("origin", tag)
    return commit


@pytest.mark.parametrize("flags", [(), ("-m", "by hand")])
def test_reconcile_publishes_it_and_opens_its_issue(world: World, flags: tuple[str, ...]) -> None:
    world.open("flux-oci-eso-v1.1.0")
    push_tag(world, *flags)
    done = world.reconcile()
    assert not done.errors
    assert f"{TAG}: tagged" in done.repaired or f"{TAG}: pushed" in done.repaired
    assert world.tags()["1.2.0"]


def test_a_new_tag_gets_its_issue_and_an_old_one_does_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_tag(world, "-m", "now")
    opened_issues = [text for text in world.reconcile().repaired if text.startswith(f"{TAG}: opened")]
    assert len(opened_issues) == 1
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")
    world.repo.git("tag", "-m", "long ago", "flux-oci-eso-v1.3.0")
    if world.github:
        world.repo.push("origin", "flux-oci-eso-v1.3.0")
    assert not [text for text in world.reconcile().repaired if "opened" in text]


def test_the_release_is_made_from_it_where_that_is_set(world: World) -> None:
    push_tag(world)
    with world.opened() as context:
        assert publish_release(context, TAG).notices == []
    if not world.github:
        return
    assert world.forge().release(TAG) is None
    asked = world.with_(create_release=True)
    with asked.opened() as context:
        assert publish_release(context, TAG).notices == [f"{TAG}: released from the tag"]
    made = world.forge().release(TAG)
    assert made
    assert made.title == "eso 1.2.0"
    assert f"feat: {TAG}"[6:] in made.body.replace("\\", "")
    with asked.opened() as context:
        assert publish_release(context, TAG).notices == []
    assert len([r for r in world.forge().releases() if r.tag == TAG]) == 1


def test_reconcile_makes_the_release_that_publishing_could_not(world: World) -> None:
    """Such as where the job that publishes may not."""
    push_tag(world)
    world.publish(TAG)
    done = world.with_(create_release=True).reconcile()
    assert not done.errors
    if world.github:
        assert f"{TAG}: released from the tag" in done.repaired
        assert [release.tag for release in world.forge().releases()].count(TAG) == 1
    assert not world.with_(create_release=True).reconcile().repaired


def test_a_release_that_may_not_be_made_is_an_error_after_the_image_is_out(world: World) -> None:
    if not world.github:
        return
    push_tag(world)
    token = world.github.actions_token(contents="read")
    with replace(world.with_(create_release=True), token=token).opened() as context:
        published = publish_release(context, TAG)
    assert published.result
    assert published.result.error is None
    assert published.unreleased
    assert "contents" in (published.unreleased.message + published.unreleased.hint).lower()
    assert world.tags()["1.2.0"]


def test_a_draft_of_the_tag_is_published_rather_than_doubled(world: World) -> None:
    if not world.github:
        return
    push_tag(world)
    repo = world.github.repo_as("alice")
    draft = repo.create_git_release(TAG, "by hand", "what people wrote", draft=True, make_latest="false")
    with world.with_(create_release=True).opened() as context:
        assert publish_release(context, TAG).notices == [f"{TAG}: released from the tag"]
    (made,) = [release for release in repo.get_releases() if release.tag_name == TAG]
    assert (made.id, made.draft, made.name, made.body) == (draft.id, False, "by hand", "what people wrote")


@pytest.mark.parametrize(
    "tag",
    [
        "flux-oci-eso-v1.2",
        "flux-oci-eso-1.2.0",
        "Flux-OCI-eso-v1.2.0",
        "flux-oci-ESO-V1.2.0",
        "flux-oci-eso-v01.2.0",
    ],
)
def test_a_tag_that_cannot_be_read_fails_with_the_right_name(world: World, tag: str) -> None:
    push_tag(world, tag=tag)
    for name in ("workflow_dispatch", "push"):
        with world.opened(Event(True, None, None, None, name)) as context:
            with pytest.raises(RequestError) as raised:
                publish_release(context, tag)
            assert TAG in raised.value.hint


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return monorepo(
        tmp_path / "repo", {"artifacts/app/a.yaml": "a: 1\n"}, {"release_tag": "{artifact}/{version}"}
    )


def test_tags_of_another_form_are_named_and_stop_a_first_version(repo: Repo) -> None:
    for tag in ("app/v1.0.0", "app/v1.1.0", "v3.0.0"):
        repo.tag(tag)
    said = inv(repo, "list")
    assert said.code == 0
    assert "app/v1.0.0 (right is app/1.0.0), app/v1.1.0 (right is app/1.1.0)" in said.said.replace("\n", " ")
    assert "v3.0.0" not in said.said
    refused = inv(repo, "release", "app", "minor")
    assert refused.code == 2
    assert "app/v1.0.0 looks like a release of app" in refused.said.replace("\n", " ")
    assert "{artifact}/v{version}" in refused.said
    with opened(repo) as context:
        assert list_artifacts(context).notices == [
            "tags that look like releases, and are not of the form flux-oci-{artifact}-v{version}: "
            "app/v1.0.0 (right is flux-oci-app-v1.0.0), app/v1.1.0 (right is flux-oci-app-v1.1.0)"
        ]
    with pytest.raises(RequestError, match="nothing changed"):
        plan(repo, "app", "1.2.0", release_tag="{artifact}/v{version}")


def test_a_later_version_is_released_beside_them(repo: Repo) -> None:
    release(repo, "app", "1.0.0", release_tag=PLAIN)
    repo.tag("app-2.0.0")
    repo.commit(files={"artifacts/app/a.yaml": "a: 2\n"})
    planned = plan(repo, "app", "minor", release_tag=PLAIN)
    assert str(planned.version) == "1.1.0"
    assert planned.notices == (
        "tags that look like releases, and are not of the form {artifact}/{version}: "
        "app-2.0.0 (right is app/2.0.0)",
    )
