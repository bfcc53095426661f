"""Where artifacts, releases and issues are, on a forge that has pages and on one without."""

from pathlib import Path

import pytest

from flux.commands.open import OpenedPlace, place_to_open
from flux.errors import RequestError
from flux.settings import Settings
from tests.commands.invoking import inv, monorepo
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    made.tag("flux-oci-app-v1.0.0")
    return made


def found(repo: Repo, what: str, **settings: str) -> OpenedPlace:
    with opened(repo.path, Settings(**settings)) as world:  # type: ignore[arg-type]
        return place_to_open(world, what)


def test_without_pages_there_are_paths(repo: Repo) -> None:
    app = found(repo, "app", forge="local")
    assert (app.kind, app.place, app.has_page) == ("artifact", "artifacts/app", False)
    release = found(repo, "flux-oci-app-v1.0.0", forge="local")
    assert (release.place, release.notices) == (
        "artifacts/app",
        ("`git show flux-oci-app-v1.0.0` shows its notes",),
    )


def test_pages_of_a_host(repo: Repo) -> None:
    """Nothing but the release's tag is asked of it."""
    repo.bare_origin()
    origin = repo.git("config", "remote.origin.url")
    repo.git("config", "remote.origin.url", "https://github.com/octo/mono.git")
    assert found(repo, "app").place == "https://github.com/octo/mono/tree/main/artifacts/app"
    repo.git("config", f"url.{origin}.insteadOf", "https://github.com/octo/mono.git")
    release = found(repo, "flux-oci-app-v1.0.0")
    assert release.place == "https://github.com/octo/mono/releases/tag/flux-oci-app-v1.0.0"
    assert release.has_page


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("ap", "there is no artifact 'ap'"),
        ("flux-oci-app-v9.0.0", "there is no release flux-oci-app-v9.0.0"),
        ("7", "there is no issue 7, and no pull request"),
        ("#7", "there is no issue 7, and no pull request"),
        ("0", "there is no issue 0, and no pull request"),
    ],
)
def test_what_is_not_there(repo: Repo, what: str, said: str) -> None:
    with pytest.raises(RequestError) as raised:
        found(repo, what, forge="local")
    assert raised.value.message.startswith(said)
    assert raised.value.hint


def test_typed(repo: Repo) -> None:
    env = {"INVOKE_FLUX_FORGE": "local"}
    assert inv(repo, "issue", "flux-oci-app-v1.0.0", env=env).code == 0
    issue = inv(repo, "open", "1", "--json", env=env)
    assert issue.result == {"kind": "issue", "name": "1", "url": None, "path": ".forge/issues/1.md"}
    assert (repo.path / issue.document["path"]).exists()
    assert inv(repo, "open", "app", env=env).out == "artifacts/app\n"
    assert inv(repo, "open", "nope", env=env).code == 2
