"""`inv release`: the notes, the options and what is printed."""

from tests.commands.invoking import inv
from tests.commands.release.asking import edit
from tests.commands.releasing import plan, release
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def test_the_code_is_0_and_it_says_so(repo: Repo) -> None:
    for said in ("released", "is released already"):
        done = inv(repo, "release", "app", "1.0.0")
        assert done.code == 0
        notes = "`git show flux-oci-app-v1.0.0`"
        assert done.out == f"flux-oci-app-v1.0.0: {said} at {repo.head[:12]}, {notes}\n"
        assert done.err == ""


def test_notes(repo: Repo) -> None:
    chart = "kind: HelmRelease\nspec: {{chart: {{spec: {{chart: eso, version: '{}'}}}}}}\n"
    repo.commit("feat: add a chart", files={"artifacts/app/chart.yaml": chart.format("0.1.0")})
    release(repo, "app", "1.0.0")
    repo.commit("feat(chart): 0.2.0", files={"artifacts/app/chart.yaml": chart.format("0.2.0")})
    edit(repo, "fix: of another", artifact="db")
    edit(repo, "fix!: breaks")
    repo.checkout("topic", create=True)
    edit(repo, "docs: on a branch")
    repo.checkout("main")
    repo.commit("meanwhile", files={"README": "x"})
    repo.merge("topic")
    planned, made, _ = release(repo, "app", "major", source="https://example.com/m")
    assert made.body.rstrip("\n") == planned.notes
    lines = [line.partition(" ([")[0] for line in planned.notes.split("\n") if line]
    assert lines == [
        "### Versions",
        "- chart eso: `0.1.0` → `0.2.0`",
        "### Breaking changes",
        "- breaks",
        "### Features",
        "- **chart:** 0.2.0",
        "### Documentation",
        "- on a branch",
        "[All changes of the repository]"
        "(https://example.com/m/compare/flux-oci-app-v1.0.0...flux-oci-app-v2.0.0)",
    ]


def test_a_submodule_that_was_there(repo: Repo) -> None:
    """What keeps an image from being built does not keep the next from being released."""
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "add a submodule")
    repo.tag("flux-oci-app-v1.0.0")
    repo.git("rm", "--quiet", "--cached", "artifacts/app/sub")
    repo.git("commit", "--quiet", "-m", "fix: take it out again")
    assert "take it out again" in plan(repo, "app", "patch").notes


def test_an_artifact_that_was_away(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    repo.remove("artifacts/app")
    repo.commit("remove it")
    repo.commit("feat: here again", files={"artifacts/app/y.yaml": "y: 1\n"})
    assert "here again" in plan(repo, "app", "major").notes


def test_hostile_subjects(repo: Repo) -> None:
    release(repo, "app", "1.0.0")
    hostile = "<img src=x> [a](https://evil.example) @octocat `$(id)` ${{ github.token }} %0A::error::x"
    edit(repo, hostile)
    done = inv(repo, "release", "app", "patch", "--dry-run", env={"GITHUB_ACTIONS": "true"})
    assert done.code == 0
    assert not [line for line in done.said.splitlines() if line.strip().startswith("::")]
    assert "<img" not in done.out.replace("\\<img", "")
    assert "@octocat" not in done.out


def test_a_dry_run_writes_nothing(repo: Repo) -> None:
    before = repo.git("show-ref"), sorted(repo.path.rglob("*"))
    done = inv(repo, "release", "app", "minor", "--dry-run")
    assert done.code == 0
    assert done.out.startswith(
        f"flux-oci-app-v0.1.0 would be released at {repo.head[:12]}, "
        "with these notes:\n\n### Changes\n\n- first"
    )
    document = inv(repo, "release", "app", "minor", "--dry-run", "--json").document
    assert document["release"]["url"] is None
    after = [path for path in sorted(repo.path.rglob("*")) if "__pycache__" not in path.parts]
    assert (repo.git("show-ref"), after) == (
        before[0],
        [path for path in before[1] if "__pycache__" not in path.parts],
    )
    # It refuses what the real one would.
    assert inv(repo, "release", "ap", "minor", "--dry-run").code == 2


def test_json(repo: Repo) -> None:
    for _ in range(2):
        done = inv(repo, "release", "app", "1.0.0-rc.1", "--json")
        assert (done.code, done.err) == (0, "")
        assert [*done.result] == ["release"]
        released = done.result["release"]
        assert {"artifact", "version", "tag", "commit", "url", "notes"} < released.keys()
        assert released["url"].startswith("file://")
        assert released["version"] == "1.0.0-rc.1"
        assert released["commit"] == repo.head
    done = inv(repo, "release", "app", "0.1.0", "--json")
    assert (done.code, done.result) == (2, {})


def test_where_release_please_makes_the_releases(repo: Repo) -> None:
    repo.commit(files={"release-please-config.json": "{}"})
    refused = inv(repo, "release", "app", "minor", "--dry-run")
    assert refused.code == 2
    assert "release-please makes the releases here" in refused.err
    assert inv(repo, "release", "app", "minor", "--force", "--dry-run").code == 0
