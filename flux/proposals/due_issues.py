"""Opens the promotion issues that are missing, and applies the boxes of all of them."""

from flux.errors import ContentError, FluxError, RequestError
from flux.monorepo.desired import desired_at
from flux.monorepo.due_releases import news
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_notes import expect_news
from flux.monorepo.work import Work
from flux.notice import Notice
from flux.promotion.proposal import Promotion
from flux.promotion.texts import undoing as say
from flux.proposals.apply import Applier
from flux.proposals.issues import PromotionIssues
from flux.proposals.new_issue import OpenedAction, open_issue


def open_due_issues(monorepo: Monorepo, commit: str, done: Work) -> None:
    """Open the missing issues of new releases, by the desired state at a commit. What was done is added to
    `done`."""
    due = news(monorepo, desired_at(monorepo, commit))
    had = {promotion for _, promotion in PromotionIssues(monorepo).all()} if due else set()
    expect_news(monorepo, due)
    for release in due:
        if Promotion(release.artifact, str(release.version)) not in had:
            _open(monorepo, release.tag, done)


def _open(monorepo: Monorepo, tag: str, done: Work) -> None:
    try:
        opened = open_issue(monorepo, tag)
    except (RequestError, ContentError) as refusal:
        done.notices.append(Notice(refusal, f"{tag} has no promotion issue"))
        return
    if opened.action is OpenedAction.OPENED and opened.issue:
        done.did(f"{tag}: opened issue {opened.issue.number}")


def apply_due_issues(monorepo: Monorepo, done: Work) -> None:
    """Apply the boxes of every promotion issue. What was done and what failed is added to `done`."""
    applier, forge = Applier(monorepo), monorepo.forge
    # If the forge names the author of each edit, that author is responsible. Here there is no author.
    act = applier.expire if forge.tells_edits else applier.apply_all
    for issue, promotion in applier.issues.all():
        if not issue.open and (not forge.tells_edits or applier.is_over(issue, promotion)):
            continue
        about = f"issue {issue.number}"
        try:
            if applier.issues.disagreement(issue, promotion):
                continue  # `sync` reports it
            if applier.mend(issue, promotion):
                done.did(f"{about}: restored its marker")
                continue
            applied = act(issue, promotion)
        except FluxError as error:
            done.fail(about, error)
            continue
        done.did(*(f"{about}: {say.undone(each)}" for each in applied.undone))
        if applied.proposed and applied.proposed.action.is_change:
            done.did(f"{about}: {applied.proposed.action} {promotion.branch}")
