"""What build steps make is a function of the commit, and every command is of one mind on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from flux.artifact.finding import Level
from flux.commands.changed import list_changed
from flux.commands.check import Check, check_artifacts
from flux.errors import ContentError
from flux.event import Event, PullRequestCommits
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.image_result import ImageAction
from flux.monorepo.release_notes import commits_of
from flux.settings import Settings, read_settings
from tests.commands.invoking import TERMINAL, build, changed, inv, monorepo
from tests.commands.releasing import make_release, publish, tag
from tests.monorepo.building import by_name, each_action
from tests.monorepo.building import tags as tags_of
from tests.monorepos import opened
from tests.namespaces import namespaces as namespaces
from tests.repo import Repo

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "
ENTRY: dict[str, Any] = {
    "path": "apps/*",
    "prepare": "mkdir -p out/{name} && cat base/x.yaml {path}/*.yaml > out/{name}/all.yaml",
    "output": "out/{name}",
    "inputs": ["/base/"],
}
FILES = {
    "base/x.yaml": MAP + "base}\n---\n",
    "apps/web/x.yaml": MAP + "web}\n",
    "apps/api/x.yaml": MAP + "api}\n",
    "docs/x.md": "x\n",
}


def said(**more: Any) -> dict[str, Any]:
    return {"artifacts": [{**ENTRY, **more}]}


def made(tmp_path: Path, **more: Any) -> tuple[Repo, dict[str, Any]]:
    """A monorepo with a build step, and its settings as functions take them."""
    repo = monorepo(tmp_path / "repo", FILES, said(**more))
    repo.bare_origin()
    return repo, settings(**more)


def settings(**more: Any) -> dict[str, Any]:
    return {"artifacts": read_settings(said(**more), {}).artifacts}


def files_at(repo: Repo, artifact: str, **given: Any) -> dict[str, bytes]:
    with opened(repo, Settings(**given)) as context:
        sources = Sources(context, repo.head)
        (loaded,) = sources.load([artifact])
        source = sources.made(loaded)
        return {file.path: sources.read(source, file) for file in source.files}


def check(repo: Repo, *names: str, **given: Any) -> Check:
    with opened(repo, Settings(**given)) as context:
        return check_artifacts(context, names)


def test_its_output_is_the_content(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    assert files_at(repo, "web", **given) == {
        "all.yaml": (FILES["base/x.yaml"] + FILES["apps/web/x.yaml"]).encode()
    }
    (repo.path / "apps/web/x.yaml").write_text("of the working tree")
    (repo.path / "apps/web/y.yaml").write_text("of the working tree")
    assert b"working" not in files_at(repo, "web", **given)["all.yaml"]


def test_a_commit_that_changes_no_input_keeps_the_image(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    first = build(repo, **given)
    assert each_action(first) == {"api": "pushed", "web": "pushed"}
    repo.commit(files={"docs/x.md": "y\n", "flux/releaseconfig.json": "{}\n"})
    repo.push()
    assert build(repo, **given).digests() == first.digests()
    assert each_action(build(repo, **given)) == {"api": "unchanged", "web": "unchanged"}
    assert changed(repo, since="HEAD~1", **given).reasons == {}
    repo.commit(files={"base/x.yaml": MAP + "new}\n---\n"})
    repo.push()
    assert changed(repo, since="HEAD~1", **given).reasons == {"api": ["base/x.yaml"], "web": ["base/x.yaml"]}
    third = build(repo, **given)
    assert each_action(third) == {"api": "pushed", "web": "pushed"}
    assert {result.revision for result in third.results} == {f"main@sha1:{repo.head}"}
    repo.commit(files={"apps/web/x.yaml": MAP + "web2}\n"})
    with opened(repo, Settings(**given)) as context:
        _, files = list_changed(context, "HEAD~1", with_files=True)
    assert files is not None
    assert [one.path for one in files["web"]] == ["all.yaml"]
    assert files.keys() == {"web"}


def test_the_time_is_that_of_the_revision(tmp_path: Path) -> None:
    repo, given = made(tmp_path, prepare="mkdir -p out/{name} && echo $SOURCE_DATE_EPOCH > out/{name}/x")
    time = repo.git("log", "-1", "--format=%ct")
    first = build(repo, **given)
    repo.commit(files={"docs/x.md": "later\n"})
    repo.push()
    assert files_at(repo, "web", **given) == {"x": f"{time}\n".encode()}
    assert build(repo, **given).digests() == first.digests()


def test_a_change_of_the_step_changes_the_artifact(tmp_path: Path) -> None:
    repo, _ = made(tmp_path)
    for more in ({"prepare": ENTRY["prepare"] + " && echo '# x' >> out/{name}/all.yaml"}, {"exclude": ["x"]}):
        repo.commit(files={"invoke.yaml": json.dumps({"flux": said(**more)})})
        found = changed(repo, since="HEAD~1", **settings(**more))
        assert found.reasons == {"api": ["apps/api/"], "web": ["apps/web/"]}


def test_a_step_that_fails_keeps_no_other_back(tmp_path: Path) -> None:
    repo, _ = made(tmp_path)
    repo.commit(files={"base/x.yaml": MAP + "x}\n---\n"})
    broken = settings(prepare="test {name} = api && mkdir -p out/api && echo x > out/api/x")
    repo.commit(
        files={"invoke.yaml": json.dumps({"flux": said(prepare=broken["artifacts"][0].prepare.command)})}
    )
    repo.push()
    built = by_name(build(repo, **broken))
    assert built["api"].action is ImageAction.PUSHED
    assert built["web"].error is not None
    assert "its build step" in built["web"].error.message
    assert tags_of(repo, "web") == {}
    (finding,) = check(repo, "web", **broken).findings
    assert (finding.level, finding.path) == (Level.ERROR, "apps/web")
    ran = inv(repo, "build")
    assert ran.code == 1
    assert "web: its build step" in ran.err


@pytest.mark.stories
@pytest.mark.parametrize(
    ("command", "error"),
    [
        (
            "mkdir -p out/{name} && date +%s%N > out/{name}/a.txt && echo > out/{name}/b.txt",
            "out/web/a.txt differ",
        ),
        ("mkdir -p out/{name} && date +%s > out/{name}/a.txt", "out/web/a.txt differ"),
        ("mkdir -p out/{name} && pwd > out/{name}/a.txt", "out/web/a.txt differ"),
        ("mkdir -p out/{name}", "made no file that is published"),
        ("mkdir -p out/{name} && ln -s x out/{name}/x", "is a symlink"),
        ("mkdir -p out/{name} && echo 'kind: [' > out/{name}/x.yaml", "x.yaml"),
    ],
)
def test_check_refuses(tmp_path: Path, command: str, error: str) -> None:
    repo, given = made(tmp_path, prepare=command)
    found = check(repo, "web", **given)
    assert found.failed
    assert any(error in f"{finding.path} {finding.message}" for finding in found.findings), found.findings


def test_check_says_what_it_finds_in_the_output(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    assert check(repo, **given).findings == []


def test_a_release_is_what_main_has_built(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    built = by_name(build(repo, **given))["web"]
    make_release(repo, "web", "1.0.0", **given)
    repo.commit(
        files={
            "invoke.yaml": json.dumps({"flux": said(prepare="exit 1")}),
            "flux/releaseconfig.json": '{"web": {"at_ring1": "1.0.0"}}',
        }
    )
    repo.push()
    later = settings(prepare="exit 1")
    published = publish(repo, "flux-oci-web-v1.0.0", **later)
    assert published.result
    assert (published.result.digest, published.same_as) == (built.digest, built.tags[0])
    (step,) = [
        step for step in tag(repo, **later).steps if step.artifact == "web" and step.environment == "at_ring1"
    ]
    assert (step.fault, step.new, step.action) == (None, built.digest, "moved")


def test_the_notes_have_what_touched_its_inputs(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    make_release(repo, "web", "1.0.0", **given)
    repo.commit("Docs", files={"docs/x.md": "y\n"})
    repo.commit("Base", files={"base/x.yaml": MAP + "y}\n---\n"})
    with opened(repo, Settings(**given)) as context:
        logged = commits_of(context, "web", repo.head, None)
    assert [one.subject for one in logged] == ["Base", "first"]


def test_of_a_stranger_nothing_is_run(tmp_path: Path) -> None:
    """A job of `pull_request_target` has the base checked out, and its secrets."""
    repo, given = made(tmp_path)
    base = repo.head
    repo.checkout("theirs", create=True)
    head = repo.commit(files={"apps/web/x.yaml": MAP + "theirs}\n"})
    repo.checkout("main")
    event = Event(True, PullRequestCommits(base, head), None, None, "pull_request_target")
    with opened(repo, Settings(**given), event) as context:
        (finding,) = check_artifacts(context, ["web"]).findings
        assert "does not run for" in finding.message
        with pytest.raises(ContentError, match="neither checked out nor on main"):
            Sources(context, head).image_of("web")
    repo.checkout("theirs")
    with opened(repo, Settings(**given), TERMINAL) as context:
        assert check_artifacts(context, ["web"]).findings == []


def test_one_step_for_all_of_a_folder(tmp_path: Path) -> None:
    step = {"prepare": "echo {name} > {path}/x.txt", "inputs": "!*.md"}
    repo = monorepo(
        tmp_path / "repo", {"artifacts/a/x.md": "", "artifacts/a/y": "", "artifacts/b/x.yaml": ""}, step
    )
    assert inv(repo, "build").code == 0
    given = read_settings(step, {})
    with opened(repo, given) as context:
        sources = Sources(context, repo.head)
        found = {s.artifact: sorted(f.path for f in sources.made(s).files) for s in sources.load(["a", "b"])}
    assert found == {"a": ["x.txt", "y"], "b": ["x.txt", "x.yaml"]}


def test_what_is_not_committed_is_told(tmp_path: Path) -> None:
    repo, given = made(tmp_path)
    (repo.path / "base/x.yaml").write_text("more")
    assert changed(repo, **given).uncommitted == {"api": ["base/x.yaml"], "web": ["base/x.yaml"]}
