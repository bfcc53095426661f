"""What is read of a monorepo before anything is proposed."""

from pathlib import Path

from flux.monorepo.clues import read_clues
from tests.monorepos import opened
from tests.repo import Repo

FILES = {"apps/a/kustomization.yaml": "resources: []\n", "README.md": "a monorepo\n"}


def test_clues_are_read_from_git(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("first", files=FILES)
    repo.write("not-committed.sh", "flux push artifact oci://x/y:1 --path=z\n")
    fleet = tmp_path / "fleet"
    (fleet / "apps").mkdir(parents=True)
    (fleet / "apps/a.yaml").write_text("kind: OCIRepository\n")
    with opened(repo) as monorepo:
        clues = read_clues(monorepo, fleet)
    assert sorted(clues.paths) == sorted(FILES)
    assert set(clues.texts) == {path for path in FILES if path.endswith(".yaml")}
    assert list(clues.fleet) == [str(fleet / "apps/a.yaml")]


def test_what_pushes_is_read_whatever_its_name(tmp_path: Path) -> None:
    push = "flux push artifact oci://x/y:1 --path=z\n"
    repo = Repo(tmp_path / "repo")
    files = dict.fromkeys(["hack/push", "build/flux.make", "docs/how.md"], push)
    repo.commit(files={**files, "push.py": 'run(["flux", "push", "artifact"])\n', "other.py": "x\n"})
    repo.symlink("link", "hack/push")
    repo.commit("link")
    with opened(repo) as monorepo:
        assert sorted(read_clues(monorepo, None).texts) == ["build/flux.make", "hack/push", "push.py"]
