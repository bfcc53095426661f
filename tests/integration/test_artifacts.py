"""This repository's own artifacts: each renders out of its own folder alone, and the README lists each."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
NAMES = sorted(path.name for path in ARTIFACTS.iterdir() if path.is_dir())
FOLDERS = sorted(path.parent.relative_to(ARTIFACTS) for path in ARTIFACTS.rglob("kustomization.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_kustomization_renders(folder: Path, kustomize: tuple[str, ...], tmp_path: Path) -> None:
    artifact = tmp_path / folder.parts[0]
    shutil.copytree(ARTIFACTS / folder.parts[0], artifact)
    done = subprocess.run(
        [*kustomize, "--load-restrictor", "LoadRestrictionsNone", tmp_path / folder],
        # What it would fetch from elsewhere fails.
        env={**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    # A component may have nothing but patches, for those who take it.
    component = "\nkind: Component\n" in (artifact.parent / folder / "kustomization.yaml").read_text()
    assert component or "\nkind: " in done.stdout


def test_every_artifact_has_one() -> None:
    assert NAMES
    assert {folder.parts[0] for folder in FOLDERS} == set(NAMES)


def test_the_readme_lists_every_artifact() -> None:
    rows = re.findall(r"^\| \[([^]]+)\]\(([^)]+)\) \|", (ARTIFACTS / "README.md").read_text(), re.MULTILINE)
    assert rows == [(name, name) for name in NAMES]
