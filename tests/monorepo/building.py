"""Three artifacts, an origin, and what is built of them."""

from pathlib import Path

import pytest

from flux.monorepo.builder import Build
from flux.monorepo.image_result import ImageResult
from flux.registry.folder.layout import LayoutTarget
from tests.commands.invoking import (
    monorepo,
)
from tests.repo import Repo

FILES = {
    "artifacts/app/kustomization.yaml": "resources: [base]\n",
    "artifacts/app/base/deployment.yaml": "kind: Deployment\n" * 50,
    "artifacts/db/kustomization.yaml": "resources: []\n",
    "artifacts/web/kustomization.yaml": "resources: []\nnamePrefix: web-\n",
    "README.md": "all of it\n",
}
NAMES = ["app", "db", "web"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Three artifacts, and an origin that has them."""
    repo = monorepo(tmp_path / "repo", FILES)
    repo.bare_origin()
    return repo


@pytest.fixture
def origin(repo: Repo) -> Repo:
    return Repo(repo.path.with_name("repo.git"), bare=True)


def edit(repo: Repo, *names: str, push: bool = False) -> str:
    """A commit that changes these artifacts."""
    for name in names:
        path = repo.path / f"artifacts/{name}/kustomization.yaml"
        path.write_text(path.read_text() + "# more\n")
    commit = repo.commit(f"edit {names}")
    if push:
        repo.push()
    return commit


def tags(repo: Repo, artifact: str, registry: str = ".registry") -> dict[str, str | None]:
    target = LayoutTarget(repo.path / registry / artifact)
    return {tag: target.resolve(tag) for tag in target.tags()}


def by_name(built: Build) -> dict[str, ImageResult]:
    return {result.artifact: result for result in built.results}


def each_action(built: Build) -> dict[str, str]:
    return {result.artifact: result.action for result in built.results}


def digests(built: Build) -> dict[str, str | None]:
    assert not built.failed, built.failed
    return {result.artifact: result.digest for result in built.results}


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file's identity, time of change and content."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in [folder, *folder.rglob("*")]
    }


def elsewhere(repo: Repo, origin: Repo) -> Repo:
    return origin.clone(repo.path.with_name("elsewhere"))


# Promise 7: partial failure


def bad_artifacts(repo: Repo) -> dict[str, str]:
    """Artifacts that may not be published, each with the name of the file that is at fault."""
    lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 1\n"
    files: dict[str, str | bytes] = {
        "bad-lfs/chart.bin": lfs,
        "bad-filter/.gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        "bad-filter/chart.bin": "x",
        "bad-eol/.gitattributes": "*.bat text eol=crlf\n",
        "bad-eol/run.bat": "one\ntwo\n",
        "bad-encoding/.gitattributes": "*.txt text working-tree-encoding=UTF-16\n",
        "bad-encoding/x.txt": "x\n".encode("utf-16"),
        "bad-ident/.gitattributes": "*.c ident\n",
        "bad-ident/x.c": "/* $Id$ */\n",
    }
    for path, content in files.items():
        repo.write(f"artifacts/{path}", content)
    repo.symlink("artifacts/bad-link/deep/link.yaml", "../other.yaml")
    repo.write("artifacts/bad-link/other.yaml", "x")
    repo.write("artifacts/bad-sub/x.yaml", "x")
    repo.git("-c", "core.autocrlf=false", "add", "--all", "--renormalize", ".")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/bad-sub/vendor")
    repo.git("commit", "--quiet", "-m", "bad")
    return {
        "bad-lfs": "chart.bin",
        "bad-filter": "chart.bin",
        "bad-eol": "run.bat",
        "bad-encoding": "x.txt",
        "bad-ident": "x.c",
        "bad-link": "deep/link.yaml",
        "bad-sub": "vendor",
    }
