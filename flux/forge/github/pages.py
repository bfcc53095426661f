"""Lists that GitHub sends page by page, with a limit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from github.Repository import Repository

from flux.errors import ForgeError

_PAGE = 100


def read_pages(
    repository: Repository,
    path: str,
    most: int,
    parameters: Mapping[str, str] | None = None,
    key: str = "",
) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list, of at most `most` pages. `key` is where an answer has them."""
    for page in range(1, most + 1):
        asked = {**(parameters or {}), "per_page": _PAGE, **({"page": page} if page > 1 else {})}
        _, told = repository.requester.requestJsonAndCheck(
            "GET", f"{repository.url}/{path}", parameters=asked
        )
        entries = told[key] if key else told
        yield from entries
        if len(entries) < _PAGE:
            return


def is_cut(entries: Sequence[object], most: int) -> bool:
    """Whether there may be more entries than those of `most` pages."""
    return len(entries) >= most * _PAGE


def read_all(
    repository: Repository, path: str, most: int, what: str, key: str = ""
) -> Sequence[Mapping[str, Any]]:
    """Return all entries of a list. `what` names them in an error.

    Raises ForgeError if there may be more than `most` pages. Somebody could hide an entry behind others.
    """
    told = list(read_pages(repository, path, most, key=key))
    if is_cut(told, most):
        raise ForgeError(
            f"there are more {what} than can be read",
            "find who makes them, and promote a version of another commit",
        )
    return told
