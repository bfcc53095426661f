"""The words that a clone can give, without its origin."""

import pytest

from flux.monorepo.completion import candidates
from flux.settings import Phase, Settings
from tests.commands.invoking import break_origin, monorepo
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    files = {"artifacts/app/x.yaml": "a: 1\n", "artifacts/db/x.yaml": "b: 1\n"}
    made = monorepo(tmp_path_factory.mktemp("complete") / "repo", files)
    for tag in ("flux-oci-app-v1.0.0", "flux-oci-app-v1.10.0", "flux-oci-db-v2.0.0", "other", "odd$(x)"):
        made.tag(tag)
    made.bare_origin()
    break_origin(made)
    return made


@pytest.mark.parametrize(
    ("kind", "command", "given", "words"),
    [
        ("artifact", "build", (), ["app", "db"]),
        ("environment", "promote", ("app",), ["at", "prod", "at_ring1", "at_ring2"]),
        ("version", "promote", ("app", "at"), ["1.10.0", "1.0.0"]),
        ("to", "rollback", ("app", "at"), ["1.10.0", "1.0.0"]),
        ("version", "release", ("app",), ["major", "minor", "patch", "prerelease", "auto"]),
        ("tag", "publish", (), ["flux-oci-db-v2.0.0", "flux-oci-app-v1.10.0", "flux-oci-app-v1.0.0"]),
        ("digests", "build", (), []),
        ("since", "log", (), []),
    ],
)
def test_the_candidates(
    repo: Repo, kind: str, command: str, given: tuple[str, ...], words: list[str]
) -> None:
    settings = Settings(phases=(Phase("at", ("at_ring1", "at_ring2")), Phase("prod", ("prod",))))
    with opened(repo.path, settings) as world:
        assert candidates(world, kind, command, given) == words
        assert "odd$(x)" not in candidates(world, "since", "changed", ()), "a shell would run that"
        assert "other" in candidates(world, "since", "changed", ())
        assert candidates(world, "what", "open", ())[:3] == ["app", "db", "flux-oci-db-v2.0.0"]
