"""Decides the next step of a promotion's branch, from facts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from flux.errors import DesiredStateError
from flux.promotion.desired import Desired
from flux.promotion.desired_edit import set_versions
from flux.promotion.ledger import Decision, How, asked, latest, new_decisions, withdrawn
from flux.promotion.proposal import Promotion, Proposal, propose
from flux.promotion.texts.commits import commit_message

MergeContents = Callable[[bytes, bytes, bytes], bytes | None]
"""The three-way merge of a base, ours and theirs; None if they conflict."""
Parse = Callable[[bytes], Desired]
"""Parses a file's content into the desired state. Raises DesiredStateError."""


@dataclass(frozen=True)
class Side:
    """The desired state at one commit. `content` is None if there is no file."""

    commit: str
    content: bytes | None
    desired: Desired

    def of(self, artifact: str) -> Mapping[str, str]:
        """Return the artifact's versions by environment."""
        return self.desired.get(artifact, {})


@dataclass(frozen=True)
class BranchState:
    """A promotion's branch. `base` is where it left main, and `head` is where it is now.

    `is_over` says that its pull request was merged or closed, or that main has all its changes. `is_foreign`
    says that it has a commit by somebody else. `decisions` are those that its commits record.
    """

    base: Side
    head: Side
    is_over: bool
    is_foreign: bool
    is_rollback: bool
    decisions: Sequence[Decision] = ()


@dataclass(frozen=True)
class Wish:
    """What was decided in addition to the branch's own decisions. `decisions` must be applied and recorded.
    `known` were recorded elsewhere before."""

    decisions: Sequence[Decision] = ()
    known: Sequence[Decision] = ()
    rollback: bool = False
    later: frozenset[str] = frozenset()
    """Environments that wait, so that the others can proceed."""
    resumed: Sequence[Decision] = ()
    """Those of `known` that waited and now continue."""


class StepKind(StrEnum):
    """What happens to the branch."""

    END = "end"
    """Delete it: its purpose is over. Then decide again."""
    STOP = "stop"
    """Leave it: it has a commit by somebody else."""
    CLOSE = "close"
    """Delete it: nothing is left to propose."""
    NOTHING = "nothing"
    """There is no branch, and nothing to propose."""
    KEEP = "keep"
    """The branch already proposes what is wanted."""
    CREATE = "create"
    ADVANCE = "advance"


_NO_PROPOSAL = Proposal((), {})


@dataclass(frozen=True)
class BranchStep:
    """One step. `parents`, `content` and `message` are for the commit that CREATE and ADVANCE make.

    `unwritten` are new decisions that no commit records, but that still count.
    """

    kind: StepKind
    proposal: Proposal = _NO_PROPOSAL
    rollback: bool = False
    parents: Sequence[str] = ()
    content: bytes = b""
    message: str = ""
    unwritten: Sequence[Decision] = ()
    decisions: Sequence[Decision] = ()
    """The decisions that the branch records after the step."""


def next_step(
    promotion: Promotion,
    main: Side,
    branch: BranchState | None,
    wish: Wish,
    order: Sequence[str],
    parse: Parse,
    merge: MergeContents,
) -> BranchStep:
    """Return the step that brings a branch, or None, to the wish. `order` has the environments in order.

    Branches only move forward. If git would not merge the branch into main as it is, the step merges main
    into it. Main is the first parent of that merge, so that main's history stays the first-parent line.
    """
    if branch and branch.is_over:
        return BranchStep(StepKind.END)
    if branch and branch.is_foreign:
        return BranchStep(StepKind.STOP)
    versions = main.of(promotion.artifact)
    known = [*(branch.decisions if branch else ()), *wish.known]
    new = [*new_decisions(wish.decisions, known), *wish.resumed]
    proposal = propose(
        promotion.version,
        branch.base.of(promotion.artifact) if branch else versions,
        branch.head.of(promotion.artifact) if branch else versions,
        versions,
        asked(new, known),
        withdrawn([*known, *new]) | wish.later,
        order,
    )
    if not proposal.changes:
        counts = [d for d in new if branch or _takes_away(d, promotion, versions)]
        return BranchStep(StepKind.CLOSE if branch else StepKind.NOTHING, proposal, unwritten=counts)
    rollback = wish.rollback or bool(branch and branch.is_rollback)
    message = commit_message(promotion, proposal.versions, rollback, new)
    content = set_versions(main.content, promotion.artifact, proposal.versions, order)
    if branch is None:
        return BranchStep(StepKind.CREATE, proposal, rollback, (main.commit,), content, message, (), new)
    created = BranchStep(StepKind.ADVANCE, proposal, rollback, (), content, message)
    return _advance(promotion, main, branch, created, new, known, order, parse, merge)


def _advance(
    promotion: Promotion,
    main: Side,
    branch: BranchState,
    step: BranchStep,
    new: Sequence[Decision],
    known: Sequence[Decision],
    order: Sequence[str],
    parse: Parse,
    merge: MergeContents,
) -> BranchStep:
    """Return the step for a branch that exists. `step` has the content and the message for main."""
    proposal, content = step.proposal, step.content
    edited = _merging(promotion, branch.base, main, proposal, content, order, parse, merge)
    if edited is None:
        parents = (main.commit, branch.head.commit)
        return replace(step, parents=parents, decisions=[*branch.decisions, *new])
    overrides = any(decision.how is How.OVERRIDE for decision in new)  # a commit must record these
    kind = StepKind.KEEP if edited == branch.head.content and not overrides else StepKind.ADVANCE
    is_kept = kind is StepKind.KEEP
    unwritten = [decision for decision in new if is_kept and not _repeats(decision, known)]
    decisions = [*branch.decisions, *([] if is_kept else new)]
    return replace(
        step,
        kind=kind,
        parents=(branch.head.commit,),
        content=edited,
        unwritten=unwritten,
        decisions=decisions,
    )


def _repeats(decision: Decision, known: Sequence[Decision]) -> bool:
    """Whether somebody repeats their own last request, for example by running a command again."""
    said = latest(known)
    own = [said[e].who for e in decision.environments if e in said and said[e].asks]
    return decision.how in (How.NAME, How.RULE) and own == [decision.who] * len(decision.environments)


def _takes_away(decision: Decision, promotion: Promotion, versions: Mapping[str, str]) -> bool:
    """Whether a decision withdraws what main does not have. An older request for it may still arrive."""
    return not decision.asks and any(versions.get(e) != promotion.version for e in decision.environments)


def _merging(
    promotion: Promotion,
    base: Side,
    main: Side,
    proposal: Proposal,
    expected: bytes,
    order: Sequence[str],
    parse: Parse,
    merge: MergeContents,
) -> bytes | None:
    """Return the edit of the commit where the branch left main; None if git does not merge it into main with
    the expected result."""
    try:
        edited = set_versions(base.content, promotion.artifact, proposal.versions, order)
        if base.content == main.content:
            return edited
        merged = merge(base.content or b"", edited, main.content or b"")
        return edited if merged is not None and parse(merged) == parse(expected) else None
    except DesiredStateError:  # for example, environments are gone
        return None
