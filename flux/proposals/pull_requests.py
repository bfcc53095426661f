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
from flux.proposals.request_facts import background

_LEAST = 2000


class PromotionRequests:
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
        """Write the title and body for these changes. Return the pull request and whether it was changed.

        `there` is the open one, `versions` are main's, `issue` is the URL of the promotion issue or empty,
        `decisions` are those that the branch records, and `said` is the text about the rules. Text that
        people added to the pull request stays.
        Raises RegistryError if the registry does not answer.
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
        # Read it again, because a person may have edited it meanwhile.
        now = self._forge.pull_request(there.number) or there
        written = _within(now, title, part)
        title_if_new = None if written.title == now.title else written.title
        self._forge.edit_pull_request(there.number, title=title_if_new, body=written.body)
        return there, True

    def _open(self, promotion: Promotion, title: str, body: str) -> PullRequest:
        try:
            return self._forge.create_pull_request(title, body, promotion.branch, self._settings.branch)
        except ForgeError:
            # Another run was faster, or an earlier try succeeded although no answer came.
            there = self._forge.pull_requests(PullState.OPEN, promotion.branch)
            if not there:
                raise
            return there[0]


def _within(there: PullRequest, title: str, part: Callable[[int], str]) -> PullRequestText:
    """Return the text that a pull request should have. Our part fits into the space that people left."""
    written = put_in(
        title,
        part(max(MOST_CHARACTERS - room_beside(there.body), _LEAST)),
        PullRequestText(there.title, there.body),
    )
    if len(written.body) > MOST_CHARACTERS:  # the text of people leaves no space
        return replace(written, body=there.body)
    return written


def _is_same(there: PullRequest, written: PullRequestText) -> bool:
    return (there.title, there.body.strip()) == (written.title, written.body.strip())


def _requesters(decisions: Sequence[Decision], changes: Sequence[VersionChange]) -> dict[str, list[str]]:
    """Return the people who asked for the changes, each with their environments."""
    found: dict[str, list[str]] = {}
    for environment, asked in requesters(decisions, [change.environment for change in changes]).items():
        for who in sorted({decision.who for decision in asked}):
            found.setdefault(who, []).append(environment)
    return found
