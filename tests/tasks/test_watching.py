"""Looking again and again, and how it ends."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke.exceptions import Exit

from flux.tasks.watching import WATCH_SECONDS, again_and_again, require_alone
from tests.commands.invoking import inv, monorepo
from tests.terminal import Terminal


@pytest.fixture(autouse=True)
def interrupts() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_failure_is_looked_at_again_and_a_wrong_request_is_not() -> None:
    codes = iter([1, 0, 1, 2])
    paused: list[float] = []

    def look() -> None:
        if code := next(codes):
            raise Exit(code=code)

    with pytest.raises(Exit) as ended:
        again_and_again(look, paused.append)
    assert ended.value.code == 2
    assert paused == [WATCH_SECONDS] * 3


def test_options_that_ask_for_one_answer(capsys: pytest.CaptureFixture[str]) -> None:
    require_alone(json=False, check=False)
    with pytest.raises(Exit) as ended:
        require_alone(json=False, check=True)
    assert ended.value.code == 2
    assert "error: --watch cannot be used with --check" in capsys.readouterr().err


def test_at_a_terminal(tmp_path: Path) -> None:
    repo = monorepo(tmp_path / "repo", {"artifacts/app/x.yaml": "a: 1\n"})
    assert inv(repo, "status", "--watch", "--json").code == 2
    assert inv(repo, "status", "--watch", "-a", "nope").code == 2
    command = [sys.executable, "-m", "invoke", "status", "--watch"]
    with Terminal(command, repo.path) as terminal:
        terminal.wait_for(r"again every 10 s until Ctrl-C[\s\S]*No drift\.")
        assert "\x1b[2J" in terminal.shown
        terminal.press("\x03")
        assert terminal.end() == 0
        assert "interrupted" not in terminal.text
