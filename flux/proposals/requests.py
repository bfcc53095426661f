"""Opens and updates the pull request of a promotion."""

from collections.abc import Mapping, Sequence

from flux.errors import ForgeError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.request import request_body, request_title
from flux.proposals.background import background


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
    ) -> tuple[PullRequest, bool]:
        """The pull request with the title and body that these changes have, and whether it was written to.

        `there` is the open one, `versions` are main's, `issue` is the URL of the promotion issue or empty.
        Raises RegistryError where the registry does not answer.
        """
        title = request_title(promotion, changes, self._settings.groups, rollback)
        known = background(self._monorepo, promotion, changes, versions, issue, rollback)
        body = request_body(promotion, changes, known, rollback)
        if there is None:
            return self._open(promotion, title, body), True
        if (there.title, there.body.strip()) == (title, body.strip()):
            return there, False
        self._forge.edit_pull_request(there.number, title=title, body=body)
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
