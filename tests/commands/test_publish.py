"""`inv publish`: what it says, and whose code runs."""

import json
from dataclasses import replace
from pathlib import Path

from flux.commands.publish import observe_published, publish_tag
from flux.settings import Settings
from tests.commands.faulty import Place
from tests.commands.invoking import (
    TERMINAL,
    in_actions,
    inv,
)
from tests.commands.publishing import TAG, edit, pushed_by_main
from tests.commands.publishing import images as images
from tests.commands.publishing import place as place
from tests.commands.publishing import repo as repo
from tests.commands.releasing import digests, publish
from tests.monorepos import opened
from tests.repo import Repo


def test_what_it_says(repo: Repo, images: Place) -> None:
    env = {"INVOKE_FLUX_REGISTRY": images.location}
    digest = pushed_by_main(repo, images)
    repo.tag(TAG)
    reference = f"{images.location}/app@{digest}, same digest as {repo.head[:12]}"
    for would, action in (("would be ", "tagged"), ("", "tagged"), ("", "unchanged")):
        dry = ["--dry-run"] if would else []
        done = inv(repo, "publish", TAG, *dry, env=env)
        assert (done.code, done.err) == (0, "")
        # Where a line ends depends on how long the path of the registry is.
        assert "".join(done.out.split()) == "".join(f"{TAG}: {would}{action} {reference}".split())
        assert ("1.0.0" in digests(images.location, "app")["app"]) is not bool(would)


def test_json(repo: Repo, images: Place) -> None:
    env = {"INVOKE_FLUX_REGISTRY": images.location}
    repo.tag(TAG)
    for arguments, action in ((["--dry-run"], "pushed"), ([], "pushed"), ([], "unchanged")):
        done = inv(repo, "publish", TAG, "--json", *arguments, env=env)
        assert (done.code, done.err) == (0, "")
        assert (done.document["tag"], done.document.get("dry_run", False)) == (TAG, bool(arguments))
        (artifact,) = done.document["artifacts"]
        assert [*artifact] == ["artifact", "repository", "digest", "diff_id", "revision", "tags", "action"]
        assert artifact["repository"] == f"{images.location}/app"
        assert artifact["revision"] == f"main@sha1:{repo.head}"
        assert artifact["tags"] == [repo.head[:12], "1.0.0"]
        assert artifact["action"] == action
    edit(repo)
    repo.git("tag", "--force", TAG)
    refused = inv(repo, "publish", TAG, "--json", env=env)
    assert refused.code == 1
    assert "1.0.0 is published with other content" in refused.err


def test_a_refusal_is_a_document_and_in_the_summary(repo: Repo, images: Place, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "workflow_dispatch", {})
    env = {**job.env, "INVOKE_FLUX_REGISTRY": images.location}
    repo.tag(TAG)
    publish(repo, TAG, registry=images.location)
    edit(repo)
    repo.git("tag", "--force", TAG)
    (artifact,) = inv(repo, "publish", TAG, "--json", env=env).document["artifacts"]
    assert (artifact["action"], "other content" in artifact["error"]["message"]) == ("failed", True)
    assert "| app | failed |" in job.summary.read_text()
    assert job.outputs == {}


def test_in_actions(repo: Repo, images: Place, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "release", {"action": "published", "release": {"tag_name": TAG}})
    env = {**job.env, "INVOKE_FLUX_REGISTRY": images.location}
    digest = pushed_by_main(repo, images)
    repo.tag(TAG)
    assert inv(repo, "publish", TAG, env=env).code == 0
    assert job.outputs == {"digests": {"app": f"{images.location}/app@{digest}"}}
    assert job.summary.read_text().startswith(f"### Release {TAG}\n")
    other = inv(repo, "publish", "v1.0.0", env=env)
    assert other.code == 0
    assert "::warning::v1.0.0 is not a release tag: there is nothing to publish" in other.out
    assert inv(repo, "publish", "v1.0.0", "--json", env=env).document["artifacts"] == []
    hostile = inv(repo, "publish", "x\n::error::y", env=env)
    assert hostile.code == 0
    assert not [line for line in hostile.said.splitlines() if line.startswith("::error")]
    terminal = inv(repo, "publish", "v1.0.0", env={"GITHUB_EVENT_NAME": "release"})
    assert terminal.code == 2


def test_the_code_is_the_checkouts(repo: Repo, images: Place) -> None:
    """What the tag's own commit says of settings and code is not asked."""
    (repo.path / "tasks.py").write_text("raise SystemExit('the tag ran')\n")
    (repo.path / "invoke.yaml").write_text("flux: {registry: /nonexistent/elsewhere, branch: other}\n")
    repo.commit("what nobody should run")
    digest = pushed_by_main(repo, images)
    repo.tag(TAG)
    (repo.path / "tasks.py").write_text("from flux.tasks import ns\n")
    (repo.path / "invoke.yaml").write_text(json.dumps({"flux": {"registry": images.location}}))
    repo.commit("what people check out")
    before = repo.git("status", "--porcelain"), repo.head
    done = inv(repo, "publish", TAG)
    assert done.code == 0, done.said
    assert digests(images.location, "app")["app"]["1.0.0"] == digest
    assert (repo.git("status", "--porcelain"), repo.head) == before


def test_only_the_mode_observe_compares(repo: Repo, images: Place) -> None:
    repo.tag(TAG)
    for mode, names in (("act", None), ("observe", ["app:1.0.0"])):
        settings = Settings(registry=images.location, mode=mode)
        with opened(repo, settings, replace(TERMINAL, name="release"), dry_run=True) as monorepo:
            published = publish_tag(monorepo, TAG)
            found = observe_published(monorepo, published)
            assert (None if found is None else [one.name for one in found]) == names
            assert observe_published(monorepo, publish_tag(monorepo, "v1.0.0")) is None
