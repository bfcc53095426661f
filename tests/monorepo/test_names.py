"""What people ask for by name."""

from pathlib import Path

import pytest

from flux.errors import RequestError
from flux.monorepo.names import require_known, wanted_environments, wanted_version
from flux.settings import Phase, Settings
from tests.commands.releasing import PHASES
from tests.monorepos import opened
from tests.repo import Repo

SETTINGS = Settings(phases=(*PHASES, Phase("dr", ("dr",))))


@pytest.mark.parametrize(
    ("name", "environments"),
    [
        ("at_ring2", ("at_ring2",)),
        ("at", ("at_ring1", "at_ring2")),
        ("prod", ("prod_ring1",)),
        ("dr", ("dr",)),
    ],
)
def test_an_environment_or_all_of_a_phase(name: str, environments: tuple[str, ...]) -> None:
    assert wanted_environments(SETTINGS, name) == environments


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("prod_ring2", "did you mean prod_ring1?"),
        ("Prod", "did you mean prod?"),
        ("produ", "did you mean prod?"),
        ("x", "there are at, prod, dr, at_ring1, at_ring2, prod_ring1"),
        ("", "there are "),
        ("--", "there are "),
    ],
)
def test_an_unknown_name_gets_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(RequestError) as error:
        wanted_environments(SETTINGS, name)
    assert error.value.message == f"there is no environment or phase {name!r}"
    assert error.value.hint.startswith(hint)


RINGS = Settings(
    phases=tuple(
        Phase(name, tuple(f"{name}_ring{ring}" for ring in (1, 2, 3))) for name in ("at", "tt", "prod")
    )
)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        *(("pro", "prod"), ("p", "prod"), ("prdo", "prod"), ("prod1", "prod"), ("production", "prod")),
        *(("PROD", "prod"), ("prods", "prod"), ("t", "tt"), ("att", "at"), ("prod_", "prod_ring1")),
        *(("prod_ring9", "prod_ring1"), ("prod-ring2", "prod_ring2"), ("PROD_RING3", "prod_ring3")),
        *(("tt_rng2", "tt_ring2"), ("at_ring", "at_ring1")),
    ],
)
def test_a_phase_is_meant_before_an_environment(name: str, near: str) -> None:
    with pytest.raises(RequestError) as error:
        wanted_environments(RINGS, name)
    assert error.value.hint == f"did you mean {near}?"


MANY = [f"artifact-{letter}" for letter in "abcdefgh"]


@pytest.mark.parametrize(
    ("artifact", "known", "suggestion", "hint"),
    [
        ("ap", ["app", "db"], "; did you mean app?", "there are app, db"),
        ("x", [], "", "there are none"),
        ("artifact-x", MANY, "; did you mean artifact-a?", "there are 8: `inv list` shows them"),
        ("arti", MANY, "; did you mean artifact-a?", "there are 8: `inv list` shows them"),
        (
            "zzz",
            MANY,
            "",
            "there are artifact-a, artifact-b, artifact-c, artifact-d, artifact-e and 3 more: "
            "`inv list` shows them",
        ),
    ],
)
def test_an_unknown_artifact(artifact: str, known: list[str], suggestion: str, hint: str) -> None:
    with pytest.raises(RequestError) as error:
        require_known(artifact, known, "the tip")
    assert error.value.message == f"there is no artifact {artifact!r} at the tip{suggestion}"
    assert error.value.hint == hint
    require_known("app", ["app"], "the tip")


def wanted(repo: Repo, artifact: str, version: str | None = None) -> str:
    with opened(repo, SETTINGS) as monorepo:
        return str(wanted_version(monorepo, artifact, version))


def test_the_newest_stable_release_is_that_of_the_tags_at_home(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/app/x.yaml": "a: 1\n"})
    origin = repo.bare_origin()
    repo.tag("flux-oci-app-v9.0.0")  # here and not there
    for version in ("1.0.0", "1.9.0", "1.10.0", "2.0.0-rc.1"):
        origin.tag(f"flux-oci-app-v{version}", at="main")
    origin.tag("flux-oci-app2-v3.0.0", at="main")
    origin.tag("flux-oci-rc-v1.0.0-rc.1", at="main")
    assert wanted(repo, "app") == "1.10.0"
    assert wanted(repo, "app2") == "3.0.0"
    assert wanted(repo, "app", "2.0.0-rc.1") == "2.0.0-rc.1"
    with pytest.raises(RequestError, match="rc has no stable release") as only_a_prerelease:
        wanted(repo, "rc")
    assert only_a_prerelease.value.hint == "name a version: `--version 1.0.0-rc.1`"
    with pytest.raises(RequestError, match="db has no stable release") as none:
        wanted(repo, "db")
    assert none.value.hint == "`inv release db minor`"


@pytest.mark.parametrize("version", ["1.0", "latest", "", "1.0.0+b", "minor"])
def test_a_version_that_is_none(tmp_path: Path, version: str) -> None:
    repo = Repo(tmp_path)
    with pytest.raises(RequestError) as error:
        wanted(repo, "app", version)
    assert error.value.message.startswith(repr(version))
    assert "minor" not in error.value.hint
