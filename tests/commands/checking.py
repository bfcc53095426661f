"""Artifacts to check, and kustomize to check them with."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flux import kustomize as kustomize_module
from flux.commands.check import Check, check_artifacts
from flux.settings import Settings
from tests import parts
from tests.commands.check.contents import CONTENTS
from tests.commands.check.kustomizations import KUSTOMIZATIONS
from tests.commands.invoking import monorepo
from tests.conftest import need
from tests.monorepos import opened
from tests.repo import Repo

CASES = {**KUSTOMIZATIONS, **CONTENTS}


def run_check(repo: Repo, *names: str, **settings: Any) -> Check:
    with opened(repo, Settings(**settings)) as monorepo:
        return check_artifacts(monorepo, names)


def lines(found: Check) -> list[str]:
    return [f"{f.level} {f.path}{f':{f.line}' if f.line else ''}: {f.message}" for f in found.findings]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """All the cases in one monorepo."""
    files = {f"artifacts/{name}/{path}": c for name, case in CASES.items() for path, c in case.files.items()}
    repo = monorepo(tmp_path_factory.mktemp("check") / "repo", files)
    repo.symlink("artifacts/symlink/link.yaml", "map.yaml")
    repo.git("add", "--all")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/submodule/module")
    repo.git("commit", "--quiet", "-m", "what files cannot be")
    return repo


@pytest.fixture(scope="module")
def renderer() -> Iterator[tuple[str, ...]]:
    """The command of kustomize that the check finds."""
    program = need(parts.kustomize)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
        found = kustomize_module.find_kustomize()
        assert found
        yield found.command


def only(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> Path:
    """A PATH that has git and these programs: the path of one, or the text of a script."""
    path = folder / "only"
    path.mkdir()
    for name, program in {"git": str(shutil.which("git")), **programs}.items():
        if program.startswith("#!"):
            (path / name).write_text(program)
            (path / name).chmod(0o755)
        else:
            (path / name).symlink_to(program)
    monkeypatch.setenv("PATH", str(path))
    return path
