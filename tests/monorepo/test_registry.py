"""Which registry a run pushes to."""

from pathlib import Path
from typing import Any

import pytest

from flux.event import Event
from flux.monorepo.registry import renamed_registry, unnamed_registry, workers, written_registry
from flux.registry.folder.layout import LayoutTarget
from flux.settings import Settings
from tests.commands.invoking import (
    ZEROS,
    in_actions,
    inv,
    push_payload,
)
from tests.monorepo.building import NAMES
from tests.monorepo.building import repo as repo
from tests.monorepos import opened
from tests.registry.images import packed, push
from tests.repo import Repo

# In Actions


@pytest.mark.parametrize("arguments", [(), ("--dry-run",), ("--changed",), ("-a", "app")])
def test_a_folder_that_goes_with_the_runner_is_refused(
    repo: Repo, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    ran = inv(repo, "build", "--json", *arguments, env=job.env)
    assert (ran.code, ran.result) == (2, {})
    assert ran.err.startswith("::error::")
    assert ".registry" in ran.err
    assert "oci://" in ran.err
    assert not (repo.path / ".registry").exists()


@pytest.mark.parametrize("named", ["variable", "file", "other"])
def test_a_folder_that_is_asked_for_by_name(repo: Repo, tmp_path: Path, named: str) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload(ZEROS, repo.head))
    env = dict(job.env)
    match named:
        case "variable":
            env["INVOKE_FLUX_REGISTRY"] = ".registry"
        case "other":
            env["INVOKE_FLUX_REGISTRY"] = str(tmp_path / "elsewhere")
        case "file":
            repo.write("invoke.yaml", "flux: {registry: .registry}\n")
    ran = inv(repo, "build", "--json", env=env)
    assert ran.code == 0, ran.said
    there = str(tmp_path / "elsewhere") if named == "other" else ".registry"
    assert job.outputs == {
        "digests": {
            result["artifact"]: f"{there}/{result['artifact']}@{result['digest']}"
            for result in ran.document["artifacts"]
        }
    }
    assert set(job.outputs["digests"]) == set(NAMES)
    assert "sha256:" in job.summary.read_text()


def test_ci_that_is_not_actions(repo: Repo) -> None:
    """The event's variables alone do not make it GitHub's."""
    ran = inv(repo, "build", "--json", env={"CI": "true", "GITHUB_EVENT_NAME": "push"})
    assert ran.code == 0


@pytest.mark.parametrize(
    ("named", "place"),
    [
        ({}, "ghcr.io/octo/monorepo/app"),
        ({"registry": "elsewhere", "named": frozenset({"registry"})}, "elsewhere/app"),
        ({"registry": "oci://registry.example.com/x"}, "registry.example.com/x/app"),
    ],
)
def test_a_job_on_github_has_a_registry_of_its_own(named: dict[str, Any], place: str, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    event = Event(True, None, None, None, repository="Octo/monorepo")
    with opened(repo, Settings(**named), event) as monorepo:
        registry = monorepo.registry
    assert registry.name("app") == place


@pytest.mark.parametrize(
    ("settings", "actions", "many"),
    [
        (Settings(), False, False),
        (Settings(), True, True),
        (Settings(registry="elsewhere", named=frozenset({"registry"})), True, False),
        (Settings(registry="oci://registry.example.com/x"), False, True),
    ],
)
def test_threads_read_from_a_server_and_not_from_a_folder(
    settings: Settings, actions: bool, many: bool, tmp_path: Path
) -> None:
    event = Event(actions, None, None, None, repository="Octo/monorepo")
    with opened(Repo(tmp_path / "repo"), settings, event) as monorepo:
        assert workers(monorepo) == (settings.jobs if many else 1)


# Behind it


def test_a_dry_run_and_the_names_of_settings_can_be_looked_behind(repo: Repo) -> None:
    settings = Settings(repository="x/{name}", version_tag="v{version}")
    with opened(repo, settings, dry_run=True) as monorepo:
        target = LayoutTarget(repo.path / ".registry/x/app")
        push(target, packed(b"one"), "v1.0.0")
        manifest = target.fetch_manifest("v1.0.0")
        assert manifest
        monorepo.registry.repository("app").push_tags(manifest, ["latest"])
        assert set(monorepo.registry.repository("app").tags()) == {"1.0.0", "latest"}
        assert written_registry(monorepo).repository("app").tags() == ["1.0.0"]
        assert unnamed_registry(monorepo).repository("x/app").tags() == ["v1.0.0"]
        with opened(repo, Settings(repository="y/{name}")) as other:
            assert renamed_registry(other, monorepo).name("app") == ".registry/y/app"
