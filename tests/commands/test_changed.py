"""`inv changed` as a command."""

import json
from pathlib import Path

import pytest

from tests.commands.invoking import (
    HOSTILE_NAMES,
    actions_checkout,
    break_origin,
    commands,
    in_actions,
    inv,
    monorepo,
    one_table,
    pull_request_payload,
    push_payload,
)
from tests.monorepo.changing import FILES, edit
from tests.monorepo.changing import origin as origin
from tests.monorepo.changing import repo as repo
from tests.repo import Repo


def test_the_command_in_a_shallow_clone(repo: Repo, origin: Repo, tmp_path: Path) -> None:
    before = repo.head
    repo.write("tasks.py", "from flux.tasks import ns\n")
    edit(repo, "app")
    after = edit(repo, "db")
    repo.push()
    clone = actions_checkout(origin, tmp_path / "clone", after)
    job = in_actions(tmp_path / "job", "push", push_payload(before, after))
    good = inv(clone, "changed", "--json", env=job.env)
    assert good.code == 0
    assert good.document["artifacts"] == ["app", "db"]
    clone = actions_checkout(origin, tmp_path / "other", after)
    break_origin(clone)
    bad = inv(clone, "changed", "--json", env=job.env)
    assert (bad.code, bad.result) == (1, {})
    assert bad.err.startswith("::error::")
    assert "fetch-depth: 0" in bad.err


# In Actions


def job_of(repo: Repo, folder: Path, *arguments: str) -> tuple[int, str, str, dict[str, object], str]:
    before = repo.git("rev-list", "--max-parents=0", "HEAD")
    job = in_actions(folder, "push", push_payload(before, repo.head))
    ran = inv(repo, "changed", *arguments, env=job.env)
    return ran.code, ran.out, ran.err, job.outputs, job.summary.read_text()


def test_outputs_summary_and_the_document(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    edit(repo, "app")
    repo.remove("artifacts/web")
    repo.commit(files={"artifacts/db/é \n\"'.yaml": "x"})
    code, out, err, outputs, summary = job_of(repo, tmp_path / "job", "--json")
    assert code == 0, err
    document = {
        "artifacts": ["app", "db"],
        "removed": ["web"],
        "reasons": {"app": ["artifacts/app/base.yaml"], "db": ["artifacts/db/é \n\"'.yaml"]},
    }
    assert json.loads(out).items() >= document.items()
    assert outputs == {
        "artifacts": ["app", "db"],
        "matrix": {"include": [{"artifact": "app"}, {"artifact": "db"}]},
        "head": repo.head,
    }
    assert "web" in summary
    plain = job_of(repo, tmp_path / "plain")
    assert plain[0] == 0
    assert plain[3:] == (outputs, summary)


def test_nothing_changed_in_actions(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    code, out, _, outputs, summary = job_of(repo, tmp_path / "job", "--json")
    assert code == 0
    assert json.loads(out).items() >= {"artifacts": [], "removed": [], "reasons": {}}.items()
    assert outputs == {"artifacts": [], "matrix": {"include": []}, "head": repo.head}
    assert "None" in summary


def test_the_summary_stays_one_table(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    names = [name for name in HOSTILE_NAMES if "/" not in name]
    markdown = ["**bold**", "<b>", "[x](http://y)", "~~x~~", "![i](j)", "| --- |", "@all", "#1", "\\|", "`|`"]
    for name in [*names, *markdown]:
        repo.write(f"artifacts/{name}/f", "x")
    for name in markdown:
        repo.write(f"artifacts/app/{name.replace('/', '')}", "x")
    repo.remove("artifacts/web")
    repo.commit()
    code, out, err, outputs, summary = job_of(repo, tmp_path / "job")
    assert code == 0, err
    changed_names = outputs["artifacts"]
    assert isinstance(changed_names, list)
    one_table(summary, rows=len(changed_names) + 1)
    assert commands(out + err) == [], "nothing that a name says is obeyed"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("push", ""),
        ("push", "[]"),
        ("push", '{"ref": "refs/heads/main", "before": "--output=x", "after": "HEAD"}'),
        ("pull_request", "{}"),
        ("pull_request_target", '{"pull_request": {"base": {"sha": "HEAD"}, "head": []}}'),
    ],
)
def test_an_event_that_is_none(tmp_path: Path, name: str, payload: str) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    job = in_actions(tmp_path / "job", name, payload)
    ran = inv(repo, "changed", "--json", env=job.env)
    assert (ran.code, ran.result) == (2, {})
    assert job.outputs == {}
    assert ran.err.startswith("::error::"), "errors in Actions are annotations"


def test_a_pull_request_event(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    repo.checkout("feature", create=True)
    head = edit(repo, "db")
    repo.checkout("main")
    base = edit(repo, "app")
    job = in_actions(tmp_path / "job", "pull_request", pull_request_payload(base, head))
    assert inv(repo, "changed", "--json", env=job.env).document["artifacts"] == ["db"]


@pytest.mark.parametrize("name", ["workflow_dispatch", "schedule", "release", "issues"])
def test_an_event_that_says_nothing_of_commits_is_as_a_terminal(tmp_path: Path, name: str) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    edit(repo, "app")
    job = in_actions(tmp_path / "job", name, {})
    assert inv(repo, "changed", "--json", env=job.env).document["artifacts"] == ["app"]


# In a terminal, as a command


def test_one_document_and_all_else_on_the_other_stream(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    edit(repo, "app")
    repo.write("artifacts/db/base.yaml", "uncommitted")
    break_origin(repo)
    ran = inv(repo, "changed", "--json")
    assert ran.code == 0
    assert list(ran.result) == ["base", "head", "artifacts", "removed", "reasons", "uncommitted"]
    assert ran.document["artifacts"] == ["app"]
    assert "last fetched" in ran.err
    assert "artifacts/db/base.yaml" in ran.err


def test_names_that_a_terminal_would_obey_are_spelled_out(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    repo.checkout("feature", create=True)
    repo.commit(files={"artifacts/app/\x1b]0;owned\x07\x1b[2J": "x", "artifacts/app/[red]x[/red]": "x"})
    ran = inv(repo, "changed")
    assert ran.code == 0
    assert "\x1b" not in ran.said
    assert "\\x1b]0;owned" in ran.out
    assert "[red]x[/red]" in ran.out


def test_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / "tasks.py").write_text("from flux.tasks import ns\n")
    ran = inv(tmp_path, "changed", "--json")
    assert (ran.code, ran.result) == (2, {})
    assert len(ran.err.splitlines()) == 2


def test_without_git(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", FILES)
    (tmp_path / "bin").mkdir()
    ran = inv(repo, "changed", env={"PATH": str(tmp_path / "bin")})
    assert ran.code == 1
    assert "git was not found" in ran.err
    assert len(ran.err.splitlines()) == 2


def test_the_difference_of_what_changed(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {}, {"ignore": ["NEWS.md"]})
    since = repo.commit(
        files={
            "artifacts/app/x.yaml": "x: 1\n",
            "artifacts/app/NEWS.md": "old\n",
            "artifacts/gone/x.yaml": "x: 1\n",
            "artifacts/still/x.yaml": "x: 1\n",
        }
    )
    repo.remove("artifacts/gone")
    repo.symlink("artifacts/app/link", "x.yaml")
    text = "x: 2\n```\n</details>\n::error::no\n"
    head = repo.commit(files={"artifacts/app/x.yaml": text, "artifacts/app/NEWS.md": "new\n"})
    job = in_actions(tmp_path / "job", "push", push_payload(since, head))
    shown = inv(repo, "changed", "--diff", env=job.env)
    assert shown.code == 0, shown.said
    assert "+x: 2" in shown.out
    assert commands(shown.out) == []
    summary = job.summary.read_text()
    assert summary.count("<details><summary>app</summary>\n\n````diff\n") == 1
    assert "````\n\n\n</details>\n\n<details><summary>gone</summary>" in summary
    assert "NEWS" not in summary
    assert "still" not in summary

    document = inv(repo, "changed", "--diff", "--json", env=job.env).document
    assert document["artifacts"] == ["app"]
    patch = tmp_path / "patch"
    patch.write_text(document["diffs"]["app"])
    repo.checkout(since)
    repo.git("apply", "--directory=artifacts/app", str(patch))
    assert (repo.path / "artifacts/app/x.yaml").read_text() == text
    assert "deleted file" in document["diffs"]["gone"]
    assert "diffs" not in inv(repo, "changed", "--json", env=job.env).document
