"""What the runner makes of GITHUB_OUTPUT: a line for each, as long as no delimiter is used."""

import json
import re
from pathlib import Path
from typing import Any


def read_outputs(file: Path) -> dict[str, Any]:
    """The outputs by name, those that are JSON as what that says."""
    lines = file.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    return {name: _value(text) for name, _, text in (line.partition("=") for line in lines)}


def _value(text: str) -> Any:
    is_json = re.match(r"[\[{\"]|(true|false|null|\d+)$", text) and not re.fullmatch("[0-9a-f]{40}", text)
    return json.loads(text) if is_json else text
