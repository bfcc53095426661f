"""Several tags of a manifest with one request, at a registry that takes them.

`PUT …/manifests/<digest>?tag=a&tag=b`: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
A registry that does not know the parameters answers 201 as well, and makes no tag. One that does has to name
each tag that it made in the header `OCI-Tag`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from threading import Lock
from typing import Protocol

from urllib3 import HTTPHeaderDict

from flux.errors import RegistryError
from flux.retry import TransientError

_HEADER = "OCI-Tag"
_MOST = 10  # that a registry should take


class Put(Protocol):
    """Pushes a manifest under a reference, with tags as parameters. One that `persists` does it until it gets
    through.

    The tags that the registry says it made; None where it refuses such parameters.
    """

    def __call__(
        self, reference: str, tags: Sequence[str], *, persists: bool = False
    ) -> Collection[str] | None: ...


class SeveralTags:
    """What one run knows of one registry: whether it takes several tags at once.

    `is_distribution` says that it looks like CNCF distribution, whose 3.1.2 does not take them. Such a one is
    asked with a request that is sent anyway: the plain push of the first tag, with parameters. Where it does
    not know them, this tag is made. Where it does, it refuses: the specification has no tag with parameters.
    """

    def __init__(self) -> None:
        self.is_distribution = False
        self._takes: bool | None = None
        self._asking = Lock()

    def push(
        self, digest: str, tags: Sequence[str], put: Put, is_there: Callable[[str], bool]
    ) -> AbstractSet[str]:
        """The tags that were pushed. The others are to be pushed one by one.

        What a registry says the first time counts where each tag `is_there`. While one thread finds that out,
        the others push one by one.
        """
        made: set[str] = set()
        for some in _groups(tags) if len(tags) > 1 else ():
            try:
                told = self._push(digest, some, put, is_there)
            except (RegistryError, TransientError):
                self._takes = False  # a plain push says it better
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
    """The tags that a registry says it made, in one header or several, with commas between them."""
    return [tag.strip() for value in headers.getlist(_HEADER) for tag in value.split(",") if tag.strip()]


def _groups(tags: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(tags), _MOST):
        yield tags[at : at + _MOST]
