"""`inv init`: what is found in a monorepo, what is written, and what is left as it is."""

import json
from pathlib import Path
from typing import Any

import pytest

from flux.adoption.files import FileState
from flux.commands.init import Adoption, plan_adoption, write_adoption
from flux.errors import RequestError
from flux.registry.folder.layout import LayoutTarget
from tests.commands.invoking import build
from tests.commands.releasing import publish
from tests.monorepos import opened
from tests.repo import Repo

ISSUER = "https://token.actions.githubusercontent.com"
FILES = {
    "components/app/kustomization.yaml": "resources: []\n",
    "components/db/kustomization.yaml": "resources: []\nnamePrefix: db-\n",
    "README.md": "a monorepo\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "repo")
    repo.git("checkout", "--quiet", "-B", "main")
    repo.commit("first", files=FILES)
    return repo


def plan(repo: Repo, fleet: Path | None = None, uses: str = "", **configured: object) -> Adoption:
    from flux.settings import read_settings

    with opened(repo, read_settings(configured, {}), dry_run=True) as monorepo:
        return plan_adoption(monorepo, configured, {}, fleet, uses)


def deployed(repo: Repo) -> None:
    """Two versions that environments have, as an earlier system left them."""
    given: dict[str, Any] = {"sources": "components", "release_tag": "{artifact}/v{version}"}
    repo.git("tag", "app/v1.0.0")
    publish(repo, "app/v1.0.0", **given)
    repo.commit(files={"components/app/kustomization.yaml": "resources: []\nnamePrefix: app-\n"})
    repo.git("tag", "app/v1.1.0")
    publish(repo, "app/v1.1.0", **given)
    build(repo, sources="components")
    for name, tag, environment in (
        ("app", "1.0.0", "prod"),
        ("app", "1.1.0", "at"),
        ("db", "latest", "prod"),
    ):
        target = LayoutTarget(repo.path / ".registry" / name)
        manifest = target.fetch_manifest(tag)
        assert manifest
        target.push_manifest(manifest, environment)


def test_what_is_there_is_taken_over(repo: Repo) -> None:
    deployed(repo)
    adoption = plan(repo)
    assert {one.setting: one.value for one in adoption.findings} == {
        "sources": "components",
        "release_tag": "{artifact}/v{version}",
        "phases": ["at", "prod"],
        "adopted": repo.head,
    }
    state = next(file for file in adoption.files if file.path == "flux/releaseconfig.json")
    assert json.loads(state.wanted) == {"app": {"at": "1.1.0", "prod": "1.0.0"}}
    (unmanaged,) = adoption.unmanaged
    assert (unmanaged.artifact, unmanaged.environment) == ("db", "prod")
    assert unmanaged.why.message == "no released version has its content"


def test_a_desired_state_gets_the_versions_that_it_lacks(repo: Repo) -> None:
    """As where the registry was not looked at before somebody logged in. What it has, stays."""
    deployed(repo)
    repo.write("flux/releaseconfig.json", '{"app": {"prod": "0.9.0"}}\n')
    (state,) = [file for file in plan(repo).files if file.path == "flux/releaseconfig.json"]
    assert state.state is FileState.DIFFERS
    assert json.loads(state.wanted) == {"app": {"at": "1.1.0", "prod": "0.9.0"}}
    repo.write("flux/releaseconfig.json", "not json\n")
    (state,) = [file for file in plan(repo).files if file.path == "flux/releaseconfig.json"]
    assert state.state is FileState.SAME


def test_folders_that_cannot_be_artifacts_are_named(repo: Repo) -> None:
    repo.commit(files={"components/Web/kustomization.yaml": "resources: []\n"})
    (gap,) = plan(repo).gaps
    assert gap.message.startswith("components/Web cannot be artifacts by these names: 'Web' has 'W'")
    given = [
        {"path": "components/Web", "name": "web"},
        {"path": "components/*", "exclude": ["/components/Web"]},
    ]
    assert plan(repo, artifacts=given).gaps == []


def test_tags_that_name_no_artifact_are_told(repo: Repo) -> None:
    repo.git("tag", "operator-v1.2.3")
    said = "no tag with a version names an artifact, as operator-v1.2.3: the form of releases will be "
    assert any(str(notice).startswith(said) for notice in plan(repo).notices)
    assert not any(
        str(notice).startswith(said) for notice in plan(repo, release_tag="{artifact}@{version}").notices
    )


def test_nothing_is_overwritten_without_force(repo: Repo) -> None:
    own = ".github/workflows/sign-flux-promotions.yml"
    repo.write(own, "name: mine\n")
    adoption = plan(repo)
    assert [file.path for file in adoption.differing] == [own]
    written = write_adoption(repo.path, adoption, force=False)
    assert {file.path for file in written} == {file.path for file in adoption.files} - {own}
    assert (repo.path / own).read_text() == "name: mine\n"
    (left,) = write_adoption(repo.path, plan(repo), force=True)
    assert left.path == own
    assert {file.state for file in plan(repo, sources="components").files} == {FileState.SAME}


def test_workflows_that_call_nothing_are_named(repo: Repo) -> None:
    """The package is installed from a folder here, so that nobody knows where the workflows are."""
    (said,) = [str(notice) for notice in plan(repo).notices if "--uses" in str(notice)]
    assert said.startswith("the source of the called workflows is unknown")
    assert not any("--uses" in str(notice) for notice in plan(repo, uses="acme/tool@v1").notices)
    repo.commit(files={".github/actions/setup/action.yml": "name: it is this repository\n"})
    assert not any("--uses" in str(notice) for notice in plan(repo).notices)


def test_with_a_gap_nothing_is_written(repo: Repo) -> None:
    repo.commit(files={"push.sh": "flux push artifact oci://r.io/o/$N:1 --path=build/$N\n"})
    adoption = plan(repo)
    assert adoption.due(force=True) == []
    with pytest.raises(RequestError, match=r"nothing is written: push\.sh:1 pushes build/"):
        write_adoption(repo.path, adoption, force=True)
    assert not (repo.path / "invoke.yaml").exists()


def test_pushes_that_cannot_be_read_are_named(repo: Repo) -> None:
    """Nothing is written where they are all that pushes; beside others they are only told."""
    repo.commit(files={"push.py": 'run(["flux", "push", "artifact", url])\n'})
    said = "push.py:1 pushes from a program: what is pushed there cannot be read"
    assert [gap.message for gap in plan(repo).gaps] == [said]
    assert plan(repo, sources="components").gaps == []
    repo.commit(files={"push.sh": "flux push artifact oci://127.0.0.1:1/o/$N:1 --path=components/$N\n"})
    adoption = plan(repo)
    assert adoption.gaps == []
    assert any(str(notice).startswith(said) for notice in adoption.notices)


def test_a_setting_that_is_settled_is_not_proposed(repo: Repo) -> None:
    adoption = plan(repo, sources="components", branch="trunk")
    assert "sources" not in [one.setting for one in adoption.findings]
    release = next(file for file in adoption.files if file.path.endswith("release-flux-artifact.yml"))
    assert "branches: [trunk]" in release.wanted
    assert '"components/**"' in release.wanted


def test_an_earlier_system_may_have_files_of_the_same_names(repo: Repo) -> None:
    """Its own are no sign of an adoption, and would go on beside ours."""
    own = "jobs: {push: {steps: [{run: flux push artifact oci://r.io/o/$N:1 --path=components/$N}]}}\n"
    repo.commit(files={".github/workflows/release-flux-artifact.yml": own})
    adoption = plan(repo, registry=".registry")
    assert [file.path for file in adoption.differing] == [".github/workflows/release-flux-artifact.yml"]
    (told,) = [str(notice) for notice in adoption.notices if "push images, too" in str(notice)]
    assert "too: .github/workflows/release-flux-artifact.yml; remove" in told
    assert {one.setting: one.value for one in adoption.findings}["adopted"] == repo.head
    observing = plan(repo, mode="observe", registry=".registry")
    assert not any("push images, too" in str(notice) for notice in observing.notices)


def test_the_start_line_is_recorded_once(repo: Repo) -> None:
    deployed(repo)
    first = {one.setting: one.value for one in plan(repo).findings}
    assert first["adopted"] == repo.head
    write_adoption(repo.path, plan(repo), force=False)
    repo.commit("adopt")
    assert "adopted" not in [one.setting for one in plan(repo, sources="components").findings]


def test_a_drifted_workflow_differs(repo: Repo) -> None:
    write_adoption(repo.path, plan(repo), force=False)
    (drifted,) = plan(repo, sources="components", label="other").differing
    assert drifted.path == ".github/workflows/manage-flux-releases.yml"
    assert "+" in drifted.diff


def test_clusters_that_would_refuse_our_signatures_are_named(repo: Repo, tmp_path: Path) -> None:
    repo.git("remote", "add", "origin", "https://github.com/acme/mono.git")
    repo.git("remote", "set-url", "--push", "origin", "https://github.com/acme/mono.git")
    fleet = tmp_path / "fleet"
    fleet.mkdir()
    identity = "{issuer: token.actions, subject: acme/mono/.github/workflows/%s.yml@refs/heads/main}"
    for name in ("publish", "(release-flux-artifact|manage-flux-releases)"):
        (fleet / f"{name}.yaml").write_text(
            "kind: OCIRepository\nspec:\n  url: oci://r.io/o/app\n"
            f"  verify: {{provider: cosign, matchOIDCIdentity: [{identity % name}]}}\n"
        )
    adoption = plan(repo, fleet, sources="components", registry="oci://r.io/o", signature_issuer=ISSUER)
    assert adoption.identity.startswith(r"^https://github\.com/acme/mono/\.github/workflows/")
    refused = [str(notice) for notice in adoption.notices if "does not accept" in str(notice)]
    assert [Path(notice.split()[0]).name for notice in refused] == ["publish.yaml"]


def test_a_monorepo_that_publishes_nothing_yet(repo: Repo) -> None:
    """Jobs on github.com push to its packages. The commands in a terminal have to read them there."""
    assert "registry" not in [one.setting for one in plan(repo).findings]
    repo.git("remote", "add", "origin", "https://github.com/Acme/mono.git")
    repo.git("remote", "set-url", "--push", "origin", "https://github.com/Acme/mono.git")
    adoption = plan(repo)
    settings = next(file for file in adoption.files if file.path == "invoke.yaml")
    assert settings.wanted == "flux:\n  sources: components\n  registry: oci://ghcr.io/acme/mono\n"
    assert adoption.artifacts == ["app", "db"]
    unset = "no environment was found: they are at, tt, prod until you set `phases` in invoke.yaml"
    assert unset in map(str, adoption.notices)
    other = plan(repo, registry="images", phases=["prod"])
    assert "registry" not in [one.setting for one in other.findings]
    assert unset not in map(str, other.notices)


def test_a_fleet_that_is_no_folder(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is not a folder"):
        plan(repo, tmp_path / "none")
