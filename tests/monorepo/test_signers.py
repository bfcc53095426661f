"""Whose signatures count."""

import re
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import yaml

from flux.errors import RequestError
from flux.event import TERMINAL, Event
from flux.git.clone import Clone
from flux.monorepo.signers import SigningWorkflows, find_signers, required_signers
from flux.settings import Settings
from tests.monorepos import monorepo_of, opened
from tests.repo import Repo

PAGE = (Path(__file__).parents[2] / "docs/how-to/verify-signatures.md").read_text()

# Nothing of git is asked.
NO_CLONE = cast(Clone, None)


def identity(ref: str, workflow: str = "release-flux-artifact.yml", repository: str = "octo/monorepo") -> str:
    return f"https://github.com/{repository}/.github/workflows/{workflow}@refs/{ref}"


OURS = [
    identity("heads/main"),
    identity("heads/main", "manage-flux-releases.yml"),
]
OTHERS = [
    identity("heads/main2"),
    identity("heads/topic"),
    identity("pull/1/merge"),
    identity("tags/v1.0.0"),
    identity("tags/flux-oci-eso-v1.0.0"),
    identity("heads/main", "sign-flux-promotions.yml"),
    identity("heads/main", "ci.yml"),
    identity("heads/main", "build-flux-artifacts.yml"),
    identity("tags/flux-oci-eso-v1.0.0", "manage-flux-releases.yml"),
    identity("heads/main", "release-flux-artifactXyml"),
    identity("heads/main", "manage-flux-releases.yml.yml"),
    identity("heads/main", repository="octo/monorepo2"),
    identity("heads/main", repository="mallory/octo/monorepo"),
    f"https://example.com/?{identity('heads/main')}",
    "alice@example.com",
]


def signers(event: Event, **settings: str) -> tuple[str, str]:
    found = find_signers(monorepo_of(NO_CLONE, Settings(**settings), event))  # type: ignore[arg-type]
    return found.issuer, found.identity


def test_the_two_workflows_sign_and_nobody_else() -> None:
    issuer, pattern = signers(Event(True, None, None, None, repository="octo/monorepo"))
    assert issuer == "https://token.actions.githubusercontent.com"
    assert [one for one in OURS if not re.search(pattern, one)] == []
    assert [one for one in OTHERS if re.search(pattern, one)] == []


def test_the_page_has_flux_accept_the_same() -> None:
    block = next(text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "cosign" in text)
    (document,) = [d for d in yaml.safe_load_all(block) if d["kind"] == "OCIRepository"]
    (accepted,) = document["spec"]["verify"]["matchOIDCIdentity"]
    event = Event(True, None, None, None, repository="octo/monorepo")
    assert (accepted["issuer"], accepted["subject"]) == (
        rf"^{re.escape('https://token.actions.githubusercontent.com')}$",
        signers(event)[1],
    )


def test_settings_are_heeded() -> None:
    event = Event(True, None, None, None, repository="octo/x.y", server_url="https://git.example.com")
    issuer, pattern = signers(event, branch="release/next", release_tag="{artifact}/{version}")
    assert issuer == "https://git.example.com/_services/token"
    where = "https://git.example.com/octo/x.y/.github/workflows/release-flux-artifact.yml@refs"
    assert re.search(pattern, f"{where}/heads/release/next")
    assert not re.search(pattern, f"{where}/tags/eso/1.0.0")
    assert not re.search(pattern, f"{where}/heads/main")
    assert not re.search(pattern, f"{where}/heads/release/next".replace("x.y", "x-y"))


def test_a_terminal_has_no_identity() -> None:
    with pytest.raises(RequestError, match="only a job of GitHub Actions can sign"):
        find_signers(monorepo_of(NO_CLONE))


def test_a_terminal_knows_the_workflows_by_origin(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/eso/x.yaml": "x: 1\n"})
    with opened(repo) as monorepo, pytest.raises(RequestError, match="the signer is unknown"):
        required_signers(monorepo)
    repo.git("remote", "add", "origin", "git@github.com:octo/monorepo.git")
    job = replace(TERMINAL, actions=True, repository="octo/monorepo")
    with opened(repo) as monorepo, opened(repo, event=job) as in_actions:
        assert required_signers(monorepo) == find_signers(in_actions)
        assert required_signers(monorepo) != find_signers(in_actions, SigningWorkflows.PROMOTE)
