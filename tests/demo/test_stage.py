"""What the demo begins with."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from flux.demo.stage import Chosen, beginnings, choose_file
from flux.errors import RequestError
from flux.promotion.gates.freeze import Freeze, render_freezes
from flux.settings import Settings
from tests.monorepos import opened
from tests.repo import Repo


def chosen(tmp_path: Path, files: Mapping[str, str], *names: str, **settings: str) -> Chosen:
    repo = Repo(tmp_path / "repo")
    repo.commit(files=files)
    with opened(repo, Settings(**settings)) as monorepo:  # type: ignore[arg-type]
        return choose_file(monorepo, names)


def test_the_artifact_is_the_first_that_is_fit(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.symlink("artifacts/a-link/link.yaml", "x")
    files = {
        "artifacts/a-link/x.yaml": "x: 1\n",
        "artifacts/b-text/README.md": "no manifest\n",
        "artifacts/c-left-out/x.yaml": "x: 1\n",
        "artifacts/d-v1.0.0/x.yaml": "x: 1\n",
        "artifacts/e/deep/er/a.yaml": "x: 1\n",
        "artifacts/e/deep/b.yml": "x: 1",
        "artifacts/f/x.yaml": "x: 1\n",
    }
    repo.commit(files=files)
    settings = Settings(ignore=("c-left-out", "/x.yaml"), release_tag="{artifact}-v{version}")
    with opened(repo, settings) as monorepo:
        found = choose_file(monorepo, ())
    assert found == Chosen("e", "artifacts/e/deep/b.yml", is_closed=False)


def test_the_artifact_can_be_named(tmp_path: Path) -> None:
    files = {f"artifacts/{name}/x.yaml": "x: 1\n" for name in ("app", "db")}
    assert chosen(tmp_path, files, "db") == Chosen("db", "artifacts/db/x.yaml")


@pytest.mark.parametrize("files", [{"README": "x"}, {"artifacts/app/README": "x"}])
def test_nothing_to_change(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(RequestError, match="there is no artifact"):
        chosen(tmp_path, files)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, {}),
        ("{ }\n", {}),
        ('{"app": {"prod": "1.0.0"}}', {"state.json": b"{}\n"}),
        ("{", {"state.json": b"{}\n"}),
    ],
)
def test_nothing_is_desired_in_the_beginning(
    tmp_path: Path, content: str | None, expected: dict[str, bytes]
) -> None:
    repo = Repo(tmp_path)
    repo.commit(files={"state.json": content} if content else {})
    with opened(tmp_path, Settings(releaseconfig="state.json")) as monorepo:
        assert beginnings(monorepo) == expected


def test_nothing_is_frozen_in_the_beginning(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit(files={"flux/freezes.json": render_freezes([Freeze("holidays", "alice")]).decode()})
    with opened(tmp_path, Settings()) as monorepo:
        assert beginnings(monorepo) == {"flux/freezes.json": render_freezes([])}
