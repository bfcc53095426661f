"""Markdown with front matter: fields as YAML between two lines `---`, and the body below them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import yaml

from flux.regex import regex

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE = regex(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)


class BrokenDocumentError(Exception):
    """Somebody edited a file so that it cannot be read. The message says what is wrong."""


@dataclass(frozen=True)
class Document:
    """A body with LF line ends, and the fields above it. People may have added fields."""

    fields: Mapping[str, Any]
    body: str

    def changed(self, *, body: str | None = None, **fields: Any) -> "Document":
        return Document({**self.fields, **fields}, self.body if body is None else body)

    def text(self, name: str) -> str:
        """Return a field that must be text."""
        value = self.fields.get(name)
        if value is None:
            raise BrokenDocumentError(f"`{name}` is missing")
        if not isinstance(value, str):
            raise BrokenDocumentError(f"`{name}` is {value}, which is not a text without quotes")
        return value

    def number(self, name: str) -> float:
        """Return a field that must be a number."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise BrokenDocumentError(f"`{name}` is {value}, which is not a number")
        return float(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return a field that must be one of a few words."""
        value = self.text(name)
        if value not in allowed:
            raise BrokenDocumentError(f"`{name}` is {value!r}; allowed is {' or '.join(allowed)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field that may be a list of texts."""
        value = self.fields.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BrokenDocumentError(f"`{name}` is {value!r}, which is not a list of texts")
        return tuple(value)


def parse_document(content: bytes) -> Document:
    """Return the document in a file's content. Raises BrokenDocumentError if it cannot be read."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BrokenDocumentError("not UTF-8") from error
    first, *others = _FENCE.split(text, maxsplit=2)
    if first or not others:
        raise BrokenDocumentError("the first line is not `---`")
    if len(others) == 1:
        raise BrokenDocumentError("there is no second line `---`")
    front, body = others
    try:
        fields = yaml.load("\n" + front, Loader=_LOADER)  # the line break keeps the file's line numbers
    except yaml.YAMLError as error:
        raise BrokenDocumentError(_fault(error)) from error
    except RecursionError as error:  # PyYAML without libyaml
        raise BrokenDocumentError("nested too deeply") from error
    if not isinstance(fields, dict):
        raise BrokenDocumentError("there are no fields between the two lines `---`")
    return Document(fields, body.removeprefix("\n").removesuffix("\n"))


def render_document(document: Document) -> bytes:
    front = yaml.safe_dump(dict(document.fields), sort_keys=False, allow_unicode=True, width=10_000)
    body = document.body.replace("\r\n", "\n")
    return f"---\n{front}---\n\n{body}\n".encode()


def _fault(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())
