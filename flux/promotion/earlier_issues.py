"""Issues of an earlier system: boxes `Deploy to ENVIRONMENT` between two comments. They promote nothing.

    <!-- start-env-list -->
    - [ ] Deploy to at_ring1
    <!-- stop-env-list -->

A body is data. An issue with two lists, or with another form, is not such an issue.
"""

import re
from collections.abc import Collection

from flux.regex import regex
from flux.release.tag import TagForm

_LIST = regex(
    r"(?P<start><!--[ \t]*start-env-list[ \t]*-->)(?P<boxes>.*?)(?P<stop><!--[ \t]*stop-env-list[ \t]*-->)",
    re.DOTALL,
)
_MARKER = regex(r"<!--[ \t]*st(?:art|op)-env-list[ \t]*-->")
_BOX = regex(
    r"^(?P<before>[ \t]*[-+*][ \t]+\[)(?P<mark>[ xX])(?P<after>\][ \t]+Deploy to[ \t]+`?"
    r"(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})`?[ \t]*\r?)$",
    re.MULTILINE,
)
_LONGEST = 65_536
_WORD = regex(r"[A-Za-z0-9._/@+-]+")


def earlier_boxes(body: str) -> dict[str, bool] | None:
    """Return whether each environment of an earlier system's issue is ticked; None for any other text."""
    found = _list(body)
    if found is None:
        return None
    boxes: dict[str, bool] = {}
    for box in _BOX.finditer(found["boxes"]):
        boxes[box["name"]] = box["mark"] != " " or boxes.get(box["name"], False)
    return boxes or None


def earlier_ticks(body: str) -> set[str]:
    """Return the environments that are ticked in such an issue."""
    return {name for name, tick in (earlier_boxes(body) or {}).items() if tick}


def untick_earlier(body: str, environments: Collection[str]) -> str:
    """Return the body with the boxes of these environments unticked."""
    found = _list(body)
    if found is None:
        return body

    def unticked(box: re.Match[str]) -> str:
        return f"{box['before']} {box['after']}" if box["name"] in environments else box[0]

    return body[: found.start("boxes")] + _BOX.sub(unticked, found["boxes"]) + body[found.end("boxes") :]


def told_release(title: str, body: str, form: TagForm, tags: Collection[str]) -> str:
    """Return the release tag that such an issue names, in its title or else in its body. Empty if it names
    none or several."""
    for text in (title, body[:_LONGEST]):
        words = (word.strip(".") for word in _WORD.findall(text))
        named = {word for word in words if word in tags and form.parse(word)}
        if named:
            return named.pop() if len(named) == 1 else ""
    return ""


def _list(body: str) -> re.Match[str] | None:
    if len(body) > _LONGEST or len(_MARKER.findall(body)) != 2:
        return None
    return _LIST.search(body)
