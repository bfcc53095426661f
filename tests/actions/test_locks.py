"""What workflows install: pinned, with hashes, and what pyproject.toml asks for. No index is asked."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml

from tests.actions.locks import TARGETS, faults, needed, read_lock

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUP = ".github/actions/setup/requirements.txt"
OURS = "flux-artifacts (pyproject.toml)"
LOCKS = {
    SETUP: (PYPROJECT["project"]["dependencies"], OURS),
    **{
        f".ci/{group}.txt": (wanted, f"flux-artifacts (pyproject.toml:{group})")
        for group, wanted in PYPROJECT["dependency-groups"].items()
    },
}
EACH = pytest.mark.parametrize("lock", LOCKS)


@EACH
def test_a_lock_matches_the_project(lock: str) -> None:
    """Where it fails, `nox -s lock` makes it right."""
    wanted, project = LOCKS[lock]
    assert list(faults((ROOT / lock).read_text(), wanted, project)) == []


@EACH
def test_a_lock_names_packages_and_hashes_alone(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert read_lock(text)
    assert re.search(r"://|@|--index|--find-links|--extra-index|--trusted", text) is None


@EACH
def test_a_lock_has_all_that_its_packages_need(lock: str) -> None:
    """As far as the same versions are here, to be asked."""
    pins = read_lock((ROOT / lock).read_text())
    names = {pin.name: pin.version for pin in pins}
    lacking = []
    for pin in pins:
        try:
            here = distribution(pin.name)
        except PackageNotFoundError:
            continue
        if here.version == pin.version:
            lacking += [each for target in TARGETS for each in needed(names, here.requires or (), target)]
    assert lacking == []


LOCK = f"""\
# By a tool.
Rich==13.7.0 \\
    --hash=sha256:{"0" * 64} \\
    --hash=sha256:{"1" * 64}
    # via ours
pygments==2.0 ; python_full_version < '3.13' \\
    --hash=sha256:{"0" * 64}
    # via rich
pygments==2.1 ; python_full_version >= '3.13' \\
    --hash=sha256:{"0" * 64}
    # via
    #   ours
    #   rich
typing_extensions[x]==4.0 ; sys_platform == 'linux' \\
    --hash=sha256:{"0" * 64}
    # via ours
"""
WANTED = ["rich>=13,<14", "Pygments", "typing.extensions[x]>=4; sys_platform == 'linux'"]


def test_a_lock_that_matches() -> None:
    assert list(faults(LOCK, WANTED, "ours")) == []


@pytest.mark.parametrize(
    ("lock", "wanted", "said"),
    [
        (LOCK, [*WANTED, "semver"], "semver is missing on linux x86_64"),
        (LOCK, [*WANTED, "semver; sys_platform == 'darwin'"], "semver is missing on darwin arm64"),
        (LOCK, [*WANTED, "rich>=14"], "rich is 13.7.0, not >=14"),
        (LOCK, [*WANTED, "pygments>=2.1"], "pygments is 2.0, not >=2.1 on linux x86_64, Python 3.11"),
        (LOCK, [*WANTED, "rich[jupyter]"], "rich lacks the extra jupyter"),
        (LOCK, [*WANTED, "typing-extensions"], "typing-extensions is missing on darwin"),
        (LOCK, WANTED[1:], "rich is locked, but not wanted"),
        (LOCK.replace(" ; python_full_version >= '3.13'", ""), WANTED, "pygments is listed twice"),
        (LOCK.replace(f"    --hash=sha256:{'0' * 64}\n", "", 1), WANTED, "pygments has no hash"),
    ],
)
def test_a_lock_that_does_not_match(lock: str, wanted: list[str], said: str) -> None:
    assert [fault for fault in faults(lock, wanted, "ours") if fault.startswith(said)]


@pytest.mark.parametrize(
    "line",
    [
        "rich>=13",
        "rich==13.*",
        "rich",
        "rich @ https://example.com/rich.whl",
        "https://example.com/rich.whl",
        "--index-url https://example.com",
        "    --hash=md5:0",
        "-e .",
    ],
)
def test_what_is_no_lock(line: str) -> None:
    with pytest.raises(ValueError, match=r"no requirement|no version|neither"):
        read_lock(LOCK + line)


@pytest.mark.stories
def test_pip_refuses_what_is_not_in_the_lock(tmp_path: Path) -> None:
    """The command of the workflows: a package of another hash, and one without any."""
    setup = yaml.safe_load((ROOT / ".github/actions/setup/action.yml").read_text())
    (step,) = [step for step in setup["runs"]["steps"] if "pip install" in step.get("run", "")]
    wheels, lock = tmp_path / "wheels", tmp_path / "requirements.txt"
    wheels.mkdir()
    make = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    package = tmp_path / "package"
    package.mkdir()
    (package / "pyproject.toml").write_text(
        '[build-system]\nrequires=["hatchling"]\nbuild-backend="hatchling.build"\n'
        '[project]\nname="nonesuch-package"\nversion="1"\n[tool.hatch.build.targets.wheel]\nbypass-selection=true\n'
    )
    subprocess.run([*make, f"--wheel-dir={wheels}", str(package)], check=True)
    command = next(line for line in step["run"].splitlines() if "pip install" in line)
    for hashes, said in [("", "--require-hashes"), (f" --hash=sha256:{'0' * 64}", "DO NOT MATCH THE HASHES")]:
        lock.write_text(f"nonesuch-package==1{hashes}\n")
        done = subprocess.run(
            ["bash", "-euc", f'python() {{ {sys.executable} "$@"; }}; {command} --dry-run'],
            env={"GITHUB_ACTION_PATH": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)},
            capture_output=True,
            text=True,
        )
        assert done.returncode != 0
        assert said in done.stderr, done.stderr
