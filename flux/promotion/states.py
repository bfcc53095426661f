"""The versions that the desired state had, whatever settings it was made under."""

import json
from collections.abc import Mapping

Versions = Mapping[str, Mapping[str, str]]
"""By artifact and environment."""

_SPACE = " \t\n\r"
"""What JSON takes for space."""


class States:
    """Reads one state of the file after another.

    Neighbours differ in little, so only what differs is parsed. What they share is one object.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[str, object]] = {}

    def read(self, content: bytes | None) -> Versions | None:
        """None where the file is broken. What is no artifact with its environments is left out."""
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
        """The object that a text is, by its parts between `},`.

        An object is its members in a row. So where each part is members by itself, the whole is all of them,
        wherever it was cut. Raises ValueError where a part is not.
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
