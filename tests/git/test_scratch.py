"""A clone to throw away is whole and leads nowhere."""

from pathlib import Path

import pytest

from flux.errors import GitError
from flux.git.clone import Clone
from tests.commands.invoking import break_origin
from tests.repo import Repo


@pytest.mark.parametrize("kind", ["branch", "detached", "worktree", "partial", "shallow"])
def test_a_clone_is_whole_and_leads_nowhere(repo: Repo, tmp_path: Path, kind: str) -> None:
    repo.tag("v1")
    repo.commit(files={"artifacts/app/base.yaml": "changed"})
    source = repo
    if kind in ("partial", "shallow"):
        repo.git("config", "uploadpack.allowFilter", "true")
        flags = {"partial": ["--filter=blob:none"], "shallow": ["--depth=1", "--no-single-branch"]}[kind]
        source = repo.clone(tmp_path / "source", *flags)
        source.git("tag", "--force", "v1")
        break_origin(source)
    elif kind == "worktree":
        repo.git("worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "source"))
        source = Repo(tmp_path / "source")
    elif kind == "detached":
        repo.checkout("topic", create=True)
        repo.commit(files={"artifacts/app/base.yaml": "on no branch"})
        repo.git("checkout", "--quiet", "--detach")
        repo.git("branch", "--quiet", "-D", "topic")
    (tmp_path / "clone").mkdir()
    with Clone(source.path) as git:
        git.clone(tmp_path / "clone", "trunk", {"new/state": b"state"}, "begin")

    clone, is_whole = Repo(tmp_path / "clone"), kind not in ("partial", "shallow")
    assert clone.git("symbolic-ref", "HEAD") == "refs/heads/trunk"
    assert clone.git("status", "--porcelain") == ""
    assert (
        clone.git("diff", "--name-status", source.git("rev-parse", "HEAD^{tree}"), "HEAD") == "A\tnew/state"
    )
    assert (clone.path / "new/state").read_bytes() == b"state"
    assert clone.git("remote") == ""
    refs = clone.git("for-each-ref", "--format=%(refname)").splitlines()
    assert refs == ["refs/heads/trunk", *(["refs/tags/v1"] if is_whole else [])]
    count = int(source.git("rev-list", "--count", "HEAD")) if is_whole else 1
    assert clone.git("rev-list", "--count", "HEAD") == str(count + 1)
    assert clone.git("rev-parse", "--is-shallow-repository") == "false"
    clone.git("gc", "--quiet")


def test_a_clone_that_cannot_be(repo: Repo, git: Clone, tmp_path: Path) -> None:
    (tmp_path / "clone").write_text("a file")
    with pytest.raises(GitError, match=r"^destination path .* already exists"):
        git.clone(tmp_path / "clone", "main", {}, "")
