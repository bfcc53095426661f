"""Files with wrong settings: each says in its first two lines what it is told."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from flux.settings import Settings

NAMES = {field.name for field in fields(Settings)} - {"named"}

WRONG = sorted((Path(__file__).parent / "bad_settings").glob("*.yaml"))


def settings_in(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["flux"]


def told(path: Path) -> tuple[str, str]:
    error, hint = path.read_text(encoding="utf-8").splitlines()[:2]
    assert error.startswith("# error: ")
    assert hint.startswith("# hint: ")
    return error.removeprefix("# error: "), hint.removeprefix("# hint: ")
