"""Reads the header `Link` (RFC 8288), which has the URL of the next page."""

from flux.regex import regex

_VALUE = r"""(?:"((?:[^"\\]|\\.)*)"|([^,;"\s]*))"""
_PARAMETER = regex(rf"""\s*;\s*([^,;"\s=]+)(?:\s*=\s*{_VALUE})?""")
_TARGET = regex(r"<([^<>]*)>")


def next_link(header: str) -> str | None:
    """Return the target of the first link whose relation is `next`, or None."""
    at = 0
    while target := _TARGET.search(header, at):
        at = target.end()
        relation = ""
        while parameter := _PARAMETER.match(header, at):
            at = parameter.end()
            if parameter[1].lower() == "rel":
                relation = relation or parameter[2] or parameter[3] or ""
        if "next" in relation.lower().split():
            return target[1].strip()
    return None
