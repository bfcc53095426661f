"""Finds the page of an issue, a pull request, a release or an artifact."""

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from flux.errors import RequestError
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.commit_artifacts import Sources
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import require_known
from flux.monorepo.opening import find_forge_place


class OpenedKind(StrEnum):
    """What a place belongs to."""

    ARTIFACT = "artifact"
    ISSUE = "issue"
    PULL_REQUEST = "pull request"
    RELEASE = "release"


@dataclass(frozen=True)
class OpenedPlace:
    """What was found. `place` is its page, or a folder or file if it has no page."""

    kind: OpenedKind
    name: str
    place: str
    notices: tuple[str, ...] = ()

    @property
    def has_page(self) -> bool:
        return self.place.startswith(("https://", "http://"))


def place_to_open(monorepo: Monorepo, what: str) -> OpenedPlace:
    """Return the place of an artifact (by name), an issue or a pull request (by number), or a release tag.

    Raises RequestError if the text is none of these, or if the thing does not exist.
    """
    head = monorepo.git.head()
    names = artifacts_at(monorepo, head)
    number = what.removeprefix("#")
    if what not in names and number.isdecimal() and number.isascii():
        return _issue(monorepo, int(number))
    if parsed := monorepo.settings.tag_form.parse(what):
        return _release(monorepo, what, parsed[0], head)
    require_known(what, names, head[:12])
    folder, page = _folder(monorepo, what, head), _page(monorepo)
    return OpenedPlace(
        OpenedKind.ARTIFACT,
        what,
        f"{page}/tree/{monorepo.settings.branch}/{quote(folder)}" if page else folder,
    )


def _issue(monorepo: Monorepo, number: int) -> OpenedPlace:
    if issue := monorepo.forge.issue(number):
        return OpenedPlace(OpenedKind.ISSUE, str(number), issue.url)
    if pull := monorepo.forge.pull_request(number):
        return OpenedPlace(OpenedKind.PULL_REQUEST, str(number), pull.url)
    raise RequestError(f"there is no issue {number}, and no pull request", "`inv status` names what is open")


def _release(monorepo: Monorepo, tag: str, artifact: str, head: str) -> OpenedPlace:
    if tag not in monorepo.home_tags:
        raise RequestError(f"there is no release {tag}", f"`inv release {artifact} VERSION` makes one")
    if page := _page(monorepo):
        return OpenedPlace(OpenedKind.RELEASE, tag, f"{page}/releases/tag/{quote(tag)}")
    return OpenedPlace(
        OpenedKind.RELEASE, tag, _folder(monorepo, artifact, head), (f"`git show {tag}` shows its notes",)
    )


def _folder(monorepo: Monorepo, artifact: str, commit: str) -> str:
    return Sources(monorepo, commit).folder(artifact) or "."


def _page(monorepo: Monorepo) -> str:
    """Return the page of the repository on its forge, or an empty text if it has none."""
    with suppress(RequestError):
        place = find_forge_place(monorepo)
        return f"https://{place.host}/{place.repository}" if place.host else ""
    return ""
