"""Checks the pull request of a promotion: its image, who asked for it, and who approved it."""

from dataclasses import dataclass, field

from flux.errors import RequestError
from flux.forge.forge import PullRequest
from flux.monorepo.artifacts import artifacts_at
from flux.monorepo.desired import stray_of
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.names import has_artifact
from flux.monorepo.obtained_lines import obtain_lines
from flux.monorepo.tip_settings import require_current_settings
from flux.monorepo.vouching import Vouching
from flux.promotion.convergence import Side
from flux.promotion.faults import ForeignCommit, MergeFault, NoPromotion, Outlived, Removed
from flux.promotion.ledger import Decision, How, since_begun
from flux.promotion.phase_order import not_lowered
from flux.promotion.proposal import PROMOTION_BRANCHES, Promotion, promotion_of_branch
from flux.promotion.two_people import Approval, faults
from flux.proposals.authority import Authority
from flux.proposals.branches import PromotionBranch, PromotionBranches
from flux.proposals.issues import PromotionIssues


@dataclass(frozen=True)
class Checked:
    """A pull request, and the reasons that block its merge."""

    pull_request: PullRequest
    faults: list[MergeFault] = field(default_factory=list)
    is_promotion: bool = True


def check_request(monorepo: Monorepo, number: int) -> Checked:
    """Return what blocks the merge of a pull request. If it is not a promotion, nothing blocks it.

    Raises RequestError if there is no such pull request, and ForgeError if the forge does not answer.
    """
    obtain_lines(monorepo, merged=True)
    require_current_settings(monorepo)
    pull = monorepo.forge.pull_request(number)
    if pull is None:
        raise RequestError(f"there is no pull request {number}", "`inv status` lists the open promotions")
    if not pull.branch.startswith(PROMOTION_BRANCHES):
        return Checked(pull, is_promotion=False)
    authority = Authority(monorepo)
    branches = PromotionBranches(monorepo, authority)
    main = branches.main()
    known = [*artifacts_at(monorepo, monorepo.tip), *main.desired]
    promotion = promotion_of_branch(pull.branch, known)
    branch = branches.read(promotion, main) if promotion else None
    if promotion is None or branch is None:
        return Checked(pull, [NoPromotion(pull.branch)])
    if branch.outlived:
        return Checked(pull, [Outlived(pull.branch, branch.outlived.url)])
    if branch.foreign or branch.head.commit != pull.head:
        return Checked(pull, [ForeignCommit(branch.foreign or pull.head)])
    return Checked(
        pull,
        [
            *_promotion_faults(monorepo, promotion, branch, main),
            *faults(
                branch.proposes(promotion.artifact),
                _decisions(monorepo, authority, branches, promotion, branch, main, number),
                _two_person(monorepo),
                authority.refusals,
                _approvals(monorepo, authority, number),
                pull.head,
                lambda decision: decision.how is How.RULE and authority.is_ours(decision.who),
            ),
        ],
    )


def _promotion_faults(
    monorepo: Monorepo, promotion: Promotion, branch: PromotionBranch, main: Side
) -> list[MergeFault]:
    """Return what blocks a promotion, independent of who asks for it."""
    versions = main.of(promotion.artifact)
    errors = [
        Vouching(monorepo).promotion_fault(promotion.artifact, promotion.version),
        stray_of(monorepo, promotion.artifact, versions),
    ]
    faults: list[MergeFault] = [error for error in errors if error]
    raised = not_lowered(versions, promotion.version, branch.proposes(promotion.artifact))
    if raised and not has_artifact(monorepo, promotion.artifact):
        faults.append(Removed(promotion.artifact))
    return faults


def _decisions(
    monorepo: Monorepo,
    authority: Authority,
    branches: PromotionBranches,
    promotion: Promotion,
    branch: PromotionBranch,
    main: Side,
    number: int,
) -> list[Decision]:
    """Return the decisions on the branch, earlier ones, and those in comments."""
    issues = PromotionIssues(monorepo, authority)
    past = branches.past_decisions(promotion, main, branch.head.commit)
    return since_begun(branch.decisions, [*past, *issues.noted(promotion), *issues.written(number)])


def _two_person(monorepo: Monorepo) -> set[str]:
    """Return the environments that require a second person."""
    asks, groups = monorepo.settings.two_person, monorepo.settings.groups
    phases = (groups if asks else ()) if isinstance(asks, bool) else asks
    return {environment for phase in phases for environment in groups[phase]}


def _approvals(monorepo: Monorepo, authority: Authority, number: int) -> list[Approval]:
    """Return the reviews of people with write access. Approvals by bots do not count."""
    reviews = monorepo.forge.reviews(number)
    people = {review.who for review in reviews if not authority.is_bot(review.who)}
    writers = {who for who in people if authority.may_write(who)}
    return [Approval(each.who, each.approves, each.commit) for each in reviews if each.who in writers]
