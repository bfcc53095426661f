"""`inv init --check` is the proof: each thing that is not as it has to be is an exception."""

import json

import pytest
import yaml

from flux.adoption.workflows import ACTION
from flux.commands.init import write_adoption
from flux.diagnosis.proof import Exceptional, prove
from flux.errors import UnvouchedError
from flux.notice import Notice
from flux.registry.folder.layout import LayoutTarget
from flux.settings import Settings, read_settings
from tests.commands.invoking import inv
from tests.commands.test_init import deployed, plan
from tests.commands.test_init import repo as repo
from tests.monorepos import opened
from tests.repo import Repo

OURS = "octo/flux-artifacts"


@pytest.fixture
def adopted(repo: Repo) -> Repo:
    repo.write(".gitignore", "/.registry/\n")
    repo.commit()
    deployed(repo)
    write_adoption(repo.path, plan(repo, uses=f"{OURS}@v1"), force=False)
    repo.commit("adopt")
    return repo


def exceptions(repo: Repo) -> list[str]:
    configured = yaml.safe_load((repo.path / "invoke.yaml").read_text())["flux"]
    with opened(repo, read_settings(configured, {}), dry_run=True) as monorepo:
        return [one.message for one in prove(monorepo)]


def test_what_is_not_known_is_an_exception(adopted: Repo) -> None:
    (left,) = exceptions(adopted)
    assert left.startswith("db:prod has sha256:")
    assert left.endswith("but the desired state has no version for it")


def test_what_is_not_committed_is_an_exception(adopted: Repo) -> None:
    adopted.git("reset", "--soft", "HEAD^")
    adopted.git("reset", "invoke.yaml", "tasks.py")
    adopted.write("README.md", "is nobody's business\n")
    (said,) = [text for text in exceptions(adopted) if text.endswith(": not committed")]
    assert said.startswith(".github/workflows/check-flux-promotions.yml, ")


def test_what_would_move_what_is_not_published_and_what_drifted(adopted: Repo) -> None:
    config = adopted.path / "flux/releaseconfig.json"
    config.write_text(json.dumps({"app": {"at": "1.0.0", "prod": "1.0.0"}}))
    adopted.git("tag", "db/v1.0.0")
    workflow = adopted.path / ".github/workflows/manage-flux-releases.yml"
    workflow.write_text(workflow.read_text() + "# mine\n")
    (adopted.path / ".github/workflows/check-flux-promotions.yml").unlink()
    adopted.commit("drift")
    said = exceptions(adopted)
    (moving,) = [text for text in said if "would move" in text]
    assert moving.startswith("`inv tag` would move app:at from sha256:")
    assert "db/v1.0.0 is not published" in said
    assert ".github/workflows/manage-flux-releases.yml differs from the settings" in said
    assert ".github/workflows/check-flux-promotions.yml is missing" in said


def test_workflows_that_call_nothing(adopted: Repo) -> None:
    name = "manage-flux-releases.yml"
    workflow = adopted.path / ".github/workflows" / name
    workflow.write_text(workflow.read_text().replace(f"uses: {OURS}/", "uses: $/"))
    said = f"{name}: it calls `$/`, this repository, which does not have the called workflows"
    with opened(adopted, Settings(), dry_run=True) as monorepo:
        (found,) = [one for one in prove(monorepo) if one.about == name]
    assert (found.message, found.hint) == (
        said,
        "fill in where they are: `inv init --force --uses OWNER/flux-artifacts@COMMIT`",
    )
    adopted.commit("they are here", files={ACTION: "name: setup\n"})
    assert said not in exceptions(adopted)


def test_a_start_line_that_is_elsewhere_and_tasks_that_are_not_ours(adopted: Repo) -> None:
    text = (adopted.path / "invoke.yaml").read_text()
    old = yaml.safe_load(text)["flux"]["adopted"]
    adopted.write("invoke.yaml", text.replace(old, "a" * 40))
    adopted.write("tasks.py", "from invoke.tasks import task\n")
    adopted.commit("wrong")
    said = exceptions(adopted)
    assert (
        f"the setting `adopted` names aaaaaaaaaaaa, which is not in the history of {adopted.head[:12]}"
        in said
    )
    assert "tasks.py does not have the commands that the workflows run" in said


def test_an_exception_holds_the_error_that_it_comes_from() -> None:
    error = UnvouchedError("it is not what git builds", "build it")
    failed = Exceptional.failed("app:at", error)
    assert isinstance(failed.found, Notice)
    assert failed.found.error is error
    assert (failed.message, failed.hint) == ("app:at: it is not what git builds", "build it")
    assert Exceptional("app:at", Notice(error, "app:at"), "move it").hint == "move it"
    assert Exceptional("app:at", "is missing", "write it").hint == "write it"


def test_as_people_run_it(adopted: Repo) -> None:
    ran = inv(adopted, "init", "--check", "--json")
    assert ran.code == 1
    assert [one["about"] for one in ran.document["exceptions"]] == ["db:prod"]


def test_what_follows_and_what_no_phase_has(adopted: Repo) -> None:
    target = LayoutTarget(adopted.path / ".registry/app")
    older = target.fetch_manifest("1.0.0")
    assert older
    for tag in ("latest", "staging", "edge"):
        target.push_manifest(older, tag)
    said = exceptions(adopted)
    assert "app:staging is in the registry, but in no phase" in said
    assert len(said) == 3
    settings = yaml.safe_load((adopted.path / "invoke.yaml").read_text())
    settings["flux"]["phases"] = [*settings["flux"]["phases"], {"edge": {"follow": "tip"}}]
    adopted.write("invoke.yaml", yaml.safe_dump(settings))
    adopted.commit("follow")
    assert any(text.startswith("`inv build` would move app:edge") for text in exceptions(adopted))


def test_a_checkout_that_lacks_some_of_the_tip(adopted: Repo) -> None:
    adopted.bare_origin()
    adopted.push()
    adopted.commit("news")
    adopted.push()
    adopted.git("reset", "--quiet", "--hard", "HEAD~1")
    assert any("lacks commits of the tip" in text for text in exceptions(adopted))
    adopted.git("reset", "--quiet", "--hard", "origin/main")
    adopted.commit("more, which is not pushed yet")
    assert len(exceptions(adopted)) == 1
