"""Settings: their right forms, what is said of wrong ones, and that `inv` says the same."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from flux.artifact.folder import SourceEntry
from flux.errors import SettingError
from flux.promotion.gates.rule import Auto
from flux.settings import Phase, Settings, read_settings, require_section
from flux.settings.rules import FollowedClusters
from tests.repo import Repo

_NAMES = {field.name for field in fields(Settings)} - {"named"}
WRONG = sorted((Path(__file__).parent / "bad_settings").glob("*.yaml"))

RIGHT: tuple[tuple[str, object, str | None, object], ...] = (
    # The setting, a value in YAML, the same in INVOKE_FLUX_*, what it means
    ("sources", "components", "components", "components"),
    ("sources", "./deploy/flux/", "./deploy/flux/", "deploy/flux"),
    ("sources", ".", ".", "."),
    ("artifacts", ["apps/*"], "apps/*", (SourceEntry("apps/*"),)),
    ("artifacts", ["./a/*/", {"path": "b"}], "a/*,b", (SourceEntry("a/*"), SourceEntry("b"))),
    ("artifacts", {"path": ".", "name": "all"}, None, (SourceEntry(".", "all"),)),
    (
        "artifacts",
        [{"path": "c/**/apps/*", "name": "{parent}-{name}", "exclude": ["*.md", "c/old/"]}],
        None,
        (SourceEntry("c/**/apps/*", "{parent}-{name}", ("*.md", "c/old/")),),
    ),
    ("releaseconfig", "./state.json", "./state.json", "state.json"),
    ("registry", ".registry/", ".registry/", ".registry"),
    ("registry", "/srv/images", "/srv/images", "/srv/images"),
    ("registry", "/", "/", "/"),
    ("registry", "oci://ghcr.io/acme/flux/", "oci://ghcr.io/acme/flux/", "oci://ghcr.io/acme/flux"),
    ("registry", "oci://localhost:5000", "oci://localhost:5000", "oci://localhost:5000"),
    ("registry", "oci://[::10]:5000/9-b__c.d9", "oci://[::10]:5000/9-b__c.d9", "oci://[::10]:5000/9-b__c.d9"),
    ("mode", "observe", "observe", "observe"),
    ("adopted", "0123456789" * 4, "0123456789" * 4, "0123456789" * 4),
    ("adopted", "", "", ""),
    ("repository", "infrastructure/{name}", "infrastructure/{name}", "infrastructure/{name}"),
    ("repository", "flux-{name}-sync", "flux-{name}-sync", "flux-{name}-sync"),
    ("version_tag", "v{version}", "v{version}", "v{version}"),
    ("latest", "edge", "edge", "edge"),
    ("latest", False, "none", ""),
    ("branch", "main", " main ", "main"),
    ("branch", "release/1.x", "release/1.x", "release/1.x"),
    ("branches", ["main", "release/*"], "main, release/*", ("main", "release/*")),
    ("release_tag", "{artifact}/{version}", "{artifact}/{version}", "{artifact}/{version}"),
    ("create_release", True, "true", True),
    ("source", "https://github.com/acme/m", "https://github.com/acme/m", "https://github.com/acme/m"),
    ("phases", ["at", "prod"], "at,prod", (Phase("at", ("at",)), Phase("prod", ("prod",)))),
    ("phases", {"prod": None, "at": []}, "prod, at", (Phase("prod", ("prod",)), Phase("at", ("at",)))),
    ("phases", {"at": ["ring1", "ring_2"]}, None, (Phase("at", ("ring1", "ring_2")),)),
    ("phases", [{"at": ["r1"]}, "prod"], None, (Phase("at", ("r1",)), Phase("prod", ("prod",)))),
    ("phases", {"at": ["at"]}, "at", (Phase("at", ("at",)),)),
    ("prepare", "make {name}", " make {name} ", "make {name}"),
    ("prepare_network", True, "true", True),
    ("ignore", ["CHANGELOG.md", "/docs/"], "CHANGELOG.md, /docs/", ("CHANGELOG.md", "/docs/")),
    ("ignore", "*.md", "*.md,", ("*.md",)),
    ("ignore", [], "", ()),
    ("jobs", 1, "1", 1),
    ("jobs", 64, " 64 ", 64),
    ("insecure", True, " true ", True),
    ("insecure", False, "False", False),
    ("insecure", "1", "1", True),
    ("insecure", "0", "0", False),
    ("publisher", "flux", "flux", "flux"),
    ("flux_version", "2.10", "2.10", "2.10"),
    ("flux_version", "v2.9.4", "v2.9.4", "2.9.4"),
    ("flux_version", 2, "2", "2"),
    ("provider", "aws", "aws", "aws"),
    ("forge", "local", "local", "local"),
    ("label", "released with flux", "released with flux", "released with flux"),
    ("promoters", {"prod": ["alice", "bob"]}, None, {"prod": ("alice", "bob")}),
    ("promoters", {"at": "alice,bob", "tt": []}, None, {"at": ("alice", "bob"), "tt": ()}),
    ("promoters", {}, "", {}),
    ("automation", ["acme[bot]"], "acme[bot], ,", ("acme[bot]",)),
    ("require_order", True, "TRUE", True),
    ("two_person", True, "true", True),
    ("two_person", ["prod"], "prod", ("prod",)),
    ("require_signature", True, "true", True),
    ("sign_promotions", True, "1", True),
    ("signature_identity", "^https://a/.*$", "^https://a/.*$", "^https://a/.*$"),
    (
        "signature_issuer",
        "https://token.example.com",
        "https://token.example.com",
        "https://token.example.com",
    ),
    (
        "rules",
        {"eso": {"prod": {"auto": "patch"}}},
        None,
        {"eso": {"prod": (("auto", Auto.PATCH),)}},
    ),
    ("rules", {}, "", {}),
    ("clusters", {"prod": ["eu"]}, None, {"prod": FollowedClusters(("eu",))}),
    ("clusters", {}, "", {}),
)


def values(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in _NAMES}


def test_the_defaults() -> None:
    assert read_settings(None, {}) == read_settings({}, {}) == Settings()
    assert values(Settings()) == {
        "sources": "artifacts",
        "artifacts": (),
        "prepare": "",
        "output": "",
        "inputs": (),
        "prepare_network": False,
        "releaseconfig": "flux/releaseconfig.json",
        "registry": ".registry",
        "repository": "{name}",
        "version_tag": "{version}",
        "latest": "latest",
        "mode": "act",
        "adopted": "",
        "branch": "main",
        "branches": (),
        "release_tag": "flux-oci-{artifact}-v{version}",
        "create_release": False,
        "source": "",
        "phases": (Phase("at", ("at",)), Phase("tt", ("tt",)), Phase("prod", ("prod",))),
        "ignore": (),
        "jobs": 16,
        "insecure": None,
        "publisher": "builtin",
        "flux_version": "2.9",
        "provider": "generic",
        "forge": "",
        "label": "flux-release",
        "promoters": None,
        "automation": ("github-actions[bot]",),
        "require_order": False,
        "two_person": False,
        "require_signature": False,
        "signature_identity": "",
        "signature_issuer": "",
        "sign_promotions": False,
        "rules": {},
        "clusters": {},
    }
    assert Settings().environments == ("at", "tt", "prod")


@pytest.mark.parametrize(("name", "value", "text", "meaning"), RIGHT)
def test_right_forms(name: str, value: object, text: str | None, meaning: object) -> None:
    configured = read_settings({name: value}, {})
    assert getattr(configured, name) == meaning
    assert type(getattr(configured, name)) is type(meaning)
    assert configured.named == {name}
    assert values(configured) == values(Settings()) | {name: meaning}
    if text is not None:
        assert read_settings(None, {f"INVOKE_FLUX_{name.upper()}": text}) == configured


def test_a_variable_has_the_last_word() -> None:
    """Even where the file is wrong, since it is how one gets out of that."""
    settings = read_settings({"jobs": "abc", "branch": "trunk"}, {"INVOKE_FLUX_JOBS": "3"})
    assert (settings.jobs, settings.branch) == (3, "trunk")
    assert settings.named == {"jobs", "branch"}


# Wrong ones: a file each, which says in its first two lines what it is told.


def settings_in(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["flux"]


def told(path: Path) -> tuple[str, str]:
    error, hint = path.read_text(encoding="utf-8").splitlines()[:2]
    assert error.startswith("# error: ")
    assert hint.startswith("# hint: ")
    return error.removeprefix("# error: "), hint.removeprefix("# hint: ")


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_forms(path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(settings_in(path), {})
    assert (caught.value.message, caught.value.hint) == told(path)
    assert caught.value.exit_code == 2
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("INVOKE_FLUX_JOBS", "abc", "INVOKE_FLUX_JOBS cannot be 'abc'"),
        ("INVOKE_FLUX_JOBS", "", "INVOKE_FLUX_JOBS cannot be ''"),
        ("INVOKE_FLUX_JOBS", "-1", "INVOKE_FLUX_JOBS cannot be '-1'"),
        ("INVOKE_FLUX_INSECURE", "no", "INVOKE_FLUX_INSECURE cannot be 'no'"),
        ("INVOKE_FLUX_INSECURE", "", "INVOKE_FLUX_INSECURE cannot be ''"),
        ("INVOKE_FLUX_REGSITRY", "x", "INVOKE_FLUX_REGSITRY is not a setting; did you mean registry?"),
        ("INVOKE_FLUX_NAMED", "x", "INVOKE_FLUX_NAMED is not a setting"),
        ("INVOKE_FLUX_PROMOTERS", "alice", "INVOKE_FLUX_PROMOTERS cannot be 'alice'"),
        (
            "INVOKE_FLUX_PHASES",
            "at,1.0.0",
            "INVOKE_FLUX_PHASES cannot be 'at,1.0.0' ('1.0.0' looks like a version)",
        ),
        (
            "INVOKE_FLUX_REGISTRY",
            "https://user:hunter2@ghcr.io",
            "INVOKE_FLUX_REGISTRY cannot be 'https://ghcr.io' (a registry begins with oci://)",
        ),
    ],
)
def test_wrong_variables(variable: str, text: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({}, {variable: text})
    assert caught.value.message == message


@example("source", "oci", "][", "")
@given(
    st.sampled_from(["registry", "source"]),
    st.sampled_from(["oci", "http", "https", "ssh"]),
    st.text("abAB01%!$&'()*+,;=@:/?#[]~ ", max_size=6),
    st.text("abAB01%!$&'()*+,;=@:/?#[]~ ", max_size=6),
)
def test_no_password_gets_into_a_message(name: str, scheme: str, before: str, after: str) -> None:
    """Passwords come as they are, with characters that ought to be escaped in a URL."""
    url = f"{scheme}://user:{before}hunter2{after}@ghcr.io/acme"
    with pytest.raises(SettingError) as caught:
        read_settings({name: url}, {})
    assert "hunter2" not in caught.value.message + caught.value.hint


# Through Invoke, as people meet it


def monorepo(folder: Path) -> Repo:
    repo = Repo(folder)
    repo.commit(files={"tasks.py": "from flux.tasks import ns\n", "artifacts/eso/kustomization.yaml": "{}\n"})
    repo.commit(files={"artifacts/eso/notes.md": "notes\n", "artifacts/eso/docs/a.txt": "a\n"})
    return repo


def inv(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name not in ("FORCE_COLOR", "NO_COLOR")
    }
    environment = {**kept, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    command = [sys.executable, "-m", "invoke", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def contents(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuses(repo: Repo, error: str, hint: str, **variables: str) -> None:
    before = contents(repo.path)
    result = inv(repo.path, "build", **variables)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: {error}\nhint: {hint}\n"
    assert contents(repo.path) == before


@pytest.mark.parametrize(
    "name", ["jobs-text", "unknown-near", "registry-password", "phases-environment-twice"]
)
def test_inv_refuses_wrong_settings(name: str, tmp_path: Path) -> None:
    repo = monorepo(tmp_path)
    path = next(path for path in WRONG if path.stem == name)
    repo.write("invoke.yaml", path.read_bytes())
    error, hint = told(path)
    refuses(repo, error, hint)


def test_inv_refuses_wrong_variables(tmp_path: Path) -> None:
    hint = "allowed is a whole number from 1 to 64"
    refuses(monorepo(tmp_path), "INVOKE_FLUX_JOBS cannot be 'abc'", hint, INVOKE_FLUX_JOBS="abc")


def test_inv_reads_lists_in_variables(tmp_path: Path) -> None:
    repo = monorepo(tmp_path)
    repo.write("invoke.yaml", "flux:\n  ignore:\n    - '*.yaml'\n")
    changed = ("changed", "--json", "--since", "HEAD~1")
    paths = ["artifacts/eso/docs/a.txt", "artifacts/eso/notes.md"]
    document = json.loads(inv(repo.path, *changed).stdout)
    assert document["reasons"] == {"eso": paths}
    document = json.loads(inv(repo.path, *changed, INVOKE_FLUX_IGNORE="*.md,docs/").stdout)
    assert document["artifacts"] == []


@contextmanager
def first_bytes() -> Iterator[tuple[str, list[bytes]]]:
    """A server's host and port, and the first byte that each of its clients sends."""
    received: list[bytes] = []

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            received.append(self.request.recv(65536)[:1])
            self.request.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("configured", "text", "tls"),
    [("true", "false", True), ("true", "0", True), ("false", "true", False), ("false", "1", False)],
)
def test_inv_reads_flags_in_variables(configured: str, text: str, tls: bool, tmp_path: Path) -> None:
    """By what reaches a registry: the start of a TLS handshake, or a request in plain HTTP."""
    repo = monorepo(tmp_path)
    repo.write("invoke.yaml", f"flux:\n  insecure: {configured}\n")
    with first_bytes() as (host, received):
        result = inv(repo.path, "build", INVOKE_FLUX_REGISTRY=f"oci://{host}/acme", INVOKE_FLUX_INSECURE=text)
    assert result.returncode == 1, result.stderr
    assert set(received) == {b"\x16" if tls else b"G"}


@pytest.mark.parametrize(
    "key", ["Flux", "FLUX", "flx", "fluxx", "fulx", "flux_", "flux-artifacts", "Flux_Artifacts"]
)
def test_a_key_that_is_nearly_the_section_is_named(key: str) -> None:
    with pytest.raises(SettingError, match=f"'{key}' in invoke.yaml .*did you mean flux"):
        require_section(["run", key, "tasks"])
    with pytest.raises(SettingError, match="did you mean flux"):
        require_section(["flux", key])


def test_the_section_itself() -> None:
    require_section(["run", "flux", "tasks"])


@pytest.mark.parametrize("key", ["run", "influx", "fluentd", "tasks", "f", "", "x" * 100])
def test_other_keys_are_nobodys_business(key: str) -> None:
    require_section(["sudo", key])


def test_inv_names_such_a_key(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit(files={"tasks.py": "from flux.tasks import ns\n", "invoke.yaml": "Flux:\n  jobs: 1\n"})
    refused = inv(repo.path, "list")
    assert refused.returncode == 2
    assert "did you mean flux?" in refused.stderr
