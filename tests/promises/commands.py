"""The commands of a story, which may die."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from flux.commands.release import create_release, plan_release
from flux.errors import FluxError, RequestError
from flux.event import TERMINAL
from flux.promotion.boxes import ticked
from flux.promotion.proposal import Promotion
from tests.commands.disturbing import disturbed, faulty_registry, mortal
from tests.github import faults
from tests.promises.ground import GROUPS, HOUR, MAY, Ground, artifacts, names, people, picks

T = TypeVar("T")


@dataclass(frozen=True)
class Death:
    """Where a command dies: at a call to the forge or the registry, before or after it took effect."""

    number: int
    late: bool
    of_registry: bool


deaths = st.none() | st.none() | st.builds(Death, st.integers(1, 24), st.booleans(), st.booleans())


class Commands(Ground):
    """What people and workflows run."""

    @contextmanager
    def dying(self, death: Death | None) -> Iterator[None]:
        with ExitStack() as stack:
            if death is None:
                pass
            elif death.of_registry:
                stack.enter_context(faulty_registry(death.number, death.late))
            elif self.world.github:
                fault = faults.LOST if death.late else faults.DROP
                stack.enter_context(disturbed(self.world.github, death.number, fault, gone=True))
            else:
                stack.callback(setattr, self.world, "between", self.world.between)
                self.world.between = lambda forge: mortal(forge, death.number, death.late)
            yield

    def command(self, run: Callable[[], T], death: Death | None = None) -> T | None:
        """Whatever is proposed anew was wanted by somebody who may, of what main has now."""
        before, done = self.proposals(), None
        stopped = self.stopped(before)
        with self.dying(death):
            try:
                done = run()
            except FluxError as error:
                note(f"    {type(error).__name__}: {error.message}")
        after = self.proposals()
        self.forge_merges_what_rules_say(after)
        for branch, head in self.stopped(after).items():
            assert stopped.get(branch) == head, f"{branch} moved on past somebody's commit"
        for branch, proposal in after.items():
            known = before.get(branch)
            old = known.changes if known and self.is_ancestor(known.head, proposal.head) else frozenset()
            for artifact, environment, version in proposal.changes - old:
                if environment in self.ruled:
                    continue
                wanted = self.wants.get((Promotion(artifact, version), environment), -1)
                main = self.moved.get((artifact, environment), -1)
                # What main moves in a step is noted in the next one, after all that was wanted in this one.
                assert wanted >= main, f"{branch} proposes {environment}, wanted at {wanted}, moved at {main}"
        return done

    def vouch(self, *numbers: int) -> None:
        """Whoever runs a command wants what is ticked in these issues, or in all, unless main had it before:
        that was taken back."""
        line = [self.config(commit) for commit in self.line()]
        for number in numbers or self.titles:
            promotion = self.titles[number]
            for environment in ticked(self.world.issue(number).body, GROUPS):
                had = (versions.get(promotion.artifact, {}).get(environment) for versions in line)
                if promotion.version not in had:
                    self.want(promotion, {environment})

    def want(self, promotion: Promotion, wanted: set[str]) -> None:
        self.wants |= {(promotion, environment): self.step for environment in wanted}

    @initialize()
    def first_issue(self) -> None:
        self.world.open(self.releases[-1])

    @rule(artifact=artifacts, value=st.integers(0, 3))
    def commit(self, artifact: str, value: int) -> None:
        self.world.change({f"artifacts/{artifact}/x.yaml": f"value: {value}\n"})

    @rule(death=deaths)
    def build(self, death: Death | None) -> None:
        with suppress(AssertionError):
            self.command(self.world.build, death)

    @rule(artifact=artifacts, bump=st.sampled_from(("patch", "minor", "prerelease")), publish=st.booleans())
    def release(self, artifact: str, bump: str, publish: bool) -> None:
        path = f"artifacts/{artifact}/x.yaml"
        self.world.change({path: f"release: {next(self.numbers)}\n"})
        with self.world.opened(login="alice") as monorepo:
            try:
                planned = plan_release(monorepo, artifact, bump, False)
            except RequestError:
                if not self.strange:  # its tag is there, at a commit that main was forced back from
                    raise
                return
            create_release(monorepo, planned)
        self.releases.append(planned.tag)
        if publish:
            self.world.publish(planned.tag)

    @rule(pick=picks, death=deaths)
    def publish(self, pick: int, death: Death | None) -> None:
        with suppress(AssertionError):
            self.command(lambda: self.world.publish(self.releases[pick % len(self.releases)]), death)

    @rule(pick=picks, death=deaths)
    def open(self, pick: int, death: Death | None) -> None:
        self.command(lambda: self.world.open(self.releases[pick % len(self.releases)]), death)

    @precondition(lambda self: self.events or (self.titles and not self.world.github))
    @rule(pick=picks, death=deaths)
    def apply(self, pick: int, death: Death | None) -> None:
        """Of an event, new or old; without events, as whoever is there."""
        if self.world.github:
            event = self.events[-1 - pick % len(self.events)]
            number = event.change.number  # type: ignore[union-attr]
            self.command(lambda: self.world.apply(event, number), death)
        else:
            number = [*self.titles][pick % len(self.titles)]
            self.vouch(number)
            self.command(lambda: self.world.apply(TERMINAL, number), death)

    @precondition(lambda self: self.titles)
    @rule(pick=picks, login=people, death=deaths)
    def apply_in_a_terminal(self, pick: int, login: str, death: Death | None) -> None:
        number = [*self.titles][pick % len(self.titles)]
        if login in MAY or not self.world.github:
            self.vouch(number)
        self.command(lambda: self.world.apply(TERMINAL, number, login), death)

    @rule(
        artifact=artifacts,
        name=names,
        version=st.none() | st.sampled_from(("1.0.0", "1.1.0")),
        login=people,
        death=deaths,
    )
    def promote(self, artifact: str, name: str, version: str | None, login: str, death: Death | None) -> None:
        versions = [version] if version else self.versions(artifact)
        if login in MAY or not self.world.github:
            for each in versions:
                self.want(Promotion(artifact, each), {*GROUPS.get(name, (name,))})
        self.command(lambda: self.world.promote(artifact, name, version, login), death)

    @rule(artifact=artifacts, name=names, login=st.sampled_from(MAY), death=deaths)
    def roll_back(self, artifact: str, name: str, login: str, death: Death | None) -> None:
        for each in self.versions(artifact):
            self.want(Promotion(artifact, each), {*GROUPS.get(name, (name,))})
        self.command(lambda: self.world.roll_back(artifact, name, login), death)

    @precondition(lambda self: self.events)
    @rule(pick=picks, login=people, death=deaths)
    def apply_again(self, pick: int, login: str, death: Death | None) -> None:
        """Somebody runs the job of an event again. Who may not is no reason to propose anything."""
        event = replace(self.events[-1 - pick % len(self.events)], rerun_by=login)
        number = event.change.number  # type: ignore[union-attr]
        before = self.proposals()
        self.command(lambda: self.world.apply(event, number), death)
        if login not in MAY:
            asked = {branch: known.changes for branch, known in self.proposals().items()}
            for branch, changes in asked.items():
                known = before.get(branch)
                assert not changes - (known.changes if known else set()), f"{branch} follows {login}"

    @rule(death=deaths)
    def tag(self, death: Death | None) -> None:
        self.command(self.world.tag, death)

    @rule(death=deaths)
    def sync(self, death: Death | None) -> None:
        self.command(self.world.sync, death)

    @rule(death=deaths)
    def reconcile(self, death: Death | None) -> None:
        if not self.world.github:
            self.vouch()
        self.command(self.world.reconcile, death)

    @rule()
    def an_hour_passes(self) -> None:
        self.clock.elapse(HOUR)
