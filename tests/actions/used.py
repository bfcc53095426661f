"""The actions and workflows that others use, as act finds them."""

import re
from pathlib import Path

STANDINS = Path(__file__).parent / "standins"
_USES = re.compile(r'uses"?: "?([\w.-]+/[\w.-]+@\w+)')


def taken_from(own: str, text: str) -> str:
    """What a workflow or action takes from its own repository, named as from outside: act knows no `$/`."""
    repository, _, ref = own.partition("@")
    return re.sub(r"\$/(\.github/[\w./-]+)", rf"{repository}/\1@{ref}", text)


def standins(*places: Path) -> list[tuple[str, Path]]:
    """Every action that is used from elsewhere, with its stand-in."""
    files = [file for place in places for file in (place / ".github").rglob("*.yml")]
    used = {each for file in files for each in re.findall(_USES, file.read_text())}
    return [
        (each, STANDINS / each.partition("/")[2].partition("@")[0])
        for each in sorted(used)
        if (STANDINS / each.partition("/")[2].partition("@")[0]).is_dir()
    ]
