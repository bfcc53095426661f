"""Which kustomize is used, and what is made of what it says; without a network."""

import json
import os
import sys
from pathlib import Path

import pytest

from flux import kustomize as module
from flux.kustomize import Kustomize, RemoteBaseError, find_kustomize
from tests import parts
from tests.conftest import need


@pytest.fixture(params=["kustomize", "kubectl"])
def renderer(request: pytest.FixtureRequest) -> Kustomize:
    if request.param == "kustomize":
        return Kustomize((need(parts.kustomize), "build"))
    return Kustomize((need(parts.kubectl), "kustomize"))


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        folder.joinpath(f"{name}.yaml").write_text(content)
    return folder


def program(folder: Path, name: str, said: str, code: int = 0) -> str:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.write({said!r})\nraise SystemExit({code})\n")
    path.chmod(0o755)
    return str(path)


def test_what_renders(renderer: Kustomize, tmp_path: Path) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    assert renderer.render(write(tmp_path, kustomization="resources: [a.yaml]\n", a=config)) == ""


def test_what_does_not_render_says_so_in_one_line(renderer: Kustomize, tmp_path: Path) -> None:
    said = renderer.render(write(tmp_path, kustomization="resources: [missing.yaml]\n"))
    assert "missing.yaml" in said
    assert "\n" not in said
    assert not said.lower().startswith("error")


@pytest.mark.parametrize(
    "base", ["https://example.com/a.yaml", "https://github.com/octo/bases//app?ref=v1", "git@example.com:a/b"]
)
def test_nothing_is_fetched(renderer: Kustomize, base: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteBaseError):
        renderer.render(write(tmp_path, kustomization=f"resources: ['{base}']\n"))


def test_one_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kustomize"
    path.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    path.chmod(0o755)
    monkeypatch.setattr(module, "_SECONDS", 0.5)
    assert Kustomize((str(path), "build")).render(tmp_path).startswith("not rendered within")


def test_one_that_fails_without_a_word(tmp_path: Path) -> None:
    failing = program(tmp_path, "kustomize", "", code=1)
    assert Kustomize((failing, "build")).render(tmp_path) == "kustomize failed and printed nothing"


@pytest.mark.parametrize(
    ("kustomize", "kubectl", "found"),
    [
        ("v5.8.1", None, "build"),
        ("{Version:kustomize/v5.0.0 GitCommit:x}", None, "build"),
        ("v4.5.7", json.dumps({"kustomizeVersion": "v5.7.1"}), "kustomize"),
        ("v4.5.7", None, None),
        (None, json.dumps({"kustomizeVersion": "v5.7.1"}), "kustomize"),
        (None, json.dumps({"kustomizeVersion": "v4.5.7"}), None),
        (None, json.dumps({"clientVersion": {}}), None),
        (None, "[]", None),
        (None, "no JSON", None),
        (None, None, None),
    ],
)
def test_the_one_on_path(
    kustomize: str | None,
    kubectl: str | None,
    found: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, said in (("kustomize", kustomize), ("kubectl", kubectl)):
        if said is not None:
            program(tmp_path, name, said)
    monkeypatch.setenv("PATH", str(tmp_path) if kustomize or kubectl else os.devnull)
    chosen = find_kustomize()
    assert (chosen.command[1] if chosen else None) == found
    assert chosen is None or Path(chosen.command[0]).is_absolute()
