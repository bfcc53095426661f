"""Finds files that an artifact must not contain, because they would differ between a cluster and git."""

from collections.abc import Mapping

from flux.artifact.tree import SUBMODULE, SYMLINK, File
from flux.errors import ContentError
from flux.regex import regex

# All versions of the pointer format: github.com/git-lfs/git-lfs, lfs/pointer.go.
_LFS = regex(rb"version https?://(?:git-lfs\.github\.com/spec|hawser\.github\.com/spec|git-media\.io/v)/")
_LFS_LONGEST = 1024  # bytes: github.com/git-lfs/git-lfs, docs/spec.md

MOST_JUDGED = 1 << 20
"""Bytes of the largest file without attributes whose content is checked. Pointers are smaller."""

_CONTROL = bytes({*range(32), 127} - set(b"\b\t\n\r\f\x1b"))

Attributes = Mapping[str, str]
"""Attributes of one path by name, as `git check-attr` prints them: `set`, `unset` or a value."""

ATTRIBUTES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
"""The attributes that can make a checkout differ from its blob (gitattributes(5))."""


def kind_fault(file: File) -> ContentError | None:
    """Return why an entry of a tree cannot be published, whatever its content; None if it can."""
    if "\\" in file.path or "../" in file.path:
        return ContentError(
            f"{file.path} has a backslash or a folder ending in .. in its name, which Flux does not unpack",
            "rename it, or list it under the setting `ignore`",
        )
    if file.mode == SYMLINK:
        return ContentError(
            f"{file.path} is a symlink, which Flux leaves out of the image",
            "put the file itself there, or list the link under the setting `ignore`",
        )
    if file.mode == SUBMODULE:
        return ContentError(
            f"{file.path} is a submodule, whose files are not in this repository",
            "copy the files in, or list the folder under the setting `ignore`",
        )
    return None


def content_fault(file: File, content: bytes, attributes: Attributes) -> ContentError | None:
    """Return why a file cannot be published: a checkout would differ from its blob. None if it can."""
    if len(content) < _LFS_LONGEST and _LFS.match(content):
        return ContentError(
            f"{file.path} is a Git LFS pointer, not the file it stands for",
            "commit the file itself (`git lfs untrack`), or list it under the setting `ignore`",
        )
    if attributes and (fault := _checkout_fault(content, attributes)):
        return ContentError(
            f"{file.path} changes when it is checked out: {fault}",
            "remove the attribute from .gitattributes, or list the file under the setting `ignore`",
        )
    return None


def _checkout_fault(content: bytes, attributes: Attributes) -> str:
    for name in ("filter", "working-tree-encoding"):
        if _is_set(attributes, name):
            return f"attribute {name}={attributes[name]}"
    if _is_set(attributes, "ident") and (b"$Id$" in content or b"$Id:" in content):
        return "attribute ident, and the file holds $Id$"
    if attributes.get("eol") == "crlf" and _gets_crlf(content, attributes):
        return "attribute eol=crlf, and the file has lines that end in LF"
    return ""


def _gets_crlf(content: bytes, attributes: Attributes) -> bool:
    """Whether git ends lines in CRLF on checkout: convert.c, will_convert_lf_to_crlf."""
    text = attributes.get("text", "unspecified")
    if text == "unspecified":
        text = attributes.get("crlf", "unspecified")  # its old name
    if text == "unset" or b"\n" not in content.replace(b"\r\n", b""):
        return False
    return text != "auto" or not (b"\r" in content or _is_binary(content))


def _is_binary(content: bytes) -> bool:
    """Whether git guesses that content is binary: convert.c, convert_is_binary."""
    control = len(content) - len(content.translate(None, _CONTROL)) - content.endswith(b"\x1a")
    printable = len(content) - control - content.count(b"\n")
    return b"\0" in content or printable // 128 < control


def _is_set(attributes: Attributes, name: str) -> bool:
    return attributes.get(name, "unspecified") not in ("unspecified", "unset")
