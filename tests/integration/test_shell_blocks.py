"""Every line of shell in the README and in docs/ is run, or is one of a program that only its owner can run.

What pages print, `test_docs.py` compares. Here each line does what the page says that it does: it is not
refused.
"""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repo import Repo

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"^( *)```(?P<language>\w*)\n(?P<lines>.*?)^\1```", re.DOTALL | re.MULTILINE)
_PROGRAMS = re.compile(r"^(?:(?:flux-artifacts|inv|git|source|eval|export)\b|echo .*>>)")

ELSEWHERE = {
    "aws": "an account of AWS",
    "az": "an account of Azure",
    "cosign": "an image that a workflow signed; tests/actions/test_docs.py compares its words",
    "echo": "an account of GitHub, where it logs in",
    "flux": "a cluster",
    "gcloud": "an account of Google Cloud",
    "gh": "an account of GitHub",
    "head": "the folder of the demo; tests/commands/test_demo.py plays it",
    "pip": "a package that is published; tests/integration/test_wheel.py installs it",
    "python3": "`.ci/command`, which runs both lines in CI as they stand there",
}
"""What the lines of a program need that this machine does not have."""

RUN_BY = {
    "docs/how-to/adopt.md": "tests/integration/test_adopt.py",
    "inv init": "tests/integration/test_adopt.py",
    "completion-script zsh": "tests/tasks/test_completion.py",
    "completion-script fish": "tests/tasks/test_completion.py",
}
"""Pages and lines that other tests run: in other monorepos, in other shells."""

REFUSED = {
    "inv ack --event status.json": "status.json",
    "inv issue.apply 3": "issue",
    "inv registry.up --port 5001": "container engine",
    "inv registry.down --purge": "container engine",
    "inv request.check 7": "there is no pull request 7",
    "inv sign digests.json": "only a job of GitHub Actions can sign",
    "inv cluster.manifests prod_ring1": "the repository on GitHub is unknown",
}
"""Examples of what the world of this test does not have, and what they are told."""


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """The language and the lines of each block."""
    for found in _BLOCK.finditer(path.read_text(encoding="utf-8")):
        yield found["language"], found["lines"]


def typed(path: Path) -> list[str]:
    """The commands of the blocks of shell, one a line. Of the usage of commands only the examples are."""
    lines = "".join(text for language, text in blocks(path) if language == "sh")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"\|\n\s*", "| ", lines))
    examples = [line for line in joined.splitlines() if path.name != "commands.md" or "# for example" in line]
    return [re.sub(r"\s+#( .*)?$", "", line).strip() for line in examples if line.strip()]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


RUN = [path for path in PAGES if name(path) not in RUN_BY and any(map(_PROGRAMS.match, typed(path)))]


def change(clone: Repo) -> str:
    """A commit that changes eso, where it is: its tag can be a release."""
    with (clone.path / "artifacts/eso/base/helmrelease.yaml").open("a") as file:
        file.write("# more\n")
    return clone.commit("fix(eso): more", date="2026-11-30T00:00:00Z")


def type_in(clone: Repo, line: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "INVOKE_FLUX_FORGE": "local"}
    command = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(command, cwd=clone.path, env=env, capture_output=True, text=True, check=False)


def publish(clone: Repo) -> None:
    """What the workflows do with a release."""
    tag = clone.git("tag", "--list", "flux-oci-eso-v*", "--sort=-creatordate").splitlines()[0]
    done = type_in(clone, f"inv publish {tag}")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A clone with an origin. Everywhere eso had 1.1.0 and has 1.2.0; newer ones are published."""
    place = tmp_path_factory.mktemp("world")
    first = Repo(place / "first")
    shutil.copytree(ROOT / "artifacts", first.path / "artifacts")
    shutil.copy(ROOT / "tasks.py", first.path)
    first.write("invoke.yaml", (ROOT / "invoke.yaml").read_text() + '  branches: [main, "release/*"]\n')
    first.write(".gitignore", "/.registry/\n/.forge/\n/.venv/\n__pycache__/\n")
    venv.create(first.path / ".venv")
    first.commit("feat: begin")
    first.git("tag", "v1")
    environments = [f"{phase}_ring{ring}" for phase in ("at", "tt", "prod") for ring in (1, 2)]
    for version in ("1.0.0", "1.1.0", "1.2.0", "1.2.3", "1.4.2"):
        change(first)
        first.git("tag", "--annotate", "--message", version, f"flux-oci-eso-v{version}")
        if version in ("1.1.0", "1.2.0"):
            desired = {"eso": dict.fromkeys(environments, version)}
            first.write("flux/releaseconfig.json", json.dumps(desired, indent=2))
            first.commit(f"feat: bring {version} everywhere")
    first.bare_origin()
    change(first)
    first.push("origin", "HEAD:main")
    published = " && ".join(f"inv publish flux-oci-eso-v{v}" for v in ("1.1.0", "1.2.0", "1.2.3", "1.4.2"))
    done = type_in(first, f"{published} && inv tag")
    assert done.returncode == 0, done.stderr
    return first


@pytest.mark.stories
@pytest.mark.parametrize("path", RUN, ids=name)
def test_no_line_is_refused(path: Path, world: Repo, tmp_path: Path) -> None:
    for folder in (world.path, world.path.with_name("first.git")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    clone = Repo(tmp_path / world.path.name)
    clone.git("remote", "set-url", "origin", (tmp_path / "first.git").as_uri())
    for line in typed(path):
        if line.startswith(("inv release", "inv build --changed")):
            change(clone)
            clone.push()
        if line.startswith("gh repo create"):
            clone.git("remote", "rename", "upstream", "origin")
            clone.git("branch", "--quiet", "--set-upstream-to", "origin/main")
        if not _PROGRAMS.match(line) or any(words in line for words in RUN_BY):
            continue
        line = line.replace("| kubectl apply -f -", "").strip()
        done = type_in(clone, line)
        if line in REFUSED:
            assert done.returncode != 0, f"{line} is not refused any more"
            assert REFUSED[line] in done.stderr
        else:
            assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        if line.startswith("inv release"):
            publish(clone)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_each_line_is_run_or_can_only_be_run_elsewhere(path: Path) -> None:
    for line in typed(path):
        assert _PROGRAMS.match(line) or line.split()[0] in ELSEWHERE, line


def test_each_block_that_is_typed_says_that_it_is_shell() -> None:
    """A block in another language, or in none, has no command."""
    for path in PAGES:
        for language, text in blocks(path):
            if language not in ("sh", "console"):
                assert not re.search(r"^\$? ?(inv|flux-artifacts|git|docker) ", text, re.MULTILINE), path


def test_no_exception_is_left_over() -> None:
    lines = {line.replace("| kubectl apply -f -", "").strip() for path in PAGES for line in typed(path)}
    assert REFUSED.keys() <= lines
    assert all((ROOT / test).is_file() for test in RUN_BY.values())
    assert ELSEWHERE.keys() <= {line.split()[0] for line in lines}
