"""A change concerns what it publishes otherwise, and what git would check out otherwise."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from flux.monorepo.affected import affected
from flux.monorepo.changed import find_changed
from flux.monorepo.commit_artifacts import Sources
from tests.commands.invoking import monorepo
from tests.monorepos import opened
from tests.repo import Repo

ALL = ["app", "db", "web"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    files = {f"artifacts/{name}/base/x.yaml": f"{name}\n" for name in ALL}
    repo = monorepo(tmp_path / "repo", files)
    repo.bare_origin()
    return repo


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, []),
        ({"README.md": "other"}, []),
        ({"flux/releaseconfig.json": "{}"}, []),
        ({"artifacts/app/base/x.yaml": "other"}, ["app"]),
        ({"artifacts/app/logo.png": "not published"}, []),
        ({"artifacts/new/x.yaml": "new"}, ["new"]),
        ({"artifacts/db/.gitattributes": "* filter=lfs\n"}, ["db"]),
        ({"artifacts/db/base/.gitattributes": "* filter=lfs\n"}, ["db"]),
        ({"artifacts/.gitattributes": "* filter=lfs\n"}, ALL),
        ({".gitattributes": "* filter=lfs\n"}, ALL),
        ({"docs/.gitattributes": "* filter=lfs\n"}, []),
        ({"invoke.yaml": "flux:\n  release_tag: 'v{version}-{artifact}'\n"}, ALL),
    ],
)
def test_what_a_change_concerns(repo: Repo, files: Mapping[str, str], expected: list[str]) -> None:
    repo.commit(files=files)
    with opened(repo) as context:
        changed = find_changed(context, None, with_tree=False)
        assert affected(context, changed, Sources(context, changed.head)) == expected


def test_an_artifact_that_is_gone(repo: Repo) -> None:
    repo.remove("artifacts/db")
    repo.commit()
    with opened(repo) as context:
        changed = find_changed(context, None, with_tree=False)
        assert changed.removed == ["db"]
        assert affected(context, changed, Sources(context, changed.head)) == []


def test_where_there_is_nothing_to_compare_with_all_are_concerned(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit()
    with opened(repo) as context:
        changed = find_changed(context, None, with_tree=False)
        assert changed.base is None
        assert affected(context, changed, Sources(context, changed.head)) == ALL
