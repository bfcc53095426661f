"""Each setting is one entry: a type that takes its default, and sentences that say what it is for."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from flux.settings.derived import Settings
from flux.settings.settings import ENTRIES

NAMES = sorted(ENTRIES)


def test_an_entry_is_a_setting() -> None:
    assert set(NAMES) == {field.name for field in fields(Settings)} - {"named"}


def test_a_default_that_can_change_is_not_shared() -> None:
    one, other = Settings(), Settings()
    assert one.rules == other.rules == {}
    assert one.rules is not other.rules
    assert one == other


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_in_sentences(name: str) -> None:
    description = ENTRIES[name].description
    assert description.endswith(".")
    assert description[0].isupper() or description[0] == "`"
    assert description.isprintable()
    assert "  " not in description


@pytest.mark.parametrize("name", NAMES)
def test_a_default_can_be_written_down(name: str) -> None:
    default = getattr(Settings(), name)
    if default in ("", None):
        return  # which is that nothing is set
    written = [phase.name for phase in default] if name == "phases" else default
    assert ENTRIES[name].type.read(written) == default


_ADDED = """
    novel: bool = setting(types.FLAG, False, "Whether it is new.")

    sources: str"""
_ASK = """
import json
from docs import generate, settings_schema
from flux.settings import read_settings
schema = settings_schema.schema()["properties"]["flux"]["properties"]["novel"]
row = next(line for line in generate.settings().splitlines() if "novel" in line)
print(json.dumps([read_settings({"novel": "true"}, {}).novel, read_settings({}, {}).novel, schema, row]))
"""


def test_a_new_setting_is_one_entry(tmp_path: Path) -> None:
    """It can be set, an editor checks it, and the reference explains it."""
    root = Path(__file__).parents[2]
    for name in ("flux", "docs"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.svg"))
    module = tmp_path / "flux/settings/settings.py"
    module.write_text(module.read_text().replace("\n    sources: str", _ADDED, 1))
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        True,
        False,
        {"description": "Whether it is new. Allowed: true or false.", "type": "boolean", "default": False},
        "| `novel` | `false` | true or false | Whether it is new. |",
    ]
