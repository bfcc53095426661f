"""Checks digests from a registry before they are used."""

from collections.abc import Mapping

from flux.errors import RegistryError
from flux.regex import regex
from flux.registry.remote.errors import AGAIN, one_line

_DIGEST = regex(r"sha256:[0-9a-f]{64}")
_HEADER = "Docker-Content-Digest"


def is_digest(text: object) -> bool:
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def told_digest(headers: Mapping[str, str], where: str) -> str | None:
    """Return the header's digest, None if there is none. Raises RegistryError if it is not sha256."""
    told = headers.get(_HEADER)
    if told is not None and not is_digest(told):
        raise RegistryError(f"{where} sent {one_line(told)!r}, which is not a sha256 digest", AGAIN)
    return told


def require_same(digest: str, claimed: str | None, what: str) -> None:
    """Raises RegistryError if the content's digest differs from the claimed one."""
    if claimed is not None and claimed != digest:
        raise RegistryError(
            f"{what} has digest {digest}, not {claimed}",
            "run it again; if it stays so, the registry or a proxy in front of it alters content",
        )
