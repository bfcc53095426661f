"""Entries of `artifacts` may say where their images go."""

from pathlib import Path

import pytest

from flux.errors import SettingError
from flux.monorepo.repositories import naming_of
from flux.settings import read_settings
from tests.monorepos import opened
from tests.repo import Repo

ENTRIES = [
    {"path": "apps/*", "repository": "apps/{name}"},
    {"path": "infra/*/*", "name": "{parent}-{name}", "repository": "{path}"},
    {"path": "clusters", "repository": "fleet"},
    "tools/*",
]
PLACES = {
    "web": "apps/web",
    "controllers-eso": "infra/controllers/eso",
    "clusters": "fleet",
    "lint": "flux-lint",
    "unknown": "flux-unknown",
}
FILES = ("apps/web/x", "infra/controllers/eso/x", "clusters/x", "tools/lint/x")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def settings() -> dict[str, object]:
    return {"artifacts": ENTRIES, "repository": "flux-{name}"}


def test_each_artifact_goes_where_its_entry_says(repo: Repo) -> None:
    repo.commit("start", files=dict.fromkeys(FILES, "1"))
    with opened(repo, read_settings(settings(), {})) as monorepo:
        naming = naming_of(monorepo)
        assert {name: naming.place(name) for name in PLACES} == PLACES


def test_one_that_is_gone_goes_where_its_release_had_it(repo: Repo) -> None:
    repo.commit("start", files=dict.fromkeys(FILES, "1"))
    repo.git("tag", "flux-oci-web-v1.0.0")
    repo.git("rm", "-r", "--quiet", "apps")
    repo.commit("no web")
    with opened(repo, read_settings(settings(), {})) as monorepo:
        assert naming_of(monorepo).place("web") == "apps/web"


@pytest.mark.parametrize(
    ("entries", "files", "message"),
    [
        (
            [
                {"path": "apps/*", "repository": "all-{folder}"},
                {"path": "infra/*", "repository": "all-{folder}", "name": "i-{name}"},
            ],
            ("apps/a/x", "infra/a/x"),
            "a and i-a have one repository, all-a",
        ),
        ([{"path": "Apps/*", "repository": "{path}"}], ("Apps/a/x",), "a would go to 'Apps/a'"),
    ],
)
def test_what_cannot_be_told_apart(
    repo: Repo, entries: list[object], files: tuple[str, ...], message: str
) -> None:
    repo.commit("start", files=dict.fromkeys(files, "1"))
    with (
        opened(repo, read_settings({"artifacts": entries}, {})) as monorepo,
        pytest.raises(SettingError, match=message),
    ):
        naming_of(monorepo).place("a")


def test_without_such_entries_nothing_is_looked_up(repo: Repo) -> None:
    with opened(repo, read_settings({}, {})) as monorepo:
        assert naming_of(monorepo).place("anything") == "anything"
