"""Environments that get their image without a promotion: of the tip, or of the newest stable release."""

from typing import Any

import pytest
from semver import Version

from flux.commands.reconcile import Reconciler
from flux.environments.status import Status, find_status
from flux.errors import RequestError
from flux.monorepo.followers import followers, lagging
from flux.monorepo.names import wanted_environments
from flux.registry.folder.layout import LayoutTarget
from flux.settings import Settings, read_settings
from tests.commands.invoking import build
from tests.commands.releasing import publish
from tests.monorepo.building import edit, tags
from tests.monorepo.building import repo as repo
from tests.monorepos import opened
from tests.repo import Repo

PHASES = read_settings(
    {"phases": {"edge": {"follow": "tip"}, "prod": ["prod_1", {"latest-stable": {"follow": "stable"}}]}}, {}
).phases


def released(repo: Repo, version: str) -> str:
    edit(repo, "app", push=True)
    tag = f"flux-oci-app-v{version}"
    repo.git("tag", tag)
    repo.git("push", "--quiet", "origin", tag)
    return tag


def test_the_tip_is_followed_as_latest_follows_it(repo: Repo) -> None:
    start = repo.head
    build(repo, phases=PHASES, latest="")
    first = tags(repo, "app")
    assert first.keys() == {start[:12], "edge"}
    edit(repo, "app", push=True)
    newer = {result.artifact: result for result in build(repo, phases=PHASES, latest="").results}["app"]
    assert tags(repo, "app")["edge"] == newer.digest != first["edge"]
    repo.checkout(start)
    build(repo, phases=PHASES, latest="")
    assert tags(repo, "app")["edge"] == newer.digest, "an older commit leaves it where it is"


def test_one_that_begins_to_follow_the_tip_before_another(repo: Repo) -> None:
    build(repo, phases=PHASES)
    more = read_settings(
        {"phases": {"new": {"follow": "tip"}, "edge": {"follow": "tip"}, "prod": ["prod_1"]}}, {}
    ).phases
    assert {result.action for result in build(repo, phases=more).results} == {"tagged"}
    assert tags(repo, "app")["new"] == tags(repo, "app")["edge"]


def test_the_newest_stable_release_is_followed(repo: Repo) -> None:
    old, new = released(repo, "1.0.0"), released(repo, "1.1.0")
    candidate = released(repo, "2.0.0-rc.1")
    first = publish(repo, old, phases=PHASES).result
    assert first
    assert "latest-stable" not in tags(repo, "app"), "a newer release is there"
    second = publish(repo, new, phases=PHASES).result
    assert second
    assert second.tags[-1] == "latest-stable"
    publish(repo, candidate, phases=PHASES)
    publish(repo, old, phases=PHASES)
    assert tags(repo, "app")["latest-stable"] == second.digest


def test_a_stray_tag_stops_nothing(repo: Repo) -> None:
    first = released(repo, "1.0.0")
    repo.checkout("side", create=True)
    edit(repo, "app")
    repo.git("tag", "flux-oci-app-v9.0.0")
    repo.push("origin", "flux-oci-app-v9.0.0")
    repo.checkout("main")
    with pytest.raises(RequestError, match="which is not on main"):
        publish(repo, "flux-oci-app-v9.0.0", phases=PHASES)
    published = publish(repo, first, phases=PHASES).result
    assert published
    assert tags(repo, "app")["latest-stable"] == published.digest
    newer = released(repo, "1.1.0")
    with opened(repo, Settings(phases=PHASES)) as monorepo:
        done = Reconciler(monorepo).reconcile()
    assert done.errors == []
    assert f"{newer}: tagged" in done.repaired
    assert [notice for notice in done.notices if "flux-oci-app-v9.0.0" in str(notice)]
    assert tags(repo, "app")["latest-stable"] == tags(repo, "app")["1.1.0"] != published.digest


def test_what_a_killed_run_left_is_put_right(repo: Repo) -> None:
    released(repo, "1.0.0")
    publish(repo, "flux-oci-app-v1.0.0")
    digest = tags(repo, "app")["1.0.0"]
    assert digest
    with opened(repo, Settings(phases=PHASES)) as monorepo:
        assert followers(monorepo, "app", Version.parse("1.0.0")) == ("latest-stable",)
        assert lagging(monorepo, "app", Version.parse("1.0.0"), digest)
        done = Reconciler(monorepo).reconcile()
        assert (done.errors, "flux-oci-app-v1.0.0: tagged" in done.repaired) == ([], True)
        assert tags(repo, "app")["latest-stable"] == digest
        assert not lagging(monorepo, "app", Version.parse("1.0.0"), digest)


def test_status_tells_of_one_that_was_moved_by_hand(repo: Repo) -> None:
    """Nothing is desired of it, and yet it is not as it should be."""
    tag = released(repo, "1.0.0")
    build(repo, phases=PHASES)
    publish(repo, tag, phases=PHASES)
    edit(repo, "app", push=True)
    build(repo, phases=PHASES)

    def look() -> Status:
        with opened(repo, Settings(phases=PHASES)) as monorepo:
            return find_status(monorepo, [])

    assert look().strayed == ()
    target = LayoutTarget(repo.path / ".registry/app")
    old, new = target.fetch_manifest("1.0.0"), target.fetch_manifest("edge")
    assert old
    assert new
    target.push_manifest(old, "edge")
    target.push_manifest(new, "latest-stable")
    found = look()
    said = [
        "app:edge is not what main has: `inv build -a app`",
        f"app:latest-stable is not 1.0.0, the newest stable one: `inv publish {tag}`",
    ]
    assert found.strayed == tuple(said)
    assert found.drifts
    assert [notice for notice in found.notices if notice in said] == said


def test_nobody_promotes_to_it() -> None:
    settings = Settings(phases=PHASES)
    assert settings.environments == ("prod_1",)
    for name, what in (("edge", "tip"), ("latest-stable", "newest stable release")):
        with pytest.raises(RequestError, match=f"{name} follows the {what} by itself"):
            wanted_environments(settings, name)


def test_versions_and_repositories_as_the_settings_write_them(repo: Repo) -> None:
    """With the environment `latest`, which is the tip's as it ever was."""
    tag = released(repo, "1.0.0")
    phases = read_settings({"phases": [{"latest": {"follow": "tip"}}, "prod"]}, {}).phases
    given: dict[str, Any] = {"phases": phases, "repository": "infra/{name}", "version_tag": "v{version}"}
    result = publish(repo, tag, **given).result
    assert result
    assert (result.repository, result.tags[1]) == (".registry/infra/app", "v1.0.0")
    build(repo, **given)
    target = LayoutTarget(repo.path / ".registry/infra/app")
    assert {"v1.0.0", "latest"} < set(target.tags())
    assert target.resolve("1.0.0") is None
