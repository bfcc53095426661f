"""The flux CLI as publisher: what it demands, what it says, and what it leaves when it fails half-way."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from flux.errors import RegistryError, RegistryUnreachableError
from flux.registry.flux_cli.cli import FluxCli
from flux.registry.flux_cli.registry import FluxRegistry
from flux.registry.push import push
from flux.registry.remote.registry import RemoteRegistry
from tests import parts
from tests.artifact.trees import archived
from tests.commands.invoking import inv, monorepo
from tests.registry.conftest import Place
from tests.registry.flux_cli.failing import TAGS, failed
from tests.registry.front import Hook, front
from tests.registry.images import image, packed
from tests.servers import Answer, Request

# What has to be there


def test_a_command_without_flux_or_with_another_writes_nothing(
    registry_server: parts.Registry, flux_cli: str, tmp_path: Path
) -> None:
    repo = monorepo(
        tmp_path / "repo", {"artifacts/app/x.yaml": "x: 1\n"}, {"source": "https://example.com/x"}
    )
    prefix = f"none/{uuid4().hex}"
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "git").symlink_to(str(shutil.which("git")))
    env = {
        "INVOKE_FLUX_PUBLISHER": "flux",
        "INVOKE_FLUX_REGISTRY": f"oci://{registry_server.host}/{prefix}",
        "PATH": str(programs),
    }
    first = inv(repo, "build", env=env)
    (programs / "flux").symlink_to(flux_cli)
    second = inv(repo, "build", env={**env, "INVOKE_FLUX_FLUX_VERSION": "2.10"})
    for done, said in (
        (first, "error: the publisher is flux, and"),
        (second, "error: flux is 2.9.4, not 2.10,"),
    ):
        assert done.code == 2
        assert done.out == ""
        error, hint = done.err.splitlines()
        assert error.startswith(said)
        assert hint.startswith("hint: install flux 2.")
    assert prefix not in registry_server.log.read_text()
    # Looking needs no flux.
    (programs / "flux").unlink()
    for command in (["build", "--dry-run"], ["status"]):
        assert inv(repo, *command, env=env).code == 0


def test_a_source_that_flux_would_split_as_an_annotation(flux: Place) -> None:
    source = "https://example.com/?a=b,c&d=é --x"
    digest = flux.publisher.push(packed(source=source), TAGS)
    manifest = flux.target.fetch_manifest(str(digest))
    assert manifest
    assert json.loads(manifest.content)["annotations"]["org.opencontainers.image.source"] == source


@pytest.mark.usefixtures("flux_cli")
def test_names_that_are_not_ascii_in_a_locale_that_is(
    registry_server: parts.Registry, tmp_path: Path
) -> None:
    files = {"artifacts/app/café/é.yaml": "x: 1\n", "artifacts/app/größe/a.yaml": "x: 2\n"}
    repo = monorepo(tmp_path / "repo", files, {"ignore": ["größe", "!größe/a.yaml"]})
    env = {
        "INVOKE_FLUX_PUBLISHER": "flux",
        "INVOKE_FLUX_REGISTRY": f"oci://{registry_server.host}/{uuid4().hex}",
        "INVOKE_FLUX_SOURCE": "https://example.com/x",
    }
    ascii_ = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = inv(repo, "build", "--json", env=env | ascii_)
    assert done.code == 0, done.said
    (pushed,) = done.document["artifacts"]
    (known,) = inv(repo, "build", "--json", env={**env, "INVOKE_FLUX_PUBLISHER": "builtin"}).document[
        "artifacts"
    ]
    assert (pushed["action"], known["action"]) == ("pushed", "unchanged")
    assert pushed["diff_id"] == known["diff_id"]


# A flux that packs otherwise


def test_what_flux_packed_otherwise_gets_no_further_tag(
    flux: Place, flux_cli: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(flux.publisher, packed(b"before"), ["bbbbbbbbbbbb", "latest"])
    before = flux.target.resolve("latest")
    meddling = tmp_path / "flux"
    meddling.write_text(
        f'#!/bin/sh\nfor option; do case $option in --path=*) echo >"${{option#*=}}/more";; esac; done\n'
        f'exec "{flux_cli}" "$@"\n'
    )
    meddling.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        error = failed(lambda: push(flux.publisher, packed(), [*TAGS, "1.0.0"], fixed="1.0.0"))
    packed_other = f"flux packed other content in {flux.registry.name('artifact')}:{TAGS[0]}"
    assert error.message == f"{packed_other}: its diff ID is not {packed().diff_id}"
    assert "`flux_version`" in error.hint
    assert flux.target.resolve("latest") == before
    assert flux.target.resolve("1.0.0") is None
    # The right one finishes the job.
    assert push(flux.publisher, packed(), [*TAGS, "1.0.0"], fixed="1.0.0").action == "pushed"


def test_a_flux_that_says_more_than_we_do_is_told_why(
    flux: Place, flux_cli: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meddling = tmp_path / "flux"
    meddling.write_text(f'#!/bin/sh\n[ "$1" != push ] || set -- "$@" -a x=y\nexec "{flux_cli}" "$@"\n')
    meddling.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        error = failed(lambda: push(flux.publisher, packed(), TAGS))
    assert error.message.endswith(f":{TAGS[0]}: it has the annotation 'x'")
    assert flux.target.resolve("latest") is None
    # It is replaced, as it is foreign.
    assert push(flux.publisher, packed(), TAGS).action == "pushed"


# What a registry says to flux


@contextmanager
def behind(
    registry_server: parts.Registry, hook: Hook, *, provider: str = "generic", prefix: str = ""
) -> Iterator[FluxRegistry]:
    with front(registry_server, hook) as server:
        registry = RemoteRegistry(f"{server.host}/{prefix or uuid4().hex}", 1, None)
        yield FluxRegistry(registry, FluxCli("2.9", provider))


def is_write(request: Request) -> bool:
    return request.method not in ("GET", "HEAD")


def by_flux(request: Request) -> bool:
    return request.headers.get("User-Agent", "").startswith("flux/")


def refusal(status: int, code: str) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": "said\n\x1b[31m\nthe registry"}]}).encode()
    return Answer(status, body)


@pytest.mark.usefixtures("flux_cli")
def test_a_right_that_is_missing(registry_server: parts.Registry) -> None:
    with behind(registry_server, lambda request: refusal(403, "DENIED") if is_write(request) else None) as to:
        error = failed(lambda: push(to.publisher("app"), packed(), TAGS))
        name = to.name("app")
    assert not isinstance(error, RegistryUnreachableError)
    assert error.message.startswith(f"flux push artifact oci://{name}:{TAGS[0]} failed: POST http://")
    assert error.message.endswith("DENIED: said [31m the registry")
    host = name.partition("/")[0]
    assert error.hint == f"log in with `docker login {host}`, as who may push"


@pytest.mark.usefixtures("flux_cli")
def test_a_login_that_is_refused_is_not_tried_again(registry_server: parts.Registry) -> None:
    """Where anybody may read, since else looking would have failed before."""
    tried: list[str] = []

    def hook(request: Request) -> Answer | None:
        if not is_write(request):
            return None
        tried.append(request.path)
        return refusal(401, "UNAUTHORIZED")

    with behind(registry_server, hook) as to:
        first = failed(lambda: push(to.publisher("app"), packed(), TAGS))
        before = len(tried)
        assert before in (1, 2)  # it sends two blobs at once
        for artifact in ("db", "web"):
            publisher = to.publisher(artifact)
            assert failed(lambda publisher=publisher: push(publisher, packed(), TAGS)) is first  # type: ignore[misc]
    assert isinstance(first, RegistryUnreachableError)
    assert len(tried) == before


@pytest.mark.usefixtures("flux_cli")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(429), marks=pytest.mark.stories),  # flux waits four seconds by itself
        refusal(400, "DIGEST_INVALID"),
        refusal(404, "MANIFEST_BLOB_UNKNOWN"),
    ],
)
@pytest.mark.parametrize("verb", ["push", "tag"])
def test_what_passes_is_tried_again(registry_server: parts.Registry, verb: str, answer: Answer) -> None:
    """What flux does not try again by itself, that is."""
    gone: list[Request] = []

    def hook(request: Request) -> Answer | None:
        tag = TAGS[verb == "tag"]
        if request.method == "PUT" and request.path.endswith(f"/manifests/{tag}") and len(gone) < 2:
            gone.append(request)
            return answer
        return None

    with behind(registry_server, hook) as to:
        pushed = push(to.publisher("app"), packed(), TAGS)
        assert [to.repository("app").resolve(tag) for tag in TAGS] == [pushed.digest] * 2
    assert len(gone) == 2


@pytest.mark.usefixtures("flux_cli")
def test_a_provider_is_handed_on(registry_server: parts.Registry) -> None:
    with behind(registry_server, lambda request: None, provider="aws") as to:
        for act in (
            lambda: push(to.publisher("app"), packed(), TAGS),
            lambda: to.cli.tag(f"oci://{to.name('app')}:x", ["y"]),
        ):
            error = failed(act)
            assert "invalid AWS registry" in error.message
            assert error.hint.startswith("check the setting `provider`")
        assert to.repository("app").tags() == []


@pytest.mark.parametrize("fault", ["no such folder", "a name that is there"])
def test_files_that_cannot_be_written(
    flux: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    ours = packed()
    if fault == "no such folder":
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    else:  # as two names are one where a file system ignores their case
        entry = [(".", 0o755, None), ("a", 0o644, b"1"), ("a", 0o644, b"2")]
        ours = image(archived(entry))
    error = failed(lambda: flux.publisher.push(ours, TAGS))
    assert error.message.startswith("the files for `flux push` could not be written to /")
    assert "TMPDIR" in error.hint
    assert flux.writes() == []


# Failing half-way


@pytest.mark.stories
def test_a_refusal_at_every_request_in_turn_is_finished_by_the_next_run(
    flux: Place, registry_server: parts.Registry
) -> None:
    tags = [*TAGS, "1.0.0"]
    expected = push(flux.publisher, packed(), tags, fixed="1.0.0").digest
    for number in count(1):
        prefix, seen = uuid4().hex, list[Request]()
        direct = FluxRegistry(
            RemoteRegistry(f"{registry_server.host}/{prefix}", 1, None), FluxCli("2.9", "generic")
        )
        target = direct.repository("app")
        with behind(registry_server, refusing(number, seen), prefix=prefix) as to, suppress(RegistryError):
            push(to.publisher("app"), packed(), tags, fixed="1.0.0")
        there = {tag: target.resolve(tag) for tag in tags}
        assert set(there.values()) <= {expected, None}
        if len(seen) < number:
            break
        push(direct.publisher("app"), packed(), tags, fixed="1.0.0")
        assert {tag: target.resolve(tag) for tag in target.tags()} == dict.fromkeys(tags, expected)
    assert number > 18
    assert set(there.values()) == {expected}


def refusing(number: int, seen: list[Request]) -> Hook:
    def hook(request: Request) -> Answer | None:
        seen.append(request)
        return refusal(403, "DENIED") if len(seen) == number else None

    return hook
