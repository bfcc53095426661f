"""A browser opens at a terminal that has one, and nowhere else."""

from pathlib import Path

import pytest

from tests.commands.invoking import monorepo
from tests.terminal import Terminal


@pytest.mark.parametrize("has_browser", [True, False])
def test_a_browser(tmp_path: Path, has_browser: bool) -> None:
    import sys

    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    repo.git("remote", "add", "origin", "https://github.com/octo/mono.git")
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" >{seen}\n')
    browser.chmod(0o755)
    env = {"BROWSER": str(browser) if has_browser else "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    with Terminal([sys.executable, "-m", "invoke", "open", "app"], repo.path, env, columns=200) as terminal:
        assert terminal.end() == 0, terminal.text
    url = "https://github.com/octo/mono/tree/main/artifacts/app"
    assert terminal.text == f"{url}\n"
    assert seen.exists() == has_browser
    assert not has_browser or seen.read_text() == f"{url}\n"
