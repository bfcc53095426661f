"""The versions that the desired state had in the past, under any settings."""

import json
from collections.abc import Mapping
from itertools import compress, count
from operator import ne
from typing import Any

Versions = Mapping[str, Mapping[str, str]]
"""The versions by artifact and environment."""

_Members = dict[str, object]

_SPACE = " \t\n\r"
"""The whitespace of JSON."""


class States:
    """Reads one state of the file after another.

    Neighbours differ little, so only the differences are parsed. Their equal parts are one object.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._members: list[_Members] = []
        self._whole: _Members = {}
        """All members. Empty if a name is in two parts."""

    def read(self, content: bytes | None) -> Versions | None:
        """Return the versions; None if the file is broken. Entries without environments are left out."""
        if content is None:
            return {}
        try:
            document: Any = self._in_parts(content.decode())
        except (ValueError, RecursionError):
            try:
                document = json.loads(content)
            except (ValueError, RecursionError):
                return None
        if not isinstance(document, dict):
            return None
        if {*map(type, document.values())} <= {dict}:
            return document
        return {name: versions for name, versions in document.items() if isinstance(versions, dict)}

    def _in_parts(self, text: str) -> _Members:
        """Return the object in a text, parsed in the parts between `},`.

        An object is a row of members. If each part is a row of members by itself, all parts together are the
        whole, wherever the text was cut. Raises ValueError if a part is not.
        """
        body = text.strip(_SPACE)
        inner = body[1:-1].rstrip(_SPACE)
        if body[:1] + inner[-1:] + body[-1:] != "{}}":
            raise ValueError("not an object that ends with one")
        parts = inner[:-1].split("},")
        changed = self._changed(parts)
        if changed is None:
            known = dict(zip(self._parts, self._members, strict=True))
            self._members = [known.get(part) or _members(part) for part in parts]
            whole: _Members = {}
            for members in self._members:
                whole |= members
            is_plain = len(whole) == sum(map(len, self._members))
            self._parts, self._whole = parts, whole if is_plain else {}
            return whole
        whole = self._whole.copy()
        for place, members in changed.items():
            self._members[place] = members
            whole |= members
        self._parts, self._whole = parts, whole
        return whole

    def _changed(self, parts: list[str]) -> dict[int, _Members] | None:
        """Return the members of the parts that are not as before; None if they have other names."""
        if not self._whole or len(parts) != len(self._parts):
            return None
        places = list(compress(count(), map(ne, parts, self._parts)))
        changed = {place: _members(parts[place]) for place in places}
        has_names = all(members.keys() == self._members[place].keys() for place, members in changed.items())
        return changed if has_names else None


def _members(part: str) -> _Members:
    document: _Members = json.loads(f"{{{part}}}}}")
    if not document:
        raise ValueError("nothing before a comma")
    return document
