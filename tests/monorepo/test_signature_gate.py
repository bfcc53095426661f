"""The gate with real certificates: whose signature lets an image pass, and as what."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flux.cosign import find_cosign
from flux.errors import RequestError, SignatureError
from flux.event import TERMINAL
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.publishing import publish_release
from flux.monorepo.signature_gate import require_signature
from flux.monorepo.signers import find_signers
from flux.settings import Settings
from tests import parts
from tests.actions.sigstore import run_sigstore
from tests.github.fixtures import RunGitHub
from tests.github.server import GitHub
from tests.monorepos import opened
from tests.repo import Repo

TAG = "flux-oci-eso-v1.0.0"
BUILDER = "release-flux-artifact.yml@refs/heads/main"
PROMOTER = "sign-flux-promotions.yml@refs/heads/main"


@dataclass
class Place:
    """A monorepo with one published release, and a Sigstore for the jobs of its GitHub."""

    repo: Repo
    github: GitHub
    settings: Settings
    programs: Path
    digest: str

    @contextmanager
    def opened(self, **settings: object) -> Iterator[Monorepo]:
        event = replace(TERMINAL, actions=True, repository="octo/monorepo", server_url=self.github.url)
        with opened(self.repo, replace(self.settings, **settings), event) as monorepo:  # type: ignore[arg-type]
            yield monorepo

    def sign(self, workflow: str, **annotations: str) -> None:
        """As a job of a workflow."""
        path = f"octo/monorepo/.github/workflows/{workflow}"
        identity = self.github.identity(job_workflow_ref=path, sub="repo:octo/monorepo")
        flags = [f"--annotations={key}={value}" for key, value in annotations.items()]
        with self.opened() as monorepo:
            reference = f"{monorepo.registry.name('eso')}@{self.digest}"
        command = [str(self.programs / "cosign"), "sign", "--yes", *flags, reference]
        subprocess.run(command, env={**os.environ, **identity}, check=True, capture_output=True)

    def passes(self, version: str = "1.0.0", **settings: object) -> bool:
        with self.opened(**{"require_signature": True, **settings}) as monorepo:
            try:
                require_signature(monorepo, "eso", version, self.digest)
            except SignatureError as error:
                refusal = error
            else:
                return True
        assert f"eso@{self.digest} has no valid signature as eso {version}: " in refusal.message
        assert "\n" not in refusal.message
        assert refusal.hint
        return False


@pytest.fixture
def place(
    tmp_path: Path,
    run_github: RunGitHub,
    registry_server: parts.Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"artifacts/eso/x.yaml": "x: 1\n"})
    repo.git("tag", "--annotate", "--message=eso", TAG)
    origin = repo.bare_origin()
    settings = Settings(registry=f"oci://{registry_server.host}/{tmp_path.name.lower()}", forge="github")
    with run_github(origin.path) as github, run_sigstore(tmp_path / "sigstore", github.url) as programs:
        monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
        with opened(repo, settings) as monorepo:
            result = publish_release(monorepo, TAG).result
        assert result is not None
        assert result.digest is not None
        yield Place(repo, github, settings, programs, result.digest)


@pytest.mark.stories
def test_only_a_signature_of_ours_as_this_release_lets_it_pass(place: Place) -> None:
    with place.opened() as monorepo:
        require_signature(monorepo, "eso", "1.0.0", place.digest)  # the setting is off
    assert not place.passes()
    place.sign("ci.yml@refs/heads/main", artifact="eso", version="1.0.0")
    place.sign("release-flux-artifact.yml@refs/heads/topic", artifact="eso", version="1.0.0")
    place.sign("release-flux-artifact.yml@refs/tags/" + TAG, artifact="eso", version="1.0.0")
    place.sign(PROMOTER, artifact="eso", version="1.0.0", phase="at")
    assert not place.passes(), "others have signed it"
    place.sign(BUILDER)
    place.sign(BUILDER, artifact="eso")
    place.sign(BUILDER, artifact="db", version="1.0.0")
    place.sign(BUILDER, artifact="eso", version="1.0.1")
    assert not place.passes(), "it was signed as something else"
    place.sign(BUILDER, artifact="eso", version="1.0.0")
    assert place.passes()
    assert not place.passes("1.0.2")


def test_who_the_settings_name(place: Place) -> None:
    place.sign("ci.yml@refs/heads/main", artifact="eso", version="1.0.0")
    theirs = f"{place.github.url}/octo/monorepo/.github/workflows/ci.yml@refs/heads/main"
    assert place.passes(signature_identity=theirs)
    assert not place.passes(signature_identity=theirs[:-1]), "a part of it is not all"
    assert not place.passes(signature_identity=f"x|{theirs[1:]}")
    assert not place.passes(signature_identity=theirs, signature_issuer="https://other.example.com")


def test_cosign_says_whether_it_is_signed_and_why_not(place: Place) -> None:
    with place.opened() as monorepo:
        signers = find_signers(monorepo)
        reference = f"{monorepo.registry.name('eso')}@{place.digest}"
    absent, said = f"{reference[:-6]}012345", {"artifact": "eso"}
    assert (find_cosign().fault(reference, signers) or "").startswith("no signatures found")
    assert find_cosign().fault(absent, signers)
    place.sign(BUILDER, artifact="eso", more="x")
    assert find_cosign().fault(reference, signers, said) is None
    assert not find_cosign().is_signed(reference, signers, {"artifact": "db"})


def test_without_cosign(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with (
        place.opened(require_signature=True) as monorepo,
        pytest.raises(RequestError, match="cosign is not on PATH"),
    ):
        require_signature(monorepo, "eso", "1.0.0", place.digest)
