"""Promote a version to environments, or roll them back, from a terminal."""

from collections.abc import Sequence

from flux.errors import RequestError
from flux.monorepo.history import before, history
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.outdated import require_current_settings
from flux.monorepo.wanted import require_artifact, wanted_environments, wanted_version
from flux.promotion.order import out_of_order
from flux.promotion.proposal import Promotion
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposals, Proposed
from flux.proposals.issues import Issues
from flux.proposals.progress import tell


class Promoter:
    """Opens and updates the pull requests of promotions that someone asks for."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._applier = Applier(monorepo)

    @property
    def _issues(self) -> Issues:
        return self._applier.issues

    @property
    def _proposals(self) -> Proposals:
        return self._applier.proposals

    def promote(self, artifact: str, name: str, version: str | None) -> Proposed:
        """Propose a version, or the newest stable release, for an environment or all of a phase.

        Raises RequestError for unknown names, an unpublished version, a caller who may not, and a phase
        before its time where the order is required.
        """
        main = self._proposals.main()
        require_current_settings(self._monorepo)
        require_artifact(self._monorepo, artifact)
        environments = wanted_environments(self._settings, name)
        wanted = wanted_version(self._monorepo, artifact, version)
        promotion = Promotion(artifact, str(wanted))
        self._require_published(promotion)
        if self._settings.require_order:
            versions = main.of(artifact)
            early = out_of_order(self._settings.groups, versions, promotion.version, environments)
            for phase, behind in early.items():
                raise RequestError(
                    f"{phase} is not due: {', '.join(behind)} does not have {promotion.version} yet",
                    f"`inv promote {artifact} {behind[0]} --version {promotion.version}` first",
                )
        return self._propose(promotion, environments, rollback=False)

    def roll_back(self, artifact: str, name: str) -> Proposed:
        """Propose the version that an environment, or all of a phase, had before.

        Raises RequestError where there is none, or not one for all of the phase.
        """
        require_current_settings(self._monorepo)
        require_artifact(self._monorepo, artifact)
        environments = wanted_environments(self._settings, name)
        states = list(history(self._monorepo, artifact))
        earlier = {environment: before(states, environment) for environment in environments}
        for environment, version in earlier.items():
            if version is None:
                raise RequestError(
                    f"{artifact} had no other version in {environment} before",
                    f"`inv promote {artifact} {environment} --version VERSION` sets one",
                )
        if len(set(earlier.values())) > 1:
            listed = ", ".join(f"{environment} {version}" for environment, version in earlier.items())
            raise RequestError(f"before, {name} had more than one version: {listed}", "roll each back")
        promotion = Promotion(artifact, str(earlier[environments[0]]))
        self._require_published(promotion)
        return self._propose(promotion, environments, rollback=True)

    def _propose(self, promotion: Promotion, environments: Sequence[str], rollback: bool) -> Proposed:
        self._issues.authority.require(environments)
        issues = sorted(self._issues.of(promotion), key=lambda issue: not issue.open)
        if not issues:
            return self._proposals.converge(promotion, environments, rollback=rollback, named=True)
        issue = issues[0]
        proposed = self._applier.converge(issue, promotion, environments, rollback=rollback, named=True)
        tell(self._monorepo, self._issues, issue, proposed)
        return proposed

    def _require_published(self, promotion: Promotion) -> None:
        target = self._monorepo.registry.repository(promotion.artifact)
        if target.resolve(promotion.version) is None:
            raise RequestError(
                f"{promotion.artifact} {promotion.version} is not published, so it cannot be promoted",
                "publish it first: `inv publish TAG`",
            )
