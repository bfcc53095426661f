"""Pushes several tags of a manifest with one request, if the registry supports it.

`PUT …/manifests/<digest>?tag=a&tag=b`: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
A registry that does not know the parameters also answers 201, but makes no tag. A registry that knows them
has to name each tag that it made in the header `OCI-Tag`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock
from typing import Protocol

from urllib3 import HTTPHeaderDict

from flux.errors import RegistryError
from flux.retry import TransientError

_HEADER = "OCI-Tag"
_MOST = 10  # a registry should accept at least this number


class Put(Protocol):
    """Pushes a manifest under a reference, with tags as parameters. With `persists`, it retries.

    Returns the tags that the registry says it made; None if it refuses such parameters.
    """

    def __call__(
        self, reference: str, tags: Sequence[str], *, persists: bool = False
    ) -> Collection[str] | None: ...


class SeveralTags:
    """Remembers during one run whether one registry takes several tags at once.

    `is_distribution` says that it looks like CNCF distribution, whose version 3.1.2 does not take them. The
    test then costs no extra request: it is the plain push of the first tag, with parameters. If the registry
    ignores them, this tag is made. Otherwise it refuses: the specification has no tag with parameters.
    """

    def __init__(self) -> None:
        self.is_distribution = False
        self._takes: bool | None = None
        self._asking = Lock()

    def push(
        self, digest: str, tags: Sequence[str], put: Put, is_there: Callable[[str], bool]
    ) -> AbstractSet[str]:
        """Return the tags that were pushed. The caller has to push the others one by one.

        The registry's first answer is trusted only if each tag `is_there`. While one thread tests this, the
        other threads push one by one.
        """
        made: set[str] = set()
        for some in _groups(tags) if len(tags) > 1 else ():
            try:
                told = self._push(digest, some, put, is_there)
            except (RegistryError, TransientError):
                self._takes = False  # a plain push gives a better error
                break
            made |= told
            if not self._takes:
                break
        return made

    def _push(
        self, digest: str, tags: Sequence[str], put: Put, is_there: Callable[[str], bool]
    ) -> AbstractSet[str]:
        if self._takes:
            return set(tags).intersection(put(digest, tags, persists=True) or ())
        if self._takes is False or not self._asking.acquire(blocking=False):
            return frozenset()
        try:
            if self.is_distribution and put(tags[0], tags[1:]) is not None:
                self._takes = False
                return {tags[0]}
            told = set(tags).intersection(put(digest, tags) or ())
            self._takes = bool(told) and all(map(is_there, told))
            return told if self._takes else frozenset()
        finally:
            self._asking.release()


def told_tags(headers: HTTPHeaderDict) -> list[str]:
    """Return the tags that a registry says it made, in one or more headers, separated by commas."""
    return [tag.strip() for value in headers.getlist(_HEADER) for tag in value.split(",") if tag.strip()]


def _groups(tags: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(tags), _MOST):
        yield tags[at : at + _MOST]
