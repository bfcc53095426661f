"""Where reports are shown."""

from pathlib import Path

import pytest

from tests.report.showing import Stage


@pytest.fixture
def stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Stage:
    return Stage(tmp_path, capsys)
