"""Which signatures count, and what is no image to sign. How it signs is in `tests/actions/test_sign.py`."""

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import yaml

from flux.commands.sign import Signature, Signing, find_signers, find_unattested, read_digests, sign
from flux.errors import RequestError
from flux.event import TERMINAL, Event
from flux.git.clone import Clone
from flux.settings import Settings
from tests.commands.helpers import crowded, inv, monorepo
from tests.monorepos import monorepo_of

TAG = "flux-oci-eso-v1.0.0"
DIGEST = f"sha256:{'0' * 64}"
IN_ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/monorepo"}
README = (Path(__file__).parents[2] / "README.md").read_text()


def identity(ref: str, workflow: str = "release-flux-artifact.yml", repository: str = "octo/monorepo") -> str:
    return f"https://github.com/{repository}/.github/workflows/{workflow}@refs/{ref}"


OURS = [
    identity("heads/main"),
    identity("heads/main", "manage-flux-releases.yml"),
    identity("tags/flux-oci-eso-v1.0.0"),
]
OTHERS = [
    identity("heads/main2"),
    identity("heads/topic"),
    identity("pull/1/merge"),
    identity("tags/v1.0.0"),
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

# Nothing of git is asked.
NO_CLONE = cast(Clone, None)


def signers(event: Event, **settings: str) -> tuple[str, str]:
    found = find_signers(monorepo_of(NO_CLONE, Settings(**settings), event))  # type: ignore[arg-type]
    return found.issuer, found.identity


def test_the_two_workflows_sign_and_nobody_else() -> None:
    issuer, pattern = signers(Event(True, None, None, None, repository="octo/monorepo"))
    assert issuer == "https://token.actions.githubusercontent.com"
    assert [one for one in OURS if not re.search(pattern, one)] == []
    assert [one for one in OTHERS if re.search(pattern, one)] == []


def test_the_readme_has_flux_accept_the_same() -> None:
    block = next(text for text in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if "cosign" in text)
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
    assert re.search(pattern, f"{where}/tags/eso/1.0.0")
    assert not re.search(pattern, f"{where}/heads/main")
    assert not re.search(pattern, f"{where}/tags/eso/1.0.0".replace("x.y", "x-y"))


def test_a_terminal_has_no_identity() -> None:
    with pytest.raises(RequestError, match="only a job of GitHub Actions can sign"):
        find_signers(monorepo_of(NO_CLONE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eso",
        "[]",
        '{"eso": null}',
        '{"eso": "ghcr.io/octo/eso:latest"}',
        f'{{"eso": "ghcr.io/octo/eso@{DIGEST}0"}}',
        f'{{"eso": "--key=x@{DIGEST}"}}',
        f'{{"eso": "a b@{DIGEST}"}}',
        f'{{"eso": "a@b@{DIGEST}"}}',
    ],
)
def test_what_is_no_image(text: str, tmp_path: Path) -> None:
    path = tmp_path / "digests.json"
    path.write_text(text)
    with pytest.raises(RequestError, match="no digests of images"):
        read_digests(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"digests\.json could not be read"):
        read_digests(tmp_path / "digests.json")


def test_thousands_of_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than an argument or a variable holds."""
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "x: 1\n"})
    cosign = tmp_path / "bin/cosign"
    cosign.parent.mkdir()
    cosign.write_text('#!/bin/sh\n[ "$1" = sign ]\n')
    cosign.chmod(0o755)
    monkeypatch.setenv("PATH", f"{cosign.parent}:{os.environ['PATH']}")
    many = {f"artifact{n:04}": f"ghcr.io/octo/monorepo/artifact{n:04}@sha256:{n:064}" for n in range(2000)}
    digests = tmp_path / "digests.json"
    digests.write_text(json.dumps(many))
    assert digests.stat().st_size > 131_072
    ran = inv(repo, "sign", str(digests), "--json", env=IN_ACTIONS)
    assert ran.code == 0, ran.said
    assert {s["artifact"]: s["action"] for s in ran.document["signatures"]} == dict.fromkeys(many, "signed")


def test_more_may_be_signed_than_processes_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process of the real one takes 100 MiB."""
    running = crowded(tmp_path / "bin/cosign", 0.2, '[ "$1" = sign ]')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    many = {f"app{n}": f"ghcr.io/octo/monorepo/app{n}@sha256:{n:064}" for n in range(30)}
    digests = tmp_path / "digests.json"
    digests.write_text(json.dumps(many))
    event = replace(TERMINAL, actions=True, repository="octo/monorepo")
    signed = sign(monorepo_of(NO_CLONE, Settings(jobs=16), event), digests, lambda done: None)
    assert {signature.action for signature in signed.signatures} == {"signed"}
    assert len(running()) == 60, "each was verified and signed"
    assert 1 < max(running()) <= 8


def signing(action: str, count: int) -> Signing:
    references = [f"ghcr.io/octo/{n:04}@sha256:{n:064}" for n in range(count)]
    return Signing([Signature(reference, reference, action) for reference in references])


def test_what_is_attested_later() -> None:
    """What was signed before, whether it was not asked for then or the run was killed; not what failed."""
    before = signing("valid", 3)
    (attested, *lacking) = [each.reference for each in before.signatures]
    asked = attested.partition("@")[2].__eq__
    assert find_unattested(before, asked) == lacking
    assert find_unattested(signing("failed", 3), asked) == []


def test_thousands_are_attested_by_and_by() -> None:
    """At most as many at once as the action takes, and without using up what a token may ask for."""
    asked: list[str] = []
    known: set[str] = set()

    def is_attested(digest: str) -> bool:
        asked.append(digest)
        return digest in known

    first = find_unattested(signing("signed", 2000), is_attested)
    assert (len(first), asked) == (1024, []), "what is new was attested by nobody"
    before, runs = signing("valid", 2000), 0
    known |= {reference.partition("@")[2] for reference in first}
    while len(known) < 2000 and runs < 200:
        asked.clear()
        known |= {reference.partition("@")[2] for reference in find_unattested(before, is_attested)}
        assert len(asked) <= 400
        runs += 1
    assert len(known) == 2000


@pytest.mark.parametrize("command", [["build"], ["publish", TAG], ["reconcile"]], ids=lambda c: c[0])
def test_what_is_there_to_be_signed(command: list[str], tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "x: 1\n"}, {"registry": "images"})
    repo.git("tag", "--annotate", "--message=eso", TAG)
    file = tmp_path / "digests.json"
    assert inv(repo, *command, f"--digests={file}", "--dry-run").code == 0
    assert not file.exists(), "of images that may not be there"
    ran = inv(repo, *command, f"--digests={file}", "--json")
    assert ran.code == 0, ran.said
    written = json.loads(file.read_text())
    assert written.keys() <= {"eso", "eso 1.0.0"}
    (reference,) = set(written.values())
    layout = json.loads((repo.path / "images/eso/index.json").read_text())
    assert reference.endswith(f"/eso@{layout['manifests'][0]['digest']}")


def test_without_cosign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that lacks it must not go on as if all were signed."""
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "x: 1\n"})
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(programs))
    digests = tmp_path / "digests.json"
    digests.write_text(f'{{"eso": "ghcr.io/octo/eso@{DIGEST}"}}')
    ran = inv(repo, "sign", str(digests), env=IN_ACTIONS)
    assert (ran.code, "cosign is not on PATH" in ran.out) == (2, True), ran.out
