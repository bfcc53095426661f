"""Kustomizations are rendered, and nothing is fetched for that."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flux import kustomize as kustomize_module
from tests.commands.check.case import MAP
from tests.commands.checking import CASES, lines, only, run_check
from tests.commands.checking import everything as everything
from tests.commands.checking import renderer as renderer
from tests.commands.invoking import inv, monorepo
from tests.repo import Repo
from tests.servers import Answer, Server, serve


@pytest.mark.stories
def test_a_kustomize_that_never_ends(
    everything: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(
        tmp_path,
        monkeypatch,
        kustomize='#!/bin/sh\n[ "$1" = version ] && echo v5.0.0 || exec /bin/sleep 60\n',
    )
    monkeypatch.setattr(kustomize_module, "_SECONDS", 1)
    started = time.monotonic()
    (line,) = lines(run_check(everything, "good"))
    assert re.fullmatch(r"error artifacts/good/kustomization\.yaml: not rendered: .*within 1 seconds", line)
    assert time.monotonic() - started < 5


# Nothing is fetched


@dataclass(frozen=True)
class Network:
    """Whoever goes out is seen: by a proxy, and by a git that is none; our own is named apart."""

    proxy: Server
    git: Path
    env: dict[str, str]

    def attempts(self) -> list[str]:
        calls = self.git.read_text().splitlines() if self.git.exists() else []
        return [f"{request.method} {request.path}" for request in self.proxy.requests] + calls


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    log, folder = tmp_path / "git.log", tmp_path / "seen"
    folder.mkdir()
    # What the commands ask of git begins with its configuration.
    ours = f'[ "$1" = -c ] && exec "{shutil.which("git")}" "$@"'
    (folder / "git").write_text(f'#!/bin/sh\n{ours}\necho "git $*" >>"{log}"\nexit 1\n')
    (folder / "git").chmod(0o755)
    with serve(lambda request: Answer(404)) as proxy:
        env = dict.fromkeys(
            ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), f"http://{proxy.host}"
        )
        env["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        yield Network(proxy, log, env)


# Where a reader of kustomizations may not look for a name: keys in another case, and the files and texts that
# configure what is built in.
HIDDEN = {
    "case": {"kustomization.yaml": "Resources: [http://example.invalid/x.yaml]\n"},
    "case-of-git": {"kustomization.yaml": "RESOURCES: ['git@example.invalid:org/repo']\n"},
    "inner-case": {
        "kustomization.yaml": "configMapGenerator: [{name: a, Files: [http://example.invalid/x]}]\n"
    },
    "generator": {
        "kustomization.yaml": "generators: [own.yaml]\n",
        "own.yaml": (
            "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\n"
            "files: [http://example.invalid/x]\n"
        ),
    },
    "transformer": {
        "kustomization.yaml": "resources: [map.yaml]\ntransformers: [own.yaml]\n",
        "map.yaml": MAP,
        "own.yaml": (
            "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\n"
            "path: http://example.invalid/x\n"
        ),
    },
    "inline": {
        "kustomization.yaml": (
            "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {name: a}\n"
            "  files: [http://example.invalid/x]\n"
        )
    },
}


def test_what_is_seen_of_the_network(network: Network, renderer: tuple[str, ...], tmp_path: Path) -> None:
    """That the next test would notice."""
    for number, files in enumerate(HIDDEN.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        before = len(network.attempts())
        subprocess.run([*renderer, str(folder)], env={**os.environ, **network.env}, capture_output=True)
        assert len(network.attempts()) > before, files


@pytest.mark.stories
def test_nothing_remote_is_fetched(network: Network, renderer: tuple[str, ...], tmp_path: Path) -> None:
    remote = ("remote", "remote-everywhere", "on-a-remote")
    cases = {**{name: CASES[name].files for name in remote}, **HIDDEN}
    files = {f"artifacts/{name}/{path}": c for name, content in cases.items() for path, c in content.items()}
    repo = monorepo(tmp_path / "repo", files)
    findings = inv(repo, "check", "--json", env=network.env).document["findings"]
    assert network.attempts() == []
    # And it is said that something was not looked at.
    assert {finding["path"].split("/")[1] for finding in findings} == set(cases)
