"""Which signatures count, and what is not an image to sign. `tests/actions/test_sign.py` has how it signs."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from flux.commands.sign.sign import find_subjects, find_unattested, read_digests, sign_digests
from flux.errors import RequestError
from flux.event import TERMINAL
from flux.monorepo.signing import SignAction, Signature, Signing, in_our_repository
from flux.registry import open_registry
from flux.settings import Settings
from tests import parts
from tests.commands.invoking import inv, monorepo
from tests.commands.releasing import publish, release
from tests.monorepos import opened
from tests.registry.images import packed, push

TAG = "flux-oci-eso-v1.0.0"
DIGEST = f"sha256:{'0' * 64}"
IN_ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/monorepo"}


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
        f'{{"": "ghcr.io/octo/eso@{DIGEST}"}}',
        f'{{"eso ": "ghcr.io/octo/eso@{DIGEST}"}}',
        f'{{"eso,version=2": "ghcr.io/octo/eso@{DIGEST}"}}',
        f'{{"eso 1.0.0,x=y": "ghcr.io/octo/eso@{DIGEST}"}}',
        f'{{"eso 1.0.0 2": "ghcr.io/octo/eso@{DIGEST}"}}',
        f'{{"../eso": "ghcr.io/octo/eso@{DIGEST}"}}',
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


def test_more_images_than_an_argument_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a variable."""
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "x: 1\n"})
    stub(tmp_path / "bin/cosign", '[ "$1" = sign ]')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    names = [f"{'a' * 90}{n:04}" for n in range(500)]
    many = {name: f"ghcr.io/octo/monorepo/{name}@sha256:{n:064}" for n, name in enumerate(names)}
    digests = tmp_path / "digests.json"
    digests.write_text(json.dumps(many))
    assert digests.stat().st_size > 131_072
    event = replace(TERMINAL, actions=True, repository="octo/monorepo")
    with opened(repo, Settings(), event) as context:
        signed = sign_digests(context, digests, accept=in_our_repository)
    assert {s.artifact: s.action for s in signed.signatures} == dict.fromkeys(many, "signed")


def test_only_what_git_builds_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry_server: parts.Registry
) -> None:
    """Neither a file of digests nor a registry is believed; the others are signed."""
    place = f"oci://{registry_server.host}/signing/{uuid4().hex}"
    repo = monorepo(tmp_path / "repo", {"artifacts/eso/x.yaml": "x: 1\n"}, {"registry": place})
    planned, *_ = release(repo, "eso", "1.0.0")
    published = publish(repo, planned.tag, registry=place).result
    assert published
    target = open_registry(place, repo.path, 1, None).repository("eso")
    forged = push(target, packed(b"evil: 1\n", commit=repo.head, source=""), "1.1.0")
    log = tmp_path / "signed"
    stub(tmp_path / "bin/cosign", f'[ "$1" = sign ] && echo "$@" >>{log}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    name = f"{place.removeprefix('oci://')}/eso"
    ours = f"{name}@{published.digest}"
    said = {
        "eso 1.0.0": ours,
        "eso 2.0.0": ours,
        "eso 1.1.0": f"{name}@{forged.digest}",
        "eso": f"{name}@{forged.digest}",
        "eso 3.0.0": f"{name}@{DIGEST}",
        "db": ours,
        "app": f"ghcr.io/mallory/app@{DIGEST}",
    }
    (tmp_path / "digests.json").write_text(json.dumps(said))
    ran = inv(repo, "sign", str(tmp_path / "digests.json"), "--json", env=IN_ACTIONS)
    assert ran.code == 1
    actions = {each["artifact"]: each["action"] for each in ran.document["signatures"]}
    assert {about for about, action in actions.items() if action != "refused"} == {"eso 1.0.0"}
    assert "ghcr.io/mallory/app" in ran.err
    assert "there is no release of eso 1.1.0" in ran.err
    (signed,) = log.read_text().splitlines()
    assert signed == f"sign --yes --annotations=artifact=eso --annotations=version=1.0.0 {ours}"


def test_an_image_that_has_versions_is_signed_as_these() -> None:
    """And what has none as its artifact alone."""
    one, other = f"ghcr.io/octo/eso@{DIGEST}", f"ghcr.io/octo/eso@{DIGEST[:-1]}1"
    found = find_subjects({"eso": one, "eso 1.0.0": one, "eso 1.1.0-rc.1": one, "eso2": other})
    assert [(each.reference, dict(each.annotations)) for each in found] == [
        (one, {"artifact": "eso", "version": "1.0.0"}),
        (one, {"artifact": "eso", "version": "1.1.0-rc.1"}),
        (other, {"artifact": "eso2"}),
    ]


def test_digests_of_several_jobs(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"digests-{name}").mkdir()
        file = tmp_path / f"digests-{name}/digests.json"
        file.write_text(json.dumps({name: f"ghcr.io/octo/{name}@{DIGEST}"}))
    assert read_digests(tmp_path).keys() == {"a", "b"}
    (tmp_path / "empty").mkdir()
    with pytest.raises(RequestError, match="no digests of images"):
        read_digests(tmp_path / "empty")


def stub(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def signing(action: str, count: int) -> Signing:
    references = [f"ghcr.io/octo/{n:04}@sha256:{n:064}" for n in range(count)]
    return Signing([Signature(reference, reference, SignAction(action)) for reference in references])


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
