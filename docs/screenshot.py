"""Draws the first picture of the docs: `python -m docs.screenshot` plays a month and draws its board.

The commands are real, in a clone of this repository with a registry and a forge in files. Only git's dates
are invented, to show a history on the board. Chromium draws the page, driven by Playwright.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "board.png"
DAY = 24 * 3600
WIDTH, HEIGHT = 1240, 660

_NAMES = ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME")
_VARIABLES = {
    "INVOKE_FLUX_REGISTRY": ".registry",
    "INVOKE_FLUX_FORGE": "local",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_EMAIL": "ann@localhost",
    "GIT_COMMITTER_EMAIL": "ann@localhost",
}


def release(artifact: str, version: str) -> Iterator[str]:
    path = f"artifacts/{artifact}/note-{version}.yaml"
    yield f"printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: note\\n' > {path}"
    yield f"git add {path}"
    yield f"git commit --quiet -m 'feat({artifact}): a note for {version}'"
    yield f"inv release {artifact} {version}"
    yield f"inv publish flux-oci-{artifact}-v{version}"


def promote(artifact: str, place: str, version: str) -> Iterator[str]:
    yield f"inv promote {artifact} {place} {version}"
    yield f"git merge --quiet --no-edit promote/{artifact}-{version}"
    yield "inv tag"


def story() -> Iterator[tuple[int, Iterator[str]]]:
    """Yield how many days ago something is typed, and the commands."""
    phases = ("at", "tt", "prod")
    for at, artifact in enumerate(("cert-manager", "eso", "ingress", "policies", "telemetry")):
        yield 30 - at, release(artifact, "1.0.0")
        for days, phase in zip((28, 25, 21), phases, strict=True):
            yield days - at, promote(artifact, phase, "1.0.0")
    yield 12, release("eso", "1.1.0")
    for days, phase in zip((11, 9, 6), phases, strict=True):
        yield days, promote("eso", phase, "1.1.0")
    yield 8, release("ingress", "1.0.1")
    for days, place in ((7, "at"), (5, "tt"), (3, "prod_ring1")):
        yield days, promote("ingress", place, "1.0.1")
    yield 4, release("policies", "2.0.0")
    yield 2, promote("policies", "at", "2.0.0")
    yield 1, iter(["inv promote policies tt 2.0.0", "inv freeze 'end of the quarter' prod"])
    yield 1, iter(["git merge --quiet --no-edit freeze/change"])


def play(folder: Path) -> None:
    """Type the story in a clone at `folder`. Raises CalledProcessError if a command fails."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    subprocess.run(["git", "-C", folder, "remote", "remove", "origin"], check=True)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    now = int(time.time())
    for days, commands in story():
        moment = f"{now - days * DAY} +0000"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        variables = os.environ | _VARIABLES | dict.fromkeys(_NAMES, "ann") | dates | {"PATH": programs}
        for command in commands:
            subprocess.run(["bash", "-c", command], cwd=folder, env=variables, check=True)
    subprocess.run(
        ["bash", "-c", "inv board"], cwd=folder, env=os.environ | _VARIABLES | {"PATH": programs}, check=True
    )


def draw(page: Path, program: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        shown = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        shown.goto(page.as_uri())
        shown.screenshot(path=str(PICTURE))
        browser.close()


def main() -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "clone"
        play(folder)
        draw(folder / ".board" / "index.html", program)


if __name__ == "__main__":
    main()
