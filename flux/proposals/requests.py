"""Opens and updates the pull request of a promotion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from flux.errors import ForgeError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion.ledger import Decision, requesters
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.owned import PullRequestText, put_in, room_beside
from flux.promotion.texts.request import MOST_CHARACTERS, request_body, request_title
from flux.proposals.background import background

_LEAST = 2000


class Requests:
    """The pull requests of promotions."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._forge = monorepo.forge

    def write(
        self,
        promotion: Promotion,
        there: PullRequest | None,
        changes: Sequence[VersionChange],
        versions: Mapping[str, str],
        issue: str,
        rollback: bool,
        decisions: Sequence[Decision] = (),
        said: Sequence[str] = (),
    ) -> tuple[PullRequest, bool]:
        """The pull request with the title and body that these changes have, and whether it was written to.

        `there` is the open one, `versions` are main's, `issue` is the URL of the promotion issue or empty,
        `decisions` are those that the branch records, and `said` is what the rules say. What people wrote
        into it stays.
        Raises RegistryError where the registry does not answer.
        """
        title = request_title(promotion, changes, self._settings.groups, rollback)
        known = background(self._monorepo, promotion, changes, versions, issue, rollback)
        known = replace(
            known,
            requesters=_requesters(decisions, changes),
            warnings=[*said, *known.warnings],
        )

        def part(most: int) -> str:
            return request_body(promotion, changes, known, rollback, most)

        if there is None:
            return self._open(
                promotion, title, put_in(title, part(MOST_CHARACTERS - room_beside(""))).body
            ), True
        if _is_same(there, _within(there, title, part)):
            return there, False
        # All of this took its time, and somebody may have written meanwhile.
        now = self._forge.pull_request(there.number) or there
        written = _within(now, title, part)
        title_if_new = None if written.title == now.title else written.title
        self._forge.edit_pull_request(there.number, title=title_if_new, body=written.body)
        return there, True

    def _open(self, promotion: Promotion, title: str, body: str) -> PullRequest:
        try:
            return self._forge.create_pull_request(title, body, promotion.branch, self._settings.branch)
        except ForgeError:
            # Somebody was faster, or an earlier try that was not answered did it after all.
            there = self._forge.pull_requests(PullState.OPEN, promotion.branch)
            if not there:
                raise
            return there[0]


def _within(there: PullRequest, title: str, part: Callable[[int], str]) -> PullRequestText:
    """The text that a pull request should have, with our part of at most so many characters."""
    written = put_in(
        title,
        part(max(MOST_CHARACTERS - room_beside(there.body), _LEAST)),
        PullRequestText(there.title, there.body),
    )
    if len(written.body) > MOST_CHARACTERS:  # people have left no room
        return replace(written, body=there.body)
    return written


def _is_same(there: PullRequest, written: PullRequestText) -> bool:
    return (there.title, there.body.strip()) == (written.title, written.body.strip())


def _requesters(decisions: Sequence[Decision], changes: Sequence[VersionChange]) -> dict[str, list[str]]:
    """Who asked for what is proposed, each with the environments."""
    found: dict[str, list[str]] = {}
    for environment, asked in requesters(decisions, [change.environment for change in changes]).items():
        for who in sorted({decision.who for decision in asked}):
            found.setdefault(who, []).append(environment)
    return found
