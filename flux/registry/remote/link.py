"""The header `Link` (RFC 8288), with which a registry says where the next page is."""

import re

_PARAMETER = r"""\s*;\s*[^,;"\s=]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^,;"\s]*))?"""
_LINK = re.compile(rf"<([^>]*)>((?:{_PARAMETER})*)")
_REL = re.compile(r""";\s*rel\s*=\s*(?:"([^"]*)"|([^,;"\s]*))""", re.IGNORECASE)


def next_link(header: str) -> str | None:
    """The target of the first link whose relation is `next`."""
    for target, parameters in _LINK.findall(header):
        relation = _REL.search(parameters)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target).strip()
    return None
