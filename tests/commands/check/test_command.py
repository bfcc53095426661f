"""`inv check` as a command: what people, programs and Actions see."""

import os
from pathlib import Path

import pytest

from flux.commands.check import check_artifacts
from tests.commands.check.case import PLAIN, SECRET
from tests.commands.checking import only, run_check
from tests.commands.invoking import in_actions, inv, monorepo, push_payload
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def two(tmp_path: Path) -> Repo:
    """An error, a warning, and an odd name."""
    files = {
        "artifacts/app/a,b: c%.yaml": "a: 1\nb: [\n",
        "artifacts/db/kustomization.yaml": "resources: [s.yaml]\n",
        "artifacts/db/s.yaml": f"{SECRET}data:\n  a: Yg==\n",
        "flux/releaseconfig.json": '{"gone": {"prod": "1.0.0"}}',
    }
    return monorepo(tmp_path / "repo", files)


NOT_YAML = "not YAML: did not find expected node content"

GONE = "gone is not an artifact any more, but still deployed to prod"


def test_what_people_see(two: Repo) -> None:
    finished = inv(two, "check")
    assert finished.code == 1
    assert finished.err == ""
    assert finished.out.splitlines() == [
        f"error artifacts/app/a,b: c%.yaml:3: {NOT_YAML}",
        f"warning artifacts/db/s.yaml:5: a Secret has its data {PLAIN}",
        f"warning flux/releaseconfig.json: {GONE}",
        "2 artifacts checked: 1 error, 2 warnings.",
    ]
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.out.splitlines()[-1] == "1 artifact checked: 0 errors, 1 warning."


def test_what_programs_see(two: Repo) -> None:
    finished = inv(two, "check", "--json")
    assert (finished.code, finished.err) == (1, "")
    assert finished.result == {
        "artifacts": ["app", "db"],
        "findings": [
            {
                "level": "error",
                "path": "artifacts/app/a,b: c%.yaml",
                "line": 3,
                "message": NOT_YAML,
                "hint": "",
            },
            {
                "level": "warning",
                "path": "artifacts/db/s.yaml",
                "line": 5,
                "message": f"a Secret has its data {PLAIN}",
                "hint": "",
            },
            {
                "level": "warning",
                "path": "flux/releaseconfig.json",
                "line": None,
                "message": GONE,
                "hint": "",
            },
        ],
    }
    assert inv(two, "check", "--json", "-a", "db").code == 0


def test_what_actions_sees(two: Repo, tmp_path: Path) -> None:
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, two.head))
    finished = inv(two, "check", env=job.env)
    assert (finished.code, finished.err) == (1, "")
    assert finished.out.splitlines() == [
        f"::error file=artifacts/app/a%2Cb%3A c%25.yaml,line=3::{NOT_YAML}",
        f"::warning file=artifacts/db/s.yaml,line=5::a Secret has its data {PLAIN}",
        f"::warning file=flux/releaseconfig.json::{GONE}",
        "2 artifacts checked: 1 error, 2 warnings.",
    ]
    summary = job.summary.read_text()
    assert summary.startswith("### 2 artifacts checked: 1 error, 2 warnings.\n")
    assert summary.count("\n| ") == 5
    # Nothing but the document on standard output, and nothing that Actions would not read.
    finished = inv(two, "check", "--json", env=job.env)
    assert finished.code == 1
    assert len(finished.document["findings"]) == 3


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [
        os.fsdecode(b"caf\xe9.yaml"),
        "new\nline.yaml",
        "\x1b[31m.yaml",
        "\N{RIGHT-TO-LEFT OVERRIDE}.yaml",
    ]
    repo = monorepo(tmp_path / "repo", {f"artifacts/app/{name}": "a: [" for name in names})
    finished = inv(repo, "check")
    assert finished.code == 1
    shown = finished.out.splitlines()
    assert len(shown) == 5
    assert all(line.isprintable() for line in shown)
    assert {finding["path"] for finding in inv(repo, "check", "--json").document["findings"]} == {
        f"artifacts/app/{name}" for name in names
    }
    job = in_actions(tmp_path / "job", "push", push_payload("0" * 40, repo.head))
    assert len(inv(repo, "check", env=job.env).out.splitlines()) == 5


def test_that_no_kustomize_is_there_is_said(
    two: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(tmp_path, monkeypatch)
    finished = inv(two, "check", "-a", "db")
    assert finished.code == 0
    assert finished.err.splitlines() == [
        "kustomizations are not rendered: no kustomize 5 or kubectl 1.27 on PATH"
    ]


def test_what_is_not_committed_is_not_checked(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n", "artifacts/db/x.yaml": "a: 1\n"})
    repo.write("artifacts/app/x.yaml", "a: [")
    repo.write("artifacts/db/new.yaml", "a: [")
    assert list(run_check(repo).uncommitted) == ["app", "db"]
    repo.write("invoke.yaml", "flux: {jobs: 2}\n")
    finished = inv(repo, "check", "-a", "db")
    assert finished.err.splitlines() == [
        "invoke.yaml is not committed: `sources`, `artifacts` and `ignore` are those of the last commit",
        "db: not committed, so in no image: artifacts/db/new.yaml",
    ]


def test_only_what_a_change_concerns_is_checked(tmp_path: Path) -> None:
    """The desired state is checked in any case."""
    files = {f"artifacts/{name}/x.yaml": "a: 1\na: 2\n" for name in ("app", "db")}
    repo = monorepo(tmp_path / "repo", files)
    repo.bare_origin()
    assert len(run_check(repo).findings) == 2
    config = "flux/releaseconfig.json"
    repo.commit(files={"artifacts/app/y.yaml": "b: 1\n", config: '{"web": {"at": "1.0.0"}}'})
    with opened(repo) as context:
        since = check_artifacts(context, [], changed=True, since="HEAD~1")
        assert since.artifacts == ["app"]
        assert {finding.path for finding in since.findings} == {"artifacts/app/x.yaml", config}
        assert check_artifacts(context, ["db"], changed=True).artifacts == []
    repo.push("origin", "HEAD:main")
    with opened(repo) as context:
        assert check_artifacts(context, [], changed=True).artifacts == []
        assert check_artifacts(context, []).artifacts == ["app", "db"]
