"""The marker for tools in our texts: one HTML comment with JSON, in the first line.

The first line is read only if it is exactly as written here, and if it is the only one of its kind.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict

from flux.promotion.proposal import Promotion

_ISSUE, _COMMENT = "flux-release", "flux-promotion"


def render_marker(promotion: Promotion) -> str:
    """Return the first line of a promotion issue, without its line end."""
    return _render(_ISSUE, asdict(promotion))


def read_marker(body: str) -> Promotion | None:
    """Return the marker of an issue's body. None if there is none or more than one, or if its artifact or
    version is invalid."""
    fields = _read(_ISSUE, body)
    if [*fields] != ["artifact", "version"]:
        return None
    promotion = Promotion(**fields)
    return promotion if promotion.is_fit else None


def mend_marker(body: str, promotion: Promotion) -> str:
    """Return the body with this marker and no other."""
    if read_marker(body) == promotion:
        return body
    first, *others = re.split(r"(?<=\n)", body, maxsplit=1)
    rest = "".join(others) if re.match(rf"<!--\s*{_ISSUE}", first, re.IGNORECASE) else "\n" + body
    rest = re.sub(rf"<!--\s*{_ISSUE}", "<!--", rest, flags=re.IGNORECASE)
    return f"{render_marker(promotion)}\n{rest}"


def render_key(key: str) -> str:
    """Return the first line of a comment, which identifies it. The key is any text."""
    return _render(_COMMENT, {"key": key})


def read_key(body: str) -> str | None:
    """Return the key of a comment of ours. The caller has to check the comment's author."""
    fields = _read(_COMMENT, body)
    return fields["key"] if [*fields] == ["key"] else None


def json_in_comment(value: object) -> str:
    """Return JSON that cannot end a comment. For some parsers `--` alone ends it."""
    text = json.dumps(value)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        text = text.replace(character, escaped)
    return text


def _render(kind: str, fields: Mapping[str, str]) -> str:
    return f"<!-- {kind}: {json_in_comment(fields)} -->"


def _read(kind: str, body: str) -> dict[str, str]:
    """Return the fields of the one comment of a kind; empty if `_render` does not write it so."""
    first = re.split(r"\r\n?|\n", body, maxsplit=1)[0]
    if len(re.findall(rf"<!--\s*{kind}", body, re.IGNORECASE)) != 1:
        return {}
    try:
        fields = json.loads(first.removeprefix(f"<!-- {kind}: ").removesuffix(" -->"))
    except (ValueError, RecursionError):
        return {}
    texts = isinstance(fields, dict) and all(isinstance(value, str) for value in fields.values())
    return fields if texts and _render(kind, fields) == first else {}
