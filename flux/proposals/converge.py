"""Bring a promotion's branch and pull request to what is wanted, whatever is there already."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flux.errors import DesiredStateError, ForgeError
from flux.forge.forge import PullRequest, PullState
from flux.monorepo.monorepo import Monorepo
from flux.promotion.desired import Desired, parse_desired
from flux.promotion.edit import set_versions
from flux.promotion.proposal import (
    BRANCHES,
    Change,
    Plan,
    Promotion,
    commit_message,
    is_rollback,
    plan,
    proposes,
    read_message,
    read_named,
    stays_inside,
)
from flux.promotion.request import request_body, request_title
from flux.proposals.background import background

_MOST_TRIES = 10


@dataclass(frozen=True)
class Proposed:
    """What became of a promotion's pull request: `action` is `opened`, `updated`, `unchanged`, `closed`,
    `none` (nothing to propose) or `stopped` (the branch has somebody else's commit).

    `main` has the artifact's versions on main; `dropped` the environments that main has given another version
    meanwhile, and that version.
    """

    promotion: Promotion
    action: str
    main: Mapping[str, str]
    pull_request: PullRequest | None = None
    changes: tuple[Change, ...] = ()
    dropped: Mapping[str, str | None] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        return self.action == "stopped"

    def document(self) -> dict[str, Any]:
        pull = self.pull_request
        if pull is None:
            return {"pull_request": None}
        return {
            "pull_request": {
                "number": pull.number,
                "url": pull.url,
                "branch": pull.branch,
                "changes": [change.document() for change in self.changes],
            }
        }


@dataclass(frozen=True)
class Side:
    """The desired state at one commit."""

    commit: str
    content: bytes | None
    desired: Desired

    def of(self, artifact: str) -> Mapping[str, str]:
        return self.desired.get(artifact, {})


@dataclass(frozen=True)
class Branch:
    """A promotion's branch: where it left main, where it is, its pull request and what it says of itself.

    `pull_request` is the open one; `ended` the merged or closed one that the branch was for, which it has
    outlived. `foreign` is a commit on it that is somebody else's.
    """

    base: Side
    head: Side
    pull_request: PullRequest | None
    ended: PullRequest | None
    foreign: str
    rollback: bool
    named: frozenset[str]
    """The environments that someone asked for by name, rather than by a box."""

    def proposes(self, artifact: str) -> set[str]:
        return proposes(self.base.of(artifact), self.head.of(artifact))


Ended = Callable[[PullRequest, set[str]], object]
Dropped = Callable[[Mapping[str, str | None]], object]


class Proposals:
    """The promotions of one repository, each a branch and a pull request."""

    def __init__(self, monorepo: Monorepo) -> None:
        self._monorepo = monorepo
        self._repository = monorepo.repository
        self._settings = monorepo.settings
        self._forge = monorepo.forge

    def main(self) -> Side:
        """The desired state at the tip. Raises TipUnknownError, and DesiredStateError for one with errors."""
        return self._side(self._repository.tip(self._settings.branch))

    def begun(self) -> list[Promotion]:
        """Every promotion that has a branch, with or without a pull request, and is not merged."""
        heads = self._forge.branches(BRANCHES)
        tip = self._repository.tip(self._settings.branch) if heads else ""
        found = (self._promotion_of(branch, head, tip) for branch, head in heads.items())
        return [promotion for promotion in found if promotion]

    def branch(self, promotion: Promotion, main: Side) -> Branch | None:
        """A promotion's branch as it is now, None where there is none."""
        head = self._forge.branch(promotion.branch)
        if head is None:
            return None
        base_branch = self._settings.branch
        pulls = [p for p in self._forge.pull_requests(branch=promotion.branch) if p.base == base_branch]
        open_ = next((pull for pull in pulls if pull.state is PullState.OPEN), None)
        ended = None
        if open_ is None:
            ended = next((pull for pull in reversed(pulls) if pull.head == head), None)
        self._need(head, promotion)
        base = self._repository.merge_base(main.commit, head)
        if base is None:
            return Branch(main, replace(main, commit=head), open_, ended, head, False, frozenset())
        messages = self._repository.messages(head, main.commit)
        ours = [message.text for message in messages if read_message(message.text) == promotion]
        foreign = next(
            (
                message.commit
                for message in messages
                if read_message(message.text) != promotion
                and not (len(message.parents) == 2 and self._is_main(message.parents[1], main))
            ),
            "",
        )
        sides = self._past(base), self._past(head)
        changed = {change.path for change in self._repository.changes(base, head, "")}
        if changed - {self._settings.releaseconfig} or not stays_inside(
            promotion, sides[0].desired, sides[1].desired
        ):
            foreign = foreign or head
        named = frozenset(name for text in ours for name in read_named(text))
        return Branch(*sides, open_, ended, foreign, any(map(is_rollback, ours)), named)

    def closed(self, promotion: Promotion, main: Side) -> tuple[PullRequest, set[str]] | None:
        """The last pull request of a promotion whose branch is gone, and what it proposed, where it was
        closed unmerged; None where it was not, or its commits are gone too."""
        pulls = self._forge.pull_requests(branch=promotion.branch)
        last = pulls[-1] if pulls else None
        if last is None or last.state is not PullState.CLOSED or not self._repository.obtain(last.head):
            return None
        base = self._repository.merge_base(main.commit, last.head)
        if base is None:
            return None
        sides = self._past(base), self._past(last.head)
        return last, proposes(*(side.of(promotion.artifact) for side in sides))

    def converge(
        self,
        promotion: Promotion,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        rollback: bool = False,
        issue: str = "",
        named: bool = False,
        on_ended: Ended = lambda pull, environments: None,
        on_dropped: Dropped = lambda versions: None,
    ) -> Proposed:
        """Let the pull request propose what it does already, with `add` and without `remove`.

        `issue` is the URL of the promotion issue, or empty; `named` says that `add` was asked for by name.

        Branches only move forward, and all is looked at again where somebody was faster. Before the branch of
        a pull request that was merged or closed is deleted, `on_ended` is told of it and of what it proposed;
        before a branch gives up what main has changed, `on_dropped` is told of main's versions: afterwards
        nobody could tell any more.
        """
        for _ in range(_MOST_TRIES):
            main = self.main()
            branch = self.branch(promotion, main)
            if branch and (branch.ended or self._is_spent(branch, main)):
                if branch.ended:
                    on_ended(branch.ended, branch.proposes(promotion.artifact))
                if not self._forge.delete_branch(promotion.branch, branch.head.commit):
                    continue
                branch = None
            if branch and branch.foreign:
                return self._stopped(promotion, main, branch)
            versions = main.of(promotion.artifact)
            planned = plan(
                promotion.version,
                branch.base.of(promotion.artifact) if branch else versions,
                branch.head.of(promotion.artifact) if branch else versions,
                versions,
                add,
                remove,
                self._settings.environments,
            )
            if planned.dropped:
                on_dropped(planned.dropped)
            if not planned.changes:
                ended = self._end(promotion, main, branch, planned)
                if ended is None:
                    continue
                return ended
            back = rollback or bool(branch and branch.rollback)
            moved = self._move(promotion, main, branch, planned, back, add if named else ())
            if moved is not None:
                return self._request(promotion, main, branch, planned, back, moved, issue)
        raise ForgeError(
            f"{promotion.branch} moved on {_MOST_TRIES} times while it was written to",
            "run the same command again",
        )

    def _move(
        self,
        promotion: Promotion,
        main: Side,
        branch: Branch | None,
        planned: Plan,
        rollback: bool,
        named: Collection[str],
    ) -> bool | None:
        """Bring the branch to what is planned: whether it moved, None where somebody was faster."""
        versions = planned.versions
        content = self._edited(main, promotion, versions)
        message = commit_message(promotion, versions, rollback, [e for e in versions if e in named])
        path = self._settings.releaseconfig
        if branch is None:
            commit = self._forge.commit([main.commit], {path: content}, message)
            return self._forge.create_branch(promotion.branch, commit) or None
        parents = [branch.head.commit]
        edited = self._merging(branch.base, promotion, versions, main, content)
        if edited is not None:
            if edited == branch.head.content:
                return False
            content = edited
        else:
            # Main comes first: its files are the merge's, and its line stays the first-parent line.
            parents = [main.commit, branch.head.commit]
        commit = self._forge.commit(parents, {path: content}, message)
        return self._forge.advance_branch(promotion.branch, commit) or None

    def _edited(self, side: Side, promotion: Promotion, versions: Mapping[str, str]) -> bytes:
        return set_versions(side.content, promotion.artifact, versions, self._settings.environments)

    def _merging(
        self, base: Side, promotion: Promotion, versions: Mapping[str, str], main: Side, expected: bytes
    ) -> bytes | None:
        """The edit on top of where the branch left main, where git merges that into main, and to what is
        expected; None where it does not."""
        try:
            edited = self._edited(base, promotion, versions)
            if base.content == main.content:
                return edited
            merged = self._repository.merged(base.content or b"", edited, main.content or b"")
            if merged is not None and self._parsed(merged) == self._parsed(expected):
                return edited
        except DesiredStateError:  # as with environments that there are none of any more
            pass
        return None

    def _request(
        self,
        promotion: Promotion,
        main: Side,
        branch: Branch | None,
        planned: Plan,
        rollback: bool,
        moved: bool,
        issue: str,
    ) -> Proposed:
        title = request_title(promotion, planned.changes, self._settings.groups, rollback)
        versions = main.of(promotion.artifact)
        known = background(self._monorepo, promotion, planned.changes, versions, issue, rollback)
        body = request_body(promotion, planned.changes, known, rollback)
        pull = branch.pull_request if branch else None
        if pull is None:
            pull, action = self._open(promotion, title, body), "opened"
        elif (pull.title, pull.body.strip()) != (title, body.strip()):
            self._forge.edit_pull_request(pull.number, title=title, body=body)
            action = "updated"
        else:
            action = "updated" if moved else "unchanged"
        return Proposed(promotion, action, versions, pull, planned.changes, planned.dropped)

    def _open(self, promotion: Promotion, title: str, body: str) -> PullRequest:
        try:
            return self._forge.create_pull_request(title, body, promotion.branch, self._settings.branch)
        except ForgeError:
            # Somebody was faster, or an earlier try that was not answered did it after all.
            there = self._forge.pull_requests(PullState.OPEN, promotion.branch)
            if not there:
                raise
            return there[0]

    def _end(self, promotion: Promotion, main: Side, branch: Branch | None, planned: Plan) -> Proposed | None:
        """Nothing is left to propose: without its branch a pull request is closed. None where somebody was
        faster."""
        versions = main.of(promotion.artifact)
        if branch is None:
            return Proposed(promotion, "none", versions, dropped=planned.dropped)
        if not self._forge.delete_branch(promotion.branch, branch.head.commit):
            return None
        return Proposed(promotion, "closed", versions, branch.pull_request, dropped=planned.dropped)

    def _stopped(self, promotion: Promotion, main: Side, branch: Branch) -> Proposed:
        notice = (
            f"{promotion.branch} has a commit that is not the automation's, {branch.foreign[:12]}, "
            "and is left as it is: "
            + ("merge or close its pull request" if branch.pull_request else "delete the branch")
            + ", or take the commit off the branch"
        )
        versions, proposed = main.of(promotion.artifact), branch.proposes(promotion.artifact)
        changes = tuple(
            Change(environment, versions.get(environment), promotion.version)
            for environment in self._settings.environments
            if environment in proposed
        )
        return Proposed(promotion, "stopped", versions, branch.pull_request, changes, notices=(notice,))

    def _promotion_of(self, branch: str, head: str, tip: str) -> Promotion | None:
        """The promotion that a branch says to be, by its commits."""
        messages = self._repository.messages(head, tip) if self._repository.obtain(head) else []
        said = (read_message(message.text) for message in messages)
        return next((promotion for promotion in said if promotion and promotion.branch == branch), None)

    def _need(self, commit: str, promotion: Promotion) -> None:
        if not self._repository.obtain(commit):
            raise ForgeError(
                f"{promotion.branch} is at {commit[:12]}, which origin does not have",
                "is origin the repository that the forge has? check GITHUB_REPOSITORY",
            )

    def _is_main(self, commit: str, main: Side) -> bool:
        return self._repository.merge_base(commit, main.commit) == commit

    def _is_spent(self, branch: Branch, main: Side) -> bool:
        return branch.pull_request is None and self._is_main(branch.head.commit, main)

    def _side(self, commit: str) -> Side:
        content = self._repository.file(commit, self._settings.releaseconfig)
        return Side(commit, content, self._parsed(content))

    def _past(self, commit: str) -> Side:
        """The desired state at a commit that is not main's any more: environments may have gone since, and a
        file that nobody can read desires nothing."""
        content = self._repository.file(commit, self._settings.releaseconfig)
        try:
            return Side(commit, content, parse_desired(self._settings.releaseconfig, content, None))
        except DesiredStateError:
            return Side(commit, content, {})

    def _parsed(self, content: bytes | None) -> Desired:
        return parse_desired(self._settings.releaseconfig, content, self._settings.environments)
