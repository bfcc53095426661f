"""Files, branches and comparisons."""

import base64

from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, branch, call, refused, told
from tests.repo import Repo


def test_contents(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    assert base64.b64decode(repo.get_contents("README.md").content) == b"The monorepo\n"  # type: ignore[union-attr]
    made = repo.create_file("flux/config.json", "add", "{}\n")
    monorepo.git("pull", "--quiet", "origin", "main")
    assert (monorepo.path / "flux/config.json").read_text() == "{}\n"
    assert made["commit"].sha == monorepo.head
    assert repo.get_git_commit(monorepo.head).author.name == "bob"
    old = repo.get_contents("flux/config.json")
    assert not isinstance(old, list)
    repo.update_file("flux/config.json", "edit", '{"a": 1}\n', old.sha)
    with refused(409, f"flux/config.json does not match {old.sha}"):
        repo.update_file("flux/config.json", "edit", '{"a": 2}\n', old.sha)
    with refused(409, "does not match"):
        repo.update_file("nowhere", "edit", "x", old.sha)
    with refused(422, '"sha\\" wasn\'t supplied'):
        repo.create_file("README.md", "again", "x")
    with refused(404, "Branch nowhere not found"):
        repo.create_file("new", "add", "x", branch="nowhere")
    assert told(github) == ["push", "push"]


def test_contents_of_a_ref(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    first = monorepo.head
    monorepo.symlink("link", "README.md")
    monorepo.commit("link", files={"a/b/c": "1", "a/d": "2"})
    monorepo.push()
    top, folder = repo.get_contents(""), repo.get_contents("a")
    assert isinstance(top, list)
    assert isinstance(folder, list)
    assert [(each.path, each.type) for each in top] == [
        ("README.md", "file"),
        ("a", "dir"),
        ("link", "symlink"),
    ]
    assert [(each.path, each.type) for each in folder] == [("a/b", "dir"), ("a/d", "file")]
    assert call(github, "GET", f"{OCTO}/contents/link").body["target"] == "README.md"
    with refused(404, "Not Found"):
        repo.get_contents("a", ref=first)
    with refused(404, "No commit found for the ref nowhere"):
        repo.get_contents("a", ref="nowhere")
    monorepo.tag("v1", first)
    monorepo.push("origin", "v1")
    at_tag = repo.get_contents("", ref="v1")
    assert isinstance(at_tag, list)
    assert [each.path for each in at_tag] == ["README.md"]


def test_long_files_come_without_their_content(github: GitHub, monorepo: Repo) -> None:
    monorepo.commit("long", files={"long": b"x" * (1024 * 1024 + 1), "fits": b"x" * 1024 * 1024})
    monorepo.push()
    long = call(github, "GET", f"{OCTO}/contents/long").body
    assert (long["encoding"], long["content"], long["size"]) == ("none", "", 1024 * 1024 + 1)
    assert call(github, "GET", f"{OCTO}/contents/fits").body["encoding"] == "base64"


def test_branches(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("carol")
    monorepo.push("origin", "HEAD:promote/eso-1.0.0")
    github.repository("octo/monorepo").protected.add("main")
    found = [(each.name, each.commit.sha, each.protected) for each in repo.get_branches()]
    assert found == [("main", monorepo.head, True), ("promote/eso-1.0.0", monorepo.head, False)]
    assert repo.get_branch("promote/eso-1.0.0").commit.sha == monorepo.head
    assert repo.get_branch("main").protected
    with refused(404, "Branch not found"):
        repo.get_branch("nowhere")


def test_commits(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("carol")
    shas = [monorepo.head]
    shas += [
        monorepo.commit(f"commit {number}", files={f"{number % 2}": f"{number}"}) for number in range(40)
    ]
    monorepo.push()
    assert [each.sha for each in repo.get_commits()] == shas[::-1]
    assert [each.sha for each in repo.get_commits(path="0")] == shas[1::2][::-1]
    assert [each.sha for each in repo.get_commits(sha=shas[2])] == shas[2::-1]
    assert repo.get_commit("main").sha == shas[-1]
    assert repo.get_commit(shas[3][:10]).sha == shas[3]
    assert repo.get_commit("heads/main").author is None
    with refused(422, "No commit found for SHA: nowhere"):
        repo.get_commit("nowhere")
    with refused(404, "Not Found"):
        list(repo.get_commits(sha="nowhere"))


def test_comparisons(github: GitHub, monorepo: Repo) -> None:
    repo, start = github.repo_as("bob"), monorepo.head
    ours = branch(repo, "ours", {"a": "1"})
    theirs = branch(repo, "the/irs", {"b": "1\n2\n"})
    assert repo.compare("main", "main").status == "identical"
    ahead = repo.compare("main", "the/irs")
    assert (ahead.status, ahead.ahead_by, ahead.behind_by) == ("ahead", 1, 0)
    assert [each.sha for each in ahead.commits] == [theirs]
    assert [(each.filename, each.additions) for each in ahead.files] == [("b", 2)]
    assert repo.compare("the/irs", "main").status == "behind"
    apart = repo.compare(ours, theirs)
    assert (apart.status, apart.ahead_by, apart.behind_by) == ("diverged", 1, 1)
    assert apart.merge_base_commit.sha == start
    with refused(404, "Not Found"):
        repo.compare("main", "nowhere")


def test_branches_are_merged(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    feature = branch(repo, "feature", {"a": "1"})
    branch(repo, "other", {"a": "2"})
    made = repo.merge("main", "feature")
    assert made is not None
    assert [each.sha for each in made.parents] == [monorepo.head, feature]
    assert made.commit.message == "Merge feature into main"
    assert repo.merge("main", "feature") is None
    with refused(409, "Merge conflict"):
        repo.merge("main", "other")
    with refused(404, "Base does not exist"):
        repo.merge("nowhere", "other")
    with refused(404, "Head does not exist"):
        repo.merge("main", "nowhere")
    with refused(404, "Not Found"):
        github.repo_as("carol").merge("main", "feature")
    monorepo.git("pull", "--quiet", "origin", "main")
    assert monorepo.head == made.sha
