"""Turn the boxes that are ticked in a promotion issue into its pull request.

Issue text is data: boxes are matched against known names, and each tick needs someone who may promote and
answers for it. In an issue's event that is the sender of the edit, for the boxes of this edit only; in a
terminal it is whoever runs the command.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flux.errors import IssueError, RegistryError, RequestError
from flux.event import Event, IssueEdit
from flux.forge.forge import Issue, PullRequest, PullState
from flux.monorepo.history import State, changed_at, history
from flux.monorepo.monorepo import Monorepo
from flux.promotion.boxes import marks, restore, ticked
from flux.promotion.comment import is_reached
from flux.promotion.marker import mend_marker, read_marker
from flux.promotion.order import out_of_order
from flux.promotion.proposal import Promotion
from flux.proposals.authority import refusals, require_authority
from flux.proposals.converge import Proposals, Proposed, Side
from flux.proposals.issues import Issues
from flux.proposals.progress import tell

_UNVOUCHED_SECONDS = 3600


@dataclass(frozen=True)
class Applied:
    """`proposed` is None where there was nothing to apply; `undone` has what was undone in the issue, and
    why."""

    number: int
    proposed: Proposed | None = None
    undone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.proposed is not None and self.proposed.stopped

    def document(self) -> dict[str, Any]:
        return self.proposed.document() if self.proposed else {"pull_request": None}


class Applier:
    """Applies the promotion issues of one repository."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._settings = monorepo.settings
        self._forge = monorepo.forge
        self.issues = Issues(monorepo.settings, monorepo.forge)
        self.proposals = Proposals(monorepo)

    def apply(self, number: int, event: Event) -> Applied:
        """Raises RequestError where there is no such issue, and in a terminal for a caller who may not
        promote; ForgeError where a permission cannot be looked up, with nothing undone; RegistryError where
        the version is not published."""
        issue = self._forge.issue(number)
        if issue is None:
            raise RequestError(f"there is no issue {number}", "`inv issue TAG` opens a release's")
        edit = event.change
        if isinstance(edit, IssueEdit) and edit.number == number:
            return self._apply_edit(issue, edit)
        fault = self.issues.fault(issue)
        promotion = None if fault else self.issues.promotion(issue)
        if promotion is None:
            return _not_ours(issue, fault)
        if self.mend(issue, promotion):
            return _nothing(issue, "its marker had been altered, and is put right; look at its boxes again")
        if event.actions:
            return self.expire(issue, promotion)
        return self.apply_all(issue, promotion)

    def mend(self, issue: Issue, promotion: Promotion) -> bool:
        """Put right what someone has made of the marker, where that was not undone at once; whether that was
        so. Nobody knows then what the boxes were ticked for."""
        altered = read_marker(issue.body) != promotion
        if altered:
            said = "The hidden first line of this issue had been altered; it is put right again."
            self.issues.note(issue.number, ("mended", str(issue.updated)), said)
            self.issues.rewrite(issue.number, lambda body: mend_marker(body, promotion))
        return altered

    # An edit, on its sender's authority

    def _apply_edit(self, issue: Issue, edit: IssueEdit) -> Applied:
        fault = self.issues.fault(issue)
        promotion = None if fault else self.issues.told(issue.number) or read_marker(edit.before)
        if promotion is None:
            return _not_ours(issue, fault)
        if self.issues.is_automation(edit.sender):
            return _nothing(issue, f"the edit is {edit.sender}'s, which is the automation")
        if broken := _broken(edit.after, promotion):
            if _broken(edit.before, promotion):
                return self._refuse(issue, edit, promotion)
            return self._revert(issue, edit, promotion, broken)
        if broken := _broken(issue.body, promotion):
            return _nothing(issue, f"a later edit {broken}")
        if edit.sender.endswith("[bot]"):
            return _nothing(issue, f"{edit.sender} is no person, and not in the setting `automation`")
        known = {*self._settings.groups, *self._settings.environments}
        lost = (marks(edit.before).keys() - marks(edit.after).keys()) & known
        if lost and issue.body == edit.after and refusals(self._settings, self.issues, edit.sender, lost):
            return self._revert(issue, edit, promotion, "took boxes away")
        changed = self._changed(edit)
        if not changed:
            return _nothing(issue, "no box was ticked or unticked")
        refused = refusals(self._settings, self.issues, edit.sender, changed)
        main = self.proposals.main()
        undone = self._undo(issue, edit, promotion, main, refused)
        body = self._body(issue)
        wanted = ticked(body, self._settings.groups)
        chosen = {name: tick for name, tick in changed.items() if name not in refused}
        add = self._members(name for name, tick in chosen.items() if tick) & wanted
        unticked = self._members(name for name, tick in chosen.items() if not tick)
        remove = unticked - wanted
        notices = [
            f"{environment} is still wanted: the box of its whole phase is ticked"
            for environment in sorted(unticked & wanted)
        ]
        add, early = self._in_order(promotion, main, add)
        add, late = self._not_outdated(promotion, main, add, edit.time)
        for environments, reason in (*early, *late):
            undone += self.take_back(issue, environments, reason, str(edit.time))
        if not chosen:
            return Applied(issue.number, undone=undone)
        applied = self._propose(issue, promotion, add, remove, undone)
        return replace(applied, notices=(*notices, *applied.notices))

    def _changed(self, edit: IssueEdit) -> dict[str, bool]:
        """The boxes of environments and phases that an edit ticked (True) or unticked."""
        was, became = marks(edit.before), marks(edit.after)
        known = {*self._settings.groups, *self._settings.environments}
        return {
            name: became.get(name, False)
            for name in [*became, *(name for name in was if name not in became)]
            if name in known and became.get(name, False) != was.get(name, False)
        }

    def _revert(self, issue: Issue, edit: IssueEdit, promotion: Promotion, broken: str) -> Applied:
        """Undo an edit that altered what tools read."""
        if issue.body == edit.after or _broken(issue.body, promotion):
            said = f"{_mention(edit.sender)}: this edit {broken}, so it was undone as a whole."
            self.issues.note(issue.number, ("broken", edit.sender, str(edit.time)), said)
            self.issues.rewrite(issue.number, lambda body: edit.before)
        return Applied(issue.number, undone=(f"{edit.sender} {broken}",))

    def _refuse(self, issue: Issue, edit: IssueEdit, promotion: Promotion) -> Applied:
        """An edit of what somebody had altered before: nobody knows what it meant."""
        said = (
            f"{_mention(edit.sender)}: an earlier edit had altered the hidden first line here. That is put "
            "right; what you ticked was not applied: tick it again if it is still wanted."
        )
        self.issues.note(issue.number, ("refused", edit.sender, str(edit.time)), said)
        changed = self._changed(edit)
        self.issues.rewrite(
            issue.number,
            lambda body: mend_marker(restore(body, edit.before, edit.after, changed), promotion),
        )
        return Applied(issue.number, undone=(f"{edit.sender} edited an issue that was altered before",))

    def _undo(
        self, issue: Issue, edit: IssueEdit, promotion: Promotion, main: Side, refused: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Put back what someone ticked or unticked who may not; not what others have vouched for since."""
        if not refused:
            return ()
        became = marks(edit.after)
        vouched = self._held(promotion, main)
        left = {n for n in refused if became.get(n) and set(self._members([n])) <= vouched}
        put_back = {name: reason for name, reason in refused.items() if name not in left}
        if not put_back:
            return ()
        reasons = "; ".join(f"`{name}`: {reason}" for name, reason in put_back.items())
        said = f"{_mention(edit.sender)} may not promote here, so this was undone: {reasons}."
        self.issues.note(issue.number, ("undone", edit.sender, str(edit.time), *put_back), said)
        self.issues.rewrite(issue.number, lambda body: restore(body, edit.before, edit.after, put_back))
        return tuple(f"{name}: {edit.sender} may not: {reason}" for name, reason in put_back.items())

    def _held(self, promotion: Promotion, main: Side) -> set[str]:
        """The environments that have the version on main, or are proposed to."""
        branch = self.proposals.branch(promotion, main)
        proposed = branch.proposes(promotion.artifact) if branch and not branch.ended else set()
        versions = main.of(promotion.artifact)
        return proposed | {e for e, version in versions.items() if version == promotion.version}

    def _not_outdated(
        self, promotion: Promotion, main: Side, add: set[str], ticked_at: float
    ) -> tuple[set[str], list[tuple[set[str], str]]]:
        """Leave out what main has changed since it was ticked: who ticked did not know."""
        if not add:
            return add, []
        versions = main.of(promotion.artifact)
        states = list(self._history(main, promotion))
        late = {
            environment
            for environment in add
            if versions.get(environment) != promotion.version and changed_at(states, environment) > ticked_at
        }
        reason = "main has another version since it was ticked; tick it again if it is still wanted"
        return add - late, [(late, reason)] if late else []

    # All boxes, on the authority of whoever runs this

    def apply_all(self, issue: Issue, promotion: Promotion) -> Applied:
        """Propose what is ticked, and take away what is not."""
        main = self.proposals.main()
        versions = main.of(promotion.artifact)
        wanted = ticked(issue.body, self._settings.groups)
        branch = self.proposals.branch(promotion, main)
        held = branch.proposes(promotion.artifact) if branch and not branch.ended else set()
        add = {e for e in wanted - held if versions.get(e) != promotion.version}
        replaced = self.had(main, promotion, add)
        notices = tuple(
            f"{environment} had {promotion.version} and has {versions.get(environment) or 'none'} since: "
            f"`inv promote {promotion.artifact} {environment} --version {promotion.version}` goes back"
            for environment in self._settings.environments
            if environment in replaced
        )
        add, early = self._in_order(promotion, main, add - replaced)
        notices += tuple(f"{', '.join(sorted(left))} left out: {reason}" for left, reason in early)
        # What was asked for by name has no box ticked, and that takes nothing away.
        remove = held - wanted - (branch.named if branch else frozenset())
        if add or remove:
            require_authority(self._settings, self.issues, self._forge.login(), add | remove)
        applied = self._propose(issue, promotion, add, remove, ())
        return replace(applied, notices=notices + applied.notices)

    # Nobody's authority

    def expire(self, issue: Issue, promotion: Promotion) -> Applied:
        """Untick what is neither proposed nor on main, where nobody has touched the issue for an hour: nobody
        vouches for it. An unticked box takes nothing away."""
        if time.time() - issue.updated < _UNVOUCHED_SECONDS:
            return _nothing(issue, "no edit came with this run")
        main = self.proposals.main()
        versions = main.of(promotion.artifact)
        lost = {
            environment
            for environment in ticked(issue.body, self._settings.groups)
            if not is_reached(promotion, versions.get(environment))
        }
        # Of a branch that lacks its pull request, or whose was closed, `sync` opens that or says so; of one
        # that was merged, main was forced back.
        branch = self.proposals.branch(promotion, main) if lost else None
        if branch and not (branch.ended and branch.ended.state is PullState.MERGED):
            lost -= branch.proposes(promotion.artifact)
        if not lost:
            return Applied(issue.number)
        reason = "the tick got lost on its way; tick it again if it is still wanted"
        return Applied(issue.number, undone=self.take_back(issue, lost, reason, str(issue.updated)))

    # What they share

    def _propose(
        self, issue: Issue, promotion: Promotion, add: set[str], remove: set[str], undone: tuple[str, ...]
    ) -> Applied:
        target = self._monorepo.registry.repository(promotion.artifact)
        missing = add and target.resolve(promotion.version) is None
        proposed = self.converge(issue, promotion, () if missing else add, remove)
        tell(self._monorepo, self.issues, issue, proposed)
        if missing:
            raise RegistryError(
                f"{promotion.artifact} {promotion.version} is not published, so it cannot be promoted",
                "publish it with `inv publish TAG`, then tick the box again",
            )
        undone += tuple(f"{e}: main has {v or 'no version'} now" for e, v in proposed.dropped.items())
        return Applied(issue.number, proposed, undone, proposed.notices)

    def converge(
        self,
        issue: Issue,
        promotion: Promotion,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        rollback: bool = False,
        named: bool = False,
    ) -> Proposed:
        """Bring the pull request up to date, and untick what it does not propose any more."""

        def ended(pull: PullRequest, environments: set[str]) -> None:
            if pull.state is PullState.CLOSED:
                gone = environments & ticked(self._body(issue), self._settings.groups) - set(add)
                self.take_back(issue, gone, f"{pull.url} was closed", str(pull.number))

        def dropped(versions: Mapping[str, str | None]) -> None:
            for environment, version in versions.items():
                reason = f"main has {version or 'no version'} for it now"
                self.take_back(issue, {environment}, reason, version or "")

        proposed = self.proposals.converge(promotion, add, remove, rollback, issue.url, named, ended, dropped)
        if proposed.stopped and proposed.pull_request:
            self.issues.note(proposed.pull_request.number, proposed.notices, "\n".join(proposed.notices))
        return proposed

    def take_back(
        self, issue: Issue, environments: Collection[str], reason: str, occasion: str
    ) -> tuple[str, ...]:
        """Untick boxes and say why, once for each occasion."""
        if not environments:
            return ()
        listed = [environment for environment in self._settings.environments if environment in environments]
        names = ", ".join(f"`{environment}`" for environment in listed)
        self.issues.note(
            issue.number, ("taken back", reason, occasion, *listed), f"Unticked {names}: {reason}."
        )
        self.issues.untick(issue.number, environments)
        return tuple(f"{environment}: {reason}" for environment in listed)

    def _in_order(
        self, promotion: Promotion, main: Side, add: set[str]
    ) -> tuple[set[str], list[tuple[set[str], str]]]:
        """Leave out phases before their time, where the order of phases is required."""
        if not self._settings.require_order:
            return add, []
        versions = main.of(promotion.artifact)
        early = out_of_order(self._settings.groups, versions, promotion.version, add)
        left: list[tuple[set[str], str]] = []
        for phase, behind in early.items():
            members = add & set(self._settings.groups[phase])
            left.append((members, f"{', '.join(behind)} comes first and does not have {promotion.version}"))
            add = add - members
        return add, left

    def had(self, main: Side, promotion: Promotion, environments: Collection[str]) -> set[str]:
        """Of environments, those that had the promotion's version some time on main."""
        if not environments:
            return set()
        return {
            environment
            for state in self._history(main, promotion)
            for environment in environments
            if state.versions.get(environment) == promotion.version
        }

    def _history(self, main: Side, promotion: Promotion) -> Iterator[State]:
        return history(self._monorepo.repository, self._settings, main.commit, promotion.artifact)

    def _members(self, names: Iterable[str]) -> set[str]:
        """The environments that boxes stand for."""
        groups = self._settings.groups
        return {environment for name in names for environment in groups.get(name, (name,))}

    def _body(self, issue: Issue) -> str:
        """An issue's body as it is now."""
        now = self._forge.issue(issue.number)
        return now.body if now else issue.body


def _broken(body: str, promotion: Promotion) -> str:
    """What has been done to the body of a promotion's issue that tools cannot read it any more."""
    try:
        marks(body)
    except IssueError:
        return "made the issue's text one that cannot be read"
    return "" if read_marker(body) == promotion else "altered the issue's marker"


def _nothing(issue: Issue, why: str) -> Applied:
    return Applied(issue.number, notices=(f"nothing was applied: {why}",))


def _not_ours(issue: Issue, fault: str) -> Applied:
    fault = fault or "it does not have the marker of one"
    return Applied(issue.number, notices=(f"issue {issue.number} is no promotion issue of ours: {fault}",))


def _mention(login: str) -> str:
    return f"@{login}" if " " not in login else login
