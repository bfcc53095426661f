"""Refs and objects."""

import base64

import pytest
from github import InputGitAuthor, InputGitTreeElement, UnknownObjectException

from tests.github.server import GitHub
from tests.github.tests.calls import OCTO, call, commit, refused, told
from tests.repo import Repo


def element(path: str, content: str, mode: str = "100644") -> InputGitTreeElement:
    return InputGitTreeElement(path, mode, "blob", content=content)


def test_refs_are_gits_own(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    made = repo.create_git_ref("refs/heads/feature/one", tip)
    assert (made.ref, made.object.sha, made.object.type) == ("refs/heads/feature/one", tip, "commit")
    monorepo.git("fetch", "--quiet", "origin")
    assert monorepo.git("rev-parse", "origin/feature/one") == tip
    monorepo.push("origin", "HEAD:feature/two")
    assert [ref.ref for ref in repo.get_git_matching_refs("heads/feature/")] == [
        "refs/heads/feature/one",
        "refs/heads/feature/two",
    ]
    assert [ref.ref for ref in repo.get_git_matching_refs("heads/feature/o")] == ["refs/heads/feature/one"]
    assert repo.get_git_ref("heads/feature/two").object.sha == tip
    repo.get_git_ref("heads/feature/two").delete()
    with pytest.raises(UnknownObjectException):
        repo.get_git_ref("heads/feature/two")
    assert "feature/two" not in monorepo.git("ls-remote", "origin")


def test_a_ref_is_no_expression(github: GitHub, monorepo: Repo) -> None:
    monorepo.commit("second")
    monorepo.push()
    for name in ("heads/main~1", "heads/main^", "heads/main@{0}", "heads/main:README.md", "heads/m", "heads"):
        with refused(404, "Not Found"):
            github.repo_as("bob").get_git_ref(name)


def test_refs_are_refused(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    for name, sha, reason in [
        ("refs/heads/main", tip, "Reference already exists"),
        ("refs/heads/new", "f" * 40, "Object does not exist"),
        ("refs/heads/new", tip[:12], "Object does not exist"),
        ("refs/heads/new", repo.get_git_commit(tip).tree.sha, "not a commit"),
        ("heads/new", tip, "not a valid ref name"),
        ("refs/heads/a..b", tip, "not a valid ref name"),
        ("refs/heads/main/new", tip, "Reference update failed"),
    ]:
        with refused(422, reason):
            repo.create_git_ref(name, sha)
    with refused(404, "Not Found"):
        github.repo_as("trudy").create_git_ref("refs/heads/new", tip)
    answer = call(github, "DELETE", f"{OCTO}/git/refs/heads/new", github.token("bob"))
    assert (answer.status, answer.body["message"]) == (422, "Reference does not exist")
    with refused(422, "default branch"):
        repo.get_git_ref("heads/main").delete()


def test_refs_move_forward(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    one, two = commit(repo, {"a": "1"}).sha, commit(repo, {"a": "2"}).sha
    ref = repo.create_git_ref("refs/heads/work", tip)
    ref.edit(one)
    assert repo.get_branch("work").commit.sha == one
    with refused(422, "Update is not a fast forward"):
        ref.edit(two)
    with refused(422, "Update is not a fast forward"):
        ref.edit(tip, force=False)
    with refused(422, "Object does not exist"):
        ref.edit("f" * 40)
    ref.edit(two, force=True)
    payload = github.events[-1].payload
    assert (payload["before"], payload["after"], payload["forced"]) == (one, two, True)
    ref.delete()
    with refused(422, "Reference does not exist"):
        ref.edit(two)


def test_what_a_push_tells(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    ref = repo.create_git_ref("refs/heads/work", tip)
    create, push = (event.payload for event in github.events)
    assert (create["ref"], create["ref_type"]) == ("work", "branch")
    assert (push["ref"], push["created"], push["commits"]) == ("refs/heads/work", True, [])
    assert (push["before"], push["head_commit"]["id"]) == ("0" * 40, tip)
    assert told(github) == ["create", "push"]
    sha = commit(repo, {"a": "1"}, message="feat: a").sha
    ref.edit(sha)
    push = github.events[0].payload
    assert [(each["id"], each["message"]) for each in push["commits"]] == [(sha, "feat: a")]
    assert push["pusher"]["name"] == "bob"
    assert told(github) == ["push"]
    ref.delete()
    push = github.events[0].payload
    assert (push["deleted"], push["after"], push["head_commit"]) == (True, "0" * 40, None)
    assert told(github) == ["push", "delete"]


def test_a_commit_over_the_api_is_gits(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    made = commit(repo, {"flux/config.json": "{}\n", "README.md": "new\n"}, message="Promote\n\nBecause.")
    repo.create_git_ref("refs/heads/promote", made.sha)
    monorepo.git("fetch", "--quiet", "origin")
    assert monorepo.git("show", "origin/promote:flux/config.json") == "{}"
    assert monorepo.git("log", "-1", "--format=%B", "origin/promote") == "Promote\n\nBecause."
    assert monorepo.git("log", "-1", "--format=%an %cn %P", "origin/promote") == f"bob bob {monorepo.head}"
    monorepo.git("fsck", "--strict")
    assert repo.get_git_commit(made.sha).message == "Promote\n\nBecause."
    assert repo.get_git_commit(made.sha).parents[0].sha == monorepo.head
    found = repo.get_commit("promote")
    assert [(file.filename, file.status) for file in found.files] == [
        ("README.md", "modified"),
        ("flux/config.json", "added"),
    ]
    assert (found.stats.additions, found.stats.deletions) == (2, 1)


def test_commits_have_the_author_they_are_given(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    parent = repo.get_git_commit(monorepo.head)
    author = InputGitAuthor("Ann", "ann@example.com", "2026-01-02T03:04:05+02:00")
    made = repo.create_git_commit("m", parent.tree, [parent], author=author)
    assert (made.author.name, made.committer.name) == ("Ann", "Ann")
    assert made.author.date.isoformat() == "2026-01-02T01:04:05+00:00"
    content = github.repository("octo/monorepo").git.read(made.sha).decode()
    assert "author Ann <ann@example.com> 1767315845 +0200" in content


def test_commits_of_apps_are_signed(github: GitHub, monorepo: Repo) -> None:
    for token, name in [
        (github.actions_token(contents="write"), "github-actions[bot]"),
        (github.app_token(contents="write"), "flux-promoter[bot]"),
    ]:
        repo = github.repo_with(token)
        made = commit(repo, {"a": name})
        assert made.verification.verified
        assert (made.author.name, made.committer.name) == (name, "GitHub")
        parent = repo.get_git_commit(monorepo.head)
        author = InputGitAuthor("Ann", "ann@example.com")
        assert not repo.create_git_commit("m", parent.tree, [parent], author=author).verification.verified
    assert not commit(github.repo_as("bob"), {"a": "1"}).verification.verified


def test_commits_are_refused(github: GitHub, monorepo: Repo) -> None:
    token, tip = github.token("bob"), monorepo.head
    tree = github.repo_as("bob").get_git_commit(tip).tree.sha
    for body, reason in [
        ({"message": "m", "tree": "f" * 40}, "Tree SHA does not exist"),
        ({"message": "m", "tree": tip}, "Tree SHA does not exist"),
        ({"message": "m", "tree": tree, "parents": [tree]}, "Parent SHA does not exist"),
    ]:
        answer = call(github, "POST", f"{OCTO}/git/commits", token, body)
        assert (answer.status, reason in answer.body["message"]) == (422, True)
    for sha in ("f" * 40, tree, "main"):
        with refused(404, "Not Found"):
            github.repo_as("bob").get_git_commit(sha)


def test_trees(github: GitHub, monorepo: Repo) -> None:
    repo = github.repo_as("bob")
    files = {"a/one": "1", "a/two": "2", "a.txt": "3", "b": "4", "ünïcode": "5"}
    base = repo.create_git_tree([element(path, text) for path, text in files.items()])
    found = repo.get_git_tree(base.sha, recursive=True)
    assert [(each.path, each.type) for each in found.tree] == [
        ("a.txt", "blob"),
        ("a", "tree"),
        ("a/one", "blob"),
        ("a/two", "blob"),
        ("b", "blob"),
        ("ünïcode", "blob"),
    ]
    assert [each.path for each in repo.get_git_tree(base.sha).tree] == ["a.txt", "a", "b", "ünïcode"]
    assert [each.path for each in repo.get_git_tree("main").tree] == ["README.md"]

    def files_of(*elements: InputGitTreeElement) -> dict[str, str]:
        tree = repo.get_git_tree(repo.create_git_tree(list(elements), base).sha, recursive=True)
        return {each.path: each.mode for each in tree.tree if each.type == "blob"}

    plain = dict.fromkeys(files, "100644")
    assert files_of(element("run", "!", "100755")) == {**plain, "run": "100755"}
    gone = InputGitTreeElement("a/one", "100644", "blob", sha=None)
    assert files_of(gone).keys() == files.keys() - {"a/one"}
    folder = InputGitTreeElement("a", "040000", "tree", sha=None)
    assert files_of(folder).keys() == files.keys() - {"a/one", "a/two"}
    moved = InputGitTreeElement("c/d", "040000", "tree", sha=base.sha)
    assert files_of(moved).keys() == files.keys() | {f"c/d/{path}" for path in files}
    assert files_of(element("a", "file")).keys() == (files.keys() - {"a/one", "a/two"}) | {"a"}
    assert files_of(element("b/c", "folder")).keys() == (files.keys() - {"b"}) | {"b/c"}


def test_trees_are_refused(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    base = repo.get_git_commit(tip).tree
    for path in ("../a", "/a", "a//b", ".git/config", "."):
        with refused(422, "malformed path"):
            repo.create_git_tree([element(path, "x")], base)
    for bad, reason in [
        (InputGitTreeElement("a", "100644", "blob", sha="f" * 40), "is not a valid blob"),
        (InputGitTreeElement("a", "100644", "blob", sha=base.sha), "is not a valid blob"),
        (InputGitTreeElement("none", "100644", "blob", sha=None), "GitRPC::BadObjectState"),
        (InputGitTreeElement("a", "100644", "blob"), "either tree.sha or tree.content"),
    ]:
        with refused(422, reason):
            repo.create_git_tree([bad], base)
    with refused(404, "Not Found"):
        repo.get_git_tree("f" * 40)


def test_blobs(github: GitHub) -> None:
    repo = github.repo_as("bob")
    content = bytes(range(256))
    made = repo.create_git_blob(base64.b64encode(content).decode(), "base64")
    found = repo.get_git_blob(made.sha)
    assert (base64.b64decode(found.content), found.size) == (content, 256)
    text = repo.create_git_blob("grüße\n", "utf-8")
    assert base64.b64decode(repo.get_git_blob(text.sha).content).decode() == "grüße\n"
    with refused(422, "not valid Base64"):
        repo.create_git_blob("x", "base64")
    with refused(404, "Not Found"):
        repo.get_git_blob("f" * 40)


def test_annotated_tags(github: GitHub, monorepo: Repo) -> None:
    repo, tip = github.repo_as("bob"), monorepo.head
    made = repo.create_git_tag("v1", "The first.", tip, "commit")
    assert repo.create_git_ref("refs/tags/v1", made.sha).object.type == "tag"
    found = repo.get_git_tag(repo.get_git_ref("tags/v1").object.sha)
    assert (found.tag, found.message, found.object.sha, found.tagger.name) == ("v1", "The first.", tip, "bob")
    monorepo.git("fetch", "--quiet", "--tags", "origin")
    assert monorepo.git("cat-file", "-t", "v1") == "tag"
    assert repo.get_commit("v1").sha == tip
    with refused(422, "Object does not exist"):
        repo.create_git_tag("v2", "m", tip, "tree")
