"""Entries of `artifacts` may say where their images go."""

import json
from pathlib import Path

import pytest

from flux.errors import SettingError
from flux.monorepo.drift import look
from flux.monorepo.publishing import publish_release
from flux.monorepo.repositories import lost_repositories, naming_of
from flux.monorepo.vouching import Vouching
from flux.promotion.desired import parse_desired
from flux.settings import Settings, read_settings
from tests.monorepos import opened
from tests.repo import Repo

CONFIG = "flux/releaseconfig.json"
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


def renamed(repo: Repo, entry: dict[str, str]) -> Settings:
    """eso 1.0.0 is in prod. Then eso was renamed, and only its new name has an entry of its own."""
    common = {"phases": {"prod": ["prod"]}, "registry": str(repo.path.parent / "images")}
    repo.commit("start", files={"artifacts/eso/x.yaml": "1", "invoke.yaml": json.dumps({"flux": common})})
    repo.git("tag", "flux-oci-eso-v1.0.0")
    with opened(repo, read_settings(common, {})) as monorepo:
        publish_release(monorepo, "flux-oci-eso-v1.0.0")
    repo.git("mv", "artifacts/eso", "artifacts/secrets")
    state = '{"eso": {"prod": "1.0.0"}, "secrets": {"prod": "2.0.0"}}'
    settings = {**common, "artifacts": [{"path": "artifacts/secrets", **entry}]}
    written = json.dumps({"flux": settings})
    repo.commit("rename", files={"artifacts/secrets/x.yaml": "2", CONFIG: state, "invoke.yaml": written})
    repo.git("tag", "flux-oci-secrets-v2.0.0")
    return read_settings(settings, {})


def test_a_new_name_takes_over_the_repository_and_the_old_one_moves_no_tag(repo: Repo) -> None:
    settings = renamed(repo, {"repository": "eso"})
    with opened(repo, settings) as monorepo:
        publish_release(monorepo, "flux-oci-secrets-v2.0.0")
        desired = parse_desired(CONFIG, monorepo.git.file(monorepo.tip, CONFIG))
        for there, due in {"1.0.0": ["secrets"], "2.0.0": []}.items():
            target = monorepo.registry.repository("secrets")
            manifest = target.fetch_manifest(there)
            assert manifest
            target.push_manifest(manifest, "prod")
            steps = [step for each in look(monorepo, [*desired], desired) for step in each.steps]
            assert [step.artifact for step in steps if step.action == "move"] == due
            lost = [step.error.message for step in steps if step.error]
            said = f"eso was removed, and secrets has its repository {monorepo.registry.name('eso')} now"
            assert lost == ([] if due else [said])


def test_nothing_of_the_old_name_is_published_or_promoted_there_any_more(repo: Repo) -> None:
    with opened(repo, renamed(repo, {"repository": "eso"})) as monorepo:
        fault = Vouching(monorepo).promotion_fault("eso", "1.0.0")
        assert isinstance(fault, SettingError)
        with pytest.raises(SettingError, match="eso was removed, and secrets has its repository"):
            publish_release(monorepo, "flux-oci-eso-v1.0.0")


@pytest.mark.parametrize("entry", [{}, {"repository": "mine/{name}"}])
def test_a_new_name_with_a_repository_of_its_own_takes_nothing(repo: Repo, entry: dict[str, str]) -> None:
    with opened(repo, renamed(repo, entry)) as monorepo:
        assert lost_repositories(monorepo, ["eso", "secrets"]) == {}
        assert Vouching(monorepo).promotion_fault("eso", "1.0.0") is None


def test_of_two_that_are_gone_neither_owns_what_they_share(repo: Repo) -> None:
    settings = read_settings(
        {"artifacts": [{"path": "*/*", "name": "{parent}-{name}", "repository": "{folder}"}]}, {}
    )
    repo.commit("a", files={"a/eso/x.yaml": "1"})
    repo.git("tag", "flux-oci-a-eso-v1.0.0")
    repo.git("mv", "a", "b")
    repo.commit("b")
    repo.git("tag", "flux-oci-b-eso-v1.0.0")
    repo.git("rm", "-r", "--quiet", "b")
    state = '{"a-eso": {"prod": "1.0.0"}, "b-eso": {"prod": "1.0.0"}}'
    repo.commit("gone", files={"c/web/x.yaml": "1", CONFIG: state})
    with opened(repo, settings) as monorepo:
        assert set(lost_repositories(monorepo, ["a-eso", "b-eso", "c-web"])) == {"a-eso", "b-eso"}
