"""The examples of docs/ are true: each command prints what is written there.

An ellipsis stands for anything, and `sha256:abcd…` for a digest: the same letters for the same one, other
letters for another, all through the page. The progress that `inv` tells of is not shown.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.parts import RunRegistry
from tests.repo import Repo

ROOT = Path(__file__).parents[2]
_EXAMPLE = re.compile(r"<!-- example -->\n```console\n(.*?)```", re.DOTALL)
_STEP = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_LABEL = re.compile(r"sha256:([0-9a-f]{4})…")


def matcher(written: str, labels: set[str]) -> str:
    """A regular expression for what is written, with a group for each of its digests."""
    pattern = ""
    for part in re.split(r"(sha256:[0-9a-f]{4}…|…)", written.rstrip()):
        if label := _LABEL.fullmatch(part):
            seen = f"d{label[1]}" in labels
            pattern += f"sha256:(?P=d{label[1]})" if seen else f"sha256:(?P<d{label[1]}>[0-9a-f]{{64}})"
            labels.add(f"d{label[1]}")
        else:
            pattern += "(?s:.*)" if part == "…" else re.escape(part)
    return pattern


@pytest.mark.usefixtures("flux_cli")
def test_the_page_on_publishers(run_registry: RunRegistry, tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    shutil.copytree(ROOT / "artifacts", repo.path / "artifacts")
    for name in ("tasks.py", "invoke.yaml"):
        shutil.copy(ROOT / name, repo.path)
    repo.commit("everything")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", repo.path, clone], check=True, umask=0o022)
    scripts = sysconfig.get_path("scripts")
    env = {
        **os.environ,
        "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),
        "INVOKE_FLUX_SOURCE": "https://git.example.com/platform/monorepo",
    }
    page = (ROOT / "docs/how-to/flux-cli.md").read_text()
    examples = _EXAMPLE.findall(page)
    assert len(examples) == page.count("```console") > 0
    written, printed = "", ""
    with run_registry(tmp_path / "registry") as server:
        here = f"localhost:{server.host.rpartition(':')[2]}"
        for command, output in (step for example in examples for step in _STEP.findall(example)):
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                env[name] = value.replace("localhost:5000", here)
                continue
            done = subprocess.run(
                ["bash", "-c", command.replace("localhost:5000", here)],
                cwd=clone,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if command.startswith("flux") else subprocess.PIPE,
                encoding="utf-8",
                check=False,
            )
            said = done.stdout.replace(here, "localhost:5000").rstrip()
            assert re.fullmatch(matcher(output, set()), said), f"$ {command}\n{said}"
            written += output
            printed += said + "\n"
    # Over the whole page: one digest for each four letters, and no two have the same.
    found = re.fullmatch(matcher(written, set()), printed.rstrip())
    assert found
    assert len(set(found.groupdict().values())) == len(found.groupdict()) == len(set(_LABEL.findall(page)))
