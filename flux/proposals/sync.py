"""Updates promotion issues and pull requests to match main and the registry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from flux.errors import FluxError, ForgeError, IssueError, without_frames
from flux.forge.forge import Issue
from flux.monorepo.desired_history import change_of, had_version, history
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.tip_settings import require_current_settings
from flux.notice import AnyNotice, Notice
from flux.promotion.boxes import marks, ticked
from flux.promotion.convergence import Side, Wish
from flux.promotion.ledger import Decision, How, latest
from flux.promotion.outcome import about_taking_back
from flux.promotion.proposal import Promotion
from flux.promotion.texts import undoing as say
from flux.promotion.texts.comment import EnvironmentRow, is_reached
from flux.promotion.undoing import Closed, Loss, Undone, UntickReason
from flux.proposals.apply import Applier
from flux.proposals.converge import Proposed, ProposedAction
from flux.proposals.progress import tell
from flux.working import Working, silently


@dataclass(frozen=True)
class Synced:
    """What was done for one promotion. `closed` says that its issue was closed, `error` that it failed.
    `standings` has the environments if there is an issue that shows them."""

    promotion: Promotion
    issue: Issue | None
    proposed: Proposed | None
    closed: bool = False
    undone: tuple[Undone, ...] = ()
    standings: tuple[EnvironmentRow, ...] = ()
    error: FluxError | None = None

    @property
    def repaired(self) -> list[str]:
        """What was done, except for comments."""
        done = list(map(say.undone, self.undone))
        if self.proposed and self.proposed.action.is_change:
            done.append(f"{self.proposed.action} its pull request")
        return done + (["closed its issue"] if self.closed else [])


@dataclass(frozen=True)
class Sync:
    promotions: list[Synced]
    notices: tuple[AnyNotice, ...] = ()

    @property
    def failed(self) -> list[Synced]:
        return [synced for synced in self.promotions if synced.error]


class Syncer:
    """Updates every open promotion."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._applier = Applier(monorepo)

    def sync(self, working: Working = silently, artifacts: Collection[str] = ()) -> Sync:
        """Update promotions of all artifacts, or of the named ones. If one fails, the others continue."""
        require_current_settings(self._monorepo)
        issues: dict[Promotion, Issue] = {}
        for issue, promotion in self._applier.issues.all():
            if promotion not in issues or (issue.open and not issues[promotion].open):
                issues[promotion] = issue
        begun = self._applier.branches.begun()
        open_ones = dict.fromkeys([*(p for p, issue in issues.items() if issue.open), *begun])
        due = [one for one in open_ones if not artifacts or one.artifact in artifacts]
        done = []
        with working("syncing", len(due)) as on_done:
            for promotion in due:
                done.append(self._one(promotion, issues.get(promotion)))
                on_done(promotion)
        answered = () if artifacts else self._answer_earlier()
        return Sync(done, (*answered, *self._applier.issues.warnings))

    def _answer_earlier(self) -> tuple[AnyNotice, ...]:
        """Answer the issues of an earlier system. If that fails, return a notice about it."""
        try:
            return self._applier.earlier.answer_all()
        except FluxError as error:
            return (Notice(error, "issues of an earlier system were not answered"),)

    def _one(self, promotion: Promotion, issue: Issue | None) -> Synced:
        try:
            if issue is None:
                return _stopped(Synced(promotion, None, self._applier.converge_alone(promotion)))
            disagrees = self._applier.disagrees(issue, promotion)
            if disagrees and disagrees.refused:
                raise IssueError(disagrees.refused.message, "fix that, or close the issue")
            self._applier.mend(issue, promotion)
            known = self._applier.known(promotion, issue.number)
            proposed = self._applier.converge(issue, promotion, Wish(known=known))
            undone = self._take_back(issue, promotion, known)
            rulings = self._applier.converger.rulings
            standings = tell(self._monorepo, self._applier.issues, issue, proposed, rulings)
            done = proposed.pull_request is None or proposed.action is ProposedAction.CLOSED
            closes = issue.open and done and self._is_complete(issue, promotion, standings)
            if closes:
                self._monorepo.forge.edit_issue(issue.number, open=False)
            return _stopped(Synced(promotion, issue, proposed, closes, undone, tuple(standings)))
        except FluxError as error:
            return Synced(promotion, issue, None, error=without_frames(error))

    def _take_back(self, issue: Issue, promotion: Promotion, known: Sequence[Decision]) -> tuple[Undone, ...]:
        """Untick environments that had this version and got a lower one since, and those of a closed pull
        request whose branch is gone."""
        main = self._applier.branches.main()
        versions = main.of(promotion.artifact)
        shown = ticked(issue.body, self._settings.groups)
        # Include boxes that an earlier run unticked without being able to comment on it.
        wanted = shown | {name for name, last in latest(known).items() if last.how is How.TICK}
        fallen = {name for name in wanted if not is_reached(promotion, versions.get(name))}
        if not fallen:
            return ()
        if branch := self._applier.branches.read(promotion, main):
            fallen -= branch.proposes(promotion.artifact)
            closed = None
        else:
            closed = self._applier.branches.closed(promotion, main)
        had = had_version(self._monorepo, promotion, fallen, main.commit)
        rolled_back = self._rolled_back(promotion, had, main)
        groups: list[tuple[set[str], UntickReason, str]] = [
            (names, Loss.ROLLED_BACK, commit) for commit, names in rolled_back.items()
        ]
        if closed:
            pull, proposed = closed
            groups.append(((fallen & proposed.keys()) - had, Closed(pull.url), str(pull.number)))
        due = [
            (names, reason, occasion)
            for names, reason, occasion in groups
            if names & shown or (names and not self._is_told(issue, reason, occasion))
        ]
        return tuple(undone for each in due for undone in self._applier.take_back(issue, *each))

    def _rolled_back(
        self, promotion: Promotion, environments: Collection[str], main: Side
    ) -> dict[str, set[str]]:
        """Group environments by the commit that gave them their present version."""
        found: dict[str, set[str]] = {}
        states = list(history(self._monorepo, promotion.artifact, main.commit)) if environments else []
        for environment in environments:
            if change := change_of(states, environment):
                found.setdefault(change.commit, set()).add(environment)
        return found

    def _is_told(self, issue: Issue, reason: UntickReason, occasion: str) -> bool:
        return self._applier.issues.has_noted(issue.number, about_taking_back(reason, occasion))

    def _is_complete(self, issue: Issue, promotion: Promotion, standings: list[EnvironmentRow]) -> bool:
        """Whether every environment with a box in the issue has the version, or a newer one."""
        names = marks(issue.body)
        boxed = {
            environment
            for phase, members in self._settings.groups.items()
            for environment in members
            if phase in names or environment in names
        }
        own = [standing for standing in standings if standing.environment in boxed]
        return bool(own) and all(
            standing.deployed and standing.is_settled
            if standing.desired == promotion.version
            else is_reached(promotion, standing.desired)
            for standing in own
        )


def _stopped(synced: Synced) -> Synced:
    """Mark a promotion as failed if a commit of somebody else has stopped it."""
    if synced.proposed and synced.proposed.stopped:
        return replace(synced, error=ForgeError(synced.proposed.stopped.message, "then run `inv issue.sync`"))
    return synced
