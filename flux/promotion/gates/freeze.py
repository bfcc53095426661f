"""Freezes: a file in git that says which phases get no other versions, why, and until when."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from shlex import quote
from typing import Any

from flux.errors import DesiredStateError

_FREEZES_FILE = "freezes.json"
"""The file's name. It is in the folder of the desired state."""

_FIELDS = ("reason", "by", "phase", "until")
_MOST = 100
_LONGEST = 300
_MOMENT = 253_402_300_800  # the year 10,000


@dataclass(frozen=True)
class Freeze:
    """`phase` is empty for all phases. `until` is in seconds since the epoch; None for no end."""

    reason: str
    by: str
    phase: str = ""
    until: float | None = None

    def holds(self, phase: str, now: float) -> bool:
        return self.phase in ("", phase) and self.lasts(now)

    def lasts(self, now: float) -> bool:
        """Whether the freeze has not ended."""
        return self.until is None or now < self.until


def freezes_path(releaseconfig: str) -> str:
    """Return the path of the freezes, from the path of the desired state."""
    folder, _, _ = releaseconfig.rpartition("/")
    return f"{folder}/{_FREEZES_FILE}" if folder else _FREEZES_FILE


def render_freezes(freezes: Sequence[Freeze]) -> bytes:
    """Return the content of the file. `parse_freezes` reads it back."""
    listed = [
        {key: value for key, value in asdict(one).items() if value not in ("", None)} for one in freezes
    ]
    return (json.dumps({"freezes": listed}, indent=2, ensure_ascii=False) + "\n").encode()


def parse_freezes(path: str, content: bytes | None, phases: Collection[str] | None) -> tuple[Freeze, ...]:
    """Return the freezes in a file's content; none if the file is missing. If `phases` is None, any name is
    accepted as a phase.

    Raises DesiredStateError if the file has errors: nothing moves while it is unknown what is frozen.
    """
    if content is None:
        return ()
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_object)
    except _TwiceError as error:
        raise _fault(path, f"it has the key {str(error)!r} twice") from None
    except (ValueError, RecursionError):
        raise _fault(path, "it is not JSON") from None
    listed = document.get("freezes") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > _MOST or [*document] != ["freezes"]:
        raise _fault(path, f"it has to be an object with a list `freezes` of {_MOST} at most")
    return tuple(_freeze(path, item, phases) for item in listed)


class _TwiceError(Exception):
    """An object has a key twice, as after a careless merge. JSON readers drop the first value."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _TwiceError(key)
        found[key] = value
    return found


def _freeze(path: str, item: Any, phases: Collection[str] | None) -> Freeze:
    if not isinstance(item, dict) or item.keys() - set(_FIELDS):
        raise _fault(path, f"a freeze has the fields {', '.join(_FIELDS)}")
    phase, until = item.get("phase", ""), item.get("until")
    if not all(_is_text(item.get(key)) for key in ("reason", "by")):
        raise _fault(path, f"a freeze needs a `reason` and `by` in one line of {_LONGEST} characters at most")
    if phase != "" and not _is_text(phase):
        raise _fault(path, "`phase` is a name")
    if phase != "" and phases is not None and phase not in phases:
        gone = f"`inv unfreeze {quote(phase)}` takes it out"
        raise _fault(path, f"{phase!r} is not a phase; phases are {', '.join(phases)}", gone)
    if until is not None and (isinstance(until, bool) or not isinstance(until, int | float)):
        raise _fault(path, "`until` is in seconds since the epoch")
    if until is not None and not 0 <= until < _MOMENT:
        raise _fault(path, "`until` is in seconds since the epoch")
    return Freeze(item["reason"], item["by"], phase, until)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[^\x00-\x1f\x7f]{{1,{_LONGEST}}}", value) is not None


def _fault(path: str, what: str, hint: str = "fix it on the branch") -> DesiredStateError:
    return DesiredStateError(f"{path} cannot be read: {what}", hint)
