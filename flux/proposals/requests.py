"""Opens and updates the pull request of a promotion."""

from collections.abc import Mapping, Sequence
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
        most = MOST_CHARACTERS - room_beside(there.body if there else "")
        part = request_body(promotion, changes, known, rollback, max(most, _LEAST))
        written = put_in(title, part, PullRequestText(there.title, there.body) if there else None)
        if there and len(written.body) > MOST_CHARACTERS:  # people have left no room
            written = replace(written, body=there.body)
        if there is None:
            return self._open(promotion, written.title, written.body), True
        if (there.title, there.body.strip()) == (written.title, written.body.strip()):
            return there, False
        self._forge.edit_pull_request(there.number, title=written.title, body=written.body)
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


def _requesters(decisions: Sequence[Decision], changes: Sequence[VersionChange]) -> dict[str, list[str]]:
    """Who asked for what is proposed, each with the environments."""
    found: dict[str, list[str]] = {}
    for environment, asked in requesters(decisions, [change.environment for change in changes]).items():
        for who in sorted({decision.who for decision in asked}):
            found.setdefault(who, []).append(environment)
    return found
