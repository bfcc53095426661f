"""The story of a change: what is typed, and the pictures of it."""

import subprocess
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

import pytest
import yaml

from docs.picture import COLUMNS, LONG, PICTURE, SCENES, make_monorepo, shown_commands, shown_lines
from flux.demo.play import Demo
from flux.demo.stage import Chosen, choose_file
from flux.demo.story import plan_demo
from flux.promotion.boxes import ticked
from flux.promotion.proposal import Promotion
from flux.promotion.texts.issue import News, issue_body
from flux.settings import Phase, Settings, read_settings
from tests.monorepos import opened

CHOSEN = Chosen("app", "artifacts/app/x.yaml")


def commands(demo: Demo) -> list[str]:
    return [command for scene in demo.scenes for command in scene.typed]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), "0.1.0"),
        (("flux-oci-app-v1.2.3", "flux-oci-db-v7.0.0", "v9.0.0"), "1.3.0"),
        (("flux-oci-app-v1.2.3", "flux-oci-app-v2.0.0-rc.1"), "2.0.0"),
    ],
)
def test_the_version_is_the_next_minor(tags: tuple[str, ...], expected: str) -> None:
    typed = commands(plan_demo(Settings(), CHOSEN, dict.fromkeys(tags, "0" * 40)))
    assert f"inv publish flux-oci-app-v{expected}" in typed
    assert f"git merge promote/app-{expected}" in typed


@pytest.mark.parametrize(
    ("phases", "further"),
    [
        ((Phase("at", ("at_ring1", "at_ring11")), Phase("prod", ("prod",))), "at"),
        ((Phase("test-eu.1", ("test-eu.1",)), Phase("prod", ("prod_a", "prod_b"))), "prod"),
        ((Phase("prod", ("prod",)),), ""),
    ],
)
def test_the_tick_is_that_of_the_first_environment(
    phases: tuple[Phase, ...], further: str, tmp_path: Path
) -> None:
    settings = Settings(phases=phases)
    plan = plan_demo(settings, CHOSEN, {})
    issue = tmp_path / ".forge/issues/1.md"
    issue.parent.mkdir(parents=True)
    issue.write_text(issue_body(Promotion("app", "0.1.0"), News(), settings.groups, {}))
    for command in commands(plan):
        if command.startswith(("sed ", "grep ")):
            subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert ticked(issue.read_text(), settings.groups) == {settings.environments[0]}
    assert [c for c in plan.afterwards if "promote" in c] == (
        [f"inv promote app {further}"] if further else []
    )


def the_plan(folder: Path) -> Demo:
    """What the demo types in the repository that the pictures show."""
    make_monorepo(folder)
    settings = read_settings(yaml.safe_load((folder / "invoke.yaml").read_text())["flux"], {})
    with opened(folder, settings) as monorepo:
        return plan_demo(settings, choose_file(monorepo, ()), {})


def test_the_long_picture_shows_what_is_typed_and_why(tmp_path: Path) -> None:
    """`nox -s docs` draws it anew."""
    plan = the_plan(tmp_path)
    picture = LONG.read_text(encoding="utf-8")
    export, *typed = shown_commands(picture)
    assert export == "export " + " ".join(f"{name}={value}" for name, value in plan.variables.items())
    assert typed == [command for scene in plan.scenes for command in scene.typed]
    whys = [line.removeprefix("# ") for line in shown_lines(picture) if line.startswith("# ")]
    assert whys[2:] == [scene.why for scene in plan.scenes]


def test_the_picture_of_the_readme_shows_four_scenes(tmp_path: Path) -> None:
    typed = [command for scene in the_plan(tmp_path).scenes for command in scene.typed]
    shown = [command for command in typed if f"{command} ".startswith(tuple(f"{s} " for s in SCENES))]
    lines = shown_lines(PICTURE.read_text(encoding="utf-8"))
    assert len(shown) == 4
    assert shown_commands(PICTURE.read_text(encoding="utf-8")) == shown
    assert len(lines) <= 40, "which fits a screen"
    folded = [line for before, line in pairwise(lines) if len(before) == COLUMNS and line]
    assert folded == [], "in a terminal of 80 columns"


@pytest.mark.parametrize("path", [PICTURE, LONG], ids=lambda path: path.name)
def test_a_picture_tells_nothing_of_the_machine_and_fetches_nothing(path: Path) -> None:
    picture = path.read_text(encoding="utf-8")
    assert gettempdir() not in picture
    assert "http" not in picture.replace("http://www.w3.org/", "").replace("https://www.textualize.io", "")
