"""The versions that the desired state had in the past, under any settings."""

import json
from collections.abc import Mapping

Versions = Mapping[str, Mapping[str, str]]
"""The versions by artifact and environment."""

_SPACE = " \t\n\r"
"""The whitespace of JSON."""


class States:
    """Reads one state of the file after another.

    Neighbours differ little, so only the differences are parsed. Their equal parts are one object.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, object]] = {}

    def read(self, content: bytes | None) -> Versions | None:
        """Return the versions; None if the file is broken. Entries without environments are left out."""
        if content is None:
            return {}
        try:
            document = self._in_parts(content.decode())
        except (ValueError, RecursionError):
            try:
                document = json.loads(content)
            except (ValueError, RecursionError):
                return None
        if not isinstance(document, dict):
            return None
        return {name: versions for name, versions in document.items() if isinstance(versions, dict)}

    def _in_parts(self, text: str) -> dict[str, object]:
        """Return the object in a text, parsed in the parts between `},`.

        An object is a row of members. If each part is a row of members by itself, all parts together are the
        whole, wherever the text was cut. Raises ValueError if a part is not.
        """
        before, self._known = self._known, {}
        body = text.strip(_SPACE)
        inner = body[1:-1].rstrip(_SPACE)
        if body[:1] + inner[-1:] + body[-1:] != "{}}":
            raise ValueError("not an object that ends with one")
        found: dict[str, object] = {}
        for part in inner[:-1].split("},"):
            members = before.get(part) or _members(part)
            self._known[part] = members
            found.update(members)
        return found


def _members(part: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(f"{{{part}}}}}")
    if not document:
        raise ValueError("nothing before a comma")
    return document
