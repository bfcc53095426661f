"""Machines that lack something."""

import os
import re
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from flux import step
from flux.diagnosis import machine
from flux.diagnosis.check_line import Line, Rating
from flux.settings import Settings
from tests import parts
from tests.commands.invoking import (
    inv,
)
from tests.conftest import need
from tests.diagnosis.examining import found, only, script, the
from tests.repo import Repo


def test_no_git(repo: Repo, tmp_path: Path) -> None:
    done = inv(repo, "doctor", "--json", env={"PATH": only(tmp_path / "bin")})
    assert done.code == 1
    problems = {c["subject"]: c for c in done.document["checks"] if c["health"] == "problem"}
    assert list(problems) == ["git"]
    assert (problems["git"]["message"], problems["git"]["fix"]) == (
        "git was not found",
        "install git, or add it to PATH",
    )


def test_a_git_that_is_too_old(repo: Repo, tmp_path: Path) -> None:
    git = shutil.which("git")
    old = f'[ "$1" = version ] && echo "git version 2.30.9" && exit\nexec {git} "$@"'
    script(tmp_path / "bin/git", old)
    done = inv(repo, "doctor", "--json", env={"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"})
    assert done.code == 1
    (problem,) = [check for check in done.document["checks"] if check["health"] == "problem"]
    assert problem["message"] == "git is 2.30.9, which is too old"
    assert problem["fix"] == "install git 2.31 or newer"


def distribution(folder: Path, name: str, version: str, *requires: str) -> None:
    """As pip would leave one, before those that are installed."""
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info/METADATA"
    about.parent.mkdir(parents=True)
    lines = [f"Requires-Dist: {each}" for each in requires]
    about.write_text("\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]))


def test_packages_that_are_missing_or_too_old(repo: Repo, tmp_path: Path) -> None:
    distribution(tmp_path / "lib", "rich", "1.0")
    wanted = (
        "rich>=13",
        "nonesuch>=2",
        "invoke>=2.2",
        "other>=1; extra == 'tests'",
        "other>=1; python_version<'3'",
    )
    distribution(tmp_path / "lib", "flux-artifacts", "9", *wanted)
    done = inv(repo, "doctor", "--json", env={"PYTHONPATH": str(tmp_path / "lib")})
    assert done.code == 1
    problems = [check for check in done.document["checks"] if check["subject"] == "packages"]
    assert [check["message"] for check in problems] == ["rich is 1.0, not >=13", "nonesuch is missing"]
    assert problems[0]["fix"].endswith(" -m pip install 'rich>=13'`")


def missing(folder: Path, *modules: str) -> dict[str, str]:
    """An environment whose Python does not find these modules."""
    folder.mkdir()
    for module in modules:
        (folder / f"{module}.py").write_text(f"raise ModuleNotFoundError('no {module}', name={module!r})\n")
    return {"PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])}


@pytest.mark.parametrize(
    ("module", "package", "subject"),
    [
        ("packaging", "packaging", "packages"),
        ("pathspec", "pathspec", "settings"),
        ("python_on_whales", "python-on-whales", "engine"),
    ],
)
def test_a_package_that_is_missing_is_named(
    repo: Repo, tmp_path: Path, module: str, package: str, subject: str
) -> None:
    env = missing(tmp_path / "lib", module) | {"INVOKE_FLUX_IGNORE": "docs/*.md"}
    done = inv(repo, "doctor", "--json", env=env)
    assert done.code == 1
    problems = {check["subject"]: check for check in done.document["checks"] if check["health"] == "problem"}
    assert problems[subject]["message"] == f"the Python package {package} is missing"
    assert problems[subject]["fix"].endswith(f" -m pip install {package}`")
    assert all("to be reported" not in check["fix"] for check in problems.values())


def test_a_command_without_a_package(repo: Repo, tmp_path: Path) -> None:
    done = inv(repo, "list", env=missing(tmp_path / "lib", "semver"))
    assert (done.code, done.out) == (1, "")
    error, hint = done.err.splitlines()
    assert error == "error: the Python package semver is missing"
    assert hint.startswith("hint: `")
    assert hint.endswith(" -m pip install semver`")


def test_the_compressor_is_named_with_its_version(repo: Repo, tmp_path: Path) -> None:
    done = inv(repo, "build", env=missing(tmp_path / "lib", "deflate"))
    assert done.code == 1
    error, hint = done.err.splitlines()
    assert error == "error: the Python package deflate is missing"
    assert hint.endswith(f" -m pip install deflate=={version('deflate')}`")


def test_without_rich_a_terminal_is_told_plainly(repo: Repo, tmp_path: Path) -> None:
    env = {"PATH": only(tmp_path / "bin", "git"), "FORCE_COLOR": "1"}
    coloured = inv(repo, "doctor", env=env)
    plain = inv(repo, "doctor", env=env | missing(tmp_path / "lib", "rich"))
    assert plain.code == coloured.code
    assert plain.out == re.sub(r"\x1b\[[0-9;]*m", "", coloured.out)


def test_kustomize(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    program = need(parts.kustomize)
    monkeypatch.setenv("PATH", str(Path(program).parent), prepend=os.pathsep)
    assert the(found(), "kustomize") == Line("kustomize", Rating.OK, f"`{program} build`")


def test_the_flux_cli_is_needed_by_the_publisher_alone(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = need(parts.flux)
    monkeypatch.setenv("PATH", only(tmp_path / "bin", "git"))
    settings = {"publisher": "flux", "registry": "oci://127.0.0.1:9/x"}
    missing = the(found(settings), "flux")
    assert missing.health is Rating.PROBLEM
    assert "there is no flux on PATH" in missing.message
    assert "https://fluxcd.io/flux/installation/" in missing.fix
    assert the(found(), "flux") == Line("flux", Rating.OK, "not needed: the publisher is builtin")
    (tmp_path / "bin/flux").symlink_to(program)
    wanted = the(found(settings | {"flux_version": parts.FLUX}), "flux")
    assert (wanted.health, wanted.message) == (Rating.OK, f"{parts.FLUX}, and {parts.FLUX} is needed")
    assert (
        the(found(settings | {"flux_version": "2.9"}), "flux").message == f"{parts.FLUX}, and 2.9 is needed"
    )
    other = the(found(settings | {"flux_version": "2.8"}), "flux")
    assert other.health is Rating.PROBLEM
    assert f"flux is {parts.FLUX}, not 2.8" in other.message
    assert "`flux_version`" in other.fix
    folder = the(found({"publisher": "flux", "registry": "images"}), "registry")
    assert "cannot push to a folder" in folder.message
    nowhere = the(found(settings), "registry")
    assert (nowhere.health, nowhere.fix) == (
        Rating.PROBLEM,
        "set `source` to it, or set `publisher: builtin`",
    )


def test_build_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(can: bool, **settings: Any) -> list[Rating]:
        monkeypatch.setattr(step, "can_cut_off", lambda: can)
        return [line.health for line in machine.check_build_steps(Settings(**settings))]

    assert lines(False) == []
    assert lines(True, prepare="make") == [Rating.OK]
    assert lines(False, prepare="make") == [Rating.PROBLEM]
    assert lines(False, prepare="make", prepare_network=True) == [Rating.WARNING]
