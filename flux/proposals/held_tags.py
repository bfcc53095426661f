"""Holds back tags whose gates are not met yet."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from flux.errors import HeldError
from flux.monorepo.drift import Looked
from flux.monorepo.freezes import freezes_at
from flux.monorepo.monorepo import Monorepo
from flux.promotion.gates.gate import GateVerdict, judge
from flux.promotion.gates.state import GateState
from flux.promotion.ledger import overridden
from flux.promotion.plan import Action, Step
from flux.promotion.proposal import Promotion
from flux.promotion.texts.gates import reasons
from flux.proposals.branches import PromotionBranches
from flux.proposals.gate_states import GateStates, course_of


class HeldTags:
    """Judges the steps of tags at one tip."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo

    def hold(self, looked: Sequence[Looked]) -> list[Looked]:
        """Hold the steps that have to wait. Return all. Raises ForgeError if the forge does not answer."""
        return [replace(each, steps=[self._held(step, each) for step in each.steps]) for each in looked]

    def _held(self, step: Step, looked: Looked) -> Step:
        if step.action != Action.MOVE or step.version is None:
            return step
        verdict = self._verdict(step, step.version, looked)
        promotion = Promotion(step.artifact, step.version)
        if verdict.allowed or step.environment in self._overridden(promotion):
            return step
        promote = f"inv promote {step.artifact} {step.environment} --version {step.version}"
        error = HeldError(
            f"{step.version} waits: {reasons(verdict)}", f"wait, or say `{promote} --override REASON`"
        )
        return replace(step.failed(error), action=Action.HELD)

    def _verdict(self, step: Step, version: str, looked: Looked) -> GateVerdict:
        course = course_of(self._monorepo, step.artifact)
        if all(rule.is_plain for rule in course.rules.values()):
            # A freeze is judged without the forge and its clock.
            frozen = GateState(freezes=freezes_at(self._monorepo, self._monorepo.tip))
            return judge(version, step.environment, course, frozen, time.time())
        tags = {each.environment: each.old for each in looked.steps if each.old}
        state = self._courses.state(step.artifact, tags)
        return judge(version, step.environment, course, state, self._courses.now)

    def _overridden(self, promotion: Promotion) -> set[str]:
        """Return the environments for which an authorized person has overridden the rules."""
        main = self._branches.main()
        return overridden(self._branches.past_decisions(promotion, main, "", merged=True))

    @cached_property
    def _courses(self) -> GateStates:
        return GateStates(self._monorepo)

    @cached_property
    def _branches(self) -> PromotionBranches:
        return PromotionBranches(self._monorepo, self._courses.authority)
