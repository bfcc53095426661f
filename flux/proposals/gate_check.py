"""Applies the rules to a promotion's pull request: its check, and the environments that have to wait."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from flux.errors import FluxError, without_frames
from flux.monorepo.monorepo import Monorepo
from flux.promotion.clusters.status import StatusState
from flux.promotion.gates.gate import GateVerdict, judge
from flux.promotion.ledger import Decision, overridden
from flux.promotion.proposal import Promotion, VersionChange
from flux.promotion.texts.check import check_description
from flux.proposals.authority import Authority
from flux.proposals.gate_states import GateStates

RULES_CHECK = "flux-artifacts/rules"


class GateCheck:
    """Checks promotions at the tip against the rules."""

    def __init__(self, monorepo: Monorepo, authority: Authority) -> None:
        self._monorepo = monorepo
        self._forge = monorepo.forge
        self._authority = authority
        self._courses: tuple[str, GateStates] | None = None

    @property
    def courses(self) -> GateStates:
        tip = self._monorepo.tip
        if self._courses is None or self._courses[0] != tip:
            self._courses = tip, GateStates(self._monorepo, self._authority)
        return self._courses[1]

    @property
    def are_set(self) -> bool:
        """Whether there is any rule or freeze."""
        return self._monorepo.settings.has_rules or bool(self.courses.freezes)

    def verdicts(self, promotion: Promotion, environments: Iterable[str]) -> dict[str, GateVerdict]:
        """Return for each environment whether the version may go there now."""
        artifact, version = promotion.artifact, promotion.version
        course, state = self.courses.course(artifact), self.courses.state(artifact)
        return {name: judge(version, name, course, state, self.courses.now) for name in environments}

    def waits(
        self, promotion: Promotion, environments: Collection[str], decisions: Iterable[Decision]
    ) -> dict[str, GateVerdict]:
        """Return the environments that may not get the version yet, except those with an override."""
        if not self.are_set or not environments:
            return {}
        allowed = overridden(decisions)
        found = self.verdicts(promotion, environments)
        return {name: each for name, each in found.items() if not each.allowed and name not in allowed}

    def later(
        self, promotion: Promotion, changes: Sequence[VersionChange], decisions: Iterable[Decision]
    ) -> frozenset[str]:
        """Return what a pull request leaves for later, to let the rest go on; empty if all of it waits."""
        waits = self.waits(promotion, [change.environment for change in changes], decisions)
        return frozenset(waits) if len(waits) < len(changes) else frozenset()

    def check(self, commit: str, waits: Mapping[str, GateVerdict]) -> None:
        """Set a status on a pull request's newest commit: whether its rules hold. It is set only on a change.
        Without any rule, it is set only if the commit already has one."""
        if not commit.strip("0"):
            return
        state, said = StatusState.FAILURE if waits else StatusState.SUCCESS, check_description(waits)
        ours = [status for status in self._forge.statuses(commit) if status.context == RULES_CHECK]
        if not ours and not self.are_set:
            return
        if not ours or (ours[-1].state, ours[-1].description) != (state, said):
            self._forge.set_status(commit, RULES_CHECK, state, said)


def tell_check(rulings: GateCheck, commit: str, waits: Mapping[str, GateVerdict]) -> FluxError | None:
    """Set the check. Return the error if that failed."""
    try:
        rulings.check(commit, waits)
    except FluxError as error:
        return without_frames(error)
    return None
