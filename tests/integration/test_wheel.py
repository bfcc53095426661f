"""The built wheel, installed elsewhere, serves another monorepo by its one line and its settings."""

import os
import re
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.commands.invoking import Finished, inv
from tests.repo import Repo

ROOT = Path(__file__).parents[2]

TASKS = "from flux.tasks import ns\n"
SETTINGS = """\
flux:
  sources: components
  release_tag: "{artifact}/{version}"
  ignore: [NEWS.md]
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of a fresh environment that has the wheel, and around it the dependencies of this one.

    No network: the folders that this environment's packages are in are named in a .pth, whose own .pth files
    are not read, so that an editable flux is not found through them.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    places = {str(distribution(name).locate_file("")) for name in ("invoke", "rich", "urllib3")}
    (site / "dependencies.pth").write_text("\n".join(sorted(places)) + "\n")
    return str(folder / "bin/python")


@pytest.fixture
def monorepo(tmp_path: Path) -> Repo:
    """Another one, that has a `flux` folder of its own, which is data."""
    repo = Repo(tmp_path / "monorepo")
    repo.commit(
        files={
            "tasks.py": TASKS,
            "invoke.yaml": SETTINGS,
            ".gitignore": ".registry/\n__pycache__/\n",
            "flux/releaseconfig.json": '{"billing": {"prod": "1.0.0"}}\n',
            "flux/README.md": "What runs where.\n",
            "components/billing/kustomization.yaml": "resources: []\n",
            "components/search/kustomization.yaml": "resources: []\nnamePrefix: search-\n",
            "artifacts/decoy/x.yaml": "x\n",
        }
    )
    repo.tag("billing/1.0.0")
    repo.tag("flux-oci-search-v1.0.0")
    repo.bare_origin()
    return repo


def run(monorepo: Repo | Path, python: str, *arguments: str) -> Finished:
    return inv(monorepo, *arguments, python=python, env={"PYTHONSAFEPATH": ""})


def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


def test_what_is_in_the_wheel(wheel: Path) -> None:
    there = names(wheel)
    assert wheel.name.startswith("flux_artifacts-")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "flux/py.typed" in there, "it says that it is typed (Typing :: Typed)"
    assert "flux/releaseconfig.json" not in there
    tops = {name.split("/")[0] for name in there}
    assert tops == {"flux", wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}
    sources = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "flux").rglob("*.py")
        if "__pycache__" not in path.parts
    }
    assert sources <= set(there)
    schemas = {f"flux/schemas/{path.name}" for path in (ROOT / "flux" / "schemas").glob("*.json")}
    assert {name for name in there if name.endswith((".pyc", ".json", ".yaml"))} == schemas != set()
    assert any(name.endswith("/licenses/LICENSE") for name in there)


def test_its_metadata(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        (metadata,) = (
            [name for name in there if name.endswith("/METADATA")] if (there := names(wheel)) else []
        )
        text = archive.read(metadata).decode()
    assert "Name: flux-artifacts\n" in text
    assert "Requires-Python: >=3.11\n" in text
    assert "Requires-Dist: invoke" in text


def test_flux_comes_from_the_wheel(python: str, monorepo: Repo) -> None:
    program = "import flux, flux.tasks, invoke; print(flux.__file__)"
    for folder in (monorepo.path, ROOT.parent):
        ran = subprocess.run([python, "-c", program], cwd=folder, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        assert Path(ran.stdout.strip()).is_relative_to(Path(python).parents[1])


def test_another_monorepo(python: str, monorepo: Repo) -> None:
    listed = run(monorepo, python, "list", "--json")
    assert listed.code == 0, listed.said
    assert listed.document["artifacts"] == [
        {"artifact": "billing", "release": "1.0.0", "commits_since": 0, "changed": False},
        {"artifact": "search", "release": None, "commits_since": None, "changed": False},
    ]

    monorepo.commit(files={"components/search/kustomization.yaml": "resources: []\nnamePrefix: find-\n"})
    monorepo.commit(files={"components/billing/NEWS.md": "nothing of it is published\n"})
    changed = run(monorepo, python, "changed", "--json")
    assert changed.document["artifacts"] == ["search"]
    assert changed.document["reasons"] == {"search": ["components/search/kustomization.yaml"]}
    monorepo.push()

    built = run(monorepo, python, "build", "--json")
    assert built.code == 0, built.said
    assert [result["repository"] for result in built.document["artifacts"]] == [
        ".registry/billing",
        ".registry/search",
    ]
    assert (monorepo.path / ".registry/search/index.json").exists()
    assert monorepo.git("status", "--porcelain") == ""
    again = run(monorepo, python, "list", "changed", "build")
    assert again.code == 0, again.said
    assert "unchanged" in again.out


def test_from_a_folder_below(python: str, monorepo: Repo) -> None:
    """Invoke finds tasks.py above; a folder named flux is as good a place as any."""
    for place in ("components/search", "flux"):
        ran = run(monorepo.path / place, python, "build", "--json")
        assert ran.code == 0, ran.said
        assert (monorepo.path / ".registry/search/index.json").exists()
        assert not (monorepo.path / place / ".registry").exists()


def test_the_same_content_as_from_the_source_tree(python: str, monorepo: Repo) -> None:
    built = run(monorepo, python, "build", "--json", "--dry-run")
    here = inv(monorepo, "build", "--json", "--dry-run")
    assert built.document == here.document


def test_every_command_has_its_help(python: str, monorepo: Repo) -> None:
    listed = run(monorepo, python, "--list")
    assert listed.code == 0
    commands = re.findall(r"(?m)^  (\S+)", listed.out)
    assert {"list", "changed", "build"} <= set(commands)
    # In one process, since most of what each would do is to start.
    script = "import sys; from invoke.main import program as p\n"
    script += "for name in sys.argv[1:]: print('---'); p.run(['inv', '--help', name], exit=False)"
    called = [python, "-c", script, *commands]
    shown = subprocess.run(called, cwd=monorepo.path, capture_output=True, text=True, check=True)
    helps = shown.stdout.split("---\n")[1:]
    assert len(helps) == len(commands)
    for command, text in zip(commands, helps, strict=True):
        assert text.startswith("Usage: inv")
        # The default command of a collection goes by the name of the collection.
        assert f" {command} " in text or f" {command.partition('.')[0]} " in text


@pytest.mark.stories
def test_the_installed_program_needs_no_tasks_py(wheel: Path, python: str, tmp_path: Path) -> None:
    """As pipx and uvx do: pip installs the wheel, and its script adopts a monorepo that has no tasks.py."""
    site = Path(python).parent.parent.glob("lib/python*/site-packages/dependencies.pth")
    venv.create(tmp_path / "venv", symlinks=True)
    there = tmp_path / "venv/bin/python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(there),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(next(site).read_text())

    repo = Repo(tmp_path / "monorepo")
    repo.git("checkout", "--quiet", "-B", "main")
    push = "for d in apps/*; do\n  flux push artifact oci://127.0.0.1:1/o/$(basename $d):1 --path=$d\ndone\n"
    repo.commit(files={"push.sh": push, "apps/web/kustomization.yaml": "resources: []\n"})
    repo.tag("web-v1.0.0")

    def program(*arguments: str) -> str:
        command = [str(there.with_name("flux-artifacts")), *arguments]
        ran = subprocess.run(command, cwd=repo.path / "apps", capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    assert "sources: apps" in program("init", "--dry-run")
    assert repo.git("status", "--porcelain") == ""
    program("init")
    for name in ("release-flux-artifact", "manage-flux-releases", "check-flux-promotions"):
        assert (repo.path / f".github/workflows/{name}.yml").is_file()
    repo.git("clean", "--quiet", "--force", "tasks.py")
    assert "web" in program("list")
    assert "flux-artifacts 0." in program("--version")


def test_a_wheel_can_be_made_of_the_sdist_too(wheel: Path, tmp_path: Path) -> None:
    """What a package index has: the sdist is complete, and the wheel made of it is the same."""
    command = [
        sys.executable,
        "-m",
        "build",
        "--sdist",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(tmp_path)], check=True)
    (source,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert not (source / "flux/releaseconfig.json").exists()
    assert not (source / "artifacts").exists()
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
    (other,) = tmp_path.glob("*.whl")
    assert sorted(names(other)) == sorted(names(wheel))
